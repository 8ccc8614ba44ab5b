"""One-step models: binomial-normal and beta-binomial."""

from __future__ import annotations

import math

import numpy as np
from rows import Dataset

from computed.registry import CHI_SQUARE, LOGIT, Quantities, method
from poolprop.stats import measures
from poolprop.stats.answers.pool_glmm import deviance, marginal_mean
from poolprop.stats.fits import glmm_design as glmm
from poolprop.stats.fits.betabinom import BetaBinomial, betabinom_limits, fit_betabinom_sets
from poolprop.stats.fits.glmm import fit_sets
from poolprop.stats.fits.limits import tau_limits
from poolprop.stats.fits.profile import limits_of
from poolprop.stats.likelihoods.binomial_normal import BinomialNormal
from poolprop.stats.numeric.distributions import chi_square_pvalue, t_pvalue, t_quantile
from poolprop.stats.numeric.wls import intercept, weighted_fit
from poolprop.stats.sets import Sets


@method(r"glmm_exact\|ML")
def glmm_fit(data: Dataset) -> Quantities:
    fit = glmm.fit_glmm(data.x, data.n, intercept(data.k), LOGIT)
    found = _glmm(fit, data)
    if fit.separated and data.k == 1:
        return found | {"pl.ub": math.inf, "bt.pl.ub": 1.0}
    one = Sets.of(data.x, data.n)
    limits = limits_of(one, fit_sets(one, LOGIT), CHI_SQUARE, LOGIT)
    found |= _profile_limits(*(float(limit[0]) for limit in limits))
    if not fit.separated:
        problem = BinomialNormal(one, LOGIT)
        height = fit.loglik - float(problem.constants()[0])
        ends = tau_limits(problem, float(fit.beta[0]), fit.tau, height, CHI_SQUARE)
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
        "se.fixedtau": 1 / math.sqrt(glmm.information_of(data.x, data.n, mu, fit.tau, LOGIT).sum()),
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
        return found | wald_limits(found["beta"], math.sqrt(fit.cov[0, 0]), fit.tau, df)
    found["tau2"] = fit.tau**2
    if data.k > 1:
        spread = deviance(data.x, data.n, fit.tau**2, LOGIT)
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


def wald_limits(mu: float, se: float, tau: float, df: float) -> Quantities:
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
    one = Sets.of(data.x, data.n)
    fit, problem = fit_betabinom_sets(one), BetaBinomial.of(one)
    mu, se, root, loglik = (float(each[0]) for each in (fit.mu, fit.se, fit.tau, fit.loglik))
    constant = float(problem.constants()[0])
    found = {"mu.logit": mu, "mean": float(LOGIT.inverse(mu)), "logLik": loglik + constant}
    found["logLik.rho0"] = float(fit.loglik_common[0]) + constant
    if math.isinf(mu):
        return found
    half = 1.959963984540054 * se
    found |= {
        "theta": root**2,
        "rho": root**2 / (1 + root**2),
        "se": se,
        "ci.lb": mu - half,
        "ci.ub": mu + half,
        "bt.ci.lb": float(LOGIT.inverse(mu - half)),
        "bt.ci.ub": float(LOGIT.inverse(mu + half)),
    }
    ends = tau_limits(problem, mu, root, loglik, CHI_SQUARE)
    limits = betabinom_limits(one, fit, np.array([CHI_SQUARE]))
    return (
        found
        | _profile_limits(*(float(limit[0]) for limit in limits))
        | {
            "rho.pl.lb": ends[0] ** 2 / (1 + ends[0] ** 2),
            "rho.pl.ub": ends[1] ** 2 / (1 + ends[1] ** 2) if math.isfinite(ends[1]) else 1.0,
        }
    )
