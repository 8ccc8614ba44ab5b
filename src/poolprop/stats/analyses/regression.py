"""Meta-regressions: coefficients with their tests, of effect sizes in two steps.

References
----------
Knapp G, Hartung J (2003). Improved tests for a random effects meta-regression with a single
covariate. Statistics in Medicine 22(17):2693-2710.
Raudenbush SW (2009). Analyzing effect sizes: random-effects models. In: The Handbook of Research
Synthesis and Meta-Analysis, 295-315 (R2).
Konstantopoulos S (2011). Fixed effects and variance components estimation in three-level
meta-analysis. Research Synthesis Methods 2(1):61-76 (rows nested in studies).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats
from poolprop.stats.fits.heterogeneity import Heterogeneity, heterogeneity
from poolprop.stats.fits.tau2 import estimate_tau2, tau2_standard_error
from poolprop.stats.fits.variance_components import fit_components
from poolprop.stats.likelihoods.normal import logliks, studies
from poolprop.stats.numeric.distributions import chi_square_pvalue, f_pvalue, t_pvalue, t_quantile
from poolprop.stats.numeric.wls import weighted_fit


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """Coefficients of a meta-regression; what a model does not have is ``None``.

    Attributes
    ----------
    beta, se, statistic, p, lower, upper : ndarray, shape (p,)
        Coefficients on the model's scale with Wald tests, and limits by Wald or the profile
        likelihood; NaN (infinite for a profile) where there is none.
    cov : ndarray, shape (p, p)
        Covariance of the coefficients; of a GLMM from the observed information of coefficients
        and variances jointly.
    df : float
        Degrees of freedom of the t statistics; infinite for z.
    tau2 : float
        Residual between-study variance; of rows nested in studies all of it.
    heterogeneity : Heterogeneity
        Residual Q, I2 and H2; of a GLMM the likelihood ratio of the common-effect model against
        one parameter a study.
    qm, qm_df, qm_p : float
        Omnibus test of all coefficients but the intercept: chi-square, or F with ``df``, of the
        two-step model; likelihood ratio of the GLMM.
    r2 : float
        Share of the between-study variance that the moderators account for; 0 at least.
    loglik : float
        Normal log-likelihood, restricted for REML; binomial-normal for the GLMM, all constants
        included.
    converged : bool
        Whether the likelihoods' equations are met.
    notes : tuple of str
        What a reader must know.
    tau2_se : float or None
        Standard error of ``tau2`` of the two-step model.
    lrt, lrt_p : ndarray, shape (p,), or None
        Likelihood-ratio statistic of each slope of the GLMM (its column dropped, the variances
        fitted again) and its p value; NaN for the intercept.
    tau2_null, loglik_null : float or None
        The GLMM without moderators.
    studies : int or None
        Number of studies that have several rows.
    tau2_study, tau2_row : float or None
        Their residual variances: between studies, and between the rows of a study.
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
    heterogeneity: Heterogeneity
    qm: float
    qm_df: int
    qm_p: float
    r2: float
    loglik: float
    converged: bool = True
    notes: tuple[str, ...] = ()
    tau2_se: float | None = None
    lrt: Floats | None = None
    lrt_p: Floats | None = None
    tau2_null: float | None = None
    loglik_null: float | None = None
    studies: int | None = None
    tau2_study: float | None = None
    tau2_row: float | None = None


def wald(beta: Floats, cov: Floats, df: float, level: float) -> dict[str, Any]:
    """Return coefficients with their Wald tests and limits, as :class:`Regression` names them."""
    se = np.sqrt(np.diag(cov))
    statistic, half = beta / se, t_quantile(level, df) * se
    return {
        "beta": beta,
        "se": se,
        "statistic": statistic,
        "p": np.array([t_pvalue(float(value), df) for value in statistic]),
        "lower": beta - half,
        "upper": beta + half,
        "cov": cov,
        "df": df,
    }


