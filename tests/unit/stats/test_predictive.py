"""Posterior of tau, of the average and of the next study, against plain sums over a dense grid."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import trapezoid
from scipy.special import expit, gammaln
from scipy.stats import beta, norm

import poolprop as pp
from poolprop.stats.answers.predictive import next_study, population_quantiles
from poolprop.stats.likelihoods.location_priors import BetaPrior, NormalPrior

X, N = (12, 91, 11, 12), (21, 110, 12, 13)
MU = np.linspace(-5, 9, 211)
TAU = np.linspace(0, 5, 161)
Z = np.linspace(-7, 7, 71)
PHI = norm.pdf(Z) * (Z[1] - Z[0])
LOCATIONS = {
    BetaPrior(): lambda mu: np.log(beta.pdf(expit(mu), 1, 1) * expit(mu) * expit(-mu)),
    BetaPrior(0.5, 2): lambda mu: np.log(beta.pdf(expit(mu), 0.5, 2) * expit(mu) * expit(-mu)),
    NormalPrior(0.5, 1.5): lambda mu: norm.logpdf(mu, 0.5, 1.5),
}


def log_likelihood():
    eta = MU[None, :, None] + TAU[:, None, None] * Z
    total = np.zeros((TAU.size, MU.size))
    for x, n in zip(X, N, strict=True):
        total += np.log(np.exp(x * eta - n * np.logaddexp(0, eta)) @ PHI)
    return total


@pytest.fixture(scope="module")
def likelihood():
    return log_likelihood()


@pytest.fixture(scope="module", params=list(LOCATIONS), ids=str)
def both(request, likelihood):
    """Return the engine's posterior and the brute-force masses, half-normal(1) prior on tau."""
    log_post = likelihood + LOCATIONS[request.param](MU) - TAU[:, None] ** 2 / 2
    mass = np.exp(log_post - log_post.max())
    mass[[0, -1]] /= 2
    return pp.bayes(X, N, pp.HalfNormal(1.0), mu_prior=request.param), mass / mass.sum()


def test_tau(both):
    posterior, mass = both
    share = mass.sum(axis=1)
    cdf = np.cumsum(share) - share / 2
    for q, tau in zip((0.025, 0.5, 0.975), posterior.tau_quantiles([0.025, 0.5, 0.975]), strict=1):
        assert np.interp(tau, TAU, cdf) == pytest.approx(q, abs=5e-4)
    density = share / (TAU[1] - TAU[0])
    assert posterior.tau_density(TAU[1:100]) == pytest.approx(density[1:100], rel=1e-3, abs=1e-5)
    assert posterior.tau_density([-1.0, 1e6]).tolist() == [0, 0]


def test_the_median_study(both):
    posterior, mass = both
    share = mass.sum(axis=0)
    assert posterior.mean == pytest.approx(share @ expit(MU), abs=1e-6)
    density = (share / (MU[1] - MU[0]) / (expit(MU) * expit(-MU)))[60:160]
    assert posterior.density(expit(MU[60:160])) == pytest.approx(density, rel=1e-3, abs=1e-5)
    cdf = np.cumsum(share) - share / 2
    assert np.interp(posterior_logit(posterior.median), MU, cdf) == pytest.approx(0.5, abs=5e-4)


def posterior_logit(p):
    return np.log(p / (1 - p))


def test_the_average_over_the_population(both):
    posterior, mass = both
    average = expit(MU[None, :, None] + TAU[:, None, None] * Z) @ PHI
    assert posterior.marginal_mean == pytest.approx(np.sum(mass * average), abs=1e-6)
    for q, at in zip((0.025, 0.5, 0.975), population_quantiles(posterior, [0.025, 0.5, 0.975]),
                     strict=True):  # fmt: skip
        assert np.sum(mass * (average < at)) == pytest.approx(q, abs=3e-3)


def test_the_next_patients(both):
    (posterior, mass), n = both, 7
    eta = MU[None, :, None] + TAU[:, None, None] * Z
    y = np.arange(n + 1)
    choose = gammaln(n + 1) - gammaln(y + 1) - gammaln(n - y + 1)
    brute = [
        np.sum(mass * (np.exp(c + i * eta - n * np.logaddexp(0, eta)) @ PHI))
        for i, c in zip(y, choose, strict=True)
    ]
    assert posterior.predict(n) == pytest.approx(brute, abs=1e-6)


@pytest.mark.parametrize(
    ("events", "total"),
    [((5,), (5,)), ((0, 0), (3, 300)), ((10, 12, 20), (10, 12, 20)), ((50,) * 20, (100,) * 20)],
)
@pytest.mark.parametrize("prior", [pp.HalfNormal(2), pp.HalfCauchy(0.5), pp.HalfT(0.5)], ids=str)
def test_any_data_have_a_next_study(events, total, prior):
    posterior = pp.bayes(events, total, prior)
    future = next_study(posterior)
    assert future.weight.min() >= 0
    assert future.weight.sum() == pytest.approx(1)
    assert future.weight.size < 450
    chances = future.events(20)
    assert chances.sum() == pytest.approx(1)
    assert chances.min() >= 0
    lower, median, upper = population_quantiles(posterior, [0.025, 0.5, 0.975])
    assert 0 < lower < median < upper < 1
    tau = np.linspace(0, posterior.tau_quantiles(0.999)[0], 4001)
    assert trapezoid(posterior.tau_density(tau), tau) == pytest.approx(0.999, abs=2e-3)


@pytest.mark.parametrize("prior", [BetaPrior(0.5, 2), NormalPrior(0.5, 1.5)], ids=str)
def test_slopes_are_those_of_the_density(prior):
    mu, h = np.linspace(-6, 6, 49), 1e-4
    up, middle, down = (prior.log_density(mu + d) for d in (h, 0.0, -h))
    assert prior.slope(mu) == pytest.approx((up - down) / (2 * h), abs=1e-6)
    assert prior.curvature(mu) == pytest.approx((2 * middle - up - down) / h**2, abs=1e-5)


@pytest.mark.parametrize("wrong", [{"a": 0.0}, {"b": -1.0}])
def test_a_beta_needs_positive_parameters(wrong):
    with pytest.raises(pp.EstimationError, match="must be positive"):
        BetaPrior(**wrong)


@pytest.mark.parametrize("wrong", [{"sd": 0.0}, {"mean": float("nan")}])
def test_a_normal_needs_a_centre_and_a_width(wrong):
    with pytest.raises(pp.EstimationError, match="It must be"):
        NormalPrior(**wrong)
