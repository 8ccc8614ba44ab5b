"""Simulations: what intervals do in many data sets is what they do in each."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import binom

import poolprop as pp
from poolprop.stats.analyses.coverage import (
    at_truth,
    bootstrap_trial,
    credible_trial,
    glmm_trials,
    wald_trials,
)
from poolprop.stats.analyses.posterior_grid import posterior_many
from poolprop.stats.fits.bootstrap import Draws, binomial_quantile, critical_value
from poolprop.stats.fits.glmm import fit_glmm_many
from poolprop.stats.fits.profile import profile_at
from poolprop.stats.likelihoods.binomial_normal import log_marginal
from poolprop.stats.likelihoods.links import LINKS
from poolprop.stats.likelihoods.tabulated import LikelihoodGrid
from poolprop.stats.priors import HalfCauchy, HalfNormal

MU = float(np.log(0.92 / 0.08))


def drawn(k: int, low: int, high: int, tau: float, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return simulated data sets about 92 %, boundary ones among them."""
    random = np.random.default_rng(k)
    n = random.integers(low, high + 1, (count, k))
    x = random.binomial(n, expit(MU + tau * random.standard_normal((count, k))))
    return x.astype(float), n.astype(float)


@pytest.mark.parametrize(("k", "low", "high"), [(2, 8, 20), (4, 8, 20), (8, 20, 110)])
def test_posteriors_are_those_of_single_data_sets(k: int, low: int, high: int) -> None:
    x, n = drawn(k, low, high, 0.6, 12)
    priors = [HalfNormal(1.0), HalfNormal(0.5)]
    found = posterior_many(x, n, priors, [0.025, 0.5, 0.975])
    for i in range(0, 12, 4):
        for prior, many in zip(priors, found, strict=True):
            one = pp.bayes(x[i].astype(int), n[i].astype(int), prior)
            assert many[i] == pytest.approx(one.quantiles([0.025, 0.5, 0.975]), abs=2e-6)


def test_heavy_tailed_priors_are_integrated_far_out() -> None:
    x, n = np.array([[12.0, 91, 11, 12], [9, 12, 30, 8]]), np.array([[21.0, 110, 12, 13]] * 2)
    n[1] = [12, 12, 40, 9]
    found = posterior_many(x, n, [HalfCauchy(0.5)], [0.025, 0.975])[0]
    for i in range(2):
        one = pp.bayes(x[i].astype(int), n[i].astype(int), HalfCauchy(0.5))
        assert found[i] == pytest.approx(one.quantiles([0.025, 0.975]), abs=1e-5)


def test_binomial_quantiles_are_the_smallest_counts_that_reach_u() -> None:
    random = np.random.default_rng(3)
    u, n = random.random(5000), random.integers(1, 300, 5000).astype(float)
    p = random.random(5000) ** 3
    assert np.array_equal(binomial_quantile(u, n, p), binom.ppf(u, n, p))


def test_coverage_by_the_profile_is_that_of_the_limits() -> None:
    x, n = drawn(3, 8, 20, 1.0, 60)
    truth = at_truth(x, n, MU)
    trials = glmm_trials(x, n, truth, 0.95, np.ones(60, dtype=bool))
    for i in range(0, 60, 4):
        for ci in ("profile", "profile-ck"):
            one = pp.pool(x[i].astype(int), n[i].astype(int), ci=ci, prediction="none").ci
            assert trials[ci].covered[i] == (one.lower <= 0.92 <= one.upper)
            assert trials[ci].width[i] == pytest.approx(one.upper - one.lower, abs=1e-6)


