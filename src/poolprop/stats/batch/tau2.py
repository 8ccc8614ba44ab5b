"""Estimators of ``tau2`` for thousands of data sets at once.

The estimators are those of :mod:`poolprop.stats.tau2`. Arrays have shape (k, b): studies first, so
that sums over the studies of ``b`` data sets run along memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from poolprop.stats.inputs import Floats
from poolprop.stats.reml import maximum_likelihood, restricted_ml
from poolprop.stats.wls import intercept

# Values of tau2 at which a score is looked at for a change of sign.
SCAN = 14
STEPS = 200


class Fit(NamedTuple):
    """Weighted means at given ``tau2``: weights and residuals (k, b), the rest (b,)."""

    weights: Floats
    residual: Floats
    mean: Floats
    total: Floats
    q: Floats


def weighted_means(y: Floats, v: Floats, tau2: Floats | float = 0.0) -> Fit:
    """Return the fits of one mean with weights ``1 / (v + tau2)``."""
    weights = 1 / (v + tau2)
    total = weights.sum(axis=0)
    heavy = weights * y
    mean = heavy.sum(axis=0) / total
    residual = y - mean
    q = np.einsum("ij,ij,ij->j", weights, residual, residual)
    # What is left of effects that agree to rounding is rounding.
    q[q < 1e-28 * np.einsum("ij,ij->j", heavy, y)] = 0.0
    return Fit(weights, residual, mean, total, q)


def dersimonian_laird(y: Floats, v: Floats) -> Floats:
    """Equate Cochran's Q to its expectation."""
    fit = weighted_means(y, v)
    trace = fit.total - np.einsum("ij,ij->j", fit.weights, fit.weights) / fit.total
    out: Floats = np.maximum(0.0, (fit.q - (len(y) - 1)) / trace)
    return out


def hedges(y: Floats, v: Floats) -> Floats:
    """Equate the unweighted variance to its expectation."""
    k = len(y)
    plain = weighted_means(y, np.ones_like(v)).q
    out: Floats = np.maximum(0.0, (plain - (1 - 1 / k) * v.sum(axis=0)) / (k - 1))
    return out


def hunter_schmidt(y: Floats, v: Floats) -> Floats:
    """Equate Q to the number of studies."""
    fit = weighted_means(y, v)
    out: Floats = np.maximum(0.0, (fit.q - len(y)) / fit.total)
    return out


def sidik_jonkman(y: Floats, v: Floats) -> Floats:
    """Scale a crude variance by its own Q; 0 only if all effects agree."""
    start = np.mean((y - y.mean(axis=0)) ** 2, axis=0)
    found = start * weighted_means(y, v, np.where(start > 0, start, 1.0)).q / (len(y) - 1)
    return np.where(start > 0, found, 0.0)


def paule_mandel(y: Floats, v: Floats) -> Floats:
    """Equate the generalised Q to ``k - 1`` by Newton steps from 0, which never pass the root."""
    target = len(y) - 1.0
    tau2 = np.zeros(y.shape[1])
    lanes = np.flatnonzero(weighted_means(y, v).q > target)
    y, v, here = y[:, lanes], v[:, lanes], np.zeros(lanes.size)
    for _ in range(500):
        if not lanes.size:
            break
        weights = 1 / (v + here)
        heavy = weights * y
        residual = y - heavy.sum(axis=0) / weights.sum(axis=0)
        np.multiply(weights, residual, out=heavy)
        q = np.einsum("ij,ij->j", heavy, residual)
        step = (q - target) / np.einsum("ij,ij->j", heavy, heavy)
        here = here + step
        moving = step > 1e-7 * here  # the error is of the order of the square
        tau2[lanes] = here
        if 4 * np.count_nonzero(moving) <= 3 * moving.size:
            y, v, here, lanes = y[:, moving], v[:, moving], here[moving], lanes[moving]
    return tau2


def maximum_likelihoods(y: Floats, v: Floats) -> Floats:
    """Maximise the likelihood over ``tau2 >= 0``, globally."""
    return _maxima(y, v, restricted=False)


def restricted_maxima(y: Floats, v: Floats) -> Floats:
    """Maximise the restricted likelihood over ``tau2 >= 0``, globally."""
    return _maxima(y, v, restricted=True)


def _maxima(y: Floats, v: Floats, *, restricted: bool) -> Floats:
    """Find where the score falls through 0; more than one such place goes to the single engine.

    The scan starts where ``tau2`` begins to count against the smallest sampling variance and ends
    where the score must be negative.
    """
    low, high, falls = _scan(y, v, restricted=restricted)
    tau2 = np.zeros(y.shape[1])
    once = falls == 1
    tau2[once] = _refine(y[:, once], v[:, once], low[once], high[once], restricted=restricted)
    search = restricted_ml if restricted else maximum_likelihood
    for lane in np.flatnonzero(falls > 1):
        tau2[lane] = search(y[:, lane].copy(), v[:, lane].copy(), intercept(len(y)))
    return tau2


