"""Two-step random effects: effect sizes first, then their weighted mean, for many data sets.

References
----------
Hartung J, Knapp G (2001). Statistics in Medicine 20(24):3875-3889.
Sidik K, Jonkman JN (2002). Statistics in Medicine 21(21):3153-3159.
Knapp G, Hartung J (2003). Statistics in Medicine 22(17):2693-2710 (the ad hoc bound).
Kenward MG, Roger JH (1997). Small sample inference for fixed effects from restricted maximum
likelihood. Biometrics 53(3):983-997.
Partlett C, Riley RD (2017). Random effects meta-analysis: coverage performance of 95 % confidence
and prediction intervals following REML estimation. Statistics in Medicine 36(2):301-317.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from poolprop.stats._types import Floats, Ints
from poolprop.stats.fits.tau2 import between
from poolprop.stats.likelihoods.normal import UNASKED, Fit, Means, two
from poolprop.stats.measures import effects_of
from poolprop.stats.numeric.distributions import t_quantile
from poolprop.stats.numeric.wls import complements
from poolprop.stats.sets import blocks

# Below 0.005 degrees of freedom, common with two studies, limits are infinite: an answer, if an
# empty one. So few as these mean that one study has all but a thousandth of the weight.
FEWEST = 1e-12
NO_INTERVAL = (
    "One study holds nearly all the weight: Kenward-Roger's method has no degrees of freedom left "
    "(below 1e-12) and gives no interval"
)


def kenward_roger(weights: Floats) -> tuple[Floats, Floats]:
    """Return the adjusted standard error and the degrees of freedom, after REML.

    Parameters
    ----------
    weights : ndarray, shape (k, ...)
        ``1 / (vi + tau2)`` with ``tau2`` by REML; 0 where a data set has no such study.

    Returns
    -------
    se, df : ndarray, shape (...)
        ``df`` is 0 and ``se`` infinite where all weight that a float can hold is in one study.

    Notes
    -----
    With one coefficient the general formulas reduce to the adjusted variance
    ``A = 1/s1 + 2 V (s3 - s2^2/s1) / s1^2`` and ``2 / (V (s2 A)^2)`` degrees of freedom, where
    ``s_j`` is the sum of the j-th powers of the weights and ``V = 2 / (s2 - 2 s3/s1 + (s2/s1)^2)``
    the variance of ``tau2`` from the expected information of the restricted likelihood. The
    degrees of freedom use the adjusted variance, as Partlett and Riley and the R package meta do;
    ``1/s1`` in its place gives more.

    Both differences cancel where one study has nearly all the weight. With the shares
    ``p_i = w_i / s1`` they are sums of squares: ``2/V = s1^2 D``,
    ``D = sum p_i^2 (1 - p_i)^2 + sum_{i != j} p_i^2 p_j^2``, and
    ``s3 - s2^2/s1 = s1^3 sum p_i (p_i - sum p_j^2)^2``, in which the largest share's complement is
    the sum of the others. Then ``A = a / s1`` with ``a = 1 + 4 sum p_i (...)^2 / D``, and
    ``D / (a sum p_i^2)^2`` degrees of freedom.
    """
    s1 = weights.sum(axis=0)
    share = weights / s1
    top = np.where(share > 0.5, share, 0.0)
    others = share - top
    squares, fourths = np.sum(others**2, axis=0), np.sum(others**4, axis=0)
    pairs = 2 * top.sum(axis=0) ** 2 * squares + np.maximum(squares**2 - fourths, 0.0)
    information = np.sum((share * complements(share, axis=0)) ** 2, axis=0) + pairs
    below = share.max(axis=0) - share
    spread = np.sum(share * (below - np.sum(share * below, axis=0)) ** 2, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = 1 + 4 * spread / information
        df = information / (factor * np.sum(share**2, axis=0)) ** 2
    held = information > 0
    return np.where(held, np.sqrt(factor / s1), np.inf), np.where(held, df, 0.0)


ENDLESS = np.full(1, math.inf)
# Studies of a block: its arrays stay in the processor's cache.
BLOCK = 16_384


class TwoStepMany(NamedTuple):
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
    return pool_ragged(yi.ravel(), vi.ravel(), size, tau2, ci, level)[0]


def pool_ragged(
    yi: Floats, vi: Floats, size: Ints, tau2: str, ci: str, level: float, value: float | None = None
) -> tuple[TwoStepMany, Means | None]:
    """Pool data sets whose studies stand one after another, ``size`` of each.

    The effects of a single data set are returned too, with what was worked out of them.
    """
    if size.size == 1:
        twice = Means.of(yi, vi)
        alone = pool_means(twice, tau2, ci, level, value)
        return TwoStepMany(*[each[:1] for each in alone]), twice
    out = TwoStepMany(*[np.empty(size.size) for _ in TwoStepMany._fields])
    y, v = np.append(yi, 0.0), np.append(vi, np.inf)
    for lanes, rows in blocks(size, BLOCK):
        if lanes.size == 1:
            lanes, rows = two(lanes), np.repeat(rows, 2, axis=1)
        data = Means(y[rows], v[rows], size[lanes].astype(np.float64))
        found = pool_means(data, tau2, ci, level, value)
        for whole, part in zip(out, found, strict=True):
            whole[lanes] = part
    return out, None


def pool_means(
    data: Means, tau2: str, ci: str, level: float, value: float | None = None
) -> TwoStepMany:
    """Pool effects about a mean of each data set.

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
    likely = tau2 in ("ML", "REML")
    full = likely or ci in ("hksj", "hksj-adhoc")
    fit = data.fit(estimated, q=full) if np.count_nonzero(estimated) else data.common
    se, df = _standard_errors(fit, data.df, ci)
    half = _quantiles(level, df) * se if ci != "kr" else _far(se, _quantiles(level, df))
    loglik = data.loglik(estimated, fit, restricted=tau2 == "REML") if likely else UNASKED
    mean = fit.mean
    if ci == "kr":
        known = np.where(df < FEWEST, np.nan, 1.0)
        mean, se, estimated, half = known * mean, known * se, known * estimated, known * half
        loglik = known * loglik
    return TwoStepMany(mean, se, estimated, df, mean - half, mean + half, loglik)


def _far(se: Floats, quantiles: Floats | float) -> Floats:
    """Return half-widths that are infinite where the standard error is."""
    return np.where(np.isfinite(se), quantiles * np.where(np.isfinite(se), se, 1.0), np.inf)


def _standard_errors(fit: Fit, k1: Floats, ci: str) -> tuple[Floats, Floats]:
    """Return standard errors and degrees of freedom of their reference distribution."""
    if ci == "kr":
        return kenward_roger(fit.weights)
    wald = np.sqrt(1 / fit.total)
    if ci == "wald":
        return wald, ENDLESS
    if ci == "t":
        return wald, k1
    factor = np.sqrt(fit.q / k1)
    return wald * (np.maximum(1.0, factor) if ci == "hksj-adhoc" else factor), k1


def _quantiles(level: float, df: Floats) -> Floats | float:
    first = df.item(0)
    if df.size == 1 or np.count_nonzero(df == first) == df.size:
        return t_quantile(level, first)
    different, place = np.unique(df, return_inverse=True)
    out: Floats = np.array([t_quantile(level, value) for value in different.tolist()])[place]
    return out
