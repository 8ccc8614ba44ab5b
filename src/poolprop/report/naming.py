"""What a model is called in a line of a table or plot."""

from __future__ import annotations

import re
from collections.abc import Mapping

from poolprop.report import prose
from poolprop.report.values import Record

MODELS = {
    "glmm": "Binomial-normal GLMM",
    "two-step": "Two-step",
    "beta-binomial": "Beta-binomial",
    "bayes": "Bayesian binomial-normal",
    "common": "Common effect",
    prose.SINGLE: "Single study",
}
INTERVALS = {
    "wald": "Wald interval",
    "t": "t interval",
    "hksj": "Hartung-Knapp interval",
    "hksj-adhoc": "Hartung-Knapp interval, never shorter than Wald",
    "kr": "Kenward-Roger interval",
    "profile": "profile likelihood interval",
    "small-lr": "likelihood-ratio interval for few studies",
    "profile-ck": "profile likelihood interval, small-sample cut",
    "bootstrap-lr": "bootstrap likelihood ratio interval",
}


TAU2 = {
    "ML": "Maximum likelihood (ML)",
    "REML": "Restricted maximum likelihood (REML)",
    "DL": "DerSimonian-Laird",
    "PM": "Paule-Mandel",
    "HE": "Hedges-Olkin",
    "HS": "Hunter-Schmidt",
    "SJ": "Sidik-Jonkman",
    "EB": "Empirical Bayes",
}
SCALES = {code: f"{word[0].upper()}{word[1:]}" for code, word in prose.SCALES.items()}
# Choices of a multiverse whose levels are codes of ours.
WORDS = {"model": MODELS, "measure": SCALES, "tau2": TAU2, "ci": INTERVALS}


def level_name(choice: str, level: Record, discrepancies: Mapping[str, Mapping[str, str]]) -> str:
    """Return a level of a choice of the multiverse in words.

    ``level``: with ``level``, its code, and ``label``. ``discrepancies``: rows of discrepancies.csv
    by their id: a figure that was decided otherwise is named by its study and what was recomputed.
    """
    code = str(level["level"])
    if choice == "discrepancies" and (row := discrepancies.get(code.partition("/")[0])):
        return (
            f"Otherwise: {row.get('source_label') or row['source_id']}, {row['printed']} ({code})"
        )
    word = WORDS.get(choice, {}).get(code) or prose.symbols(level["label"])
    return f"{word[0].upper()}{word[1:]}" if choice in WORDS else word


def in_words(reason: str) -> str:
    """Return why there is no analysis, with our codes in quotes written as words."""
    known = {**MODELS, **INTERVALS}
    text = re.sub("'([^']+)'", lambda found: known.get(found[1], found[1]), reason)
    text = text.replace("measure PLO and tau2 ML", "the logit scale and maximum likelihood")
    text = prose.symbols(text.removeprefix("ci ").removeprefix("model "))
    return text[:1].upper() + text[1:]


def model_name(result: Record) -> tuple[str, str]:
    """Return a short name of the model, and its scale, estimator and interval."""
    name = MODELS.get(result["model"], str(result["model"]))
    if result["role"] == "primary":
        name = f"{name} (primary)"
    scale = prose.scale(result)
    interval = INTERVALS.get(result["ci_method"] or "", str(result["ci_method"] or ""))
    parts = [scale] if scale else []
    if result["tau2_method"]:
        parts.append(result["tau2_method"])
    return name, ", ".join([*parts, interval] if interval else parts)


def one_line(result: Record) -> str:
    """Return the short name of the model with its scale, estimator and interval."""
    return ", ".join(part for part in model_name(result) if part)
