"""Our value of each reference quantity, by method key.

A key such as ``rma|PLO|REML|knha`` is split at the bars; the first function whose pattern fits
computes every quantity of that key for one data set. Only what R calls by another name is
translated here; the numbers come from the engine.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import numpy as np
from rows import Dataset

from poolprop.stats import betabinom, glmm, measures, tau2_intervals
from poolprop.stats.distributions import chi_square_pvalue, profile_cut, t_pvalue, t_quantile
from poolprop.stats.empirical_bayes import shrunken_effects
from poolprop.stats.glmm_intervals import glmm_profile, pooled_mean, profile_interval
from poolprop.stats.henmi_copas import henmi_copas
from poolprop.stats.heterogeneity import typical_variance
from poolprop.stats.influence import case_diagnostics
from poolprop.stats.intervals import study_intervals
from poolprop.stats.levels_glmm import fit_levels
from poolprop.stats.links import LINKS
from poolprop.stats.pool_betabinom import betabinom_profile
from poolprop.stats.pool_glmm import deviance, marginal_mean, saturated_loglik
from poolprop.stats.profile import mu_limits, tau_limits
from poolprop.stats.regression import fit_regression
from poolprop.stats.reml import local_maxima, normal_loglik
from poolprop.stats.robust import cluster_robust
from poolprop.stats.small_study import begg_z, rank_test, regression_test
from poolprop.stats.subgroups import wald_between
from poolprop.stats.tau2 import estimate_tau2, tau2_standard_error
from poolprop.stats.trim_and_fill import trim_and_fill
from poolprop.stats.two_step import fit_two_step, hts_prediction
from poolprop.stats.wls import intercept, weighted_fit

LOGIT = LINKS["logit"]
CHI_SQUARE = profile_cut(0.95, 2, small_sample=False)
CI = {"z": "wald", "knha": "hksj", "adhoc": "hksj-adhoc"}
SM = {"PLOGIT": "PLO", "PRAW": "PR"}
Quantities = dict[str, float]
Compute = Callable[..., Quantities]
REGISTRY: list[tuple[re.Pattern[str], Compute]] = []


def method(pattern: str) -> Callable[[Compute], Compute]:
    def register(function: Compute) -> Compute:
        REGISTRY.append((re.compile(pattern), function))
        return function

    return register


def find(key: str) -> tuple[Compute, tuple[str, ...]] | None:
    for pattern, function in REGISTRY:
        if match := pattern.fullmatch(key):
            return function, match.groups()
    return None


def each(**arrays) -> Quantities:
    """Number the members of arrays from 1: ``yi[1]``, ``yi[2]``, ..."""
    return {
        f"{name.replace('__', '.')}[{i}]": float(value)
        for name, values in arrays.items()
        for i, value in enumerate(values, start=1)
    }


def back(measure: str, n: np.ndarray) -> Callable[[float], float]:
    """R's back-transformation: proportions of PR and PLN are not cut off at 0 and 1."""
    if measure == "PR":
        return float
    if measure == "PLN":
        return math.exp
    size = measures.harmonic_mean(n)
    return lambda y: float(measures.back_transform(y, measure, size))


@method(r"escalc\|(PLO|PAS|PFT|PR|PLN)")
def effect_sizes(data: Dataset, measure: str) -> Quantities:
    yi, vi = measures.effect_sizes(data.x, data.n, measure)
    return each(yi=yi, vi=vi)


@method(r"escalc\|meta")
def totals(data: Dataset) -> Quantities:
    return {
        "k": data.k,
        "sum.events": data.x.sum(),
        "sum.total": data.n.sum(),
        "n.harmonic": measures.harmonic_mean(data.n),
    }


@method(r"rma(?:_default)?\|(\w+)\|(EE|DL|HE|HS|SJ|ML|REML|EB|PM)")
def random_effects(data: Dataset, measure: str, tau2: str) -> Quantities:
    yi, vi = measures.effect_sizes(data.x, data.n, measure)
    fit = fit_two_step(yi, vi, tau2, "wald", 0.95)
    spread = fit.heterogeneity
    if data.k == 1:
        # R counts one study as perfectly homogeneous.
        spread_values = {"I2": 0.0, "H2": 1.0, "QE": 0.0, "QEp": 1.0}
    else:
        spread_values = {
            "I2": 100 * spread.i2,
            "H2": spread.h2,
            "QE": spread.q,
            "QEp": spread.q_p,
        }
    return {
        "beta": fit.estimate,
        "se": fit.se,
        "tau2": fit.tau2,
        "se.tau2": tau2_standard_error(yi, vi, intercept(data.k), tau2, fit.tau2)
        if data.k > 1
        else float("nan"),
        "logLik": float("nan") if fit.loglik is None else fit.loglik,
        "bt.est": back(measure, data.n)(fit.estimate),
        **spread_values,
    }


