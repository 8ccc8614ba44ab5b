"""The prior for a next trial is near the predictive law, conjugate, and weighs what it should."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy import stats

import poolprop as pp
from poolprop.stats.analyses.map_prior import _mixture
from poolprop.stats.answers.predictive import NextStudy

REMISSION = ((12, 91, 11, 12), (21, 110, 12, 13))
# The eight historical control groups of Schmidli et al. (2014).
SPONDYLITIS = ((23, 12, 19, 9, 39, 6, 9, 10), (107, 44, 51, 39, 139, 20, 78, 35))


bayes = cache(pp.bayes)


def beta_mixture(prior, p):
    laws = zip(prior.weight, prior.a, prior.b, strict=True)
    return sum(w * stats.beta.pdf(p, a, b) for w, a, b in laws)


def test_a_beta_law_weighs_its_two_parameters():
    for a, b in ((3.0, 5.0), (1.0, 1.0), (1.0, 8.0), (40.0, 2.5)):
        law = pp.MapPrior(weight=(1.0,), a=(a,), b=(b,), vague=0.0, divergence=0.0)
        assert law.ess == pytest.approx(a + b, rel=1e-9)


def test_a_mixture_weighs_its_expected_local_information():
    law = pp.MapPrior(
        weight=(0.5, 0.3, 0.2), a=(8.0, 3.0, 2.5), b=(4.0, 12.0, 2.2), vague=0.0, divergence=0.0
    )
    p = np.linspace(0, 1, 200_001)[1:-1]
    height, h = beta_mixture(law, p), p[1] - p[0]
    bend = np.gradient(np.gradient(np.log(height), h), h)
    inside = slice(3, -3)
    expected = np.sum((height * -bend * p * (1 - p))[inside]) * h
    assert law.ess == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("counts", [REMISSION, SPONDYLITIS, ((0, 7, 0), (22, 110, 13))])
def test_the_mixture_predicts_what_the_studies_predict(counts):
    posterior = bayes(*counts)
    prior = pp.map_prior(posterior, vague=0)
    assert sum(prior.weight) == pytest.approx(1)
    for n in (1, 20, 60):
        exact, near = posterior.predict(n), prior.predict(n)
        assert near.sum() == pytest.approx(1, abs=1e-12)
        assert np.abs(np.cumsum(exact) - np.cumsum(near)).max() < 0.015


def test_a_beta_predictive_is_found_again():
    eta = np.arange(-12, 12, 0.05)
    p = 1 / (1 + np.exp(-eta))
    mass = 0.7 * stats.beta.pdf(p, 20, 5) + 0.3 * stats.beta.pdf(p, 3, 12)
    mass *= p * (1 - p)
    found = _mixture(NextStudy(start=-12.0, step=0.05, weight=mass / mass.sum()), 2)
    order = np.argsort(found.weight)
    assert np.allclose(np.array(found.weight)[order], [0.3, 0.7], atol=0.01)
    assert np.allclose(np.array(found.a)[order], [3, 20], rtol=0.05)
    assert found.divergence < 1e-5


def test_the_published_control_groups_weigh_about_forty_patients():
    """Schmidli et al. report a prior worth about 40 patients, tau half-normal(1)."""
    posterior = pp.bayes(*SPONDYLITIS, pp.HalfNormal(1.0), pp.NormalPrior(0, 2))
    prior = pp.map_prior(posterior, vague=0)
    assert 32 < prior.ess < 45
    assert prior.mean == pytest.approx(0.26, abs=0.01)
    assert pp.map_prior(posterior, vague=0.5).ess < pp.map_prior(posterior, vague=0.1).ess


def test_a_trial_updates_the_mixture_as_bayes_would():
    prior = pp.map_prior(bayes(*REMISSION))
    after = prior.update(5, 20)
    p = (np.arange(100_000) + 0.5) / 100_000
    density = beta_mixture(prior, p) * stats.binom.pmf(5, 20, p)
    assert after.mean == pytest.approx(p @ density / density.sum(), abs=1e-6)
    assert after.vague > prior.vague  # far from the studies: robustness at work
    with pytest.raises(pp.EstimationError, match="events is 5 and total is 3"):
        prior.update(5, 3)


def test_the_chance_of_a_rule_is_the_sum_over_the_events_that_meet_it():
    posterior = bayes(*REMISSION)
    for side, p0 in (("above", 0.5), ("below", 0.9)):
        found = pp.next_trial(posterior, 30, p0, side=side, level=0.9)
        meets = []
        for y in range(31):
            low = stats.beta.ppf(0.05, y, 31 - y) if y else 0.0
            high = stats.beta.ppf(0.95, y + 1, 30 - y) if y < 30 else 1.0
            meets.append(low > p0 if side == "above" else high < p0)
        assert found.chance == pytest.approx(posterior.predict(30)[meets].sum(), abs=1e-12)
        told = np.flatnonzero(meets)
        assert found.events == (told[0] if side == "above" else told[-1])
    impossible = pp.next_trial(posterior, 2, 0.9)
    assert (impossible.events, impossible.chance, impossible.robust) == (None, 0.0, 0.0)


def test_the_chance_is_what_simulated_trials_show():
    posterior = bayes(*REMISSION)
    rng = np.random.default_rng(8)
    mass = posterior.mass.ravel()
    place = rng.choice(mass.size, 200_000, p=mass / mass.sum())
    mu, tau = posterior.mu.ravel()[place], np.repeat(posterior.tau, posterior.mu.shape[1])[place]
    share = 1 / (1 + np.exp(-(mu + tau * rng.standard_normal(place.size))))
    found = pp.next_trial(posterior, 40, 0.5)
    shown = np.mean(rng.binomial(40, share) >= found.events)
    assert found.chance == pytest.approx(shown, abs=0.005)


def test_what_is_no_trial_is_refused():
    posterior = bayes(*REMISSION)
    for change, words in (
        ({"n": 0}, "n is 0"), ({"p0": 1.0}, "p0 is 1"), ({"side": "beside"}, "side is 'beside'"),
    ):  # fmt: skip
        with pytest.raises(pp.EstimationError, match=words):
            pp.next_trial(**{"posterior": posterior, "n": 20, "p0": 0.5} | change)
    with pytest.raises(pp.EstimationError, match="vague is 1"):
        pp.map_prior(posterior, vague=1.0)