def test_maxima_under_the_null_are_those_of_the_profile() -> None:
    x, n = drawn(5, 10, 40, 1.0, 20)
    loglik, tau = profile_at(x, n, fit_glmm_many(x, n, LINKS["logit"]), 1.5, LINKS["logit"], 5.0)
    loglik += LINKS["logit"].constant(x, n).sum(axis=1)
    for i in range(20):
        taus = np.linspace(0, 5, 2001)
        values = log_marginal(x[i], n[i], np.array(1.5), taus[:, None]).sum(axis=1)
        assert loglik[i] == pytest.approx(values.max(), abs=1e-5)
        assert tau[i] == pytest.approx(taus[np.argmax(values)], abs=0.02)


def test_critical_values_of_a_shared_grid_are_those_of_a_grid_for_one_data_set() -> None:
    _, n = drawn(4, 8, 30, 1.0, 3)
    shared = LikelihoodGrid(n[np.argmax(n.sum(axis=1))], MU, 1.0, 5.0)
    for i, tau in enumerate((0.0, 0.4, 1.1)):
        draws = Draws(np.sort(n[i]), i, 400)
        own = LikelihoodGrid(draws.n, MU, 1.0, 5.0)
        found, wanted = (critical_value(each, draws, MU, tau, 0.95, 0.0) for each in (shared, own))
        assert found == pytest.approx(wanted, abs=0.03)


def test_a_bootstrap_never_rejects_what_the_chi_square_interval_holds() -> None:
    x, n = drawn(4, 8, 30, 0.6, 80)
    truth = at_truth(x, n, MU)
    seeds = np.arange(80, dtype=np.uint32)
    companion = bootstrap_trial(x, n, truth, 0.95, seeds, 100)
    plain = glmm_trials(x, n, truth, 0.95, np.zeros(80, dtype=bool))["profile"]
    assert not np.any(plain.covered & ~companion.covered)
    assert not companion.failed.any()


def test_two_step_and_credible_intervals_are_those_of_the_engine() -> None:
    x, n = drawn(4, 8, 30, 0.6, 12)
    trials = wald_trials(x, n, MU, 0.95)
    posterior = credible_trial(posterior_many(x, n, [HalfNormal()], [0.025, 0.975])[0], MU)
    plan = {
        "dl-wald": ("DL", "wald"),
        "hksj": ("REML", "hksj"),
        "hksj-adhoc": ("REML", "hksj-adhoc"),
    }
    for i in range(12):
        counts = x[i].astype(int), n[i].astype(int)
        for name, (tau2, ci) in plan.items():
            one = pp.pool(*counts, "two-step", tau2=tau2, ci=ci, prediction="none").ci
            assert trials[name].width[i] == pytest.approx(one.upper - one.lower, abs=1e-7)
            assert trials[name].covered[i] == (one.lower <= 0.92 <= one.upper)
        credible = pp.bayes(*counts).interval()
        assert posterior.covered[i] == (credible.lower <= 0.92 <= credible.upper)


@pytest.mark.parametrize(
    ("huge", "default", "hksj"), [(10_000, 0.87, 0.83), (1_000_000, 0.56, 0.79)]
)
def test_one_huge_study_spoils_every_interval_as_the_docs_say(
    huge: int, default: float, hksj: float
) -> None:
    """The figures of docs/choosing.md: totals 50, 80, 120 and a huge one, mu 0.2, tau 0.3."""
    random = np.random.default_rng(20_260_101)
    n = np.broadcast_to(np.array([50.0, 80.0, 120.0, huge]), (1000, 4))
    eta = 0.2 + 0.3 * random.standard_normal(n.shape)
    x = random.binomial(n.astype(int), expit(eta)).astype(float)
    truth = at_truth(x, n, 0.2)
    none = np.zeros(len(x), dtype=bool)
    trials = glmm_trials(x, n, truth, 0.95, none) | wald_trials(x, n, 0.2, 0.95)
    # Three Monte-Carlo standard errors of a share near 0.8 in 1000 data sets.
    assert trials["profile-ck"].covered.mean() == pytest.approx(default, abs=0.05)
    assert trials["hksj"].covered.mean() == pytest.approx(hksj, abs=0.05)
