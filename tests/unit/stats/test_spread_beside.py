"""tau2 and I2 stand with their intervals: an estimate of 0 is an end and says little."""

from __future__ import annotations

import numpy as np
import pytest

import poolprop as pp

NEAR_ZERO = ([0, 7, 0], [22, 110, 13])
APART = ([5, 75, 9, 12, 7], [21, 110, 12, 13, 12])


def test_an_estimate_of_0_has_a_credible_interval_from_0_on():
    fit = pp.pool(*NEAR_ZERO)
    assert fit.tau2 == 0
    assert fit.spread.tau2_ci.lower == 0
    upper = float(pp.bayes(*NEAR_ZERO).tau_quantiles(0.95)[0]) ** 2
    assert fit.spread.tau2_ci.upper == pytest.approx(upper, rel=1e-12)
    assert fit.spread.i2_ci.lower == 0
    assert fit.spread.method == "credible, half-normal(1.5) prior on tau"
    assert "tau2 0.00 (logit; 95% 0.00 to " in fit.heterogeneity()


@pytest.mark.parametrize("prior", [pp.HalfNormal(0.5), pp.HalfNormal(1.5)])
def test_an_estimate_inside_has_equal_tails_of_the_same_prior(prior):
    fit = pp.pool(*APART, tau_prior=prior, level=0.9)
    ends = pp.bayes(*APART, prior).tau_quantiles([0.05, 0.95]) ** 2
    assert np.allclose([fit.spread.tau2_ci.lower, fit.spread.tau2_ci.upper], ends, rtol=1e-12)


def test_i2_is_tau2_over_itself_and_the_typical_variance_at_estimate_and_limits():
    fit = pp.pool(*APART)
    typical = fit.tau2 * (1 - fit.i2) / fit.i2
    for limit, share in (
        (fit.spread.tau2_ci.lower, fit.spread.i2_ci.lower),
        (fit.spread.tau2_ci.upper, fit.spread.i2_ci.upper),
    ):
        assert share == pytest.approx(limit / (limit + typical), rel=1e-10)
    assert fit.i2_definition.startswith("tau2 over itself plus the typical sampling variance")


@pytest.mark.parametrize(
    ("tau2", "method"),
    [
        ("DL", "Q-profile"),
        ("REML", "profile restricted likelihood, chi-square cut"),
        ("ML", "profile likelihood, chi-square cut"),
    ],
)
def test_two_step_models_have_those_of_heterogeneity_intervals(tau2, method):
    fit = pp.pool(*APART, model="two-step", tau2=tau2)
    expected = pp.heterogeneity_intervals(*APART, model="two-step", tau2=tau2)
    assert fit.spread.method == method
    assert fit.spread.tau2_ci == expected.tau2_ci
    assert fit.spread.i2_ci == expected.i2_ci


def test_models_without_such_an_interval_say_none():
    assert pp.pool(*APART, model="common").spread is None
    assert pp.pool(*APART, model="beta-binomial").spread is None
    assert pp.pool(*APART, link="probit").spread is None
    assert pp.pool([3], [9]).spread is None
    record = pp.pool(*APART, model="common").record()
    assert record["tau2_ci"] is None
    assert record["tau2_ci_method"] == ""


def test_records_hold_both_intervals_and_effects_without_counts_too():
    record = pp.pool(*APART).to_dict()
    assert record["tau2_ci"]["lower"] < record["tau2"] < record["tau2_ci"]["upper"]
    assert record["i2_ci"]["lower"] < record["i2"] < record["i2_ci"]["upper"]
    found = pp.pool_effects([0.5, 0.7, 0.3], [0.2, 0.1, 0.1])
    assert found.tau2 == 0
    assert found.spread.tau2_ci.upper > 0
