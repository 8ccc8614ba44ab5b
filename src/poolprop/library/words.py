"""Words of other programs, and what they mean here: one table for all functions.

``sm="PLOGIT"`` is a habit of R's meta, ``method="REML"`` of metafor, ``alpha=`` of statsmodels.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from poolprop.errors import EstimationError

# Keyword of another program -> ours.
KEYWORDS = {
    "xi": "events", "event": "events", "ni": "total", "n": "total", "nobs": "total",
    "slab": "study", "studlab": "study", "labels": "study", "cluster": "clusters",
    "mods": "X", "subgroup": "groups", "by": "groups",
    "sm": "measure", "test": "ci", "method_ci": "ci", "method_tau": "tau2", "method_re": "tau2",
}  # fmt: skip
# Keyword (ours, or "method", which is a model or an estimator) and value -> what is meant.
TWO_STEP = {"model": "two-step"}
ESTIMATORS = ("DL", "PM", "REML", "EB", "HE", "HS", "SJ")
WORDS: dict[tuple[str, str], dict[str, str]] = {
    ("measure", "PRAW"): {"measure": "PR"},
    ("measure", "PLOGIT"): {"measure": "PLO"},
    ("method", "GLMM"): {"model": "glmm"},
    ("method", "Inverse"): TWO_STEP,
    ("method", "ML"): {"tau2": "ML"},
    **{("method", name): {"tau2": name} | TWO_STEP for name in ESTIMATORS},
    **{("method", name): {"model": "common"} for name in ("EE", "FE", "CE")},
    ("model", "GLMM"): {"model": "glmm"},
    ("model", "rma.glmm"): {"model": "glmm"},
    ("model", "rma.uni"): TWO_STEP,
    ("ci", "knha"): {"ci": "hksj"} | TWO_STEP,
    ("ci", "HK"): {"ci": "hksj"} | TWO_STEP,
    ("ci", "adhoc"): {"ci": "hksj-adhoc"} | TWO_STEP,
    ("ci", "KR"): {"ci": "kr"} | TWO_STEP,
    ("ci", "z"): {"ci": "wald"},
    ("ci", "classic"): {"ci": "wald"},
    ("tau2", "dl"): {"tau2": "DL"} | TWO_STEP,
    ("tau2", "chi2"): {"tau2": "DL"} | TWO_STEP,
    ("tau2", "pm"): {"tau2": "PM"} | TWO_STEP,
    ("tau2", "iterated"): {"tau2": "PM"} | TWO_STEP,
}
# Scales that R's meta pools in two steps when ``sm`` names them.
ONLY_TWO_STEP = ("PRAW", "PLN", "PAS", "PFT")


def ours(options: Mapping[str, Any], known: Collection[str]) -> bool:
    """Whether options are in our words already."""
    for word, value in options.items():
        if word not in known or (type(value) is str and word in WORDS.get((word, value), ())):
            return False
    return True


def translated(options: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
    """Return options in our words; what ``known`` names keeps its meaning.

    >>> translated({"sm": "PFT"}, {"measure", "model"})
    {'model': 'two-step', 'measure': 'PFT'}
    >>> translated({"method": "REML", "test": "knha"}, {"model", "tau2", "ci"})
    {'model': 'two-step', 'tau2': 'REML', 'ci': 'hksj'}
    >>> translated({"method": "REML"}, {"method"})
    {'method': 'REML'}
    """
    found: dict[str, Any] = {}
    implied: dict[str, Any] = {}
    for word, value in options.items():
        if word in known:
            name = word
        elif word == "alpha":
            name, value = "level", 1 - value
        else:
            name = KEYWORDS.get(word, word)
        meaning = {name: value}
        if isinstance(value, str):
            means = WORDS.get((name, value), meaning)
            if word not in known or word in means:  # else it is an argument of the function's own
                meaning = means
            if word == "sm" and value in ONLY_TWO_STEP:
                meaning = meaning | TWO_STEP
        for each, said in meaning.items():
            if each == "model" and name != "model":
                implied |= {each: said} if "model" in known else {}
            elif each in found and found[each] != said:
                raise EstimationError(
                    f"{each} is given twice, as {found[each]!r} and as {said!r}", where=word,
                    hint=f"Keep {each}=.",
                )  # fmt: skip
            else:
                found[each] = said
    return implied | found
