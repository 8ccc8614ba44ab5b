"""Meta-regression, influence, GOSH, small-study effects, robust variance, survival rates."""

from __future__ import annotations

import numpy as np
import pytest

import poolprop as pp
from poolprop.stats.analyses.effect_means import cluster_robust
from poolprop.stats.analyses.survival import cloglog_rates, pool_survival
from poolprop.stats.answers.pool_two_step import fit_two_step
from poolprop.stats.arms.two_arm import exact_test, mantel_haenszel, peto

EVENTS, TOTAL = [2, 5, 9, 14, 11], [20, 22, 25, 24, 19]


def test_a_categorical_moderator_is_the_difference_between_levels():
    found = pp.meta_regression(EVENTS, TOTAL, {"arm": list("aabbb")}, tau2="EE", ci="wald")
    means = [
        pp.pool(EVENTS[part], TOTAL[part], model="common", measure="PLO").estimate
        for part in (slice(0, 2), slice(2, 5))
    ]
    assert found.names == ("intercept", "arm[b]")
    assert found.fit.beta == pytest.approx([means[0], means[1] - means[0]])


def test_a_collinear_design_is_refused_by_the_name_of_the_column():
    with pytest.raises(
        pp.EstimationError, match="column 'twice' is a combination of intercept, dose"
    ):
        pp.meta_regression(EVENTS, TOTAL, {"dose": [1, 2, 3, 4, 5], "twice": [2, 4, 6, 8, 10]})


def test_more_coefficients_than_studies_are_refused():
    with pytest.raises(pp.EstimationError, match="2 studies cannot carry 2 coefficients"):
        pp.meta_regression([1, 2], [9, 9], [1.0, 2.0])


def test_the_permutation_p_value_counts_orders():
    found = pp.meta_regression(EVENTS, TOTAL, {"dose": [1, 2, 3, 4, 5]}, permutation=True)
    assert found.permutation_p * 120 == pytest.approx(round(found.permutation_p * 120))
    assert 1 / 120 <= found.permutation_p <= 1


def test_gosh_pools_every_subset_as_the_two_step_model_does():
    found = pp.gosh(EVENTS, TOTAL)
    assert found.complete
    assert len(found.members) == 2**5 - 5 - 1
    row = 7
    chosen = np.flatnonzero(found.members[row])
    direct = pp.pool(
        np.array(EVENTS)[chosen], np.array(TOTAL)[chosen], model="two-step", tau2="DL", ci="wald"
    )
    assert found.estimate[row] == pytest.approx(direct.estimate, abs=1e-10)


def test_influence_flags_the_outlier():
    found = pp.influence([30, 31, 29, 30, 4], [40, 40, 40, 40, 40], "two-step")
    assert np.argmax(np.abs(found.rstudent)) == 4
    assert found.influential[4]


def test_influence_needs_three_studies():
    with pytest.raises(pp.EstimationError, match="needs at least 3 studies, got 2"):
        pp.influence([1, 2], [9, 9])


def test_funnel_asymmetry_is_tested_from_ten_studies_on():
    few = pp.small_study_effects(EVENTS, TOTAL)
    many = pp.small_study_effects(list(range(1, 12)), list(range(20, 130, 10)))
    assert (few.tested, few.egger) == (False, None)
    assert many.tested
    assert 0 <= many.egger.p <= 1


def test_singleton_clusters_reduce_cr2_to_the_hc2_form():
    yi, vi = pp.effect_sizes(EVENTS, TOTAL)
    fit = fit_two_step(yi, vi, "DL", "wald", 0.95)
    found = cluster_robust(yi, vi, fit.tau2, range(5))
    w = fit.weights
    expected = np.sum(w**2 * (yi - fit.estimate) ** 2 / (1 - w))
    assert found.se**2 == pytest.approx(expected)
    assert found.df < 5


def test_survival_rates_use_the_interval_where_there_is_one():
    yi, vi = cloglog_rates([0.66, 0.5], lower=[0.5, np.nan], upper=[0.78, np.nan], at_risk=[1, 22])
    assert vi[0] != cloglog_rates([0.66], at_risk=[1])[1][0]
    found = pool_survival(yi, vi)
    assert 0.5 < found.rate < 0.66
    assert found.ci.lower < found.rate < found.ci.upper


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_a_survival_rate_at_the_boundary_is_refused(rate):
    with pytest.raises(pp.EstimationError, match="study 1: rate is"):
        cloglog_rates([rate], at_risk=[10])


def test_swapping_the_arms_changes_the_sign():
    there = mantel_haenszel([4, 3], [20, 30], [9, 8], [21, 29])
    back = mantel_haenszel([9, 8], [21, 29], [4, 3], [20, 30])
    assert there.estimate == pytest.approx(-back.estimate)
    assert peto([4], [20], [9], [21]).estimate < 0
    assert 0 < exact_test(4, 20, 9, 21) < 1


def test_a_result_becomes_a_row_and_a_table():
    fit = pp.pool(EVENTS, TOTAL)
    frame = fit.to_frame()
    assert frame.loc[0, "ci_lower"] == fit.ci.lower
    assert "<table>" in fit._repr_html_()
