"""Contrasts of two arms as records: estimate, limits, and how the limits were made."""

from __future__ import annotations

from poolprop.stats.answers.results import Interval
from poolprop.synthesis.records import Record, plain

# Above this product of totals exact unconditional limits take too long; approximate ones do there.
MOST_TABLES = 10_000
EXACT = "exact unconditional interval"

Table = tuple[int, int, int, int]


def limits(ci: Interval | None) -> Record | None:
    """Return an interval as a record; an infinite limit becomes ``None``."""
    return {"lower": plain(ci.lower), "upper": plain(ci.upper)} if ci else None


def odds_ratio(table: Table, level: float) -> Record | None:
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


def risk_difference(table: Table, level: float) -> Record:
    """Return the difference with its exact interval; of larger studies Newcombe's."""
    from poolprop.stats.arms.exact_two_arm import exact_risk_difference, newcombe

    x1, n1, x2, n2 = table
    small = n1 * n2 <= MOST_TABLES
    ci = exact_risk_difference(*table, level) if small else newcombe(*table, level)
    method = EXACT if small else "Newcombe's hybrid score interval"
    return {"estimate": x1 / n1 - x2 / n2, "ci": limits(ci), "method": method}


def risk_ratio(table: Table, level: float) -> Record | None:
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


def fisher_p(table: Table) -> float:
    """Return Fisher's exact two-sided p value."""
    from poolprop.stats.arms.two_arm import exact_test

    return exact_test(*table)