@method(r"rma\|(\w+)\|(EE|DL|HE|HS|SJ|ML|REML|EB|PM)\|(z|knha|adhoc)")
def random_effects_interval(data: Dataset, measure: str, tau2: str, ci: str) -> Quantities:
    yi, vi = measures.effect_sizes(data.x, data.n, measure)
    fit = fit_two_step(yi, vi, tau2, CI[ci], 0.95)
    prediction = hts_prediction(fit, 0.95, fit.df)
    return _interval(fit, prediction, back(measure, data.n))


def _interval(fit, prediction, inverse) -> Quantities:
    return {
        "se": fit.se,
        "stat": fit.statistic,
        "pval": fit.p,
        "ci.lb": fit.ci.lower,
        "ci.ub": fit.ci.upper,
        "pi.lb": prediction.lower,
        "pi.ub": prediction.upper,
        "bt.est": inverse(fit.estimate),
        "bt.ci.lb": inverse(fit.ci.lower),
        "bt.ci.ub": inverse(fit.ci.upper),
        "bt.pi.lb": inverse(prediction.lower),
        "bt.pi.ub": inverse(prediction.upper),
    }


@method(r"rma\|(\w+)\|REML\|predRiley")
def prediction_riley(data: Dataset, measure: str) -> Quantities:
    yi, vi = measures.effect_sizes(data.x, data.n, measure)
    fit = fit_two_step(yi, vi, "REML", "wald", 0.95)
    if data.k < 3:
        return {}
    limits = hts_prediction(fit, 0.95, data.k - 2)
    inverse = back(measure, data.n)
    return {
        "pi.lb": limits.lower,
        "pi.ub": limits.upper,
        "bt.pi.lb": inverse(limits.lower),
        "bt.pi.ub": inverse(limits.upper),
    }


@method(r"rma_exact\|(\w+)\|(ML|REML|PM)")
def random_effects_exact(data: Dataset, measure: str, tau2: str) -> Quantities:
    yi, vi = measures.effect_sizes(data.x, data.n, measure)
    design = intercept(data.k)
    fit = fit_two_step(yi, vi, tau2, "wald", 0.95)
    found = {"beta": fit.estimate, "se": fit.se, "tau2": fit.tau2, "n.local.max": 1}
    if tau2 != "PM" and data.k > 1:
        restricted = tau2 == "REML"
        maxima = local_maxima(yi, vi, design, restricted=restricted)
        found["n.local.max"] = len(maxima)
    # R's exact fits leave out the constant log|X'X| / 2 of the restricted likelihood.
    constant = 0.5 * math.log(data.k) if tau2 == "REML" else 0.0
    loglik = normal_loglik(yi, vi, design, fit.tau2, restricted=tau2 == "REML")
    found["logLik"] = float(loglik) - constant
    return found


@method(r"ci(?:_own)?\|(\w+)")
def study_limits(data: Dataset, kind: str) -> Quantities:
    lower, upper = study_intervals(data.x, data.n, STUDY_INTERVALS[kind])
    return each(lower=lower, upper=upper)


STUDY_INTERVALS = {
    "CP": "clopper-pearson",
    "WS": "wilson",
    "WSCC": "wilson-cc",
    "AC": "agresti-coull",
    "SA": "normal",
    "SACC": "normal-cc",
}


@method(r"glmm_exact\|ML")
def glmm_fit(data: Dataset) -> Quantities:
    fit = glmm.fit_glmm(data.x, data.n, intercept(data.k), LOGIT)
    found = _glmm(fit, data)
    if fit.separated and data.k == 1:
        return found | {"pl.ub": math.inf, "bt.pl.ub": 1.0}
    mean = pooled_mean(data.x, data.n, fit, LOGIT)
    limits = profile_interval(mean, CHI_SQUARE, LOGIT, [])
    found |= _profile_limits(limits.lower, limits.upper)
    if not fit.separated:
        ends = tau_limits(glmm_profile(data.x, data.n, fit, LOGIT), CHI_SQUARE)
        found |= {"tau2.pl.lb": ends[0] ** 2, "tau2.pl.ub": ends[1] ** 2}
    return found


def _profile_limits(lower: float, upper: float) -> Quantities:
    return {
        "pl.lb": lower,
        "pl.ub": upper,
        "bt.pl.lb": float(LOGIT.inverse(lower)),
        "bt.pl.ub": float(LOGIT.inverse(upper)),
    }


