"""Two-arm studies as such: contrasts within a study, never mixed with single-arm pools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from poolprop.settings import Settings
from poolprop.synthesis.records import Record, Rows

# Contrast -> how statsmodels calls it, and the interval that is taken.
CONTRASTS = {
    "risk_difference": ("diff", "newcomb"),
    "risk_ratio": ("ratio", "score"),
    "odds_ratio": ("odds-ratio", "score"),
}
COPIED = (
    "study_id", "label", "outcome", "outcome_label", "population", "population_label",
    "timepoint_label", "denominator_label", "arm1_label", "arm2_label", "outcome1_id",
    "outcome2_id", "record_label", "locator",
)  # fmt: skip


def comparisons(settings: Settings, data: Rows) -> Record:
    """Compare the arms of each two-arm study.

    Parameters
    ----------
    settings : Settings
        The plan; its level is used.
    data : sequence of mapping
        Rows of ``results/comparisons/data.csv``.

    Returns
    -------
    dict
        The content of ``results/comparisons/comparisons.json``: risk difference (Newcombe's
        hybrid score interval), risk ratio and odds ratio (score intervals), and Fisher's exact
        two-sided p value. A ratio that does not exist is ``None``.

    References
    ----------
    Newcombe RG (1998). Statistics in Medicine 17(8):873-890, method 10.
    Miettinen O, Nurminen M (1985). Statistics in Medicine 4(2):213-226.
    """
    return {
        "schema": "poolprop/comparisons/1",
        "comparisons": [_comparison(row, settings.level) for row in data],
    }


def _comparison(row: Mapping[str, str], level: float) -> Record:
    x1, n1, x2, n2 = (int(row[key]) for key in ("events1", "total1", "events2", "total2"))
    p1, p2 = x1 / n1, x2 / n2
    odds = (x1 * (n2 - x2), x2 * (n1 - x1))
    estimates = {
        "risk_difference": p1 - p2,
        "risk_ratio": p1 / p2 if p2 else None,
        "odds_ratio": odds[0] / odds[1] if odds[1] else None,
    }
    return {
        "id": f"comparison/{row['study_id']}/{row['outcome']}/{row['population']}",
        **{key: row[key] for key in COPIED},
        "events1": x1,
        "total1": n1,
        "events2": x2,
        "total2": n2,
        "proportion1": p1,
        "proportion2": p2,
        "level": level,
        **{
            name: {"estimate": value, "ci": _interval(x1, n1, x2, n2, name, level)}
            for name, value in estimates.items()
        },
        "p": _fisher(x1, n1, x2, n2),
    }


def _interval(x1: int, n1: int, x2: int, n2: int, name: str, level: float) -> Any:
    """Return the limits; none where the contrast itself is not defined by the counts."""
    import numpy as np
    from statsmodels.stats.proportion import confint_proportions_2indep

    if name != "risk_difference" and (x1 in (0, n1) or x2 in (0, n2)):
        return None
    compare, method = CONTRASTS[name]
    with np.errstate(all="ignore"):  # its root search passes the ends of the range
        lower, upper = confint_proportions_2indep(
            x1, n1, x2, n2, compare=compare, method=method, alpha=1 - level
        )
    return {"lower": float(lower), "upper": float(upper)}


def _fisher(x1: int, n1: int, x2: int, n2: int) -> float:
    from poolprop.stats.two_arm import exact_test

    return exact_test(x1, n1, x2, n2)
