"""Estimators of ``tau2`` for thousands of data sets at once.

The estimators are those of ``tau2_single``. Arrays have shape (k, b): studies first, so
that sums over the studies of ``b`` data sets run along memory. A data set of fewer studies than
``k`` has effects of 0 with an infinite variance in their place: weights of 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from poolprop.stats._types import Floats
from poolprop.stats.likelihoods.normal import maximum_likelihood, restricted_ml
from poolprop.stats.numeric.wls import complements, intercept

# A score is looked at for a change of sign wherever tau2 has grown by this factor.
RATIO = 2.5
STEPS = 200
SCAN = 1000
# The scan starts at so much of the smallest sampling variance.
LOWEST = 0.05
# A last step as small as this has an error of the order of its square.
SURE = 1e-6


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


def plain_squares(y: Floats, v: Floats, k: Floats) -> Floats:
    """Return the sum of squares about the unweighted mean."""
    residual = y - y.sum(axis=0) / k
    residual *= v < np.inf
    out: Floats = np.einsum("ij,ij->j", residual, residual)
    return out


def dersimonian_laird(y: Floats, v: Floats, k: Floats) -> Floats:
    """Equate Cochran's Q to its expectation."""
    fit = weighted_means(y, v)
    trace = np.einsum("ij,ij->j", fit.weights, complements(fit.weights / fit.total, axis=0))
    out: Floats = np.maximum(0.0, (fit.q - (k - 1)) / trace)
    return out


def hedges(y: Floats, v: Floats, k: Floats) -> Floats:
    """Equate the unweighted variance to its expectation."""
    there = v < np.inf
    plain = weighted_means(y, np.where(there, 1.0, np.inf)).q
    noise = np.where(there, v, 0.0).sum(axis=0)
    out: Floats = np.maximum(0.0, (plain - (1 - 1 / k) * noise) / (k - 1))
    return out


def hunter_schmidt(y: Floats, v: Floats, k: Floats) -> Floats:
    """Equate Q to the number of studies."""
    fit = weighted_means(y, v)
    out: Floats = np.maximum(0.0, (fit.q - k) / fit.total)
    return out


def sidik_jonkman(y: Floats, v: Floats, k: Floats) -> Floats:
    """Scale a crude variance by its own Q; 0 only if all effects agree."""
    start = plain_squares(y, v, k) / k
    found = start * weighted_means(y, v, np.where(start > 0, start, 1.0)).q / (k - 1)
    return np.where(start > 0, found, 0.0)


def paule_mandel(y: Floats, v: Floats, k: Floats) -> Floats:
    """Equate the generalised Q to ``k - 1`` by Newton steps from 0 on its reciprocal.

    Q is a sum of ``c_i^2 / (m_i + tau2)``, so that its reciprocal is concave and increasing: steps
    from the left never pass the root, and where the variances are equal one step is there.
    """
    target, tau2 = k - 1, np.zeros(y.shape[1])
    lanes = np.flatnonzero(weighted_means(y, v).q > target)
    y, v, here, target = y[:, lanes], v[:, lanes], np.zeros(lanes.size), target[lanes]
    for _ in range(500):
        if not lanes.size:
            break
        weights = v + here
        np.reciprocal(weights, out=weights)
        residual = y - np.einsum("ij,ij->j", weights, y) / weights.sum(axis=0)
        weights *= residual
        q = np.einsum("ij,ij->j", weights, residual)
        step = (q - target) * q / (target * np.einsum("ij,ij->j", weights, weights))
        here = here + step
        moving = step > SURE * here
        tau2[lanes] = here
        if 4 * np.count_nonzero(moving) <= 3 * moving.size:
            y, v, here, lanes = y[:, moving], v[:, moving], here[moving], lanes[moving]
            target = target[moving]
    return tau2


def maximum_likelihoods(y: Floats, v: Floats, k: Floats) -> Floats:
    """Maximise the likelihood over ``tau2 >= 0``, globally."""
    return _maxima(y, v, k, restricted=False)


def restricted_maxima(y: Floats, v: Floats, k: Floats) -> Floats:
    """Maximise the restricted likelihood over ``tau2 >= 0``, globally."""
    return _maxima(y, v, k, restricted=True)


def _maxima(y: Floats, v: Floats, k: Floats, *, restricted: bool) -> Floats:
    """Find where the score falls through 0; more than one such place goes to the single engine."""
    bracket, falls = _scan(y, v, k, restricted=restricted)
    tau2 = np.zeros(y.shape[1])
    once = np.flatnonzero(falls == 1)
    tau2[once] = _refine(y[:, once], v[:, once], bracket[:, once], restricted=restricted)
    search = restricted_ml if restricted else maximum_likelihood
    for lane in np.flatnonzero(falls > 1):
        there = v[:, lane] < np.inf
        tau2[lane] = search(y[there, lane], v[there, lane], intercept(int(there.sum())))
    return tau2


