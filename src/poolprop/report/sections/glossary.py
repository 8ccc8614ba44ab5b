"""The glossary at the end: terms of the field, and what the titles of columns mean."""

from __future__ import annotations

from typing import Any

from poolprop.report.context import Section
from poolprop.report.tables import Column
from poolprop.report.values import within

# Key of a term, its name, and what it means in one or two sentences.
TERMS = (
    ("ci", "Confidence interval", "The values of the pooled proportion that the data do not speak "
     "against at the level stated; in many repetitions such intervals hold the true value that "
     "often."),
    ("prediction", "Prediction interval", "Where the true proportion of a new study like these is "
     "expected. Mostly wider than the confidence interval, the more so the more studies differ."),
    ("k", "k", "The number of studies, arms or cohorts that are pooled."),
    ("tau2", "τ² (tau squared)", "The variance of the studies' true values on the scale of the "
     "model; τ is its root. Nought is the end of its range: few studies cannot tell it from much "
     "more, so that its interval stands beside it (for the GLMM a credible one, with the Bayesian "
     "model's prior on τ)."),
    ("i2", "I²", "The share of the variation between the studies' results that is not chance. For "
     "proportions it is often high; the prediction interval says more. The GLMM has no sampling "
     "variances of its own: τ² is set against the typical one of the logits, and the interval is "
     "that of τ²."),
    ("weight", "Weight", "A study's share of the information about the pooled value."),
    ("glmm", "Binomial-normal GLMM", "A model that takes the counts as they are: each study has "
     "its own true proportion, these vary normally on the logit scale, and events follow the "
     "binomial distribution. Nothing is added to empty cells."),
    ("profile", "Profile likelihood interval", "All values of the pooled proportion whose "
     "likelihood, at its best τ, is not too far below the highest. The small-sample cut c_k says "
     "how far, for the number of studies."),
    ("credible", "Credible interval", "Given the prior and the data, the value lies inside with "
     "the probability stated."),
    ("p", "p value", "How often data as extreme as these, or more so, would arise if the value "
     "tested were true."),
    ("estimand", "Estimand", "The exact question: which outcome, of whom, over which denominator, "
     "and when."),
    ("multiverse", "Multiverse", "Every analysis that could be defended, made beside the planned "
     "one, to see how much hangs on choices."),
)  # fmt: skip


# A word, and its meanings, each with the id that links lead to.
Entry = tuple[str, tuple[tuple[str, str], ...]]


def section(made: tuple[Section, ...]) -> Section:
    """Return the glossary of the sections made so far."""
    return Section(
        id="glossary", title="Glossary", body={"terms": _terms(), "titles": _titles(made)}
    )


def _terms() -> list[Entry]:
    """Return the terms of the field, by name."""
    found = [(word, ((f"term-{key}", words),)) for key, word, words in TERMS]
    return sorted(found, key=lambda entry: entry[0].lower())


def _titles(node: Any) -> list[Entry]:
    """Return what the titles of columns within a page's data mean, by title."""
    found: dict[str, dict[str, str]] = {}
    for column in within(node, Column):
        if column.help:
            found.setdefault(column.title, {})[column.term] = _sentence(column.help)
    return [
        (word, tuple(sorted(found[word].items(), key=lambda pair: pair[1])))
        for word in sorted(found, key=lambda word: (word.lower(), word))
    ]


def _sentence(words: str) -> str:
    """Return words as a sentence: a capital first, a full stop last."""
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."
