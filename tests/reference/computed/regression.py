"""Regressions on a moderator, and single levels of it."""

from __future__ import annotations

import math

import numpy as np
from rows import Dataset

from computed.one_step import glmm_fit, wald_limits, wald_q
from computed.registry import CI, LOGIT, Quantities, method
from computed.two_step import random_effects_exact
from poolprop.stats import measures
from poolprop.stats.analyses.regression import fit_regression
from poolprop.stats.answers.pool_glmm import saturated_loglik
from poolprop.stats.fits import glmm_design as glmm
from poolprop.stats.fits.heterogeneity import typical_variance
from poolprop.stats.fits.tau2 import local_maxima
from poolprop.stats.likelihoods.normal import logliks, studies
from poolprop.stats.numeric.distributions import chi_square_pvalue


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
    alone = studies(yi, vi, design)
    loglik = float(logliks(alone, np.full(2, found["tau2"]), restricted=True)[0])
    found["logLik"] = loglik - 0.5 * np.linalg.slogdet(design.T @ design)[1]
    found["n.local.max"] = np.count_nonzero(local_maxima(alone, restricted=True)[0] == 0)
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


@method(r"reg\|(subgroup|moderator)\|glmm\|ML\|z")
def regression_glmm_metafor(data: Dataset, kind: str) -> Quantities:
    design = moderator_design(data, kind)
    fit = glmm.fit_glmm(data.x, data.n, design, LOGIT)
    found = {"tau2": fit.tau**2}
    for i, (beta, se) in enumerate(zip(fit.beta, np.sqrt(np.diag(fit.cov)), strict=True)):
        wald = wald_limits(float(beta), float(se), 0.0, math.inf)
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
