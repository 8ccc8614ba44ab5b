"""Many fits at once give what single fits give."""

import numpy as np
import pytest

from poolprop.stats.batch.fused import FUSED
from poolprop.stats.batch.glmm import fit_glmm_many
from poolprop.stats.batch.profile import profile_drop_many, profile_limits_many
from poolprop.stats.distributions import profile_cut
from poolprop.stats.glmm import fit_glmm
from poolprop.stats.glmm_intervals import glmm_profile, pooled_mean, profile_interval
from poolprop.stats.links import LINKS
from poolprop.stats.wls import intercept

HARD = [  # bimodal; likelihood rising without end; nobody; everybody; homogeneous; wide; few
    ([3, 2, 0, 1, 8], [8, 25, 26, 36, 103]),
    ([0, 12, 0, 3, 0], [13, 12, 5, 3, 9]),
    ([0, 0, 0, 0, 0], [13, 12, 5, 9, 40]),
    ([13, 12, 5, 9, 40], [13, 12, 5, 9, 40]),
    ([5, 5, 5, 5, 5], [10, 10, 10, 10, 10]),
    ([0, 990, 3, 40, 1], [50, 1000, 800, 41, 2]),
    ([1, 0, 0, 0, 0], [2, 3, 1, 4, 1]),
    ([0, 12, 0, 0, 0], [13, 12, 5, 9, 8]),
]


def drawn(sets, k, seed):
    """Draw data sets with few and many events, zero cells included."""
    rng = np.random.default_rng(seed)
    n = np.exp(rng.normal(3.6, 1.1, (sets, k))).round().clip(1, 5000)
    spread = np.abs(rng.normal(0, 0.8, (sets, 1))) * (rng.random((sets, 1)) > 0.2)
    eta = rng.normal(-1.3, 1.5, (sets, 1)) + spread * rng.normal(size=(sets, k))
    return rng.binomial(n.astype(int), 1 / (1 + np.exp(-eta))).astype(float), n


def hard():
    x, n = zip(*HARD, strict=True)
    return np.array(x, dtype=float), np.array(n, dtype=float)


def singles(x, n, link):
    return [fit_glmm(a, b, intercept(a.size), link) for a, b in zip(x, n, strict=True)]


def close(got, wanted, tolerance=1e-9):
    np.testing.assert_allclose(got, wanted, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (hard(), "logit"),
        (drawn(150, 3, 1), "logit"),
        (drawn(80, 7, 2), "logit"),
        (drawn(20, 30, 3), "logit"),
        (drawn(40, 4, 4), "probit"),
        (drawn(40, 4, 5), "cloglog"),
        (drawn(20, 1, 6), "logit"),
    ],
)
def test_fits_are_those_of_the_single_engine(data, name):
    link = LINKS[name]
    found, wanted = fit_glmm_many(*data, link), singles(*data, link)
    close(found.mu, [fit.beta[0] for fit in wanted])
    close(found.tau, [fit.tau for fit in wanted])
    close(found.loglik, [fit.loglik for fit in wanted])
    close(found.loglik_common, [fit.loglik_common for fit in wanted])
    close(found.se, [np.sqrt(fit.cov[0, 0]) for fit in wanted])
    assert found.converged.tolist() == [fit.converged for fit in wanted]
    assert found.runaway.tolist() == [fit.runaway for fit in wanted]


@pytest.mark.parametrize("small_sample", [False, True])
@pytest.mark.parametrize(
    ("data", "name"),
    [
        (hard(), "logit"),
        (drawn(60, 3, 7), "logit"),
        (drawn(40, 8, 8), "logit"),
        (drawn(15, 4, 9), "probit"),
        (drawn(15, 4, 10), "cloglog"),
    ],
)
def test_profile_limits_are_those_of_the_single_engine(data, name, small_sample):
    (x, n), link = data, LINKS[name]
    cut = profile_cut(0.95, x.shape[1], small_sample=small_sample)
    lower, upper = profile_limits_many(x, n, fit_glmm_many(x, n, link), cut, link)
    wanted = [
        profile_interval(pooled_mean(a, b, fit, link), cut, link, [])
        for a, b, fit in zip(x, n, singles(x, n, link), strict=True)
    ]
    # The single engine's limits are good to 3e-9.
    close(lower, [interval.lower for interval in wanted], 3e-9)
    close(upper, [interval.upper for interval in wanted], 3e-9)


@pytest.mark.parametrize(("name", "reach"), [("logit", 40.0), ("probit", 9.0), ("cloglog", 8.0)])
def test_fused_links_are_the_links(name, reach):
    rng = np.random.default_rng(12)
    eta = rng.uniform(-reach, reach, (9, 400))
    n = rng.integers(1, 900, 400).astype(float)
    x = np.floor(rng.random(400) * (n + 1))
    loglik, score, minus_info = FUSED[name](eta, x, n)
    wanted = LINKS[name].derivatives(eta, x, n)
    close(loglik, LINKS[name].loglik(eta, x, n), 1e-11)
    close(score, wanted[0], 1e-11)
    close(minus_info, -wanted[1], 1e-11)


def test_the_fall_of_the_profile_is_that_of_the_single_engine():
    (x, n), link = drawn(60, 4, 11), LINKS["logit"]
    fits = singles(x, n, link)
    drop = profile_drop_many(x, n, fit_glmm_many(x, n, link), -1.0, link)
    for i, fit in enumerate(fits):
        profile = glmm_profile(x[i], n[i], fit, link)
        height = profile.at(np.array([-1.0]), np.array([fit.tau]), thorough=True)[0][0]
        close(drop[i], 2 * (fit.loglik - height))
