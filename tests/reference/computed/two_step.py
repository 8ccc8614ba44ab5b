"""Two-step models of metafor: effect sizes, pooled means, tau2, intervals."""

from __future__ import annotations

import math

import numpy as np
from rows import Dataset

from computed.registry import CI, LOGIT, Quantities, back, each, method
from poolprop.stats import measures
from poolprop.stats.analyses.effect_means import cluster_robust
from poolprop.stats.analyses.publication_bias import henmi_copas
from poolprop.stats.answers import spread
from poolprop.stats.answers.pool_two_step import fit_two_step, hts_prediction
from poolprop.stats.fits.heterogeneity import typical_variance
from poolprop.stats.fits.one_proportion import study_intervals
from poolprop.stats.fits.tau2 import local_maxima, tau2_standard_error
from poolprop.stats.likelihoods.normal import logliks, studies
from poolprop.stats.numeric.wls import intercept


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
        spread_values = {"I2": 100 * spread.i2, "H2": spread.h2, "QE": spread.q, "QEp": spread.q_p}
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
    fit, alone = fit_two_step(yi, vi, tau2, "wald", 0.95), studies(yi, vi)
    found = {"beta": fit.estimate, "se": fit.se, "tau2": fit.tau2, "n.local.max": 1}
    if tau2 != "PM" and data.k > 1:
        lane, _ = local_maxima(alone, restricted=tau2 == "REML")
        found["n.local.max"] = np.count_nonzero(lane == 0)
    # R's exact fits leave out the constant log|X'X| / 2 of the restricted likelihood.
    constant = 0.5 * math.log(data.k) if tau2 == "REML" else 0.0
    loglik = logliks(alone, np.full(2, fit.tau2), restricted=tau2 == "REML")
    found["logLik"] = float(loglik[0]) - constant
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


@method(r"rma\|(\w+)\|(REML|PM|DL|ML)\|confint(QP|PL)")
def tau2_limits(data: Dataset, measure: str, tau2: str, kind: str) -> Quantities:
    yi, vi = measures.effect_sizes(data.x, data.n, measure)
    design = intercept(data.k)
    if kind == "QP":
        limits = spread.q_profile(yi, vi, design, 0.95)
    else:
        limits = spread.profile_likelihood(yi, vi, design, 0.95, restricted=tau2 == "REML")
    typical = typical_variance(vi, design)
    found = {}
    for end, value in (("lb", limits.lower), ("ub", limits.upper)):
        found[f"tau2.{end}"] = value
        found[f"I2.{end}"] = 100 * value / (value + typical)
        found[f"H2.{end}"] = 1 + value / typical
    return found


def two_step_fit(data: Dataset, measure: str, tau2: str = "REML"):
    return (*measures.effect_sizes(data.x, data.n, measure), tau2)


@method(r"hc\|(\w+)\|(REML|DL)")
def henmi_copas_interval(data: Dataset, measure: str, _: str) -> Quantities:
    yi, vi, _ = two_step_fit(data, measure)
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
    yi, vi, tau2 = two_step_fit(data, measure)
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


@method(r"ci_plogit\|(CP|WS|NAsm)")
def study_limits_by_the_logit(data: Dataset, kind: str) -> Quantities:
    if kind == "NAsm":
        yi, vi = measures.effect_sizes(data.x, data.n, "PLO")
        half = 1.959963984540054 * np.sqrt(vi)
        lower, upper = LOGIT.inverse(yi - half), LOGIT.inverse(yi + half)
    else:
        lower, upper = study_intervals(data.x, data.n, STUDY_INTERVALS[kind])
    return each(bt__lower=lower, bt__upper=upper)
