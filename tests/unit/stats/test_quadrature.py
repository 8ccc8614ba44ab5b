"""Moments of the binomial-normal likelihood at and near ``tau = 0``, and of huge studies."""

from __future__ import annotations

import numpy as np
import pytest
from oracle import Glmm
from scipy.stats import binom

from poolprop.stats.answers.pool import pool
from poolprop.stats.likelihoods.binomial_normal import moments
from poolprop.stats.likelihoods.links import LINKS

X, N = np.array([0.0, 3.0, 9.0, 12.0]), np.array([7.0, 10.0, 9.0, 40.0])
NAMES = ("loglik", "d_mu", "d_tau", "d_mu2", "d_mutau", "d_tau2")


@pytest.mark.parametrize("link", LINKS)
def test_at_zero_the_likelihood_is_binomial(link):
    mu = np.array([[-0.4], [0.3]])
    at = moments(X, N, mu, np.zeros((2, 1)), LINKS[link])
    assert at.loglik == pytest.approx(binom.logpmf(X, N, LINKS[link].inverse(mu)), rel=1e-12)


@pytest.mark.parametrize("link", LINKS)
def test_the_integral_tends_to_what_is_taken_at_zero(link):
    """The closed form at 0 is the limit of the quadrature, in shape and in value."""
    mu = np.array([[-0.4], [0.3]])
    zero = moments(X, N, mu, np.zeros((2, 1)), LINKS[link])
    near = moments(X, N, mu, np.full((2, 1), 1e-7), LINKS[link])
    for name in NAMES:
        limit, value = getattr(zero, name), getattr(near, name)
        assert limit.shape == value.shape == (2, 4)
        assert value == pytest.approx(limit, rel=1e-7, abs=2e-3)


def test_derivatives_are_those_of_differences():
    """Where ``tau`` is not 0, by central differences of the log-likelihood."""
    mu, tau, h = np.array(0.2), np.array(0.8), 1e-4

    def loglik(a, b):
        return moments(X, N, mu + a * h, tau + b * h).loglik

    at = moments(X, N, mu, tau)
    assert at.d_mu == pytest.approx((loglik(1, 0) - loglik(-1, 0)) / (2 * h), rel=1e-6)
    assert at.d_tau == pytest.approx((loglik(0, 1) - loglik(0, -1)) / (2 * h), rel=1e-6)
    mixed = loglik(1, 1) - loglik(1, -1) - loglik(-1, 1) + loglik(-1, -1)
    assert at.d_mutau == pytest.approx(mixed / (4 * h * h), rel=1e-4, abs=1e-5)


HUGE_X, HUGE_N = [500_000_000, 2, 38, 12, 60], [10**9, 40, 40, 40, 90]


def test_derivatives_of_a_huge_study_keep_their_digits():
    """A study of 1e9 has a slope near 1e8: squared, it left nothing of a curvature near 1."""
    x, n = np.array([5e8, 5e8]), np.array([1e9, 1e9])
    mu, tau = np.array(0.2), np.array(0.8)
    at = moments(x, n, mu, tau)
    # log N(0; mu, tau^2), for the study's own error is 6e-5.
    assert at.d_mu == pytest.approx(-0.2 / 0.64, rel=1e-6)
    assert at.d_tau == pytest.approx((0.04 / 0.64 - 1) / 0.8, rel=1e-6)
    assert at.d_mu2 == pytest.approx(-1 / 0.64, rel=1e-6)
    assert at.d_mutau == pytest.approx(2 * 0.2 / 0.8**3, rel=1e-6)
    assert at.d_tau2 == pytest.approx((1 - 3 * 0.04 / 0.64) / 0.64, rel=1e-6)


def test_a_study_of_a_thousand_million_is_pooled_with_small_ones():
    fit = pool(HUGE_X, HUGE_N)
    assert np.all(Glmm(HUGE_X, HUGE_N).error(fit.estimate, fit.tau) < 1e-9)
    assert 0 < fit.prediction.lower < fit.ci.lower < fit.ci.upper < fit.prediction.upper < 1


def test_a_study_far_from_the_mean_is_integrated_where_its_likelihood_is():
    """Newton's method for the mode circled there, between 150 and 0.6 deviations from the mean.

    The sum over the whole range of ``z`` is as plain as it is slow.
    """
    rng, z = np.random.default_rng(4), np.linspace(-100, 100, 20_001)[:, None]
    for link, most in (("logit", 4), ("probit", 2.5), ("cloglog", 2)):
        n, mu = np.floor(rng.uniform(300, 4000, 60)), rng.uniform(1, most, 60)
        tau, mu[0], n[0] = rng.uniform(0.05, 0.2, 60), 3.75462 if link == "logit" else 1, 2590
        x, tau[0] = np.zeros(60), 0.0829089
        if link != "cloglog":  # the last half are mirror images
            x[30:], mu[30:] = n[30:], -mu[30:]
        found = moments(x, n, mu, tau, LINKS[link]).loglik
        height = LINKS[link].parts(mu + tau * z, x, n)[0] - z * z / 2
        top = height.max(axis=0)
        whole = np.log(np.exp(height - top).sum(axis=0) * 0.01 / np.sqrt(2 * np.pi)) + top
        assert found == pytest.approx(whole, rel=1e-10)
