"""Two-sided p values of a 2x2 table by every test that a source may have used."""

from __future__ import annotations

import functools
import math

from poolprop.evidence.audit.names import TESTS

Group = tuple[int, int]  # events, total
QUICK = ("Fisher", "Pearson", "Yates", "likelihood ratio", "mid-p")
# Barnard's and Boschloo's tests run through all tables; beyond this many they take seconds.
TABLES = 40_000


def p_values(first: Group, second: Group) -> dict[str, float]:
    """Return the two-sided p value of two proportions by each test of :data:`names.TESTS`.

    Where there is no event, or nothing but events, every test gives 1. The two unconditional tests
    are left out for large groups, where they tell no more than the others.

    References
    ----------
    Lydersen S, Fagerland MW, Laake P (2009). Recommended tests for association in 2x2 tables.
    Statistics in Medicine 28:1159-1175. (Definitions, the mid-p value among them.)
    """
    small = (first[1] + 1) * (second[1] + 1) <= TABLES
    return {name: p_value(name, first, second) for name in (TESTS if small else QUICK)}


@functools.cache
def p_value(test: str, first: Group, second: Group) -> float:
    """Return the two-sided p value of two proportions by one test."""
    from scipy import stats

    (x1, n1), (x2, n2) = first, second
    if x1 + x2 in (0, n1 + n2):
        return 1.0
    table = [[x1, x2], [n1 - x1, n2 - x2]]  # a column is a group, as Barnard's test needs it
    if test == "Fisher":
        return float(stats.fisher_exact(table).pvalue)
    if test == "mid-p":
        return _mid_p(first, second)
    if test == "Barnard":
        return float(stats.barnard_exact(table).pvalue)
    if test == "Boschloo":
        return float(stats.boschloo_exact(table).pvalue)
    found = stats.chi2_contingency(
        table,
        correction=test == "Yates",
        lambda_="log-likelihood" if test == "likelihood ratio" else None,
    )
    return float(found.pvalue)


def smallest_expected(first: Group, second: Group) -> float:
    """Return the smallest expected count under equal proportions."""
    (x1, n1), (x2, n2) = first, second
    events, total = x1 + x2, n1 + n2
    return min(n1, n2) * min(events, total - events) / total


def _mid_p(first: Group, second: Group) -> float:
    """Return Fisher's p value less half the probability of the table itself."""
    from scipy.stats import hypergeom

    (x1, n1), (x2, n2) = first, second
    itself = float(hypergeom.pmf(x1, n1 + n2, x1 + x2, n1))
    return math.fsum([p_value("Fisher", first, second), -itself / 2])
