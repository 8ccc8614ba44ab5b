"""Two-step random effects for thousands of data sets at once.

The same numbers as :func:`poolprop.stats.answers.two_step_single.fit_two_step`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from poolprop.stats._types import Floats, Ints
from poolprop.stats.fits.kenward_roger import FEWEST, kenward_roger
from poolprop.stats.fits.tau2 import ESTIMATORS, weighted_means
from poolprop.stats.measures import effects_of
from poolprop.stats.numeric.distributions import t_quantile
from poolprop.stats.sets import blocks

# Studies of a block: its arrays stay in the processor's cache.
BLOCK = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoStepMany:
    """Weighted means of many data sets, on the scale of the effects; shape (b,).

    Attributes
    ----------
    estimate, se, tau2 : ndarray
        Means, their standard errors and between-study variances.
    ci_lower, ci_upper : ndarray
        Confidence limits.
    loglik : ndarray
        Normal log-likelihood at ``tau2``, restricted for REML; NaN but for ML and REML.
    """

    estimate: Floats
    se: Floats
    tau2: Floats
    ci_lower: Floats
    ci_upper: Floats
    loglik: Floats


class Sums(NamedTuple):
    """What a weighted mean leaves of a data set's studies; shape (b,).

    ``logs`` is the sum of the logs of the weights; ``weights``, of shape (studies, b), are for
    Kenward and Roger.
    """

    mean: Floats
    total: Floats
    q: Floats
    logs: Floats
    weights: Floats


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
    k = np.full(len(yi), yi.shape[1], dtype=np.float64)
    y, v = np.ascontiguousarray(yi.T), np.ascontiguousarray(vi.T)
    return pool_effects(y, v, k, tau2, ci, level)


def pool_ragged(
    yi: Floats, vi: Floats, size: Ints, tau2: str, ci: str, level: float
) -> TwoStepMany:
    """Pool data sets whose studies stand one after another, ``size`` of each."""
    out = TwoStepMany(**{name: np.empty(size.size) for name in TwoStepMany.__slots__})
    y, v = np.append(yi, 0.0), np.append(vi, np.inf)
    for lanes, studies in blocks(size, BLOCK):
        k = size[lanes].astype(np.float64)
        found = pool_effects(y[studies], v[studies], k, tau2, ci, level)
        for name in TwoStepMany.__slots__:
            getattr(out, name)[lanes] = getattr(found, name)
    return out


def pool_effects(y: Floats, v: Floats, k: Floats, tau2: str, ci: str, level: float) -> TwoStepMany:
    """Pool effects ``y`` and variances ``v`` of shape (studies, b), of which ``k`` are there.

    Elsewhere the effect is 0 and the variance infinite.
    """
    between = ESTIMATORS[tau2](y, v, k)
    fit = weighted_means(y, v, between)
    logs = np.full(k.shape, np.nan)
    if tau2 in ("ML", "REML"):
        logs = np.log(np.where(fit.weights > 0, fit.weights, 1.0)).sum(axis=0)
    return _table(Sums(fit.mean, fit.total, fit.q, logs, fit.weights), between, k, tau2, ci, level)


def _table(
    fit: Sums, tau2: Floats, k: Floats, estimator: str, ci: str, level: float
) -> TwoStepMany:
    se, df = _standard_errors(fit, k, ci)
    half = np.where(np.isfinite(se), _quantiles(level, df) * se, np.inf)
    loglik = np.full(k.shape, np.nan)
    if estimator in ("ML", "REML"):
        restricted = estimator == "REML"
        loglik = fit.logs - fit.q + (np.log(k / fit.total) if restricted else 0.0)
        loglik = 0.5 * (loglik - (k - restricted) * math.log(2 * math.pi))
    # Not a number where Kenward and Roger's method has no answer.
    known = np.where(df < FEWEST, np.nan, 1.0)
    return TwoStepMany(
        estimate=known * fit.mean,
        se=known * se,
        tau2=known * tau2,
        ci_lower=fit.mean - known * half,
        ci_upper=fit.mean + known * half,
        loglik=known * loglik,
    )


def _standard_errors(fit: Sums, k: Floats, ci: str) -> tuple[Floats, Floats | float]:
    """Return standard errors and degrees of freedom of their reference distribution."""
    wald = np.sqrt(1 / fit.total)
    if ci == "wald":
        return wald, math.inf
    if ci == "kr":
        return kenward_roger(fit.weights)
    if ci == "t":
        return wald, k - 1.0
    factor = np.sqrt(fit.q / (k - 1))
    return wald * (np.maximum(1.0, factor) if ci == "hksj-adhoc" else factor), k - 1.0


def _quantiles(level: float, df: Floats | float) -> Floats | float:
    if isinstance(df, float):
        return t_quantile(level, df)
    different, place = np.unique(df, return_inverse=True)
    out: Floats = np.array([t_quantile(level, value) for value in different.tolist()])[place]
    return out