def _glmm(fit, data: Dataset) -> Quantities:
    mu = float(fit.beta[0])
    inverse = LOGIT.inverse
    found = {
        "beta": mu,
        "bt.est": float(inverse(mu)),
        "logLik": fit.loglik,
        "logLik.tau0": fit.loglik_common,
        "marginal.mean": marginal_mean(mu, fit.tau, LOGIT),
    }
    if fit.separated:
        return found
    se = math.sqrt(fit.cov[0, 0])
    half, wide = 1.959963984540054 * se, 1.959963984540054 * math.hypot(se, fit.tau)
    return found | {
        "tau": fit.tau,
        "tau2": fit.tau**2,
        "se": se,
        "se.fixedtau": math.sqrt(fit.cov_fixed[0, 0]),
        "ci.lb": mu - half,
        "ci.ub": mu + half,
        "pi.lb": mu - wide,
        "pi.ub": mu + wide,
        "bt.ci.lb": float(inverse(mu - half)),
        "bt.ci.ub": float(inverse(mu + half)),
        "bt.pi.lb": float(inverse(mu - wide)),
        "bt.pi.ub": float(inverse(mu + wide)),
    }


@method(r"glmm_lme4tight\|ML")
def glmm_lme4(data: Dataset) -> Quantities:
    return _glmm(glmm.fit_glmm(data.x, data.n, intercept(data.k), LOGIT), data)


@method(r"glmm\|(ML|EE)(?:\|(z|t))?")
def glmm_metafor(data: Dataset, tau2: str, ci: str | None) -> Quantities:
    fit = glmm.fit_glmm(data.x, data.n, intercept(data.k), LOGIT, common=tau2 == "EE")
    if fit.separated:
        return {}
    found = {"beta": float(fit.beta[0]), "bt.est": float(LOGIT.inverse(fit.beta[0]))}
    if ci is not None:
        df = data.k - 1 if ci == "t" else math.inf
        return found | _wald(found["beta"], math.sqrt(fit.cov[0, 0]), fit.tau, df)
    found["tau2"] = fit.tau**2
    if data.k > 1:
        spread = deviance(data.x, data.n, fit, LOGIT)
        found |= {"QE.LRT": spread.q, "QE.df": spread.q_df, "QEp.LRT": spread.q_p}
        found |= {"I2": 100 * spread.i2, "H2": spread.h2}
        q = wald_q(data, intercept(data.k))
        found |= {"QE.Wld": q, "QEp.Wld": chi_square_pvalue(q, data.k - 1)}
    return found


def wald_q(data: Dataset, design) -> float:
    """R's Wald test of homogeneity: studies with an empty cell have no weight in it."""
    full = (data.x > 0) & (data.x < data.n)
    if np.linalg.matrix_rank(design[full]) < design.shape[1]:
        return float("nan")
    yi, vi = measures.effect_sizes(data.x[full], data.n[full], "PLO")
    return float(weighted_fit(yi, vi, design[full]).rss)


def _wald(mu: float, se: float, tau: float, df: float) -> Quantities:
    if df == 0:
        return {}
    cut = t_quantile(0.95, df)
    half, wide = cut * se, cut * math.hypot(se, tau)
    inverse = LOGIT.inverse
    return {
        "se": se,
        "stat": mu / se,
        "pval": t_pvalue(mu / se, df),
        "ci.lb": mu - half,
        "ci.ub": mu + half,
        "pi.lb": mu - wide,
        "pi.ub": mu + wide,
        "bt.ci.lb": float(inverse(mu - half)),
        "bt.ci.ub": float(inverse(mu + half)),
        "bt.pi.lb": float(inverse(mu - wide)),
        "bt.pi.ub": float(inverse(mu + wide)),
    }


@method(r"betabinom\|ML")
def beta_binomial(data: Dataset) -> Quantities:
    fit = betabinom.fit_betabinom(data.x, data.n)
    found = {"mu.logit": fit.mu, "mean": float(LOGIT.inverse(fit.mu)), "logLik": fit.loglik}
    found["logLik.rho0"] = fit.loglik_common
    if math.isinf(fit.mu):
        return found
    half = 1.959963984540054 * fit.se
    found |= {
        "theta": fit.theta,
        "rho": fit.rho,
        "se": fit.se,
        "ci.lb": fit.mu - half,
        "ci.ub": fit.mu + half,
        "bt.ci.lb": float(LOGIT.inverse(fit.mu - half)),
        "bt.ci.ub": float(LOGIT.inverse(fit.mu + half)),
    }
    profile = betabinom_profile(data.x, data.n, fit)
    ends = tau_limits(profile, CHI_SQUARE)
    return (
        found
        | _profile_limits(*mu_limits(profile, CHI_SQUARE))
        | {
            "rho.pl.lb": ends[0] ** 2 / (1 + ends[0] ** 2),
            "rho.pl.ub": ends[1] ** 2 / (1 + ends[1] ** 2) if math.isfinite(ends[1]) else 1.0,
        }
    )


