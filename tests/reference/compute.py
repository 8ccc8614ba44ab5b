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

from poolprop.stats import betabinom, glmm, measures
from poolprop.stats.intervals import study_intervals
from poolprop.stats.links import LINKS
from poolprop.stats.pool import pool
from poolprop.stats.reml import local_maxima, normal_loglik
from poolprop.stats.two_step import fit_two_step, hts_prediction
from poolprop.stats.wls import intercept

LOGIT = LINKS["logit"]
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
        "se.tau2": fit.tau2_se,
        "logLik": fit.loglik,
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
    found = {"beta": fit.estimate, "se": fit.se, "tau2": fit.tau2}
    if tau2 != "PM" and data.k > 1:
        restricted = tau2 == "REML"
        maxima = local_maxima(yi, vi, design, restricted=restricted)
        found["n.local.max"] = len(maxima)
    found["logLik"] = float(normal_loglik(yi, vi, design, fit.tau2, restricted=tau2 == "REML"))
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
    limits = pool(data.x, data.n, ci="profile", prediction="none") if data.k > 1 else None
    if limits is not None:
        found |= {
            "pl.lb": limits.ci_estimate.lower,
            "pl.ub": limits.ci_estimate.upper,
            "bt.pl.lb": limits.ci.lower,
            "bt.pl.ub": limits.ci.upper,
        }
    return found


def _glmm(fit, data: Dataset) -> Quantities:
    from poolprop.stats.pool_glmm import marginal_mean

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
    found = _glmm(fit, data)
    del found["logLik"]
    if ci == "t" or fit.separated:
        found = {name: found[name] for name in ("beta", "bt.est", "tau2", "se") if name in found}
    if data.k > 1 and not fit.separated:
        from poolprop.stats.pool_glmm import deviance

        spread = deviance(data.x, data.n, fit, LOGIT)
        found |= {"QE.LRT": spread.q, "QE.df": spread.q_df, "QEp.LRT": spread.q_p}
        if tau2 == "ML":
            found |= {"I2": 100 * spread.i2, "H2": spread.h2}
    return found


@method(r"betabinom\|ML")
def beta_binomial(data: Dataset) -> Quantities:
    fit = betabinom.fit_betabinom(data.x, data.n)
    found = {"mu.logit": fit.mu, "mean": float(LOGIT.inverse(fit.mu)), "logLik": fit.loglik}
    if math.isinf(fit.mu):
        return found
    half = 1.959963984540054 * fit.se
    found |= {
        "theta": fit.theta,
        "rho": fit.rho,
        "se": fit.se,
        "logLik.rho0": fit.loglik_common,
        "ci.lb": fit.mu - half,
        "ci.ub": fit.mu + half,
        "bt.ci.lb": float(LOGIT.inverse(fit.mu - half)),
        "bt.ci.ub": float(LOGIT.inverse(fit.mu + half)),
    }
    if data.k > 1:
        limits = pool(data.x, data.n, model="beta-binomial", ci="profile")
        found |= {
            "pl.lb": limits.ci_estimate.lower,
            "pl.ub": limits.ci_estimate.upper,
            "bt.pl.lb": limits.ci.lower,
            "bt.pl.ub": limits.ci.upper,
        }
    return found
