"""Levels of a factor compared within the studies that report several: free of study differences.

References
----------
Fisher RA (1935). Journal of the Royal Statistical Society 98(1):39-82 (conditional odds ratio).
Chan ISF, Zhang Z (1999). Biometrics 55(4):1202-1209 (risk difference, exact).
Newcombe RG (1998). Statistics in Medicine 17(8):873-890, method 10 (of larger studies).
Fisher DJ et al. (2011). Journal of Clinical Epidemiology 64(9):949-967 (within- and
between-study information kept apart).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations

from poolprop.plan import Settings
from poolprop.stats.answers.results import Interval
from poolprop.synthesis.between import Levels, overlapping
from poolprop.synthesis.records import Record, Rows, counts, doubts, plain

Row = Mapping[str, str]
# Above this product of totals exact unconditional limits take too long; approximate ones do there.
MOST_TABLES = 10_000
EXACT = "exact unconditional interval"

Arms = tuple[int, int, int, int]


def contrasts(settings: Settings, name: str, levels: Levels) -> Record:
    """Compare each pair of levels within each study that has both, and pool where several do.

    Its level is used. ``name``: endpoint and factor, for the identifiers. ``levels``: rows of
    ``data.csv`` by level. ``contrasts``, one for each study and pair; ``pooled_contrasts``
    (Mantel-Haenszel); ``contrast_note``.
    """
    if overlapping(levels):
        return {"contrasts": [], "pooled_contrasts": [], "contrast_note": ""}
    found, pooled = [], []
    for first, second in combinations(levels, 2):
        pairs = _pairs(levels[first], levels[second])
        found += [_contrast(settings, name, one, first, second) for one in pairs]
        if len(pairs) > 1:
            pooled.append(_pooled(settings, name, pairs, first, second))
    return {
        "contrasts": found,
        "pooled_contrasts": pooled,
        "contrast_note": _note(len(found), len(pooled)),
    }


def _pairs(first: Rows, second: Rows) -> list[tuple[Row, Row]]:
    """Return rows of one study in both levels; an arm with its own stratum before other arms."""
    found = []
    for row in first:
        same = [other for other in second if other["study_id"] == row["study_id"]]
        own = [other for other in same if other["arm_id"] == row["arm_id"]]
        found += [(row, other) for other in own or same]
    return found


def _contrast(
    settings: Settings, name: str, pair: tuple[Row, Row], first: str, second: str
) -> Record:
    one, two = pair
    x1, n1, x2, n2 = (int(row[key]) for row in pair for key in ("events", "total"))
    table = x1, n1, x2, n2
    return {
        "id": f"contrast/{name}/{one['outcome_id']}-{two['outcome_id']}",
        "study_id": one["study_id"], "label": one["label"], "level1": first, "level2": second,
        "label1": one["level_label"], "label2": two["level_label"],
        "outcome1_id": one["outcome_id"], "outcome2_id": two["outcome_id"],
        "events1": x1, "total1": n1, "events2": x2, "total2": n2,
        "proportion1": x1 / n1, "proportion2": x2 / n2, "level": settings.level,
        "odds_ratio": odds_ratio(table, settings.level),
        "risk_difference": risk_difference(table, settings.level),
        "p": fisher_p(table), "notes": doubts(pair),
    }  # fmt: skip


def _pooled(
    settings: Settings, name: str, pairs: list[tuple[Row, Row]], first: str, second: str
) -> Record:
    """Pool the odds ratios of several studies by Mantel and Haenszel's weights."""
    from poolprop.stats.arms.two_arm import mantel_haenszel

    (x1, n1), (x2, n2) = (counts(side) for side in zip(*pairs, strict=True))
    found = mantel_haenszel(x1, n1, x2, n2, "OR", settings.level)

    def ratio(value: float) -> float | None:
        return plain(math.exp(value)) if math.isfinite(value) and value < 700 else None

    return {
        "id": f"contrast/{name}/{first}-{second}",
        "level1": first,
        "level2": second,
        "label1": pairs[0][0]["level_label"],
        "label2": pairs[0][1]["level_label"],
        "k": len(pairs),
        "odds_ratio": ratio(found.estimate),
        "ci": {"lower": ratio(found.ci.lower), "upper": ratio(found.ci.upper)},
        "p": plain(found.p),
        "method": "Mantel-Haenszel odds ratio, Robins-Breslow-Greenland variance",
    }


def _note(count: int, pooled: int) -> str:
    if count == 0:
        return "No study reports several levels, so that none compares them within itself."
    if pooled == 0:
        return "Each comparison comes from one study; nothing is pooled."
    return ""


def limits(ci: Interval | None) -> Record | None:
    """Return an interval as a record; an infinite limit becomes ``None``."""
    return {"lower": plain(ci.lower), "upper": plain(ci.upper)} if ci else None


def odds_ratio(table: Arms, level: float) -> Record | None:
    """Return the conditional estimate with its exact interval; none without both outcomes."""
    from poolprop.stats.arms.exact_strata import common_odds_ratio

    found = common_odds_ratio([table], level)
    if not found.ci:
        return None
    return {
        "estimate": plain(found.estimate),
        "ci": limits(found.ci),
        "method": "conditional maximum likelihood, exact interval",
    }


def risk_difference(table: Arms, level: float) -> Record:
    """Return the difference with its exact interval; of larger studies Newcombe's."""
    from poolprop.stats.arms.exact_two_arm import exact_risk_difference, newcombe

    x1, n1, x2, n2 = table
    small = n1 * n2 <= MOST_TABLES
    ci = exact_risk_difference(*table, level) if small else newcombe(*table, level)
    method = EXACT if small else "Newcombe's hybrid score interval"
    return {"estimate": x1 / n1 - x2 / n2, "ci": limits(ci), "method": method}


def risk_ratio(table: Arms, level: float) -> Record | None:
    """Return the ratio with its exact interval, of larger studies a score interval.

    The estimate is ``None`` where arm 2 has no event; the whole is where no arm has one.
    """
    from poolprop.stats.arms.exact_two_arm import exact_risk_ratio, miettinen_nurminen

    x1, n1, x2, n2 = table
    if x1 == x2 == 0:
        return None
    estimate = (x1 / n1) / (x2 / n2) if x2 else None
    if n1 * n2 <= MOST_TABLES:
        ci, method = exact_risk_ratio(*table, level), EXACT
    else:
        inside = 0 < x1 < n1 and 0 < x2 < n2
        ci = miettinen_nurminen(*table, level) if inside else None
        method = "Miettinen and Nurminen's score interval"
    return {"estimate": estimate, "ci": limits(ci), "method": method}


def fisher_p(table: Arms) -> float:
    """Return Fisher's exact two-sided p value."""
    from poolprop.stats.arms.two_arm import exact_test

    return exact_test(*table)