@method(r"rma\|(\w+)\|(REML|PM|DL|ML)\|confint(QP|PL)")
def tau2_limits(data: Dataset, measure: str, tau2: str, kind: str) -> Quantities:
    yi, vi = measures.effect_sizes(data.x, data.n, measure)
    design = intercept(data.k)
    if kind == "QP":
        limits = tau2_intervals.q_profile(yi, vi, design, 0.95)
    else:
        limits = tau2_intervals.profile_likelihood(yi, vi, design, 0.95, restricted=tau2 == "REML")
    typical = typical_variance(vi, design)
    found = {}
    for end, value in (("lb", limits.lower), ("ub", limits.upper)):
        found[f"tau2.{end}"] = value
        found[f"I2.{end}"] = 100 * value / (value + typical)
        found[f"H2.{end}"] = 1 + value / typical
    return found


def meta_effects(data: Dataset, sm: str):
    """meta's own corrections of empty cells where they differ from metafor's."""
    if sm == "PLN":
        x = data.x + 0.5 * (data.x == 0)
        n = data.n + 0.5 * (data.x == 0)
        return np.log(x / n), 1 / x - 1 / (n + 0.5 * (data.x == data.n))
    yi, vi = measures.effect_sizes(data.x, data.n, SM.get(sm, sm))
    # Of a raw proportion only the variance is corrected.
    return (data.x / data.n if sm == "PRAW" else yi), vi


@method(r"metaprop\|(\w+)\|Inverse\|REML\|(classic|HK|KR)")
def metaprop(data: Dataset, sm: str, ci: str) -> Quantities:
    yi, vi = meta_effects(data, sm)
    kind = {"classic": "wald", "HK": "hksj", "KR": "kr"}[ci]
    fit = fit_two_step(yi, vi, "REML", kind, 0.95)
    common = fit_two_step(yi, vi, "EE", "wald", 0.95)
    found = {
        "TE.common": common.estimate,
        "seTE.common": common.se,
        "lower.common": common.ci.lower,
        "upper.common": common.ci.upper,
        "TE.random": fit.estimate,
        "seTE.random": fit.se,
        "lower.random": fit.ci.lower,
        "upper.random": fit.ci.upper,
        "tau2": fit.tau2,
        "Q": fit.heterogeneity.q if data.k > 1 else 0.0,
    }
    if data.k > 1:
        found["I2"] = common.heterogeneity.i2
        # meta's prediction interval takes the classic standard error whatever the interval's.
        classic = fit_two_step(yi, vi, "REML", "wald", 0.95)
        limits = hts_prediction(classic, 0.95, data.k - 1)
        found |= {"lower.predict": limits.lower, "upper.predict": limits.upper}
    return found


def moderator_design(data: Dataset, kind: str):
    """R's design: treatment contrasts, the reference level first in alphabetical order."""
    if kind == "moderator":
        return np.column_stack([np.ones(data.k), data.moderator])
    levels = sorted(set(data.group))
    columns = [np.array([g == level for g in data.group], float) for level in levels[1:]]
    return np.column_stack([np.ones(data.k), *columns])


@method(r"reg\|(subgroup|moderator)\|(PLO|PLN|PR|PAS|PFT)\|(\w+)\|(z|knha)")
def regression(data: Dataset, kind: str, measure: str, tau2: str, ci: str) -> Quantities:
    yi, vi = measures.effect_sizes(data.x, data.n, measure)
    fit = fit_regression(yi, vi, moderator_design(data, kind), tau2, CI[ci], 0.95)
    numbered = {
        "beta": fit.beta,
        "se": fit.se,
        "stat": fit.statistic,
        "pval": fit.p,
        "ci.lb": fit.lower,
        "ci.ub": fit.upper,
    }
    found = {f"{q}[{i}]": float(v) for q, vs in numbered.items() for i, v in enumerate(vs)}
    spread = fit.heterogeneity
    return found | {
        "tau2": fit.tau2,
        "QE": spread.q,
        "QEp": spread.q_p,
        "I2": 100 * spread.i2,
        "H2": spread.h2,
        "QM": fit.qm,
        "QMp": fit.qm_p,
        "QMdf1": fit.qm_df,
        "QMdf2": fit.df,
        "R2": 100 * fit.r2,
    }


