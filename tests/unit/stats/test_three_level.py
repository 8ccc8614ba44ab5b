"""Rows nested in studies: special cases with a known answer, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

import poolprop as pp
from poolprop.stats.analyses.three_level import three_level
from poolprop.stats.fits.variance_components import fit_components

EVENTS = [12, 91, 11, 12, 4, 30, 22, 7]
TOTAL = [21, 110, 12, 13, 16, 41, 50, 19]
STUDY = list("aabbcddd")


def test_the_order_of_rows_does_not_matter():
    order = [7, 2, 5, 0, 3, 6, 1, 4]
    mixed = three_level(*([values[i] for i in order] for values in (EVENTS, TOTAL, STUDY)))
    fit = three_level(EVENTS, TOTAL, STUDY)
    assert mixed.estimate == pytest.approx(fit.estimate, rel=1e-9)
    assert mixed.tau2_study == pytest.approx(fit.tau2_study, rel=1e-7)


def test_complements_mirror():
    fit = three_level(EVENTS, TOTAL, STUDY)
    other = three_level(np.subtract(TOTAL, EVENTS), TOTAL, STUDY)
    assert other.estimate == pytest.approx(-fit.estimate, rel=1e-9)


@pytest.mark.parametrize("restricted", [True, False])
def test_the_score_is_the_slope_of_the_likelihood(restricted):
    """Balanced rows without sampling error: REML is the analysis of variance."""
    yi = np.array([1.0, 2.0, 4.0, 5.0, 9.0, 8.0])
    member = np.repeat(np.eye(3), 2, axis=0)
    found = fit_components(yi, np.full(6, 1e-9), member, restricted=restricted)
    means = yi.reshape(3, 2).mean(axis=1)
    within = np.sum((yi.reshape(3, 2) - means[:, None]) ** 2) / 3
    between = 2 * np.sum((means - means.mean()) ** 2) / (2 if restricted else 3)
    assert found.converged
    assert found.within == pytest.approx(within, rel=1e-6)
    assert found.between == pytest.approx((between - within) / 2, rel=1e-6)


def test_shares_of_i2_lie_between_0_and_1_and_intervals_are_nested():
    fit = three_level(EVENTS, TOTAL, STUDY)
    assert fit.i2_study >= 0
    assert fit.i2_row >= 0
    assert fit.i2_study + fit.i2_row < 1
    wald = three_level(EVENTS, TOTAL, STUDY, ci="wald")
    assert fit.ci.lower < wald.ci.lower < fit.proportion < wald.ci.upper < fit.ci.upper
    assert fit.prediction.lower < fit.ci.lower
    assert fit.df == 3
    assert math.isinf(wald.df)
    assert wald.to_dict()["df"] is None


@pytest.mark.parametrize("measure", ["PLO", "PLN", "PR", "PAS", "PFT"])
def test_identical_rows_have_no_variance(measure):
    fit = three_level([5] * 4, [10] * 4, list("aabb"), measure)
    assert fit.converged
    assert (fit.tau2_study, fit.tau2_row) == (0.0, 0.0)
    assert fit.proportion == pytest.approx(0.5)


def test_what_is_not_nested_is_refused():
    with pytest.raises(pp.EstimationError, match="at least 2 studies are needed, got 1"):
        three_level([1, 2], [9, 9], ["a", "a"])
    with pytest.raises(pp.EstimationError, match="each of the 2 studies has one row"):
        three_level([1, 2], [9, 9], ["a", "b"])
    with pytest.raises(pp.EstimationError, match="study has 1 values for 2 rows"):
        three_level([1, 2], [9, 9], ["a"])
