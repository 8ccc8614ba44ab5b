"""Levels of a GLMM that share tau: the joint maximum and its profiles, against a dense grid."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import gammaln

import poolprop as pp
from poolprop.stats.fits.glmm_design import fit_glmm
from poolprop.stats.fits.glmm_levels import fit_levels
from poolprop.stats.likelihoods.links import LINKS
from poolprop.stats.numeric.distributions import profile_cut

Z = np.linspace(-10, 10, 1001)
LOGIT = LINKS["logit"]
# Name: events, totals, levels.
DATA = {
    "two levels": ([2, 9, 4, 11, 30, 18], [20, 22, 25, 24, 40, 19], list("aabbbb")),
    "one without events": ([0, 0, 0, 3, 5, 9], [10, 14, 9, 12, 18, 10], list("nnnsss")),
    "three, one of one study": ([2, 9, 14, 11, 30], [20, 22, 25, 24, 40], list("aabcc")),
}


def dense(x, n, mu, tau):
    """Log-likelihood of studies with one mean, by a sum over 1,001 values of z."""
    x, n = np.asarray(x, float), np.asarray(n, float)
    at = mu + tau * Z
    parts = x[:, None] * at - n[:, None] * np.logaddexp(0, at) - 0.5 * Z * Z
    top = parts.max(axis=1)
    sums = np.exp(parts - top[:, None]).sum(axis=1) * (Z[1] - Z[0]) / math.sqrt(2 * math.pi)
    choose = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)
    return float(np.sum(top + np.log(sums) + choose))


def highest(data, fixed=None, most=None):
    """Maximise over tau, up to ``most``, and all means but one that is held.

    Boundary levels add 0.
    """
    x, n, groups = data
    parts = {
        g: ([a for a, h in zip(x, groups, strict=True) if h == g],
            [b for b, h in zip(n, groups, strict=True) if h == g])
        for g in dict.fromkeys(groups)
    }  # fmt: skip
    held = dict([fixed]) if fixed else {}
    free = [g for g, (a, b) in parts.items() if g not in held and 0 < sum(a) < sum(b)]

    def fall(theta):
        means = held | dict(zip(free, theta, strict=False))
        return -sum(dense(*parts[g], mu, theta[-1]) for g, mu in means.items())

    found = [
        minimize(fall, [0.0] * len(free) + [tau], method="Nelder-Mead",
                 bounds=[(None, None)] * len(free) + [(0, most)],
                 options={"xatol": 1e-8, "fatol": 1e-12, "maxiter": 4000}).fun
        for tau in (0.1, 1.0)
    ]  # fmt: skip
    return -min(found)


@pytest.mark.parametrize("name", DATA)
def test_the_joint_maximum_is_that_of_a_dense_grid(name):
    x, n, groups = DATA[name]
    fit = fit_levels(np.array(x, float), np.array(n, float), np.array(groups, object), LOGIT)
    assert fit.loglik == pytest.approx(highest(DATA[name]), abs=1e-7)


@pytest.mark.parametrize(
    ("name", "choices", "most"),
    [*((name, {}, 3) for name in DATA), ("one without events", {"ci": "profile-ck"}, None)],
)
def test_at_each_limit_the_profile_has_fallen_by_the_cut(name, choices, most):
    """With the other means and tau maximised anew, by another algorithm: up to 3 by default."""
    x, n, groups = DATA[name]
    k, p = len(x), len(set(groups))
    cut = profile_cut(0.95, k, small_sample=True, parameters=p)
    assert cut == pytest.approx(k * math.log1p(_t(k - p) ** 2 / (k - p)))
    top = highest(DATA[name], most=most)
    for level, fit in pp.subgroups(x, n, groups, common_tau2=True, **choices).levels.items():
        limits = [fit.ci_estimate.lower, fit.ci_estimate.upper]
        for limit in filter(math.isfinite, limits):
            fallen = 2 * (top - highest(DATA[name], (level, limit), most))
            assert fallen == pytest.approx(cut, abs=1e-5)


def _t(df):
    from scipy.stats import t

    return t.ppf(0.975, df)


def test_a_level_without_events_says_nothing_about_tau():
    """Adding it moves neither tau nor the other level's mean and standard error."""
    x, n, groups = DATA["one without events"]
    found = pp.subgroups(x, n, groups, common_tau2=True, ci="wald").levels
    alone = fit_glmm(np.array(x[3:], float), np.array(n[3:], float), np.ones((3, 1)), LOGIT)
    assert found["s"].estimate == pytest.approx(float(alone.beta[0]), abs=1e-9)
    assert found["s"].se == pytest.approx(math.sqrt(alone.cov[0, 0]), rel=1e-7)
    assert found["n"].tau2 == found["s"].tau2
    assert found["n"].se is None
    assert (found["n"].proportion, found["n"].ci.lower) == (0.0, 0.0)
    assert 0 < found["n"].ci.upper < 0.3
    assert any("Wald interval does not exist" in note for note in found["n"].notes)


def test_levels_without_any_event_still_have_limits():
    found = pp.subgroups([0, 0, 0, 0], [9, 12, 15, 11], list("aabb"), common_tau2=True)
    assert [fit.proportion for fit in found.levels.values()] == [0.0, 0.0]
    assert found.q_between == 0
    assert all(0 < fit.ci.upper <= 1 for fit in found.levels.values())


def test_where_every_level_is_one_study_there_is_no_common_tau2_and_no_test():
    with pytest.raises(pp.EstimationError, match="2 studies in 2 levels leave nothing"):
        pp.subgroups([3, 5], [10, 9], list("ab"), common_tau2=True)
    apart = pp.subgroups([3, 5], [10, 9], list("ab"))
    assert apart.q_between_p is None
    assert "Every level is one study" in apart.test_method


def test_a_common_tau2_is_refused_for_other_models_and_for_the_bootstrap():
    x, n, groups = DATA["two levels"]
    for choices, where in (({"model": "beta-binomial"}, "model"), ({"ci": "bootstrap-lr"}, "ci")):
        with pytest.raises(pp.EstimationError, match=f"{where} is"):
            pp.subgroups(x, n, groups, common_tau2=True, **choices)


def test_wald_limits_with_students_t_have_k_minus_p_degrees_of_freedom():
    x, n, groups = DATA["two levels"]
    fit = pp.subgroups(x, n, groups, common_tau2=True, ci="t").levels["b"]
    assert fit.ci_estimate.upper - fit.estimate == pytest.approx(_t(4) * fit.se)
    assert "k - 2 degrees of freedom" in fit.method


def test_study_effects_are_posterior_means_at_the_fitted_mean_and_tau():
    x, n, _ = DATA["two levels"]
    fit = pp.pool(x, n)
    at = fit.estimate + fit.tau * Z
    for i, (events, total) in enumerate(zip(x, n, strict=True)):
        log_density = events * at - total * np.logaddexp(0, at) - 0.5 * Z * Z
        weight = np.exp(log_density - log_density.max())
        mean = np.average(at, weights=weight)
        assert fit.study_effects.effect[i] == pytest.approx(mean)
        spread = np.sqrt(np.average((at - mean) ** 2, weights=weight))
        assert fit.study_effects.se[i] == pytest.approx(spread)
    assert pickle.loads(pickle.dumps(fit)).study_effects == fit.study_effects
    assert pp.pool([0, 0], [5, 9]).study_effects is None
