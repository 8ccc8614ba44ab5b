"""Meta-regression by the binomial model with random effects of studies and of their rows.

Tests are likelihood ratios, both variances fitted again without the moderator; limits are Wald's
or those of the profile likelihood.
"""

from __future__ import annotations

import math

import numpy as np

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats, Ints
from poolprop.stats.analyses.nested_regression import NestedRegression, require_freedom
from poolprop.stats.analyses.regression_glmm import NOT_CONVERGED, UNBOUNDED
from poolprop.stats.fits.heterogeneity import Heterogeneity
from poolprop.stats.fits.study_effect_fit import StudyEffectFit, fit_study_effect
from poolprop.stats.likelihoods.study_effect import Rows, rows_of
from poolprop.stats.numeric.distributions import (
    chi_square_pvalue,
    chi_square_quantile,
    t_pvalue,
    t_quantile,
)
from poolprop.stats.numeric.roots import bracketed_root

# So many standard errors away, and so many logits, a limit is taken for infinite.
FARTHEST = 30.0


def fit_study_effect_regression(
    x: Floats, n: Floats, design: Floats, study: Ints, ci: str, level: float
) -> NestedRegression:
    """Fit by maximum likelihood and test each slope and all of them.

    Parameters
    ----------
    x, n : ndarray, shape (k,)
        Events and totals.
    design : ndarray, shape (k, p)
        Of full column rank, intercept first, ``1 < p < k``.
    study : ndarray of int, shape (k,)
        The study of each row, numbered from 0.
    ci : {"profile", "t", "wald"}
        Profile likelihood at the chi-square quantile; Student's t with ``studies - p``; z.
    level : float
        Confidence level.

    Raises
    ------
    EstimationError
        If no patient or every patient had the event, or no degree of freedom is left.
    """
    if not x.any() or np.array_equal(x, n):
        raise EstimationError(
            f"{'every' if x.any() else 'no'} patient had the event, so no coefficient exists",
            where="events",
            hint="Pool the studies without moderators.",
        )
    rows, p = rows_of(x, n, design, study), design.shape[1]
    studies = rows.first.size
    require_freedom(studies, p, ci)
    full, null = fit_study_effect(rows), fit_study_effect(_only(rows, [0]))
    each = [fit_study_effect(_without(rows, j)) for j in range(1, p)] if p > 2 else [null]
    lrt_p = [chi_square_pvalue(max(0.0, 2 * (full.loglik - one.loglik)), 1) for one in each]
    statistic = max(0.0, 2 * (full.loglik - null.loglik))
    df = float(studies - p) if ci == "t" else math.inf
    se = np.sqrt(np.diag(full.cov))
    half = t_quantile(level, df) * se
    lower, upper = full.beta - half, full.beta + half
    if ci == "profile":
        cut = chi_square_quantile(level)
        lower, upper = np.array([_limits(rows, full, j, cut) for j in range(p)]).T
    left, before = _variance(full), _variance(null)
    return NestedRegression(
        beta=full.beta,
        se=se,
        statistic=full.beta / se,
        p=np.array([t_pvalue(float(value), df) for value in full.beta / se]),
        lower=lower,
        upper=upper,
        cov=full.cov,
        df=df,
        studies=studies,
        tau2=left,
        tau2_study=full.tau_study**2,
        tau2_row=full.tau_row**2,
        heterogeneity=Heterogeneity(q=None, q_df=0, q_p=None, i2=None, h2=None),
        qm=statistic,
        qm_df=p - 1,
        qm_p=chi_square_pvalue(statistic, p - 1),
        r2=max(0.0, 1 - left / before) if before > 0 else 0.0,
        loglik=full.loglik,
        converged=full.converged and null.converged,
        notes=_notes(full, null),
        lrt_p=np.array([math.nan, *lrt_p]),
    )


def _only(rows: Rows, columns: list[int]) -> Rows:
    return rows._replace(design=rows.design[:, columns])


def _without(rows: Rows, j: int) -> Rows:
    return _only(rows, [i for i in range(rows.design.shape[1]) if i != j])


def _variance(fit: StudyEffectFit) -> float:
    return fit.tau_study**2 + fit.tau_row**2


def _limits(rows: Rows, full: StudyEffectFit, j: int, cut: float) -> tuple[float, float]:
    """Return where twice the profile log-likelihood of a coefficient has fallen by ``cut``."""
    others, middle = _without(rows, j), float(full.beta[j])
    finite = math.isfinite(full.cov[j, j])
    se = math.sqrt(full.cov[j, j]) if finite else 1.0
    start = np.delete(full.theta, j)

    def excess(value: float) -> float:
        held = others._replace(offset=rows.offset + rows.design[:, j] * value)
        return 2 * (full.loglik - fit_study_effect(held, start).loglik) - cut

    def end(side: int) -> float:
        near, far = 0.0, 2 * se
        while excess(middle + side * far) < 0:
            near, far = far, 2 * far
            if far > FARTHEST * max(1.0, se):
                return side * math.inf
        at = bracketed_root(lambda far: excess(middle + side * far), near, far, rtol=1e-10)
        return middle + side * at

    return end(-1), end(1)


def _notes(full: StudyEffectFit, null: StudyEffectFit) -> tuple[str, ...]:
    notes = []
    if not np.isfinite(full.cov).all():
        notes.append(UNBOUNDED)
    if not (full.converged and null.converged):
        notes.append(NOT_CONVERGED)
    return tuple(notes)