def _scan(y: Floats, v: Floats, k: Floats, *, restricted: bool) -> tuple[Floats, Floats]:
    """Return a bracket of the score's root, the excess at its ends, and the number of maxima.

    The scan starts where ``tau2`` begins to count against the smallest sampling variance, and
    ends where the score is surely negative for good. With the eigenvalues ``1 / (m_i + tau2)`` of
    ``P``, all ``m_i`` between the smallest and the largest variance, ``y'PPy`` is at most ``Q`` by
    the largest, and the trace at least ``k - 1`` times the smallest; and ``Q`` falls. The number is
    0 where the only maximum is at 0, 1 where it is in the bracket, more elsewhere.
    """
    count = y.shape[1]
    least, most = v.min(axis=0), np.where(v < np.inf, v, 0.0).max(axis=0)
    bracket, falls, lanes = np.zeros((4, count)), np.zeros(count), np.arange(count)
    before, last, at = np.full(count, np.inf), np.zeros(count), np.zeros(count)
    at_zero = falls > 0
    for round_ in range(SCAN):
        excess, q = excess_of(y, v, at, restricted=restricted)
        fall = (before < 0) & (excess >= 0)
        found = lanes[fall]
        bracket[:, found] = last[fall], at[fall], before[fall], excess[fall]
        falls[found] += 1
        on = q * (most + at) >= (k - 1) * (least + at)
        if round_ == 0:
            at_zero = excess >= 0
        before, last = excess, at
        at = at * RATIO if round_ else LOWEST * least
        if 3 * np.count_nonzero(on) <= 2 * on.size:
            y, v, lanes, k = y[:, on], v[:, on], lanes[on], k[on]
            before, last, at, least, most = before[on], last[on], at[on], least[on], most[on]
            if not lanes.size:
                break
    return bracket, np.where(at_zero & (falls > 0), falls + 1, falls)


def _refine(y: Floats, v: Floats, bracket: Floats, *, restricted: bool) -> Floats:
    """Return the root of the score in each bracket.

    Newton steps on the ratio of the score's two terms, which is as good as linear: where the
    variances are equal, one step is there. They never leave the bracket.
    """
    low, high, before, after = bracket
    out, lanes = np.zeros(low.size), np.arange(low.size)
    tau2 = low - (high - low) * before / (after - before)
    for _ in range(STEPS):
        if not lanes.size:
            break
        value, trace, slope, curve = score(y, v, tau2, restricted=restricted)
        low, high = np.where(value > trace, tau2, low), np.where(value > trace, high, tau2)
        fall = slope * trace - curve * value
        step = (value - trace) * value / np.where(fall > 0, fall, np.inf)
        new = tau2 + step
        sure = (fall > 0) & (np.abs(step) <= SURE * tau2)
        inside = (new > low) & (new < high) & (fall > 0)
        new = np.where(inside | sure, new, 0.5 * (low + high))
        out[lanes] = new
        keep = ~sure & (high - low > 4e-16 * high)
        tau2 = new
        if 4 * np.count_nonzero(keep) <= 3 * keep.size:
            lanes, y, v, tau2 = lanes[keep], y[:, keep], v[:, keep], tau2[keep]
            low, high = low[keep], high[keep]
    return out


def excess_of(y: Floats, v: Floats, tau2: Floats, *, restricted: bool) -> tuple[Floats, Floats]:
    """Return the ratio of the score's terms less 1, below 0 where the score is above, and ``Q``."""
    weights = v + tau2
    np.reciprocal(weights, out=weights)
    total = weights.sum(axis=0)
    residual = y - np.einsum("ij,ij->j", weights, y) / total
    trace = total
    if restricted:
        trace = total - np.einsum("ij,ij->j", weights, weights) / total
    weights *= residual
    with np.errstate(divide="ignore"):
        out: Floats = trace / np.einsum("ij,ij->j", weights, weights) - 1
    return out, np.einsum("ij,ij->j", weights, residual)


def score(
    y: Floats, v: Floats, tau2: Floats, *, restricted: bool
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the two terms whose difference is twice the score, and minus their derivatives.

    These are ``y'PPy`` and the trace of ``P`` (of ``W`` for the likelihood), ``2 y'PPPy`` and the
    trace of ``PP`` (``WW``).
    """
    weights = v + tau2
    np.reciprocal(weights, out=weights)
    total = weights.sum(axis=0)
    heavy = y - np.einsum("ij,ij->j", weights, y) / total
    heavy *= weights  # u = P y
    squares = heavy * heavy
    value = squares.sum(axis=0)
    cubic = np.einsum("ij,ij->j", weights, squares)
    heavy *= weights
    moved = heavy.sum(axis=0)
    square = np.multiply(weights, weights, out=squares)
    second = square.sum(axis=0)
    trace, curve = total, second
    if restricted:
        moment = second / total
        trace = total - moment
        third = np.einsum("ij,ij->j", square, weights)
        curve = second + moment * moment - 2 * third / total
    return value, trace, 2 * (cubic - moved * moved / total), curve


def no_variance(y: Floats, v: Floats, k: Floats) -> Floats:
    """Return 0: the common effect."""
    return np.zeros(y.shape[1])


ESTIMATORS: dict[str, Callable[[Floats, Floats, Floats], Floats]] = {
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
