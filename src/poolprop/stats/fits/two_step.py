"""Two-step random effects: effect sizes first, then their weighted mean, for many data sets.

References
----------
Hartung J, Knapp G (2001). Statistics in Medicine 20(24):3875-3889.
Sidik K, Jonkman JN (2002). Statistics in Medicine 21(21):3153-3159.
Knapp G, Hartung J (2003). Statistics in Medicine 22(17):2693-2710 (the ad hoc bound).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from poolprop.stats._types import Floats, Ints
from poolprop.stats.fits.kenward_roger import FEWEST, kenward_roger
from poolprop.stats.fits.tau2 import between
from poolprop.stats.likelihoods.normal import Fit, Means, studies, two
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
    df : ndarray
        Degrees of freedom of the means' reference distribution; infinite for the normal.
    ci_lower, ci_upper : ndarray
        Confidence limits.
    loglik : ndarray
        Normal log-likelihood at ``tau2``, restricted for REML; NaN but for ML and REML.
    """

    estimate: Floats
    se: Floats
    tau2: Floats
    df: Floats
    ci_lower: Floats
    ci_upper: Floats
    loglik: Floats


def two_step_many(
    x: Floats, n: Floats, measure: str, tau2: str, ci: str, level: float = 0.95
) -> TwoStepMany:
    """Pool data sets of equally many studies, ``k >= 2``; events and totals have shape (b, k).

    ``measure``, ``tau2``, ``ci`` and ``level`` are as for :func:`poolprop.pool`.
    """
    yi, vi = effects_of(np.asarray(x, dtype=float), np.asarray(n, dtype=float), measure, "only0")
    size = np.full(len(yi), yi.shape[1], dtype=np.intp)
    return pool_ragged(yi.ravel(), vi.ravel(), size, tau2, ci, level)


def pool_ragged(
    yi: Floats,
    vi: Floats,
    size: Ints,
    tau2: str,
    ci: str,
    level: float,
    value: float | None = None,
) -> TwoStepMany:
    """Pool data sets whose studies stand one after another, ``size`` of each."""
    if size.size == 1:
        twice = studies(yi, vi)
        assert isinstance(twice, Means)
        alone, _ = pool_means(twice, tau2, ci, level, value)
        return TwoStepMany(**{name: getattr(alone, name)[:1] for name in TwoStepMany.__slots__})
    out = TwoStepMany(**{name: np.empty(size.size) for name in TwoStepMany.__slots__})
    y, v = np.append(yi, 0.0), np.append(vi, np.inf)
    for lanes, rows in blocks(size, BLOCK):
        if lanes.size == 1:
            lanes, rows = two(lanes), np.repeat(rows, 2, axis=1)
        data = Means(y[rows], v[rows], size[lanes].astype(np.float64))
        found, _ = pool_means(data, tau2, ci, level, value)
        for name in TwoStepMany.__slots__:
            getattr(out, name)[lanes] = getattr(found, name)
    return out


def pool_means(
    data: Means, tau2: str, ci: str, level: float, value: float | None = None
) -> tuple[TwoStepMany, Fit]:
    """Pool effects about a mean of each data set; return the weighted fits too.

    Parameters
    ----------
    data : Means
        Effects and variances.
    tau2 : str
        A key of ``ESTIMATORS``, or ``"EE"`` for the common effect.
    ci : {"wald", "t", "hksj", "hksj-adhoc", "kr"}
        Normal quantile; Student's with ``k - 1``; Hartung-Knapp-Sidik-Jonkman; the same with a
        standard error never below Wald's; Kenward-Roger. What Kenward and Roger's method has no
        answer for is not a number.
    level : float
        Confidence level.
    value : float, optional
        Take ``tau2`` as known instead.
    """
    estimated = between(data, tau2) if value is None else np.full(data.size.size, value)
    fit = data.fit(estimated) if np.count_nonzero(estimated) else data.common
    se, df = _standard_errors(fit, data.df, ci)
    half = _quantiles(level, df) * se if ci != "kr" else _far(se, _quantiles(level, df))
    loglik = np.full(estimated.shape, np.nan)
    if tau2 in ("ML", "REML"):
        loglik = data.loglik(estimated, fit, restricted=tau2 == "REML")
    mean = fit.mean
    if ci == "kr":
        known = np.where(df < FEWEST, np.nan, 1.0)
        mean, se, estimated, half = known * mean, known * se, known * estimated, known * half
        loglik = known * loglik
    found = TwoStepMany(
        estimate=mean,
        se=se,
        tau2=estimated,
        df=df,
        ci_lower=mean - half,
        ci_upper=mean + half,
        loglik=loglik,
    )
    return found, fit


def _far(se: Floats, quantiles: Floats | float) -> Floats:
    """Return half-widths that are infinite where the standard error is."""
    return np.where(np.isfinite(se), quantiles * np.where(np.isfinite(se), se, 1.0), np.inf)


def _standard_errors(fit: Fit, k1: Floats, ci: str) -> tuple[Floats, Floats]:
    """Return standard errors and degrees of freedom of their reference distribution."""
    if ci == "kr":
        return kenward_roger(fit.weights)
    wald = np.sqrt(1 / fit.total)
    if ci == "wald":
        return wald, np.full(wald.shape, math.inf)
    if ci == "t":
        return wald, k1
    factor = np.sqrt(fit.q / k1)
    return wald * (np.maximum(1.0, factor) if ci == "hksj-adhoc" else factor), k1


def _quantiles(level: float, df: Floats) -> Floats | float:
    if (df == df[0]).all():
        return t_quantile(level, float(df[0]))
    different, place = np.unique(df, return_inverse=True)
    out: Floats = np.array([t_quantile(level, value) for value in different.tolist()])[place]
    return out
