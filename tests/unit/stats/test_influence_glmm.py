"""Case diagnostics of the GLMM are those of its refits."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from scipy.stats import binom

import poolprop as pp
from poolprop.stats.analyses.influence_glmm import predictive_moments
from poolprop.stats.fits.glmm_design import fit_glmm
from poolprop.stats.likelihoods.links import LINKS
from poolprop.stats.numeric.wls import intercept

EVENTS, TOTAL = [12, 91, 11, 12, 3], [21, 110, 12, 13, 17]


@pytest.mark.parametrize("link", ["logit", "probit", "cloglog"])
def test_deleted_fits_are_those_of_leave_one_out(link):
    found = pp.influence(EVENTS, TOTAL, link=link)
    choices = {"link": link, "ci": "wald", "prediction": "none"}
    whole = pp.pool(EVENTS, TOTAL, **choices)
    for i, omission in enumerate(pp.leave_one_out(EVENTS, TOTAL, **choices)):
        refit = omission.result
        change = whole.estimate - refit.estimate
        assert found.estimate_deleted[i] == refit.estimate
        assert found.se_deleted[i] == pytest.approx(refit.se)
        assert found.tau2_deleted[i] == refit.tau2
        assert found.q_deleted[i] == refit.q
        assert found.dffits[i] == pytest.approx(change / refit.se)
        assert found.cooks_distance[i] == pytest.approx((change / whole.se) ** 2)
        assert found.covariance_ratio[i] == pytest.approx((refit.se / whole.se) ** 2)
    assert found.hat == pytest.approx(whole.weights)
    assert found.defined.all()


def test_the_outlier_is_flagged():
    found = pp.influence([30, 31, 29, 30, 4], [40] * 5)
    assert np.argmax(np.abs(found.rstudent)) == np.argmin(found.predictive_p) == 4
    assert found.influential[4]


def test_the_prediction_is_the_binomial_where_its_mean_is_known():
    """Huge homogeneous studies leave no uncertainty but that of the binomial."""
    x, n = np.full(4, 3e9), np.full(4, 1e10)
    fit = fit_glmm(x, n, intercept(4), LINKS["logit"])
    mean, sd, p = predictive_moments(2.0, 20.0, fit, LINKS["logit"])
    middle = binom.cdf(1, 20, 0.3) + binom.pmf(2, 20, 0.3) / 2
    assert mean == pytest.approx(0.3, rel=1e-6)
    assert sd == pytest.approx(math.sqrt(0.3 * 0.7 / 20), rel=1e-6)
    assert p == pytest.approx(2 * middle, rel=1e-5)


def test_prediction_agrees_with_simulation():
    found = pp.influence(EVENTS, TOTAL)
    random = np.random.default_rng(1)
    spread = math.sqrt(found.tau2_deleted[0] + found.se_deleted[0] ** 2)
    eta = random.normal(found.estimate_deleted[0], spread, 400_000)
    drawn = random.binomial(TOTAL[0], 1 / (1 + np.exp(-eta)))
    below = np.mean(drawn < EVENTS[0]) + np.mean(drawn == EVENTS[0]) / 2
    assert found.predictive_p[0] == pytest.approx(2 * min(below, 1 - below), abs=0.005)
    assert found.deleted_se[0] == pytest.approx(np.std(drawn / TOTAL[0]), abs=0.002)


def test_a_refit_at_the_boundary_is_said_to_be_undefined():
    found = pp.influence([0, 0, 0, 5], [10, 12, 9, 20])
    assert found.defined.tolist() == [True, True, True, False]
    assert math.isnan(found.dffits[3])
    assert found.to_dict()["estimate_deleted"][3] is None
    nothing = pp.influence([0, 0, 0], [10, 12, 9])
    assert not nothing.defined.any()
    assert not nothing.influential.any()
    json.dumps(nothing.to_dict(), allow_nan=False)


def test_complements_mirror():
    found = pp.influence(EVENTS, TOTAL)
    other = pp.influence(np.subtract(TOTAL, EVENTS), TOTAL)
    assert other.dffits == pytest.approx(-found.dffits, abs=1e-7)
    assert other.predictive_p == pytest.approx(found.predictive_p, abs=1e-7)


def test_choices_that_the_glmm_does_not_have_are_refused():
    with pytest.raises(pp.EstimationError, match="measure is 'PR'"):
        pp.influence(EVENTS, TOTAL, measure="PR")
    with pytest.raises(pp.EstimationError, match="tau2 is 'DL'"):
        pp.influence(EVENTS, TOTAL, tau2="DL")
    with pytest.raises(pp.EstimationError, match="model is 'bayes'"):
        pp.influence(EVENTS, TOTAL, "bayes")