def _scan(y: Floats, v: Floats, *, restricted: bool) -> tuple[Floats, Floats, Floats]:
    """Return a bracket of the score's root and the number of maxima, that at 0 not counted alone.

    ``falls`` is 0 where the only maximum is at 0, 1 where it is in the bracket, more elsewhere.
    """
    plain = np.sum((y - y.mean(axis=0)) ** 2, axis=0)
    top = 4 * np.maximum(np.maximum(plain, v.max(axis=0)), 1e-12)
    bottom = 0.05 * v.min(axis=0)
    ratio = (top / bottom) ** (1 / (SCAN - 1))
    before, at = score_alone(y, v, np.zeros(y.shape[1]), restricted=restricted), bottom
    at_zero = before <= 0
    low, high = np.zeros(y.shape[1]), np.zeros(y.shape[1])
    falls = np.zeros(y.shape[1])
    last = np.zeros(y.shape[1])
    for _ in range(SCAN):
        value = score_alone(y, v, at, restricted=restricted)
        fall = (before > 0) & (value <= 0)
        low, high = np.where(fall, last, low), np.where(fall, at, high)
        falls += fall
        before, last, at = value, at, at * ratio
    return low, high, np.where(at_zero & (falls > 0), falls + 1, falls)


def _refine(y: Floats, v: Floats, low: Floats, high: Floats, *, restricted: bool) -> Floats:
    """Return the root of the score in each bracket, by Newton steps that never leave it."""
    out, lanes = np.zeros(low.size), np.arange(low.size)
    tau2 = np.sqrt(np.maximum(low, 1e-3 * high) * high)
    for _ in range(STEPS):
        if not lanes.size:
            break
        value, slope = score(y, v, tau2, restricted=restricted)
        low, high = np.where(value > 0, tau2, low), np.where(value > 0, high, tau2)
        new = tau2 - value / np.where(slope < 0, slope, -np.inf)
        sure = np.abs(new - tau2) <= 1e-7 * tau2  # the error is of the order of the square
        inside = (new > low) & (new < high) & (slope < 0)
        new = np.where(inside | (sure & (slope < 0)), new, 0.5 * (low + high))
        out[lanes] = new
        keep = ~(sure & (slope < 0)) & (high - low > 4e-16 * high)
        tau2 = new
        if 4 * np.count_nonzero(keep) <= 3 * keep.size:
            lanes, y, v, tau2 = lanes[keep], y[:, keep], v[:, keep], tau2[keep]
            low, high = low[keep], high[keep]
    return out


def score_alone(y: Floats, v: Floats, tau2: Floats, *, restricted: bool) -> Floats:
    """Return twice the derivative of the (restricted) log-likelihood by ``tau2``."""
    weights = v + tau2
    np.reciprocal(weights, out=weights)
    total = weights.sum(axis=0)
    heavy = y - np.einsum("ij,ij->j", weights, y) / total
    heavy *= weights
    trace = total
    if restricted:
        trace = total - np.einsum("ij,ij->j", weights, weights) / total
    out: Floats = np.einsum("ij,ij->j", heavy, heavy) - trace
    return out


def score(y: Floats, v: Floats, tau2: Floats, *, restricted: bool) -> tuple[Floats, Floats]:
    """Return the derivative of the (restricted) log-likelihood by ``tau2``, and its slope."""
    weights = 1 / (v + tau2)
    total = weights.sum(axis=0)
    mean = np.einsum("ij,ij->j", weights, y) / total
    heavy = y - mean
    heavy *= weights  # u = P y
    square = weights * weights
    second = square.sum(axis=0)
    moved = np.einsum("ij,ij->j", weights, heavy)
    cubic = np.einsum("ij,ij,ij->j", weights, heavy, heavy)
    trace, curve = total, second
    if restricted:
        moment = second / total
        trace = total - moment
        curve = second + moment * moment - 2 * np.einsum("ij,ij->j", square, weights) / total
    value = np.einsum("ij,ij->j", heavy, heavy) - trace
    return 0.5 * value, 0.5 * curve - (cubic - moved * moved / total)


def no_variance(y: Floats, v: Floats) -> Floats:
    """Return 0: the common effect."""
    return np.zeros(y.shape[1])


ESTIMATORS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "DL": dersimonian_laird,
    "HE": hedges,
    "HS": hunter_schmidt,
    "SJ": sidik_jonkman,
    "ML": maximum_likelihoods,
    "REML": restricted_maxima,
    "EB": paule_mandel,
    "PM": paule_mandel,
    "EE": no_variance,
}