@method(r"reg_exact\|(subgroup|moderator)\|(\w+)\|REML")
def regression_exact(data: Dataset, kind: str, measure: str) -> Quantities:
    found = regression(data, kind, measure, "REML", "z")
    design = moderator_design(data, kind)
    yi, vi = measures.effect_sizes(data.x, data.n, measure)
    loglik = normal_loglik(yi, vi, design, found["tau2"], restricted=True)
    found["logLik"] = float(loglik) - 0.5 * np.linalg.slogdet(design.T @ design)[1]
    found["n.local.max"] = len(local_maxima(yi, vi, design, restricted=True))
    return found


@method(r"reg\|(subgroup|moderator)\|glmm_exact\|ML")
def regression_glmm(data: Dataset, kind: str) -> Quantities:
    fit = glmm.fit_glmm(data.x, data.n, moderator_design(data, kind), LOGIT)
    beta, se = fit.beta, np.sqrt(np.diag(fit.cov))
    found = {f"beta[{i}]": float(v) for i, v in enumerate(beta)}
    found |= {f"se[{i}]": float(v) for i, v in enumerate(se)}
    return found | {"tau2": fit.tau**2, "logLik": fit.loglik}


@method(r"glmm_exact\|sub=(.*)")
def glmm_of_a_level(data: Dataset, level: str) -> Quantities:
    return glmm_fit(level_of(data, level))


@method(r"rma_exact\|(\w+)\|REML\|sub=(.*)")
def random_effects_of_a_level(data: Dataset, measure: str, level: str) -> Quantities:
    return random_effects_exact(level_of(data, level), measure, "REML")


def level_of(data: Dataset, level: str) -> Dataset:
    pick = np.array([g == level for g in data.group])
    return Dataset(
        data.name, data.x[pick], data.n[pick], [level] * int(pick.sum()), data.moderator[pick]
    )


@method(r"leave1out\|glmm_exact")
def leave_one_out_glmm(data: Dataset) -> Quantities:
    fits = [
        glmm.fit_glmm(np.delete(data.x, i), np.delete(data.n, i), intercept(data.k - 1), LOGIT)
        for i in range(data.k)
    ]
    return each(
        beta=[f.beta[0] for f in fits],
        se=[math.sqrt(f.cov[0, 0]) for f in fits],
        tau2=[f.tau**2 for f in fits],
    )


def _fit(data: Dataset, measure: str, tau2: str = "REML"):
    return (*measures.effect_sizes(data.x, data.n, measure), tau2)


def _path(fits) -> Quantities:
    """What R's leave1out and cumul print, study by study."""
    spread = [f.heterogeneity for f in fits]
    return each(
        estimate=[f.estimate for f in fits],
        se=[f.se for f in fits],
        zval=[f.statistic for f in fits],
        pval=[f.p for f in fits],
        ci__lb=[f.ci.lower for f in fits],
        ci__ub=[f.ci.upper for f in fits],
        Q=[0.0 if s.q is None else s.q for s in spread],
        Qp=[1.0 if s.q_p is None else s.q_p for s in spread],
        tau2=[f.tau2 for f in fits],
        I2=[0.0 if s.i2 is None else 100 * s.i2 for s in spread],
        H2=[1.0 if s.h2 is None else s.h2 for s in spread],
    )


@method(r"leave1out\|(\w+)\|REML")
def leave_one_out(data: Dataset, measure: str) -> Quantities:
    yi, vi, tau2 = _fit(data, measure)
    return _path(
        [
            fit_two_step(np.delete(yi, i), np.delete(vi, i), tau2, "wald", 0.95)
            for i in range(yi.size)
        ]
    )


@method(r"cumul\|(\w+)\|REML")
def cumulative(data: Dataset, measure: str) -> Quantities:
    yi, vi, tau2 = _fit(data, measure)
    return _path([fit_two_step(yi[:i], vi[:i], tau2, "wald", 0.95) for i in range(1, yi.size + 1)])


@method(r"influence\|(\w+)\|REML")
def influence(data: Dataset, measure: str) -> Quantities:
    found = case_diagnostics(*_fit(data, measure))
    return each(
        rstudent=found.rstudent,
        dffits=found.dffits,
        cook__d=found.cooks_distance,
        cov__r=found.covariance_ratio,
        tau2__del=found.tau2_deleted,
        QE__del=found.q_deleted,
        hat=found.hat,
        weight=found.weight,
        dfbs=found.dfbetas,
        is__infl=found.influential,
    )


