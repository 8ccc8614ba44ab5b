"""Exact intervals of contrasts: their tests, their coverage, and other programs' answers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import xlogy
from scipy.stats import barnard_exact, binom, fisher_exact
from scipy.stats.contingency import odds_ratio
from statsmodels.stats.proportion import score_test_proportions_2indep

from poolprop.errors import EstimationError
from poolprop.stats.arms import exact_two_arm as module
from poolprop.stats.arms.exact_strata import common_odds_ratio, ratio_of_odds_ratios
from poolprop.stats.arms.exact_two_arm import (
    DIFFERENCE,
    RATIO,
    exact_risk_difference,
    exact_risk_ratio,
)

BLASTS = [(4, 6, 2, 9), (3, 6, 11, 12)]
CONTRASTS = {"risk_difference": DIFFERENCE, "risk_ratio": RATIO}
INTERVALS = {"risk_difference": exact_risk_difference, "risk_ratio": exact_risk_ratio}
TABLES = [(7, 12, 13, 21), (10, 12, 14, 21), (5, 6, 3, 9), (0, 7, 4, 9)]


@pytest.mark.parametrize("contrast", CONTRASTS)
@pytest.mark.parametrize("table", TABLES)
def test_the_p_value_of_no_difference_is_barnards(contrast, table):
    x1, n1, x2, n2 = table
    cells = [[x1, x2], [n1 - x1, n2 - x2]]
    no_difference = 0.0  # of both coordinates
    for side, other in ((1, "greater"), (-1, "less")):
        expected = barnard_exact(cells, alternative=other, pooled=True, n=64).pvalue
        found = module._pvalue(CONTRASTS[contrast], table, no_difference, side)
        assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("contrast", CONTRASTS)
def test_a_limit_is_where_the_test_has_half_the_error(contrast):
    kind = CONTRASTS[contrast]
    for side in (1, -1):
        at = module._limit(kind, (7, 12, 13, 21), 0.025, side)
        assert module._pvalue(kind, (7, 12, 13, 21), at, side) == pytest.approx(0.025, abs=1e-6)


@pytest.mark.parametrize(
    ("contrast", "value"),
    [
        ("risk_difference", 0.2),
        ("risk_difference", -0.35),
        ("risk_ratio", 1.7),
        ("risk_ratio", 0.4),
    ],
)
def test_the_restricted_proportion_is_the_likeliest(contrast, value):
    """The closed forms against a search; statsmodels' cubic of a difference has a wrong term."""
    kind = CONTRASTS[contrast]
    for x1, n1, x2, n2 in [(1, 12, 1, 21), (7, 12, 13, 21), (11, 12, 3, 21), (0, 12, 5, 21)]:

        def loss(p2, x1=x1, n1=n1, x2=x2, n2=n2):
            p1 = kind.first(p2, value)
            return -(
                xlogy(x1, p1) + xlogy(n1 - x1, 1 - p1) + xlogy(x2, p2) + xlogy(n2 - x2, 1 - p2)
            )

        ends = (max(0.0, -value if contrast == "risk_difference" else 0.0), kind.most(value))
        best = minimize_scalar(loss, bounds=ends, method="bounded", options={"xatol": 1e-12}).x
        found = kind.restricted(np.array([float(x1)]), n1, np.array([float(x2)]), n2, value)
        assert found == pytest.approx(best, abs=1e-6)


@pytest.mark.parametrize("value", [1.7, 0.4])
def test_the_statistic_of_a_ratio_is_that_of_statsmodels(value):
    x1, x2 = (part.astype(float) for part in np.meshgrid(range(1, 12), range(1, 21), indexing="ij"))
    expected = score_test_proportions_2indep(
        x1, 12, x2, 21, value=value, compare="ratio", correction=False
    )
    found = module.score(CONTRASTS["risk_ratio"], x1, 12, x2, 21, value)
    assert found == pytest.approx(expected.statistic, abs=1e-8)


@pytest.mark.parametrize("contrast", CONTRASTS)
def test_it_covers_at_least_its_level_whatever_the_proportions_are(contrast):
    n1, n2 = 3, 4
    found = {
        (x1, x2): INTERVALS[contrast](x1, n1, x2, n2, 0.9)
        for x1 in range(n1 + 1)
        for x2 in range(n2 + 1)
    }
    p1, p2 = np.meshgrid(np.linspace(0.02, 0.98, 25), np.linspace(0.02, 0.98, 25))
    true = p1 - p2 if contrast == "risk_difference" else p1 / p2
    held = np.zeros_like(true)
    for (x1, x2), ci in found.items():
        # Of two arms without events a ratio says nothing: any value is held.
        inside = True if ci is None else (ci.lower - 1e-9 <= true) & (true <= ci.upper + 1e-9)
        held += inside * binom.pmf(x1, n1, p1) * binom.pmf(x2, n2, p2)
    assert 0.9 <= held.min() < 0.97


