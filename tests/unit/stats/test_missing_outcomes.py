"""Patients without assessment: bounds, a pattern mixture that plain sums confirm, and its truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit, logit

import poolprop as pp
from poolprop.stats.likelihoods.pattern_mixture import PatternLikelihood
from poolprop.stats.numeric.distributions import profile_cut

X, N, M = np.array([12, 80, 11, 12]), np.array([21, 100, 12, 13]), np.array([4, 10, 0, 3])
Z = np.linspace(-9, 9, 2001)


def seen(whole, part, imor):
    """Return the proportions of the assessed by bisection."""
    low, high = np.zeros_like(whole), np.ones_like(whole)
    for _ in range(60):
        p = (low + high) / 2
        odds = imor * p / (1 - p)
        above = (1 - part) * p + part * odds / (1 + odds) > whole
        low, high = np.where(above, low, p), np.where(above, p, high)
    return (low + high) / 2


def dense(x, n, m, mu, tau, imor, sd=0.0):
    """Return the log-likelihood by sums over the study's deviation and its log IMOR."""
    node, weight = np.polynomial.hermite_e.hermegauss(40) if sd else (np.zeros(1), np.ones(1))
    weight = weight / weight.sum()
    total = 0.0
    for one in zip(x, n, m, strict=True):
        part, height = one[2] / (one[1] + one[2]), 0.0
        for z, w in zip(node, weight, strict=True):
            ratio = imor * np.exp(sd * z)
            p = seen(expit(mu + tau * Z), part, ratio)
            height += w * np.trapezoid(stats.norm.pdf(Z) * stats.binom.pmf(one[0], one[1], p), Z)
        total += np.log(height)
    return total


@pytest.mark.parametrize(("imor", "sd"), [(0.3, 0.0), (1.0, 0.0), (5.0, 0.0), (1.0, 0.8)])
def test_the_likelihood_is_that_of_plain_sums(imor, sd):
    x, n, m = X[:2], N[:2], M[:2]
    likelihood = PatternLikelihood(*(each.astype(float) for each in (x, n, m)), np.log(imor), sd)
    theta = np.array([[1.1], [0.7]])
    found = likelihood.derivatives(theta, np.ones(1, dtype=bool))[:, 0]
    assert found[0] == pytest.approx(dense(x, n, m, 1.1, 0.7, imor, sd), abs=1e-6)
    step = 1e-5
    for i in range(2):
        ends = [
            likelihood.derivatives(theta + side * step * np.eye(2)[:, [i]], None)[0, 0]
            for side in (1, -1)
        ]
        assert found[1 + i] == pytest.approx((ends[0] - ends[1]) / (2 * step), abs=1e-6)


def test_missing_at_random_is_the_pool_of_those_assessed():
    found = pp.missing_outcomes(X, N, M, imor=(1.0,), sd=0).assumptions[2]
    fit = pp.pool(X, N, ci="profile-ck")
    assert found.proportion == pytest.approx(fit.proportion, abs=1e-7)
    assert found.tau2 == pytest.approx(fit.tau2, abs=1e-6)
    assert found.ci.lower == pytest.approx(fit.ci.lower, abs=1e-5)


def test_the_maximum_and_limits_are_those_of_plain_search():
    x, n, m = X[:3], N[:3], M[:3]
    found = pp.missing_outcomes(x, n, m, imor=(0.4,), sd=0).assumptions[2]
    likelihood = PatternLikelihood(*(each.astype(float) for each in (x, n, m)), np.log(0.4), 0.0)

    def height(mu, tau):
        return likelihood.derivatives(np.array([[mu], [tau]]), None)[0, 0]

    best = minimize(lambda at: -height(*at), [1.0, 0.5], method="Nelder-Mead",
                    options={"xatol": 1e-9, "fatol": 1e-12})  # fmt: skip
    assert logit(found.proportion) == pytest.approx(best.x[0], abs=1e-6)
    for limit in (found.ci.lower, found.ci.upper):
        taus, at = np.linspace(0, 3, 151), logit(limit)
        near = max(taus[1:-1], key=lambda tau, at=at: height(at, tau))
        fallen = -minimize_scalar(lambda tau, at=at: -height(at, tau), method="bounded",
                                  bounds=(near - taus[1], near + taus[1])).fun  # fmt: skip
        assert 2 * (-best.fun - fallen) == pytest.approx(profile_cut(0.95, 3, small_sample=True),
                                                         abs=1e-4)  # fmt: skip


def test_the_bounds_let_none_or_all_have_the_event():
    none, all_of_them, *patterns = pp.missing_outcomes(X, N, M).assumptions
    assert none.proportion == pp.pool(X, N + M).proportion
    assert all_of_them.proportion == pp.pool(X + M, N + M).proportion
    inside = [one.proportion for one in patterns[:-1]]
    assert inside == sorted(inside)
    extreme = pp.missing_outcomes(X, N, M, imor=(0.001, 1000.0), sd=0).assumptions[2:]
    assert extreme[0].proportion == pytest.approx(none.proportion, abs=0.02)
    assert extreme[1].proportion == pytest.approx(all_of_them.proportion, abs=0.02)


def test_counting_non_events_turns_the_odds_ratio_over():
    one = pp.missing_outcomes(X, N, M, imor=(0.5,), sd=0.0).assumptions[2]
    other = pp.missing_outcomes(N - X, N, M, imor=(2.0,), sd=0.0).assumptions[2]
    assert other.proportion == pytest.approx(1 - one.proportion, abs=1e-8)
    assert other.ci.lower == pytest.approx(1 - one.ci.upper, abs=1e-7)


def test_the_right_odds_ratio_recovers_the_truth_and_a_wrong_one_does_not():
    rng = np.random.default_rng(4)
    k, imor = 300, 0.3
    n, m = np.full(k, 60), np.full(k, 30)
    whole = expit(0.4 + 0.5 * rng.standard_normal(k))
    x = rng.binomial(n, seen(whole, 1 / 3, imor))
    found = pp.missing_outcomes(x, n, m, imor=(imor, 1.0), sd=0).assumptions[2:]
    assert found[0].ci.lower < expit(0.4) < found[0].ci.upper
    assert found[0].tau2 == pytest.approx(0.25, abs=0.06)
    assert found[1].ci.lower > expit(0.4)


def test_an_uncertain_odds_ratio_widens_the_interval():
    sure, unsure = pp.missing_outcomes(X, N, 3 * M, imor=(1.0,), sd=1.5).assumptions[2:]
    assert unsure.ci.width != sure.ci.width
    assert unsure.imor == sure.imor == 1.0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"missing": [0, 0, 0, 0]}, "no patient is without assessment"),
        ({"missing": [1, 2]}, "missing has 2 values"),
        ({"imor": (0.0,)}, "imor is"),
        ({"sd": -1.0}, "sd is -1"),
        ({"events": [0, 0, 0, 0]}, "all or none of the assessed"),
    ],
)
def test_what_does_not_fit_is_refused(change, words):
    with pytest.raises(pp.EstimationError, match=words):
        pp.missing_outcomes(**{"events": X, "assessed": N, "missing": M} | change)