@method(r"rstandard\|(\w+)\|REML")
def internal_residuals(data: Dataset, measure: str) -> Quantities:
    found = case_diagnostics(*_fit(data, measure))
    return each(resid=found.residual, se=found.residual_se, z=found.rstandard)


@method(r"rstudent\|(\w+)\|REML")
def external_residuals(data: Dataset, measure: str) -> Quantities:
    found = case_diagnostics(*_fit(data, measure))
    return each(resid=found.deleted, se=found.deleted_se, z=found.rstudent)


@method(r"baujat\|(\w+)\|REML")
def baujat(data: Dataset, measure: str) -> Quantities:
    found = case_diagnostics(*_fit(data, measure))
    return each(x=found.baujat_x, y=found.baujat_y)


@method(r"weights\|(\w+)\|(REML|EE)")
def weights(data: Dataset, measure: str, tau2: str) -> Quantities:
    yi, vi, tau2 = _fit(data, measure, tau2)
    return each(w=100 * fit_two_step(yi, vi, tau2, "wald", 0.95).weights)


@method(r"blup\|(\w+)\|REML")
def blup(data: Dataset, measure: str) -> Quantities:
    yi, vi, tau2 = _fit(data, measure)
    fit = fit_two_step(yi, vi, tau2, "wald", 0.95)
    prediction, se = shrunken_effects(yi, vi, fit.tau2)
    half = 1.959963984540054 * se
    return each(pred=prediction, se=se, pi__lb=prediction - half, pi__ub=prediction + half)


@method(r"hc\|(\w+)\|(REML|DL)")
def henmi_copas_interval(data: Dataset, measure: str, _: str) -> Quantities:
    yi, vi, _ = _fit(data, measure)
    fit = henmi_copas(yi, vi)
    return {
        "beta": fit.estimate,
        "se": fit.se,
        "ci.lb": fit.ci.lower,
        "ci.ub": fit.ci.upper,
        "tau2": fit.tau2,
    }


@method(r"robust\|(\w+)\|REML\|(adjust|noadjust)")
def robust(data: Dataset, measure: str, adjust: str) -> Quantities:
    yi, vi, tau2 = _fit(data, measure)
    fit = fit_two_step(yi, vi, tau2, "wald", 0.95)
    found = cluster_robust(
        yi, vi, fit.tau2, range(data.k), correction="CR1" if adjust == "adjust" else "CR0"
    )
    return {
        "beta": found.estimate,
        "se": found.se,
        "stat": found.statistic,
        "pval": found.p,
        "ci.lb": found.ci.lower,
        "ci.ub": found.ci.upper,
    }


@method(r"regtest\|(\w+)\|(lm|rma)\|(\w+)")
def regression_test_of_asymmetry(
    data: Dataset, measure: str, model: str, predictor: str
) -> Quantities:
    yi, vi, _ = _fit(data, measure)
    found = regression_test(yi, vi, data.n, predictor, multiplicative=model == "lm")
    return {
        "stat": found.statistic,
        "pval": found.p,
        "ddf": found.df,
        "limit.est": found.limit,
        "limit.ci.lb": found.limit_lower,
        "limit.ci.ub": found.limit_upper,
    }


@method(r"ranktest\|(\w+)")
def rank_test_of_asymmetry(data: Dataset, measure: str) -> Quantities:
    yi, vi, _ = _fit(data, measure)
    found = rank_test(yi, vi)
    return {"tau": found.statistic, "pval": found.p}


@method(r"trimfill\|(\w+)\|(\w+)\|(L0|R0|Q0)")
def trim_fill(data: Dataset, measure: str, tau2: str, estimator: str) -> Quantities:
    yi, vi, _ = _fit(data, measure)
    found = trim_and_fill(yi, vi, tau2, estimator)
    return {
        "k0": found.k0,
        "se.k0": found.k0_se,
        "side.left": found.side == "left",
        "estimate": found.fit.estimate,
        "se": found.fit.se,
        "ci.lb": found.fit.ci.lower,
        "ci.ub": found.fit.ci.upper,
        "tau2": found.fit.tau2,
    }


@method(r"ci_plogit\|(CP|WS|NAsm)")
def study_limits_by_the_logit(data: Dataset, kind: str) -> Quantities:
    if kind == "NAsm":
        yi, vi = measures.effect_sizes(data.x, data.n, "PLO")
        half = 1.959963984540054 * np.sqrt(vi)
        lower, upper = LOGIT.inverse(yi - half), LOGIT.inverse(yi + half)
    else:
        lower, upper = study_intervals(data.x, data.n, STUDY_INTERVALS[kind])
    return each(bt__lower=lower, bt__upper=upper)


