"""Meta-regression in one step: the binomial-normal model with moderators.

References
----------
Stijnen T, Hamza TH, Özdemir P (2010). Random effects meta-analysis of event outcome in the
framework of the generalized linear mixed model. Statistics in Medicine 29(29):3046-3067.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats
from poolprop.stats.answers.pool_glmm import saturated_loglik
from poolprop.stats.fits.glmm_design import GlmmFit, fit_glmm
from poolprop.stats.fits.heterogeneity import Heterogeneity
from poolprop.stats.fits.regression_profile import coefficient_limits
from poolprop.stats.likelihoods.links import Link
from poolprop.stats.numeric.distributions import (
    chi_square_pvalue,
    profile_cut,
    t_pvalue,
    t_quantile,
)

UNBOUNDED = (
    "Moderators separate studies with events from studies without: coefficients are not bounded "
    "and have no standard errors; the likelihood-ratio tests hold."
)
NOT_CONVERGED = "The likelihood has no proper maximum: read the coefficients with caution."


@dataclass(frozen=True, slots=True, kw_only=True)
class GlmmRegression:
    """Coefficients of a binomial-normal meta-regression.

    Attributes
    ----------
    beta, se, statistic, p, lower, upper : ndarray, shape (p,)
        Coefficients on the link's scale with Wald tests, and limits by Wald or the profile
        likelihood; NaN (infinite for a profile) where there is none.
    lrt, lrt_p : ndarray, shape (p,)
        Likelihood-ratio statistic of each slope (its column dropped, ``tau`` fitted again) and
        its p value; NaN for the intercept.
    cov : ndarray, shape (p, p)
        From the observed information of coefficients and ``tau`` jointly.
    df : float
        Degrees of freedom of the Wald tests; infinite for z.
    tau2, tau2_null : float
        Between-study variance with and without moderators.
    heterogeneity : Heterogeneity
        Residual Q: likelihood ratio of the common-effect model against one parameter a study.
    qm, qm_df, qm_p : float
        Likelihood-ratio test of all slopes.
    r2 : float
        ``1 - tau2 / tau2_null``, at least 0.
    loglik, loglik_null : float
        With and without moderators, all constants included.
    converged : bool
        Whether both fits solve their equations.
    notes : tuple of str
        What a reader must know.
    """

    beta: Floats
    se: Floats
    statistic: Floats
    p: Floats
    lower: Floats
    upper: Floats
    lrt: Floats
    lrt_p: Floats
    cov: Floats
    df: float
    tau2: float
    tau2_null: float
    heterogeneity: Heterogeneity
    qm: float
    qm_df: int
    qm_p: float
    r2: float
    loglik: float
    loglik_null: float
    converged: bool
    notes: tuple[str, ...]


def fit_glmm_regression(
    x: Floats, n: Floats, design: Floats, link: Link, ci: str, level: float
) -> GlmmRegression:
    """Fit the model by maximum likelihood and test each slope and all of them.

    Parameters
    ----------
    x, n : ndarray, shape (k,)
        Events and totals.
    design : ndarray, shape (k, p)
        Of full column rank, intercept first, ``1 < p < k``.
    link : Link
        The link function.
    ci : {"profile-ck", "profile", "t", "wald"}
        Limits from the profile likelihood, cut at ``k log(1 + t^2 / (k - p))`` with Student's t of
        ``k - p`` or at the chi-square quantile; or Wald limits, by Student's t or the normal.
        The Wald tests take the normal with ``profile`` and ``wald``, else Student's t.
    level : float
        Confidence level.

    Raises
    ------
    EstimationError
        If no patient or every patient had the event: no coefficient exists then.
    """
    if not x.any() or np.array_equal(x, n):
        raise EstimationError(
            f"{'every' if x.any() else 'no'} patient had the event, so no coefficient exists",
            where="events",
            hint="Pool the studies without moderators.",
        )
    full = fit_glmm(x, n, design, link)
    null = fit_glmm(x, n, design[:, :1], link)
    lrt, lrt_p = _each_slope(x, n, design, link, full, null)
    statistic = max(0.0, 2 * (full.loglik - null.loglik))
    slopes = design.shape[1] - 1
    df = math.inf if ci in ("wald", "profile") else float(x.size - slopes - 1)
    se = np.sqrt(np.diag(full.cov))
    wald = full.beta / se
    if ci.startswith("profile"):
        small = ci == "profile-ck"
        cut = profile_cut(level, x.size, small_sample=small, parameters=slopes + 1)
        lower, upper = coefficient_limits(x, n, design, link, full, cut)
    else:
        half = t_quantile(level, df) * se
        lower, upper = full.beta - half, full.beta + half
    return GlmmRegression(
        beta=full.beta,
        se=se,
        statistic=wald,
        p=np.array([t_pvalue(float(value), df) for value in wald]),
        lower=lower,
        upper=upper,
        lrt=lrt,
        lrt_p=lrt_p,
        cov=full.cov,
        df=df,
        tau2=full.tau**2,
        tau2_null=null.tau**2,
        heterogeneity=_residual(x, n, full, x.size - slopes - 1),
        qm=statistic,
        qm_df=slopes,
        qm_p=chi_square_pvalue(statistic, slopes),
        r2=max(0.0, 1 - full.tau**2 / null.tau**2) if null.tau > 0 else 0.0,
        loglik=full.loglik,
        loglik_null=null.loglik,
        converged=full.converged and null.converged,
        notes=_notes(full, null),
    )


def _each_slope(
    x: Floats, n: Floats, design: Floats, link: Link, full: GlmmFit, null: GlmmFit
) -> tuple[Floats, Floats]:
    """Return likelihood-ratio statistics and p values of dropping one column at a time."""
    p = design.shape[1]
    found = np.full((2, p), np.nan)
    for j in range(1, p):
        without = null if p == 2 else fit_glmm(x, n, np.delete(design, j, axis=1), link)
        found[0, j] = max(0.0, 2 * (full.loglik - without.loglik))
        found[1, j] = chi_square_pvalue(float(found[0, j]), 1)
    return found[0], found[1]


def _residual(x: Floats, n: Floats, full: GlmmFit, df: int) -> Heterogeneity:
    q = max(0.0, 2 * (saturated_loglik(x, n) - full.loglik_common))
    return Heterogeneity(q=q, q_df=df, q_p=chi_square_pvalue(q, df), i2=None, h2=None)


def _notes(full: GlmmFit, null: GlmmFit) -> tuple[str, ...]:
    notes = []
    if not np.isfinite(full.cov).all():
        notes.append(UNBOUNDED)
    if not (full.converged and null.converged):
        notes.append(NOT_CONVERGED)
    return tuple(notes)