def test_swapping_arms_and_swapping_outcomes_mirror_the_interval():
    found = exact_risk_difference(9, 17, 3, 4)
    swapped = exact_risk_difference(3, 4, 9, 17)
    complement = exact_risk_difference(8, 17, 1, 4)
    for other in (swapped, complement):
        assert other.lower == pytest.approx(-found.upper, abs=1e-7)
        assert other.upper == pytest.approx(-found.lower, abs=1e-7)


@pytest.mark.parametrize("table", [(0, 5, 0, 8), (5, 5, 8, 8), (8, 8, 4, 5), (0, 3, 7, 7)])
def test_at_the_boundary_the_estimate_is_inside(table):
    x1, n1, x2, n2 = table
    found = exact_risk_difference(*table)
    assert -1 <= found.lower <= x1 / n1 - x2 / n2 <= found.upper <= 1


def test_no_events_in_either_arm_leave_what_one_arm_can_hide():
    """With 0/5 and 0/8 the lower limit is where 8 patients without events become unlikely.

    The least favourable first proportion is 0, so the tail is ``(1 + delta)^8``.
    """
    found = exact_risk_difference(0, 5, 0, 8)
    assert found.lower == pytest.approx(0.025 ** (1 / 8) - 1, abs=1e-6)
    assert found.upper == pytest.approx(1 - 0.025 ** (1 / 5), abs=1e-6)


def test_ratios_of_arms_without_events():
    assert exact_risk_ratio(0, 10, 0, 12) is None
    assert exact_risk_ratio(0, 10, 5, 12).lower == 0
    assert math.isinf(exact_risk_ratio(5, 10, 0, 12).upper)


@pytest.mark.parametrize("interval", INTERVALS.values())
def test_counts_that_cannot_be_and_large_studies_are_refused(interval):
    with pytest.raises(EstimationError):
        interval(5, 4, 1, 3)
    with pytest.raises(EstimationError, match="total1 x total2 is 1,000,000"):
        interval(1, 1000, 2, 1000)


@pytest.mark.parametrize("table", [*TABLES, *BLASTS])
def test_the_odds_ratio_of_one_table_is_scipys_and_its_p_fishers(table):
    x1, n1, x2, n2 = table
    cells = [[x1, n1 - x1], [x2, n2 - x2]]
    expected, found = odds_ratio(cells), common_odds_ratio([table])
    limits = expected.confidence_interval(0.95)
    assert found.estimate == pytest.approx(expected.statistic, rel=1e-6)
    assert (found.ci.lower, found.ci.upper) == pytest.approx((limits.low, limits.high), rel=1e-6)
    assert found.p == pytest.approx(fisher_exact(cells).pvalue, rel=1e-9)


def test_a_common_odds_ratio_is_that_of_r():
    """R 4.2.2, mantelhaen.test(exact = TRUE) of the two strata; R finds its root to 1e-4."""
    found = common_odds_ratio(BLASTS)
    assert found.estimate == pytest.approx(0.9606084, rel=1e-4)
    assert (found.ci.lower, found.ci.upper) == pytest.approx((0.159507, 6.126224), rel=1e-3)
    assert found.p == pytest.approx(1.0)


def test_the_strata_are_compared_by_all_tables_with_their_margins():
    """Zelen's test by brute force: every pair of tables with the same margins and sum."""
    first, second = BLASTS
    total = first[0] + second[0]
    weights = {}
    for a in range(first[1] + 1):
        b = total - a
        parts = ((first, a), (second, b))
        if all(0 <= x <= t[1] and 0 <= t[0] + t[2] - x <= t[3] for t, x in parts):
            weights[a] = math.prod(
                math.comb(t[1], x) * math.comb(t[3], t[0] + t[2] - x) for t, x in parts
            )
    limit = weights[first[0]] * (1 + 1e-9)
    expected = sum(w for w in weights.values() if w <= limit) / sum(weights.values())
    found = ratio_of_odds_ratios(first, second)
    assert found.p == pytest.approx(expected)
    # By half the sum of a point's exponential family at each limit.
    for limit, kept in ((found.ci.lower, lambda a: a >= first[0]),
                        (found.ci.upper, lambda a: a <= first[0])):  # fmt: skip
        mass = {a: w * limit**a for a, w in weights.items()}
        share = sum(m for a, m in mass.items() if kept(a)) / sum(mass.values())
        assert share == pytest.approx(0.025, rel=1e-6)


def test_margins_that_leave_one_outcome_say_nothing():
    found = common_odds_ratio([(5, 5, 7, 7)])
    assert math.isnan(found.estimate)
    assert (found.ci, found.p) == (None, 1.0)
    with pytest.raises(EstimationError, match="no table"):
        common_odds_ratio([])