@method(r"metabias\|PLOGIT\|(Egger|Begg|Thompson)")
def meta_bias(data: Dataset, kind: str) -> Quantities:
    yi, vi = measures.effect_sizes(data.x, data.n, "PLO")
    if kind == "Begg":
        found = begg_z(yi, vi)
        return {"statistic": found.statistic, "pval": found.p}
    found = regression_test(
        yi, vi, data.n, "sei", multiplicative=kind == "Egger", tau2="DL", df=data.k - 2
    )
    return {"statistic": found.statistic, "pval": found.p, "df": found.df}


@method(r"sub\|(\w+)\|Inverse\|REML\|(sep|common)\|(classic|HK)")
def subgroup_analysis(data: Dataset, sm: str, tau2: str, ci: str) -> Quantities:
    yi, vi = meta_effects(data, sm)
    kind = {"classic": "wald", "HK": "hksj"}[ci]
    groups = {g: np.array([h == g for h in data.group]) for g in dict.fromkeys(data.group)}
    shared = None
    if tau2 == "common":
        design = np.column_stack([pick.astype(float) for pick in groups.values()])
        shared = estimate_tau2(yi, vi, design, "REML")
    overall = fit_two_step(yi, vi, "REML", kind, 0.95)
    common = fit_two_step(yi, vi, "EE", "wald", 0.95)
    found = {
        "TE.random": overall.estimate,
        "seTE.random": overall.se,
        "lower.random": overall.ci.lower,
        "upper.random": overall.ci.upper,
        "tau2": overall.tau2,
        "Q": common.heterogeneity.q,
    }
    random, fixed = [], []
    for level, pick in groups.items():
        fit = fit_two_step(yi[pick], vi[pick], "REML", kind, 0.95, shared)
        alone = fit_two_step(yi[pick], vi[pick], "EE", "wald", 0.95)
        random.append(fit)
        fixed.append(alone)
        inverse = back(SM.get(sm, sm), data.n[pick])
        found |= {
            f"{name}[{level}]": value
            for name, value in {
                "k.w": int(pick.sum()),
                "TE.common.w": alone.estimate,
                "seTE.common.w": alone.se,
                "lower.common.w": alone.ci.lower,
                "upper.common.w": alone.ci.upper,
                "TE.random.w": fit.estimate,
                "seTE.random.w": fit.se,
                "lower.random.w": fit.ci.lower,
                "upper.random.w": fit.ci.upper,
                "tau2.w": fit.tau2,
                "Q.w": alone.heterogeneity.q or 0.0,
                "I2.w": alone.heterogeneity.i2 if pick.sum() > 1 else float("nan"),
                "n.harmonic.mean.w": measures.harmonic_mean(data.n[pick]),
                "bt.est": inverse(fit.estimate),
                "bt.lower": inverse(fit.ci.lower),
                "bt.upper": inverse(fit.ci.upper),
            }.items()
        }
    df = len(groups) - 1
    for name, fits in (("random", random), ("common", fixed)):
        q = wald_between(np.array([f.estimate for f in fits]), np.array([f.se**2 for f in fits]))
        found[f"Q.b.{name}"] = q
        found[f"pval.Q.b.{name}"] = chi_square_pvalue(q, df)
    return found | {
        "df.Q.b": df,
        "df.Q.w": data.k - df - 1,
        "Q.w.common": sum(f.heterogeneity.q or 0.0 for f in fixed),
    }


