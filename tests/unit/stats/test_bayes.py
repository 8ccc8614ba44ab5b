"""The posterior agrees with a plain sum over a dense grid that shares no code with it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, gammaln, ndtr

import poolprop as pp
from poolprop.stats.answers import bayes
from poolprop.stats.fits.empirical_bayes import glmm_study_effects
from poolprop.stats.likelihoods.links import LINKS

X, N = np.array([12.0, 91, 11, 12]), np.array([21.0, 110, 12, 13])


def study_loglik(x, n, eta):
    choose = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)
    return choose + x * eta - n * np.logaddexp(0, eta)


@pytest.fixture(scope="module")
def grid():
    """Return mu, tau and their joint posterior by brute force, half-normal(1.5) prior on tau."""
    mu = np.linspace(-4, 9, 260)
    tau = np.linspace(0, 5, 251)
    z = np.linspace(-8, 8, 241)
    phi = np.exp(-z * z / 2) / np.sqrt(2 * np.pi) * (z[1] - z[0])
    log_post = np.empty((tau.size, mu.size))
    for i, t in enumerate(tau):
        eta = mu[:, None] + t * z
        parts = [np.log(np.exp(study_loglik(x, n, eta)) @ phi) for x, n in zip(X, N, strict=True)]
        prior = -np.logaddexp(0, mu) - np.logaddexp(0, -mu) - (t / 1.5) ** 2 / 2
        log_post[i] = np.sum(parts, axis=0) + prior
    mass = np.exp(log_post - log_post.max())
    mass[[0, -1]] /= 2  # trapezoid in tau
    return mu, tau, mass / mass.sum()


@pytest.fixture(scope="module")
def posterior():
    return pp.bayes(X, N)


def cdf_new(grid, theta):
    mu, tau, mass = grid
    inner = ndtr((theta - mu) / np.maximum(tau, 1e-3)[:, None])
    return float(np.sum(mass * inner))


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.8])
def test_probability_above_a_threshold(grid, posterior, threshold):
    mu, _, mass = grid
    density = mass.sum(axis=0)
    cut = np.log(threshold / (1 - threshold))
    share = np.interp(cut, mu, np.cumsum(density) - density / 2)
    assert posterior.prob_above(threshold) == pytest.approx(1 - share, abs=1e-3)
    assert posterior.prob_new_above(threshold) == pytest.approx(1 - cdf_new(grid, cut), abs=1e-3)


def test_mean_of_tau(grid, posterior):
    _, tau, mass = grid
    assert posterior.mean_tau == pytest.approx(float(mass.sum(axis=1) @ tau), abs=1e-3)


def test_prediction_interval_holds_its_share(grid, posterior):
    interval = posterior.prediction(0.95)
    for end, share in ((interval.lower, 0.025), (interval.upper, 0.975)):
        assert cdf_new(grid, np.log(end / (1 - end))) == pytest.approx(share, abs=1e-3)


def test_study_estimates_of_the_one_step_model_are_posterior_means():
    mu, tau = 1.4, 0.7
    mean, sd = glmm_study_effects(X, N, mu, tau, LINKS["logit"])
    z = np.linspace(-9, 9, 20001)
    for i in range(X.size):
        weight = np.exp(study_loglik(X[i], N[i], mu + tau * z) - z * z / 2)
        weight /= weight.sum()
        eta = mu + tau * z
        centre = float(weight @ eta)
        assert mean[i] == pytest.approx(centre, abs=1e-8)
        assert sd[i] == pytest.approx(np.sqrt(weight @ (eta - centre) ** 2), abs=1e-8)
    assert np.all(np.abs(expit(mean) - expit(mu)) < np.abs(X / N - expit(mu)) + 1e-12)


def test_the_posterior_of_many_studies_is_that_of_every_point(monkeypatch):
    """Where the grid is short the likelihood is interpolated; 400 studies are short enough."""
    rng = np.random.default_rng(20261130)
    n = rng.integers(10, 300, 400)
    x = rng.binomial(n, expit(rng.normal(-1, 0.3, 400)))
    quick = pp.bayes(x, n)
    assert np.ptp(quick.mu, axis=1).max() < bayes.SHORT
    monkeypatch.setattr(bayes, "SHORT", 0.0)
    whole = pp.bayes(x, n)
    assert not np.array_equal(quick.mass, whole.mass)  # it was another way
    np.testing.assert_allclose(quick.mass, whole.mass, rtol=0, atol=1e-10 * whole.mass.max())
    assert quick.median == pytest.approx(whole.median, abs=1e-12)


@pytest.mark.parametrize(
    ("x", "n"),
    [
        ([500, 520, 480], [10**4] * 3),
        ([500_000, 500_900], [10**6] * 2),
        ([500_000] * 5, [10**6] * 5),
    ],
)
def test_tau_of_large_studies_that_agree_is_resolved(x, n, monkeypatch):
    usual = pp.bayes(x, n)
    monkeypatch.setattr("poolprop.stats.answers.bayes.TAU_NODES", 120)
    many = pp.bayes(x, n)
    tails = [0.025, 0.5, 0.975]
    assert usual.tau_quantiles(tails) == pytest.approx(many.tau_quantiles(tails), rel=1e-4)
    assert tuple(usual.prediction()) == pytest.approx(tuple(many.prediction()), rel=1e-5)
    assert (np.diff(usual.tau_quantiles([0.01, 0.1, 0.5, 0.9, 0.99])) > 0).all()


@pytest.mark.parametrize("off", [0, 1, 30])
def test_q_of_studies_that_agree_is_no_rounding(off):
    x, n = 3 * 10**5, 10**6
    fit = pp.pool([x, x + off], [n, n])
    p = (2 * x + off) / (2 * n)
    assert fit.q == pytest.approx(off**2 / (2 * n * p * (1 - p)), rel=1e-6, abs=1e-20)
