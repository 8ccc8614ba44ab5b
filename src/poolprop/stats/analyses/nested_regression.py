"""Meta-regression of rows nested in studies: three levels with moderators, in two steps or one.

References
----------
Konstantopoulos S (2011). Fixed effects and variance components estimation in three-level
meta-analysis. Research Synthesis Methods 2(1):61-76.
Van den Noortgate W et al. (2013). Three-level meta-analysis of dependent effect sizes. Behavior
Research Methods 45(2):576-594.
Pinheiro JC, Chao EC (2006). Journal of Computational and Graphical Statistics 15(1):58-81.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats
from poolprop.stats.fits.heterogeneity import Heterogeneity
from poolprop.stats.fits.variance_components import fit_components
from poolprop.stats.numeric.distributions import chi_square_pvalue, f_pvalue, t_pvalue, t_quantile
from poolprop.stats.numeric.wls import weighted_fit


@dataclass(frozen=True, slots=True, kw_only=True)
class NestedRegression:
    """Coefficients of a regression with a variance between studies and one between their rows.

    Attributes
    ----------
    beta, se, statistic, p, lower, upper : ndarray, shape (p,)
        Coefficients with their tests and limits.
    cov : ndarray, shape (p, p)
        Covariance of the coefficients.
    df : float
        Degrees of freedom of the t statistics, ``studies - p``; infinite for z.
    studies : int
        Number of studies.
    tau2, tau2_study, tau2_row : float
        Residual variances: between studies, between the rows of a study, and their sum.
    heterogeneity : Heterogeneity
        Residual Q of all rows.
    qm, qm_df, qm_p : float
        Omnibus test of all coefficients but the intercept: chi-square, or F with ``df``, of the
        two-step model; likelihood ratio of the GLMM.
    r2 : float
        Share of both variances that the moderators account for; 0 at least.
    loglik : float
        Normal log-likelihood, restricted for REML; binomial-normal for the GLMM.
    converged : bool
        Whether the likelihood's equations are met.
    notes : tuple of str
        What a reader must know.
    lrt_p : ndarray, shape (p,), or None
        P values of the likelihood ratio of each slope of the GLMM; NaN for the intercept.
    """

    beta: Floats
    se: Floats
    statistic: Floats
    p: Floats
    lower: Floats
    upper: Floats
    cov: Floats
    df: float
    studies: int
    tau2: float
    tau2_study: float
    tau2_row: float
    heterogeneity: Heterogeneity
    qm: float
    qm_df: int
    qm_p: float
    r2: float
    loglik: float
    converged: bool
    notes: tuple[str, ...]
    lrt_p: Floats | None = None


def require_freedom(studies: int, p: int, ci: str) -> None:
    """Refuse Student's t where the studies leave no degree of freedom."""
    if ci == "t" and studies <= p:
        raise EstimationError(
            f"{studies} studies leave no degree of freedom to {p} coefficients",
            where="ci",
            hint="Drop a moderator, or use ci='wald'.",
        )


def fit_nested_regression(
    yi: Floats, vi: Floats, design: Floats, member: Floats, method: str, ci: str, level: float
) -> NestedRegression:
    """Regress effect sizes on a design whose first column is the intercept.

    Parameters
    ----------
    yi, vi : ndarray, shape (k,)
        Effect sizes and sampling variances.
    design : ndarray, shape (k, p)
        Of full column rank, ``k > p``.
    member : ndarray, shape (k, studies)
        One indicator column for each study.
    method : {"REML", "ML"}
        How the two variances are estimated.
    ci : {"t", "wald"}
        Student's t with ``studies - p`` degrees of freedom, or z.
    level : float
        Confidence level.

    Raises
    ------
    EstimationError
        If no degree of freedom is left for Student's t.
    """
    (k, p), studies = design.shape, member.shape[1]
    require_freedom(studies, p, ci)
    found = fit_components(yi, vi, member, restricted=method == "REML", design=design)
    alone = fit_components(yi, vi, member, restricted=method == "REML")
    left, before = found.between + found.within, alone.between + alone.within
    df = math.inf if ci == "wald" else float(studies - p)
    se = np.sqrt(np.diag(found.cov))
    half = t_quantile(level, df) * se
    slopes = found.beta[1:]
    chi = float(slopes @ np.linalg.solve(found.cov[1:, 1:], slopes))
    wald = math.isinf(df)
    q = weighted_fit(yi, vi, design).rss
    return NestedRegression(
        beta=found.beta,
        se=se,
        statistic=found.beta / se,
        p=np.array([t_pvalue(float(value), df) for value in found.beta / se]),
        lower=found.beta - half,
        upper=found.beta + half,
        cov=found.cov,
        df=df,
        studies=studies,
        tau2=left,
        tau2_study=found.between,
        tau2_row=found.within,
        heterogeneity=Heterogeneity(
            q=q, q_df=k - p, q_p=chi_square_pvalue(q, k - p), i2=None, h2=None
        ),
        qm=chi if wald else chi / (p - 1),
        qm_df=p - 1,
        qm_p=chi_square_pvalue(chi, p - 1) if wald else f_pvalue(chi / (p - 1), p - 1, df),
        r2=max(0.0, 1 - left / before) if before > 0 else 0.0,
        loglik=found.loglik,
        converged=found.converged,
        notes=(),
    )
