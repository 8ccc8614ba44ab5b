"""Confidence curves against p values computed another way."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import expit
from scipy.stats import binom, norm, t

from poolprop.stats.analyses.confidence_curve import P_VALUES, pooled_curve, study_curves
from poolprop.stats.answers.pool import pool

CR = ([12, 91, 11, 12], [21, 110, 12, 13])
CASES = {
    "flagship": CR,
    "two": ([3, 9], [12, 14]),
    "equal": ([6, 6, 6], [20, 20, 20]),
    "all events": ([5, 9, 12], [5, 9, 12]),
    "no events": ([0, 0], [7, 30]),
}
MODELS = (
    {"model": "glmm", "ci": "small-lr"},
    {"model": "glmm", "ci": "profile-ck"},
    {"model": "glmm", "ci": "profile"},
    {"model": "glmm", "ci": "bootstrap-lr"},
    {"model": "beta-binomial", "ci": "profile-ck"},
    {"model": "two-step", "measure": "PLO", "tau2": "REML", "ci": "hksj"},
    {"model": "common", "measure": "PFT"},
    {"model": "bayes"},
)


def loglik(mu, tau):
    """Return the marginal log-likelihood by the trapezoid rule on a dense grid."""
    z = np.linspace(-9, 9, 6001)
    share = expit(mu + tau * z)
    step = z[1] - z[0]
    return sum(
        math.log(step * np.sum(binom.pmf(x, n, share) * norm.pdf(z)))
        for x, n in zip(*CR, strict=True)
    )


def highest(mu):
    """Return the log-likelihood at its best tau."""
    found = minimize_scalar(
        lambda tau: -loglik(mu, tau), bounds=(0.0, 8.0), method="bounded",
        options={"xatol": 1e-7},
    )  # fmt: skip
    return max(-float(found.fun), loglik(mu, 0.0))


@pytest.mark.parametrize("at", [0.01, 0.2, 0.7])
def test_the_pooled_curve_is_the_p_value_of_the_calibrated_likelihood_ratio(at):
    curve = pooled_curve(*CR, [at], model="glmm", ci="profile-ck")
    mu_hat = math.log(curve.proportion / (1 - curve.proportion))
    k, peak = len(CR[0]), highest(mu_hat)
    for end in (curve.lower[0], curve.upper[0]):
        fall = 2 * (peak - highest(math.log(end / (1 - end))))
        p = 2 * t.sf(math.sqrt((k - 1) * math.expm1(fall / k)), k - 1)
        assert p == pytest.approx(at, rel=1e-4)


@pytest.mark.parametrize(("x", "n"), [(12, 21), (0, 9), (9, 9), (91, 110)])
def test_the_curve_of_a_study_is_twice_the_smaller_exact_tail(x, n):
    (curve,) = study_curves([x], [n])
    for p, lower, upper in zip(curve.p[:-1], curve.lower, curve.upper, strict=False):
        if x > 0:
            assert 2 * binom.sf(x - 1, n, lower) == pytest.approx(p, rel=1e-9)
        if x < n:
            assert 2 * binom.cdf(x, n, upper) == pytest.approx(p, rel=1e-9)


@pytest.mark.parametrize("options", MODELS, ids=lambda o: "-".join(map(str, o.values())))
@pytest.mark.parametrize("name", CASES)
def test_intervals_are_nested_about_the_estimate(name, options):
    heights = P_VALUES[::5]
    curve = pooled_curve(*CASES[name], heights, **options)
    assert len(curve.p) == len(curve.lower) == len(curve.upper) == len(heights) + 1
    assert np.all(np.diff(curve.lower) >= -1e-7)
    assert np.all(np.diff(curve.upper) <= 1e-7)
    assert 0 <= curve.lower[0] <= curve.proportion <= curve.upper[0] <= 1
    assert curve.lower[-1] == curve.upper[-1] == curve.proportion


def test_a_cut_is_the_reported_interval_of_its_level():
    curve = pooled_curve(*CR, [0.05, 0.1], model="glmm")
    for i, level in enumerate((0.95, 0.9)):
        fit = pool(*CR, level=level)
        # Two searches for the same root: all levels at once, and one alone.
        assert (curve.lower[i], curve.upper[i]) == pytest.approx(
            (fit.ci.lower, fit.ci.upper), abs=1e-9
        )
    assert curve.proportion == fit.proportion
