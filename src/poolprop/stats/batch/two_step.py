"""Two-step random effects for thousands of data sets at once.

The same numbers as :func:`poolprop.stats.two_step.fit_two_step`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from poolprop.stats.batch.tau2 import ESTIMATORS, Fit, weighted_means
from poolprop.stats.distributions import t_quantile
from poolprop.stats.inputs import Floats
from poolprop.stats.measures import effects_of


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoStepMany:
    """Weighted means of many data sets, on the scale of the effects; shape (b,).

    Attributes
    ----------
    estimate, se, tau2 : ndarray
        Means, their standard errors and between-study variances.
    ci_lower, ci_upper : ndarray
        Confidence limits.
    q : ndarray
        Cochran's Q, at ``tau2 = 0``.
    loglik : ndarray
        Normal log-likelihood at ``tau2``, restricted for REML; NaN but for ML and REML.
    """

    estimate: Floats
    se: Floats
    tau2: Floats
    ci_lower: Floats
    ci_upper: Floats
    q: Floats
    loglik: Floats


def two_step_many(
    x: Floats,
    n: Floats,
    measure: str = "PLO",
    tau2: str = "DL",
    ci: str = "wald",
    level: float = 0.95,
    correction: str = "only0",
) -> TwoStepMany:
    """Pool data sets of equally many studies in two steps.

    Parameters
    ----------
    x, n : ndarray, shape (b, k)
        Events and totals, ``k >= 2``.
    measure, tau2, ci, level, correction
        As for :func:`poolprop.pool`; ``tau2="EE"`` is the common effect.
    """
    yi, vi = effects_of(np.asarray(x, dtype=float), np.asarray(n, dtype=float), measure, correction)
    return pool_effects(np.ascontiguousarray(yi.T), np.ascontiguousarray(vi.T), tau2, ci, level)


def pool_effects(y: Floats, v: Floats, tau2: str, ci: str, level: float) -> TwoStepMany:
    """Pool effects ``y`` and variances ``v`` of shape (k, b): studies first."""
    k = len(y)
    between = ESTIMATORS[tau2](y, v)
    fit = weighted_means(y, v, between)
    se, df = _standard_errors(fit, v, between, ci)
    half = np.where(np.isfinite(se), _quantiles(level, df) * se, np.inf)
    restricted = tau2 == "REML"
    loglik = np.full(between.shape, np.nan)
    if tau2 in ("ML", "REML"):
        loglik = np.log(fit.weights).sum(axis=0) - fit.q
        if restricted:
            loglik += np.log(k / fit.total)
        loglik = 0.5 * (loglik - (k - restricted) * math.log(2 * math.pi))
    return TwoStepMany(
        estimate=fit.mean,
        se=se,
        tau2=between,
        ci_lower=fit.mean - half,
        ci_upper=fit.mean + half,
        q=weighted_means(y, v).q,
        loglik=loglik,
    )


def _standard_errors(fit: Fit, v: Floats, tau2: Floats, ci: str) -> tuple[Floats, Floats | float]:
    """Return standard errors and degrees of freedom of their reference distribution."""
    k = len(v)
    wald = np.sqrt(1 / fit.total)
    if ci == "wald":
        return wald, math.inf
    if ci == "kr":
        return _kenward_roger(fit.weights)
    if ci == "t":
        return wald, k - 1.0
    factor = np.sqrt(fit.q / (k - 1))
    return wald * (np.maximum(1.0, factor) if ci == "hksj-adhoc" else factor), k - 1.0


def _kenward_roger(weights: Floats) -> tuple[Floats, Floats]:
    """Return :func:`poolprop.stats.kenward_roger.kenward_roger` of each data set."""
    s1, s2, s3 = (np.sum(weights**power, axis=0) for power in (1, 2, 3))
    variance = 2 / (s2 - 2 * s3 / s1 + (s2 / s1) ** 2)
    adjusted = 1 / s1 + 2 * variance * (s3 - s2**2 / s1) / s1**2
    return np.sqrt(adjusted), 2 / (variance * (s2 * adjusted) ** 2)


def _quantiles(level: float, df: Floats | float) -> Floats | float:
    if isinstance(df, float):
        return t_quantile(level, df)
    return np.array([t_quantile(level, value) for value in df.tolist()])
