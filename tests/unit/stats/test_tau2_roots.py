"""Roots and maxima of the equations for tau2: of means, of designs, and whatever the company."""

from __future__ import annotations

import numpy as np
import pytest

from poolprop.stats.fits.tau2 import ESTIMATORS, estimate_tau2, local_maxima
from poolprop.stats.likelihoods.normal import Means, logliks, studies
from poolprop.stats.numeric.wls import intercept, weighted_fit


def drawn(seed):
    """Return effect sizes and variances of 2 to 30 studies, some homogeneous."""
    random = np.random.default_rng(seed)
    k = int(random.integers(2, 31))
    vi = np.exp(random.normal(-2, 1.5, k))
    return random.normal(0, np.sqrt(vi + (seed % 3) * random.exponential(0.5)), k), vi


@pytest.mark.parametrize("restricted", [True, False])
@pytest.mark.parametrize("seed", range(30))
def test_maxima_solve_the_score_and_none_is_missed(seed, restricted):
    """A fine grid of the likelihood has no higher value than the maxima that were found."""
    yi, vi = drawn(seed)
    data = studies(yi, vi)
    lane, maxima = local_maxima(data, restricted=restricted)
    assert np.array_equal(maxima[lane == 0], maxima[lane == 1])
    maxima = maxima[lane == 0]
    assert np.all(np.diff(maxima) > 0)
    for tau2 in maxima:
        at = data.terms(np.full(2, tau2), restricted=restricted, curves=False)
        assert abs(at.value[0] - at.trace[0]) < 1e-11 * at.trace[0] or (
            tau2 == 0 and at.value[0] <= at.trace[0]
        )
    grid = Means(*(np.repeat(a[:, None], 2001, axis=1) for a in (yi, vi)), np.full(2001, yi.size))
    heights = logliks(grid, np.append(0, np.geomspace(1e-8, 1e3, 2000)), restricted=restricted)
    best = max(logliks(data, np.full(2, tau2), restricted=restricted)[0] for tau2 in maxima)
    assert best >= heights.max() - 1e-12


@pytest.mark.parametrize("columns", [0, 1, 2])
@pytest.mark.parametrize("seed", range(20))
def test_the_derivatives_of_the_score_are_those_of_differences(seed, columns):
    """Of twice the log-likelihood once, of the two terms of the score each."""
    yi, vi = drawn(seed)
    columns = min(columns, yi.size - 2)
    random = np.random.default_rng(seed)
    design = np.column_stack([np.ones(yi.size), random.normal(size=(yi.size, columns))])
    data, step = studies(yi, vi, design), 1e-6
    for restricted in (True, False):
        low, at, high = (
            data.terms(np.full(2, tau2), restricted=restricted, curves=True)
            for tau2 in (0.3 - step, 0.3, 0.3 + step)
        )
        heights = [
            logliks(data, np.full(2, tau2), restricted=restricted)
            for tau2 in (0.3 - step, 0.3 + step)
        ]
        score = (heights[1] - heights[0])[0] / step
        assert (at.value - at.trace)[0] == pytest.approx(score, rel=1e-5, abs=1e-6)
        assert at.slope[0] == pytest.approx((low.value - high.value)[0] / (2 * step), rel=1e-5)
        assert at.curve[0] == pytest.approx((low.trace - high.trace)[0] / (2 * step), rel=1e-5)


@pytest.mark.parametrize("method", ESTIMATORS)
@pytest.mark.parametrize("seed", range(6))
def test_a_column_of_twos_is_the_same_model(seed, method):
    """Means need no matrices; what they give is what a design of one column gives."""
    yi, vi = drawn(seed)
    ones = intercept(yi.size)
    wanted = estimate_tau2(yi, vi, ones, method)
    assert estimate_tau2(yi, vi, 2 * ones, method) == pytest.approx(wanted, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("seed", range(30))
def test_paule_mandel_meets_its_equation(seed):
    yi, vi = drawn(seed)
    design = intercept(yi.size)
    tau2 = estimate_tau2(yi, vi, design, "PM")
    excess = weighted_fit(yi, vi, design, tau2).rss - (yi.size - 1)
    assert excess <= 1e-10 if tau2 == 0 else abs(excess) < 1e-10


@pytest.mark.parametrize("method", ESTIMATORS)
def test_company_changes_no_bit(method):
    """Of 60 data sets together each gets what it gets alone, with infinite variances for none."""
    sets = [drawn(seed) for seed in range(60)]
    k = max(y.size for y, _ in sets)
    y, v = np.zeros((k, len(sets))), np.full((k, len(sets)), np.inf)
    for i, (yi, vi) in enumerate(sets):
        y[: yi.size, i], v[: yi.size, i] = yi, vi
    data = Means(y, v, np.array([float(yi.size) for yi, _ in sets]))
    alone = [ESTIMATORS[method](studies(yi, vi))[0] for yi, vi in sets]
    assert ESTIMATORS[method](data).tolist() == alone
    some = np.random.default_rng(2).permutation(60)[:7]
    assert ESTIMATORS[method](data.take(some)).tolist() == [alone[i] for i in some]
