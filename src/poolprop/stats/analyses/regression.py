"""Meta-regression in two steps: effect sizes on moderators.

References
----------
Knapp G, Hartung J (2003). Improved tests for a random effects meta-regression with a single
covariate. Statistics in Medicine 22(17):2693-2710.
Raudenbush SW (2009). Analyzing effect sizes: random-effects models. In: The Handbook of Research
Synthesis and Meta-Analysis, 295-315 (R2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from poolprop.stats._types import Floats
from poolprop.stats.fits.heterogeneity import Heterogeneity, heterogeneity
from poolprop.stats.fits.tau2 import estimate_tau2, tau2_standard_error
from poolprop.stats.likelihoods.normal import logliks, studies
from poolprop.stats.numeric.distributions import chi_square_pvalue, f_pvalue, t_pvalue, t_quantile
from poolprop.stats.numeric.wls import weighted_fit


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """Coefficients of a mixed-effects meta-regression.

    Attributes
    ----------
    beta, se, statistic, p, lower, upper : ndarray, shape (p,)
        Coefficients with their tests and limits.
    cov : ndarray, shape (p, p)
        Covariance of the coefficients.
    df : float
        Degrees of freedom of the t statistics; infinite for z.
    tau2, tau2_se : float
        Residual between-study variance.
    heterogeneity : Heterogeneity
        Residual Q, I2 and H2.
    qm, qm_df, qm_p : float
        Omnibus test of all coefficients but the intercept: chi-square, or F with ``df``.
    r2 : float
        Share of the between-study variance that the moderators account for; 0 without any.
    loglik : float
        Normal log-likelihood, restricted for REML.
    """

    beta: Floats
    se: Floats
    statistic: Floats
    p: Floats
    lower: Floats
    upper: Floats
    cov: Floats
    df: float
    tau2: float
    tau2_se: float
    heterogeneity: Heterogeneity
    qm: float
    qm_df: int
    qm_p: float
    r2: float
    loglik: float


def fit_regression(
    yi: Floats, vi: Floats, design: Floats, tau2_method: str, ci: str, level: float
) -> Regression:
    """Regress effect sizes on a design whose first column is the intercept.

    Parameters
    ----------
    yi, vi : ndarray, shape (k,)
        Effect sizes and sampling variances.
    design : ndarray, shape (k, p)
        Of full column rank, ``k > p``.
    tau2_method : str
        A key of ``tau2.ESTIMATORS``, or ``"EE"``.
    ci : {"wald", "t", "hksj", "hksj-adhoc"}
        As for a pooled mean, with ``k - p`` degrees of freedom.
    level : float
        Confidence level.
    """
    k, p = design.shape
    tau2 = estimate_tau2(yi, vi, design, tau2_method)
    fit = weighted_fit(yi, vi, design, tau2)
    factor = 1.0
    if ci.startswith("hksj"):
        factor = fit.rss / (k - p)
        factor = max(1.0, factor) if ci == "hksj-adhoc" else factor
    cov = factor * fit.cov
    df = math.inf if ci == "wald" else float(k - p)
    se = np.sqrt(np.diag(cov))
    statistic = fit.beta / se
    half = t_quantile(level, df) * se
    qm, qm_p = _omnibus(fit.beta, cov, df)
    data = studies(yi, vi, design)
    return Regression(
        beta=fit.beta,
        se=se,
        statistic=statistic,
        p=np.array([t_pvalue(float(value), df) for value in statistic]),
        lower=fit.beta - half,
        upper=fit.beta + half,
        cov=cov,
        df=df,
        tau2=tau2,
        tau2_se=tau2_standard_error(yi, vi, design, tau2_method, tau2),
        heterogeneity=heterogeneity(data, tau2, common=tau2_method == "EE"),
        qm=qm,
        qm_df=p - 1,
        qm_p=qm_p,
        r2=_explained(yi, vi, design, tau2_method, tau2),
        loglik=float(logliks(data, np.full(2, tau2), restricted=tau2_method == "REML")[0]),
    )


def _omnibus(beta: Floats, cov: Floats, df: float) -> tuple[float, float]:
    """Return the Wald statistic of all slopes (divided by their number for F) and its p value."""
    slopes = beta[1:]
    statistic = float(slopes @ np.linalg.solve(cov[1:, 1:], slopes))
    if math.isinf(df):
        return statistic, chi_square_pvalue(statistic, slopes.size)
    return statistic / slopes.size, f_pvalue(statistic / slopes.size, slopes.size, df)


def _explained(yi: Floats, vi: Floats, design: Floats, tau2_method: str, tau2: float) -> float:
    """Return R2: the fall of ``tau2``; under a common effect the adjusted R2 of the fit."""
    alone = np.ones((yi.size, 1))
    if tau2_method == "EE":
        left = weighted_fit(yi, vi, design).rss / (design.shape[0] - design.shape[1])
        before = weighted_fit(yi, vi, alone).rss / (yi.size - 1)
    else:
        left, before = tau2, estimate_tau2(yi, vi, alone, tau2_method)
    return max(0.0, 1 - left / before) if before > 0 else 0.0
