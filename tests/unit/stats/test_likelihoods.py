"""Likelihood models against plain sums and searches that share nothing with the engine."""

import math

import numpy as np
import pytest
from oracle import BetaBinomial, Glmm
from scipy.optimize import brentq

from poolprop.stats.fits.climb import ascend
from poolprop.stats.fits.glmm import fit_sets
from poolprop.stats.fits.profile import profile_at
from poolprop.stats.likelihoods.beta_binomial import BetaBinomial as Batched
from poolprop.stats.likelihoods.binomial_normal import log_marginal
from poolprop.stats.likelihoods.links import LINKS
from poolprop.stats.sets import Sets, rectangular


def drawn(seed):
    """Draw a data set of 2 to 6 studies, some of them huge, some without events."""
    rng = np.random.default_rng(seed)
    k = int(rng.integers(2, 7))
    most = [60, 400, 1e5, 1e9][seed % 4]
    n = np.exp(rng.uniform(np.log(4), np.log(most), k)).astype(int)
    eta = rng.normal(-0.5, 1.2) + rng.uniform(0.2, 1.3) * rng.normal(size=k)
    return rng.binomial(n, 1 / (1 + np.exp(-eta))).tolist(), n.tolist()


def one(x, n):
    return Sets.of(np.array(x, dtype=float), np.array(n, dtype=float))


def test_the_profile_at_a_mean_is_the_oracles_the_higher_of_two_maxima_in_tau():
    """At the first mean 0 is a local maximum, and one at 1.2 is higher by 0.04."""
    for mean, (x, n) in ((1.5, ([12, 13, 19, 92], [12, 13, 21, 110])), (-1.0, drawn(4))):
        x, n, link = np.array([x]), np.array([n]), LINKS["logit"]
        fit = fit_sets(rectangular(x, n), link)
        height = profile_at(x, n, fit, mean, link, 100.0)[0] + link.constant(x, n).sum()
        assert height[0] == pytest.approx(Glmm(x[0], n[0]).ridge(mean), abs=1e-9)


def test_long_sums_of_the_beta_binomial_keep_their_digits():
    x, n = [3, 5, 900_000], [10, 20, 2_000_000]
    problem, model = Batched.of(one(x, n)), BetaBinomial(x, n)
    for theta in (0.16, 1e-7, 0.0, 1e5):
        at = np.array([[-0.3], [math.sqrt(theta)]])
        found = problem.derivatives(at, np.ones(1, dtype=bool))[0] + problem.constants()
        assert found[0] == pytest.approx(float(model.loglik(-0.3, theta)), rel=1e-12)


@pytest.mark.parametrize("link", LINKS)
def test_a_study_of_any_size_has_the_oracles_likelihood(link):
    rng = np.random.default_rng(12)
    sizes = [1, 3, 40, 900, 10**5, 10**6, 10**9] if link == "logit" else [1, 3, 40, 900, 30_000]
    for n in sizes:
        for x in (0, int(rng.integers(0, n + 1)), n):
            mu, tau = float(rng.normal()), float(rng.uniform(0.1, 2))
            args = (np.array([float(x)]), np.array([float(n)]), np.array(mu), np.array(tau))
            found = float(log_marginal(*args, LINKS[link])[0])
            wanted = float(Glmm([x], [n], link).study(0, mu, tau)[0])
            # cloglog's wall at x = n is steep: its digits are fewer.
            room = 1e-7 if link == "cloglog" else 1e-9
            assert found == pytest.approx(wanted, rel=2e-9, abs=room), (x, n, mu, tau)


class Rising:
    """A likelihood that rises with ``tau`` without end."""

    def __init__(self):
        self.calls = 0

    def take(self, which):
        return self

    def derivatives(self, theta, fine):
        self.calls += 1
        one = np.ones_like(theta[0])
        mu, tau = theta
        return np.stack([tau - 0.5 * mu**2, -mu, one, -one, 0 * one, -one])


def test_a_climb_stops_at_the_top_of_its_range():
    """A likelihood that rises without end costs a few evaluations, not all that are allowed."""
    problem = Rising()
    found = ascend(problem, np.array([[3.0], [0.5]]), 10.0)
    assert found.theta[:, 0] == pytest.approx([0.0, 10.0])
    assert found.settled.all()
    assert problem.calls < 20


def test_probit_and_cloglog_are_inverted_by_their_links():
    for link in LINKS.values():
        p = np.array([1e-6, 0.2, 0.5, 0.9])
        np.testing.assert_allclose(link.inverse(link.forward(p)), p, rtol=1e-12)
        eta = link.forward(p)
        step = 1e-6
        slope = link.plain(eta, p, np.ones(4))[1]
        rise = link.plain(eta + step, p, np.ones(4))[0] - link.plain(eta - step, p, np.ones(4))[0]
        np.testing.assert_allclose(slope, rise / (2 * step), atol=1e-8)


def test_the_oracle_finds_a_known_root():
    assert brentq(lambda t: float(Glmm([5], [10]).at(t, 1.0)[1]), -1, 1) == pytest.approx(0)