@method(r"sub\|PLOGIT\|GLMM\|(sep|common)")
def subgroup_glmm(data: Dataset, tau2: str) -> Quantities:
    found = metaprop_glmm(data)
    groups = {level: level_of(data, level) for level in dict.fromkeys(data.group)}
    shared = None
    if tau2 == "common":
        shared = fit_levels(data.x, data.n, np.array(data.group, dtype=object), LOGIT)
    random, fixed = [], []
    for level, part in groups.items():
        alone = glmm.fit_glmm(part.x, part.n, intercept(part.k), LOGIT, common=True)
        fit = glmm.fit_glmm(part.x, part.n, intercept(part.k), LOGIT)
        found |= {
            f"k.w[{level}]": part.k,
            f"n.harmonic.mean.w[{level}]": measures.harmonic_mean(part.n),
            f"tau2.w[{level}]": (shared or fit).tau ** 2,
        }
        if alone.separated:  # an infinite mean has no interval and takes part in no test
            continue
        mu, variance = float(fit.beta[0]), float(fit.cov[0, 0])
        if shared is not None:
            mu, variance = shared.means[level], shared.variances[level]
        random.append((mu, variance))
        fixed.append((float(alone.beta[0]), float(alone.cov[0, 0])))
        wald, common = (
            _wald(m, math.sqrt(v), 0.0, math.inf) for m, v in ((mu, variance), fixed[-1])
        )
        found |= {
            f"TE.common.w[{level}]": fixed[-1][0],
            f"seTE.common.w[{level}]": common["se"],
            f"lower.common.w[{level}]": common["ci.lb"],
            f"upper.common.w[{level}]": common["ci.ub"],
            f"TE.random.w[{level}]": mu,
            f"seTE.random.w[{level}]": wald["se"],
            f"lower.random.w[{level}]": wald["ci.lb"],
            f"upper.random.w[{level}]": wald["ci.ub"],
            f"Q.w[{level}]": (q := wald_q(part, intercept(part.k))),
            f"I2.w[{level}]": max(0.0, 1 - (part.k - 1) / q) if q > 0 else 0.0,
            f"bt.est[{level}]": float(LOGIT.inverse(mu)),
            f"bt.lower[{level}]": wald["bt.ci.lb"],
            f"bt.upper[{level}]": wald["bt.ci.ub"],
        }
    found["df.Q.b"] = len(groups) - 1
    if len(random) < len(groups):
        return found
    for name, pairs in (("random", random), ("common", fixed)):
        means, variances = (np.array(column) for column in zip(*pairs, strict=True))
        q = wald_between(means, variances)
        if name == "random" and shared is not None:
            # The levels' means are correlated through the tau they share.
            contrast = np.eye(len(groups))[1:] - np.eye(len(groups))[0]
            slopes, cov = contrast @ means, contrast @ shared.cov @ contrast.T
            q = float(slopes @ np.linalg.solve(cov, slopes))
        found[f"Q.b.{name}"] = q
        found[f"pval.Q.b.{name}"] = chi_square_pvalue(q, len(groups) - 1)
    return found | {"df.Q.b": len(groups) - 1}


@method(r"reg\|(subgroup|moderator)\|glmm\|ML\|z")
def regression_glmm_metafor(data: Dataset, kind: str) -> Quantities:
    design = moderator_design(data, kind)
    fit = glmm.fit_glmm(data.x, data.n, design, LOGIT)
    found = {"tau2": fit.tau**2}
    for i, (beta, se) in enumerate(zip(fit.beta, np.sqrt(np.diag(fit.cov)), strict=True)):
        wald = _wald(float(beta), float(se), 0.0, math.inf)
        names = ("se", "stat", "pval", "ci.lb", "ci.ub")
        found |= {f"beta[{i}]": float(beta)} | {f"{name}[{i}]": wald[name] for name in names}
    slopes, cov = fit.beta[1:], fit.cov[1:, 1:]
    qm = float(slopes @ np.linalg.solve(cov, slopes))
    vi = measures.effect_sizes(data.x, data.n, "PLO")[1]
    typical = typical_variance(vi, design)
    return found | {
        "I2": 100 * fit.tau**2 / (fit.tau**2 + typical),
        "QE.LRT": 2 * (saturated_loglik(data.x, data.n) - fit.loglik_common),
        "QE.Wld": wald_q(data, design),
        "QM": qm,
        "QMdf1": slopes.size,
        "QMp": chi_square_pvalue(qm, slopes.size),
    }


@method(r"metaprop\|PLOGIT\|GLMM")
def metaprop_glmm(data: Dataset) -> Quantities:
    fit = glmm.fit_glmm(data.x, data.n, intercept(data.k), LOGIT)
    common = glmm.fit_glmm(data.x, data.n, intercept(data.k), LOGIT, common=True)
    if fit.separated or data.k == 1:
        return {}
    q = wald_q(data, intercept(data.k))
    limits = _wald(float(fit.beta[0]), math.sqrt(fit.cov[0, 0]), fit.tau, data.k - 1)
    found = {
        "tau2": fit.tau**2,
        "Q": q,
        "I2": max(0.0, 1 - (data.k - 1) / q) if q > 0 else 0.0,
        "lower.predict": limits["pi.lb"],
        "upper.predict": limits["pi.ub"],
    }
    for name, model in (("random", fit), ("common", common)):
        wald = _wald(float(model.beta[0]), math.sqrt(model.cov[0, 0]), 0.0, math.inf)
        found |= {
            f"TE.{name}": float(model.beta[0]),
            f"seTE.{name}": wald["se"],
            f"lower.{name}": wald["ci.lb"],
            f"upper.{name}": wald["ci.ub"],
        }
    return found
