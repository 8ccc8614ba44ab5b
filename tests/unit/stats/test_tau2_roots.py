"""The quick roots of pooled means against the general ones."""

from __future__ import annotations

import numpy as np
import pytest

from poolprop.stats.fits.tau2_single import ESTIMATORS, paule_mandel
from poolprop.stats.likelihoods import normal as reml
from poolprop.stats.numeric.wls import intercept, weighted_fit


def studies(seed):
    """Return effect sizes and variances of 2 to 30 studies, some homogeneous."""
    random = np.random.default_rng(seed)
    k = int(random.integers(2, 31))
    vi = np.exp(random.normal(-2, 1.5, k))
    return random.normal(0, np.sqrt(vi + (seed % 3) * random.exponential(0.5)), k), vi


@pytest.mark.parametrize("restricted", [True, False])
@pytest.mark.parametrize("seed", range(30))
def test_maxima_solve_the_score_and_none_is_missed(seed, restricted):
    """A fine grid of the likelihood has no higher value than the maxima that were found."""
    yi, vi = studies(seed)
    design = intercept(yi.size)
    maxima = np.array(reml.local_maxima(yi, vi, design, restricted=restricted))
    score = reml.score(yi, vi, design, maxima, restricted=restricted)
    size = np.sum(1 / (vi + maxima[:, None]), axis=1)
    assert np.all((np.abs(score) < 1e-12 * size) | ((maxima == 0) & (score <= 0)))
    grid = np.append(0, np.geomspace(1e-8, 1e3, 2000))
    best = reml.normal_loglik(yi, vi, design, maxima, restricted=restricted).max()
    assert best >= reml.normal_loglik(yi, vi, design, grid, restricted=restricted).max() - 1e-12


@pytest.mark.parametrize("seed", range(30))
def test_the_derivative_of_the_score_is_that_of_differences(seed):
    yi, vi = studies(seed)
    for restricted in (True, False):
        at = [
            reml._mean_slope(yi, vi, tau2, restricted=restricted)
            for tau2 in (0.3 - 1e-6, 0.3, 0.3 + 1e-6)
        ]
        slope = (at[2][0] - at[0][0]) / 2e-6
        assert at[1][1] == pytest.approx(slope, rel=1e-5, abs=1e-6)
        twos = 2 * intercept(yi.size)  # the same model by the general sums
        general = reml.score(yi, vi, twos, 0.3, restricted=restricted)
        assert at[1][0] == pytest.approx(float(general), rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_a_column_of_twos_is_the_same_model(seed):
    """The roots for means, found by shorter sums, are those of any other design."""
    yi, vi = studies(seed)
    ones = intercept(yi.size)
    for method in ("DL", "PM", "REML", "ML", "HE"):
        tau2 = ESTIMATORS[method](yi, vi, ones)
        assert ESTIMATORS[method](yi, vi, 2 * ones) == pytest.approx(tau2, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("seed", range(30))
def test_paule_mandel_meets_its_equation(seed):
    yi, vi = studies(seed)
    design = intercept(yi.size)
    tau2 = paule_mandel(yi, vi, design)
    excess = float(weighted_fit(yi, vi, design, tau2).rss) - (yi.size - 1)
    assert excess <= 1e-10 if tau2 == 0 else abs(excess) < 1e-10
