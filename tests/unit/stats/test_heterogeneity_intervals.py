"""Confidence intervals of tau2, I2 and H2."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from oracle import Glmm
from scipy.optimize import minimize_scalar

import poolprop as pp

EVENTS, TOTAL = [3, 30, 11, 12, 4, 19], [21, 40, 12, 33, 40, 25]


@pytest.mark.parametrize(
    "keywords", [{}, {"model": "two-step"}, {"model": "two-step", "tau2": "PM", "measure": "PAS"}]
)
def test_intervals_hold_their_estimates(keywords):
    found = pp.heterogeneity_intervals(EVENTS, TOTAL, **keywords)
    fit = pp.pool(EVENTS, TOTAL, **keywords)
    assert 0 < found.tau2_ci.lower < fit.tau2 < found.tau2_ci.upper
    assert found.i2_ci.lower < fit.i2 < found.i2_ci.upper < 1
    assert 1 < found.h2_ci.lower < fit.h2 < found.h2_ci.upper


def test_the_likelihood_of_the_glmm_has_fallen_by_the_cut_at_its_limits():
    limits = pp.heterogeneity_intervals(EVENTS, TOTAL).tau2_ci
    model, top = Glmm(EVENTS, TOTAL), pp.pool(EVENTS, TOTAL).loglik
    for tau in np.sqrt([limits.lower, limits.upper]):
        best = minimize_scalar(lambda mu, at=tau: -float(model.at(mu, at)[0]), bracket=(-1, 1))
        assert 2 * (top + best.fun) == pytest.approx(3.841459, abs=1e-5)


@pytest.mark.parametrize(
    ("events", "total", "model", "why"),
    [
        ([2], [3], "glmm", "one study"),
        ([0, 0], [3, 4], "glmm", "all or none"),
        (EVENTS, TOTAL, "common", "'common'"),
        (EVENTS, TOTAL, "bayes", "'bayes'"),
    ],
)
def test_what_is_not_defined_is_none_and_the_method_says_why(events, total, model, why):
    found = pp.heterogeneity_intervals(events, total, model)
    assert found.tau2_ci is found.i2_ci is found.h2_ci is None
    assert why in found.method


def test_an_unbounded_tau2_is_infinite_and_null_in_json():
    found = pp.heterogeneity_intervals([0, 5], [3, 5])
    assert math.isinf(found.tau2_ci.upper)
    assert found.i2_ci.upper == 1
    assert json.loads(json.dumps(found.to_dict()))["tau2_ci"]["upper"] is None


def test_other_links_have_tau2_only():
    found = pp.heterogeneity_intervals(EVENTS, TOTAL, link="probit")
    assert found.tau2_ci is not None
    assert found.i2_ci is None
