"""Meta-regression by the GLMM: likelihood differences as tests, and cases with a known answer."""

from __future__ import annotations

import json
import math
from functools import cache

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import chdtri, gammaln, stdtrit

import poolprop as pp
from poolprop.stats.fits.glmm_design import fit_glmm
from poolprop.stats.likelihoods.links import LINKS

EVENTS, TOTAL = [2, 5, 9, 14, 11, 3], [20, 22, 25, 24, 19, 17]
DOSE, ARM = [1.0, 2.0, 3.0, 4.0, 5.0, 1.5], list("aabbba")


@cache
def by_dose(ci=None, shift=0):
    """Return the regression on the dose, once for all tests."""
    return pp.meta_regression(EVENTS, TOTAL, {"dose": np.add(DOSE, shift)}, model="glmm", ci=ci).fit


def test_the_omnibus_test_of_groups_is_that_of_subgroups():
    found = pp.meta_regression(EVENTS, TOTAL, {"arm": ARM}, model="glmm")
    levels = pp.subgroups(EVENTS, TOTAL, ARM)
    assert found.names == ("intercept", "arm[b]")
    assert found.fit.qm == pytest.approx(levels.q_between, rel=1e-9)
    assert found.fit.qm_p == pytest.approx(levels.q_between_p, rel=1e-9)


def test_one_slope_has_the_omnibus_test_as_its_own():
    fit = by_dose()
    assert fit.lrt[1] == fit.qm
    assert fit.lrt_p[1] == fit.qm_p
    assert math.isnan(fit.lrt_p[0])


def test_each_slope_is_tested_by_dropping_its_column():
    fit = pp.meta_regression(EVENTS, TOTAL, {"dose": DOSE, "arm": ARM}, model="glmm").fit
    x, n = np.array(EVENTS, float), np.array(TOTAL, float)
    arm = np.array([float(level == "b") for level in ARM])
    without_dose = fit_glmm(x, n, np.column_stack([np.ones(6), arm]), LINKS["logit"])
    assert fit.lrt[1] == pytest.approx(2 * (fit.loglik - without_dose.loglik), abs=1e-9)
    assert fit.qm == pytest.approx(2 * (fit.loglik - fit.loglik_null), abs=1e-9)
    assert fit.qm_df == 2
    assert fit.df == 3


@pytest.mark.parametrize("link", ["logit", "probit", "cloglog"])
def test_the_fit_without_moderators_is_that_of_pool(link):
    fit = pp.meta_regression(EVENTS, TOTAL, {"dose": DOSE}, model="glmm", link=link).fit
    pooled = pp.pool(EVENTS, TOTAL, link=link, ci="wald", prediction="none")
    assert fit.tau2_null == pytest.approx(pooled.tau2, rel=1e-9)
    assert fit.loglik_null == pytest.approx(pooled.loglik, rel=1e-12)
    assert 0 <= fit.r2 <= 1


def test_a_shift_of_a_moderator_moves_only_the_intercept():
    fit = by_dose()
    moved = by_dose(shift=2000)
    assert moved.beta[1] == pytest.approx(fit.beta[1], rel=1e-7)
    assert moved.beta[0] == pytest.approx(fit.beta[0] - 2000 * fit.beta[1], rel=1e-7)
    assert moved.p[1] == pytest.approx(fit.p[1], rel=1e-6)


def test_separated_levels_keep_their_likelihood_ratio_test():
    events, total = [0, 0, 0, 5, 6, 9], [10, 12, 9, 20, 18, 21]
    found = pp.meta_regression(events, total, {"arm": list("aaabbb")}, model="glmm")
    assert any("not bounded" in note for note in found.fit.notes)
    assert found.fit.qm_p < 0.01
    assert found.to_dict()["coefficients"][1]["se"] is None
    json.dumps(found.to_dict(), allow_nan=False)


def test_what_the_model_cannot_have_is_refused_by_name():
    def refit(**choices):
        moderators = choices.pop("X", {"dose": DOSE})
        return pp.meta_regression(EVENTS, TOTAL, moderators, model="glmm", **choices)

    with pytest.raises(pp.EstimationError, match="column 'twice' is a combination of intercept"):
        refit(X={"dose": DOSE, "twice": np.multiply(DOSE, 2)})
    with pytest.raises(pp.EstimationError, match="measure is 'PR'"):
        refit(measure="PR")
    with pytest.raises(pp.EstimationError, match="ci is 'hksj'"):
        refit(ci="hksj")
    with pytest.raises(pp.EstimationError, match="tau2 is 'DL'"):
        refit(tau2="DL")
    with pytest.raises(pp.EstimationError, match="no patient had the event"):
        pp.meta_regression([0] * 6, TOTAL, DOSE, model="glmm")


def fallen(value, column, design, x, n, top):
    """Fall of twice the log-likelihood with one coefficient held, by a sum over 601 values."""
    z = np.linspace(-9, 9, 601)
    choose = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)

    def negative(theta):
        beta = np.insert(theta[:-1], column, value)
        at = (design @ beta)[:, None] + theta[-1] * z
        parts = x[:, None] * at - n[:, None] * np.logaddexp(0, at) - 0.5 * z * z
        sums = np.exp(parts).sum(axis=1) * (z[1] - z[0]) / math.sqrt(2 * math.pi)
        return -float(np.sum(np.log(sums) + choose))

    options = {"xatol": 1e-9, "fatol": 1e-12, "maxiter": 4000}
    found = min(minimize(negative, [0.0, tau], method="Nelder-Mead", options=options).fun
                for tau in (0.1, 1.0))  # fmt: skip
    return 2 * (top + found)


@pytest.mark.parametrize(("ci", "small"), [("profile", False), ("profile-ck", True)])
def test_at_each_profile_limit_the_likelihood_has_fallen_by_the_cut(ci, small):
    fit = by_dose(ci)
    x, n = np.array(EVENTS, float), np.array(TOTAL, float)
    design = np.column_stack([np.ones(6), DOSE])
    t = stdtrit(4, 0.975)
    cut = 6 * math.log1p(t * t / 4) if small else chdtri(1, 0.05)
    for column in (0, 1):
        for limit in (fit.lower[column], fit.upper[column]):
            found = fallen(limit, column, design, x, n, fit.loglik)
            assert found == pytest.approx(cut, abs=1e-6)


def test_profile_limits_are_the_default_and_do_not_hang_on_where_a_moderator_is_0():
    fit = by_dose()
    moved = by_dose(shift=2000)
    assert moved.lower[1] == pytest.approx(fit.lower[1], rel=1e-6)
    assert moved.upper[1] == pytest.approx(fit.upper[1], rel=1e-6)


def test_a_moderator_that_separates_the_studies_has_one_finite_limit():
    """No event in one group: the slope is unbounded above, and its lower limit is positive."""
    groups = {"group": list("aaabbb")}
    fit = pp.meta_regression([0, 0, 0, 3, 5, 9], [20] * 6, groups, model="glmm").fit
    assert fit.lower[1] > 0
    assert math.isinf(fit.upper[1])


def test_the_permutation_p_value_of_two_groups_is_that_of_subgroups():
    found = pp.meta_regression(EVENTS[:5], TOTAL[:5], {"arm": ARM[:5]}, model="glmm", ci="t",
                               permutation=True)  # fmt: skip
    levels = pp.subgroups(EVENTS[:5], TOTAL[:5], ARM[:5], permutation=True)
    assert found.permutation_p == pytest.approx(levels.permutation.p)
