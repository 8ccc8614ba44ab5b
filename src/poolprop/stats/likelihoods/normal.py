"""Normal likelihood and restricted likelihood of ``tau2``, and their global maxima.

References
----------
Viechtbauer W (2005). Bias and efficiency of meta-analytic variance estimators in the
random-effects model. Journal of Educational and Behavioral Statistics 30(3):261-293.
"""

from __future__ import annotations

import math

import numpy as np

from poolprop.stats._types import Floats
from poolprop.stats.numeric.roots import bracketed_root
from poolprop.stats.numeric.wls import Wls, is_intercept, trace_p, weighted_fit

# Exponents of a geometric grid from its lowest value to its highest. Each study's weight changes
# over a factor of about ten of tau2, so a finer grid finds no further maxima.
GRID = np.linspace(0, 1, 60)


def normal_loglik(
    yi: Floats, vi: Floats, design: Floats, tau2: float | Floats, *, restricted: bool
) -> Floats:
    """Return the log-likelihood of ``tau2`` profiled over the coefficients, all constants in.

    The restricted one carries ``+ log|X'X| / 2``, which makes it comparable between scalings of
    the design.
    """
    return loglik_of(weighted_fit(yi, vi, design, tau2), design, restricted=restricted)


def loglik_of(fit: Wls, design: Floats, *, restricted: bool) -> Floats:
    """Return :func:`normal_loglik` of a fit that has been made already."""
    k, p = design.shape
    value = np.log(fit.weights).sum(axis=-1) - fit.rss
    if restricted and p == 1:
        value = value + np.log(fit.cov[..., 0, 0] * (design[:, 0] @ design[:, 0]))
    elif restricted:
        value = value + np.linalg.slogdet(fit.cov)[1] + np.linalg.slogdet(design.T @ design)[1]
    out: Floats = 0.5 * (value - (k - p * restricted) * np.log(2 * np.pi))
    return out


def score(
    yi: Floats, vi: Floats, design: Floats, tau2: float | Floats, *, restricted: bool
) -> Floats:
    """Return the derivative of :func:`normal_loglik` with respect to ``tau2``."""
    if is_intercept(design):
        return _mean_score(yi, vi, np.asarray(tau2), restricted=restricted)
    fit = weighted_fit(yi, vi, design, tau2)
    trace = trace_p(fit, design) if restricted else fit.weights.sum(axis=-1)
    out: Floats = 0.5 * (np.sum((fit.weights * fit.residual) ** 2, axis=-1) - trace)
    return out


def _mean_score(yi: Floats, vi: Floats, tau2: Floats, *, restricted: bool) -> Floats:
    """Return the score of a pooled mean: the same sums, without matrices."""
    weights = 1 / (vi + tau2[..., None])
    total = weights.sum(axis=-1)
    residual = weights * (yi - ((weights @ yi) / total)[..., None])
    trace = total - np.vecdot(weights, weights) / total if restricted else total
    out: Floats = 0.5 * (np.vecdot(residual, residual) - trace)
    return out


def _mean_slope(yi: Floats, vi: Floats, tau2: float, *, restricted: bool) -> tuple[float, float]:
    """Return :func:`_mean_score` at one ``tau2``, and its derivative.

    With ``u = P y`` the derivative is ``tr(PP) / 2 - u'P u``, and for the likelihood
    ``tr(WW) / 2 - u'P u``.
    """
    weights = 1 / (vi + tau2)
    total = trace = float(weights.sum())
    residual = weights * (yi - float(weights.dot(yi)) / total)
    heavy = weights * residual
    moved, square = float(heavy.sum()), float(weights.dot(weights))
    if restricted:
        moment = square / total
        square += moment * moment - 2 * float(weights.dot(weights * weights)) / total
        trace -= moment
    slope = 0.5 * square - (float(heavy.dot(residual)) - moved * moved / total)
    return 0.5 * (float(residual.dot(residual)) - trace), slope


def local_maxima(yi: Floats, vi: Floats, design: Floats, *, restricted: bool) -> list[float]:
    """Return every local maximum of the (restricted) likelihood over ``tau2 >= 0``.

    The score is scanned on a geometric grid, from far below the sampling variances to beyond
    the largest possible maximum, and each of its falls through 0 is bracketed and refined.
    """
    # Both scores are negative once tau2 exceeds the residual sum of squares.
    top = 4 * max(_plain_rss(yi, design), float(vi.max()), 1e-12)
    bottom = 1e-6 * float(vi.min())
    grid = np.zeros(GRID.size + 1)
    grid[1:] = bottom * np.exp(math.log(top / bottom) * GRID)
    slopes = score(yi, vi, design, grid, restricted=restricted)
    falls = np.flatnonzero((slopes[:-1] > 0) & (slopes[1:] <= 0))
    refine = _refined if is_intercept(design) else _bracketed
    roots = [
        refine(yi, vi, design, grid[i : i + 2], slopes[i : i + 2], restricted=restricted)
        for i in falls
    ]
    return [0.0, *roots] if slopes[0] <= 0 else roots


def _plain_rss(yi: Floats, design: Floats) -> float:
    """Return the unweighted residual sum of squares."""
    if design.shape[1] > 1:
        return float(weighted_fit(yi, np.ones_like(yi), design).rss)
    column = design[:, 0]
    residual = yi - column * float(column.dot(yi) / column.dot(column))
    return float(residual.dot(residual))


def _bracketed(
    yi: Floats, vi: Floats, design: Floats, ends: Floats, at_ends: Floats, *, restricted: bool
) -> float:
    """Return the root of the score between two values, for any design."""

    def slope(tau2: float) -> float:
        return float(score(yi, vi, design, tau2, restricted=restricted))

    return bracketed_root(slope, *map(float, ends))


def _refined(
    yi: Floats, vi: Floats, design: Floats, ends: Floats, at_ends: Floats, *, restricted: bool
) -> float:
    """Return the same for a pooled mean, by Newton's steps that never leave the bracket."""
    (low, high), (above, below) = map(float, ends), map(float, at_ends)
    tau2: float = low + (high - low) * above / (above - below)
    for _ in range(200):
        value, slope = _mean_slope(yi, vi, tau2, restricted=restricted)
        low, high = (tau2, high) if value > 0 else (low, tau2)
        new = tau2 - value / slope if slope < 0 else low
        if abs(new - tau2) <= 1e-7 * tau2:  # its error is of the order of the square
            return new
        tau2 = new if low < new < high else 0.5 * (low + high)
        if high - low <= 4e-16 * high:
            break
    return tau2


def maximum_likelihood(yi: Floats, vi: Floats, design: Floats) -> float:
    """Maximise the likelihood over ``tau2 >= 0``, globally."""
    return _best(yi, vi, design, restricted=False)


def restricted_ml(yi: Floats, vi: Floats, design: Floats) -> float:
    """Maximise the restricted likelihood over ``tau2 >= 0``, globally."""
    return _best(yi, vi, design, restricted=True)


def _best(yi: Floats, vi: Floats, design: Floats, *, restricted: bool) -> float:
    maxima = local_maxima(yi, vi, design, restricted=restricted)
    if len(maxima) == 1:
        return maxima[0]
    values = normal_loglik(yi, vi, design, np.array(maxima), restricted=restricted)
    return maxima[int(np.argmax(values))]