def omnibus(beta: Floats, cov: Floats, df: float) -> dict[str, Any]:
    """Return the Wald statistic of all slopes (divided by their number for F) and its p value."""
    slopes, count = beta[1:], beta.size - 1
    statistic = float(slopes @ np.linalg.solve(cov[1:, 1:], slopes))
    if math.isinf(df):
        return {"qm": statistic, "qm_df": count, "qm_p": chi_square_pvalue(statistic, count)}
    statistic /= count
    return {"qm": statistic, "qm_df": count, "qm_p": f_pvalue(statistic, count, df)}


def explained(left: float, before: float) -> float:
    """Return the share of a variance that is gone, at least 0."""
    return max(0.0, 1 - left / before) if before > 0 else 0.0


def require_freedom(studies: int, p: int, ci: str) -> None:
    """Refuse Student's t where the studies leave no degree of freedom."""
    if ci == "t" and studies <= p:
        raise EstimationError(
            f"{studies} studies leave no degree of freedom to {p} coefficients",
            where="ci",
            hint="Drop a moderator, or use ci='wald'.",
        )


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
    (k, p), common = design.shape, tau2_method == "EE"
    tau2 = estimate_tau2(yi, vi, design, tau2_method)
    fit, data = weighted_fit(yi, vi, design, tau2), studies(yi, vi, design)
    factor = fit.rss / (k - p) if ci.startswith("hksj") else 1.0
    cov = (max(1.0, factor) if ci == "hksj-adhoc" else factor) * fit.cov
    df = math.inf if ci == "wald" else float(k - p)
    # R2 is the fall of tau2; under a common effect the adjusted R2 of the fit.
    alone = np.ones((k, 1))
    if common:
        r2 = explained(fit.rss / (k - p), weighted_fit(yi, vi, alone).rss / (k - 1))
    else:
        r2 = explained(tau2, estimate_tau2(yi, vi, alone, tau2_method))
    return Regression(
        **wald(fit.beta, cov, df, level),
        **omnibus(fit.beta, cov, df),
        tau2=tau2,
        tau2_se=tau2_standard_error(yi, vi, design, tau2_method, tau2),
        heterogeneity=heterogeneity(data, tau2, common=common),
        r2=r2,
        loglik=float(logliks(data, np.full(2, tau2), restricted=tau2_method == "REML")[0]),
    )


def fit_nested_regression(
    yi: Floats, vi: Floats, design: Floats, member: Floats, method: str, ci: str, level: float
) -> Regression:
    """Regress effect sizes with a variance between studies and one between their rows.

    Parameters
    ----------
    yi, vi, design, level
        As for :func:`fit_regression`.
    member : ndarray, shape (k, studies)
        One indicator column for each study.
    method : {"REML", "ML"}
        How the two variances are estimated.
    ci : {"t", "wald"}
        Student's t with ``studies - p`` degrees of freedom, or z.

    Raises
    ------
    EstimationError
        If no degree of freedom is left for Student's t.
    """
    (k, p), count = design.shape, member.shape[1]
    require_freedom(count, p, ci)
    found = fit_components(yi, vi, member, restricted=method == "REML", design=design)
    alone = fit_components(yi, vi, member, restricted=method == "REML")
    tau2 = found.between + found.within
    df = math.inf if ci == "wald" else float(count - p)
    q = weighted_fit(yi, vi, design).rss
    return Regression(
        **wald(found.beta, found.cov, df, level),
        **omnibus(found.beta, found.cov, df),
        studies=count,
        tau2=tau2,
        tau2_study=found.between,
        tau2_row=found.within,
        heterogeneity=Heterogeneity(
            q=q, q_df=k - p, q_p=chi_square_pvalue(q, k - p), i2=None, h2=None
        ),
        r2=explained(tau2, alone.between + alone.within),
        loglik=found.loglik,
        converged=found.converged,
    )
