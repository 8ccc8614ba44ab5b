"""Meta-regressions on one moderator in every order, in machine code.

As :mod:`poolprop.stats.batch.permuted`, for designs of an intercept and one column. About the
weighted mean of the column the two are orthogonal, so that small matrices are numbers.
"""

from __future__ import annotations

import math

import numpy as np

from poolprop.stats.batch.sets import Ints
from poolprop.stats.batch.tau2 import STEPS, SURE
from poolprop.stats.compiled.jit import compiled, inlined, reordered
from poolprop.stats.inputs import Floats


@compiled
def maxima(
    y: Floats, v: Floats, x: Floats, orders: Ints, grid: Floats, restricted: bool, out: Floats
) -> None:
    """Write ``tau2`` of each order, shape (b,).

    Sums over the first studies are kept as long as these keep their values: in lexicographic
    order two or three change at a time.

    Parameters
    ----------
    y, v, x : ndarray, shape (k,)
        Effects and column, centred, and sampling variances.
    orders : ndarray of int, shape (b, k)
        Which value of the column each study gets.
    grid : ndarray
        Values of ``tau2``; beyond the last every score is negative.
    restricted : bool
        Whether to maximise the restricted likelihood.
    """
    table, fixed = _tables(y, v, grid)
    sums, excess = np.zeros((x.size + 1, 6, grid.size)), np.empty(grid.size)
    moved = np.full(x.size, np.nan)
    for i in range(orders.shape[0]):
        kept = 0
        while kept < x.size and moved[kept] == x[orders[i, kept]]:
            kept += 1
        for j in range(kept, x.size):
            moved[j] = x[orders[i, j]]
            _add(table[j], moved[j], sums[j], sums[j + 1])
        _excesses(sums[x.size], fixed, restricted, excess)
        best = 0.0 if excess[0] >= 0 else -1.0
        for g in range(1, grid.size):
            if excess[g - 1] < 0 and excess[g] >= 0:
                ends = grid[g - 1], grid[g], excess[g - 1], excess[g]
                root = _refined(y, v, moved, ends, restricted)
                if best < 0 or _higher(y, v, moved, root, best, restricted):
                    best = root
        out[i] = best


@inlined
def _tables(y: Floats, v: Floats, grid: Floats) -> tuple[Floats, Floats]:
    """Return weights of each study's ``x`` on the grid, and the sums that no order changes."""
    table, fixed = np.empty((y.size, 4, grid.size)), np.zeros((6, grid.size))
    for j in range(y.size):
        for g in range(grid.size):
            w = 1 / (v[j] + grid[g])
            table[j, 0, g], table[j, 1, g] = w, w * y[j]
            table[j, 2, g], table[j, 3, g] = w * w, w * w * y[j]
            fixed[0, g] += w
            fixed[1, g] += w * y[j]
            fixed[2, g] += w * w
            fixed[3, g] += w * w * y[j]
            fixed[4, g] += w * w * y[j] * y[j]
    fixed[5] = 1 / fixed[0]
    return table, fixed


@reordered
def _add(weights: Floats, x: float, before: Floats, after: Floats) -> None:
    """Write the sums with one more study."""
    for g in range(before.shape[1]):
        after[0, g] = before[0, g] + weights[0, g] * x
        after[1, g] = before[1, g] + weights[0, g] * x * x
        after[2, g] = before[2, g] + weights[1, g] * x
        after[3, g] = before[3, g] + weights[2, g] * x
        after[4, g] = before[4, g] + weights[2, g] * x * x
        after[5, g] = before[5, g] + weights[3, g] * x


@inlined
def _excesses(sums: Floats, fixed: Floats, restricted: bool, out: Floats) -> None:
    """Write the ratio of the score's terms less 1 on the grid."""
    for g in range(out.size):
        w, wy, ww, wwy, wwyy = fixed[0, g], fixed[1, g], fixed[2, g], fixed[3, g], fixed[4, g]
        part = fixed[5, g]
        wx, wxx, wxy = sums[0, g], sums[1, g], sums[2, g]
        wwx, wwxx, wwxy = sums[3, g], sums[4, g], sums[5, g]
        x, y = wx * part, wy * part
        # Divisions take most of the time here.
        narrow = 1 / (wxx - x * wx)
        slope = (wxy - x * wy) * narrow
        xx = wwxx - 2 * x * wwx + x * x * ww
        xy = wwxy - y * wwx - x * wwy + x * y * ww
        yy = wwyy - 2 * y * wwy + y * y * ww
        trace = w - (ww * part + xx * narrow if restricted else 0.0)
        out[g] = trace / (yy - 2 * slope * xy + slope * slope * xx) - 1


@inlined
def _refined(
    y: Floats, v: Floats, x: Floats, ends: tuple[float, float, float, float], restricted: bool
) -> float:
    """Return the root of the score in a bracket, from the excesses at its ends."""
    low, high, before, after = ends
    tau2 = low - (high - low) * before / (after - before)
    for _ in range(STEPS):
        value, trace, slope, curve = _terms(y, v, x, tau2, restricted)
        if value > trace:
            low = tau2
        else:
            high = tau2
        fall = slope * trace - curve * value
        step = (value - trace) * value / fall if fall > 0 else 0.0
        if fall > 0 and abs(step) <= SURE * tau2:
            return tau2 + step
        new = tau2 + step
        tau2 = new if fall > 0 and low < new < high else 0.5 * (low + high)
        if high - low <= 4e-16 * high:
            break
    return tau2


@reordered
def _terms(
    y: Floats, v: Floats, x: Floats, tau2: float, restricted: bool
) -> tuple[float, float, float, float]:
    """Return the terms of :func:`poolprop.stats.batch.tau2.score`, for this design."""
    w = wx = wy = wxx = wxy = 0.0
    for j in range(y.size):
        weight = 1 / (v[j] + tau2)
        w += weight
        wx += weight * x[j]
        wy += weight * y[j]
        wxx += weight * x[j] * x[j]
        wxy += weight * x[j] * y[j]
    centre, middle = wx / w, wy / w
    spread = wxx - centre * wx
    slope = (wxy - centre * wy) / spread
    value = cubic = moved = along = ww = www = lean = xx = xxx = 0.0
    for j in range(y.size):
        weight = 1 / (v[j] + tau2)
        apart = x[j] - centre
        u = weight * (y[j] - middle - slope * apart)
        square, wu = weight * weight, weight * u
        value += u * u
        cubic += wu * u
        moved += wu
        along += wu * apart
        ww += square
        www += square * weight
        lean += square * apart
        xx += square * apart * apart
        xxx += square * weight * apart * apart
    fall = 2 * (cubic - moved * moved / w - along * along / spread)
    if not restricted:
        return value, w, fall, ww
    mean_part, slope_part = ww / w, xx / spread
    curve = ww - 2 * (www / w + xxx / spread) + mean_part * mean_part + slope_part * slope_part
    curve += 2 * lean * lean / (w * spread)
    return value, w - mean_part - slope_part, fall, curve


@inlined
def _higher(y: Floats, v: Floats, x: Floats, new: float, old: float, restricted: bool) -> bool:
    """Return whether the (restricted) likelihood is higher at the new ``tau2``."""
    return _loglik(y, v, x, new, restricted) > _loglik(y, v, x, old, restricted)


@inlined
def _loglik(y: Floats, v: Floats, x: Floats, tau2: float, restricted: bool) -> float:
    """Return twice the log-likelihood without its constants."""
    logs = 0.0
    for j in range(y.size):
        logs -= math.log(v[j] + tau2)
    w, spread, slope, q = _fit(y, v, x, tau2)
    return logs - (q - slope * slope * spread) - (math.log(w * spread) if restricted else 0.0)


@reordered
def _fit(y: Floats, v: Floats, x: Floats, tau2: float) -> tuple[float, float, float, float]:
    """Return the sum of weights, the column's weighted spread, the slope, and Q without it."""
    w = wx = wy = wxx = wxy = wyy = 0.0
    for j in range(y.size):
        weight = 1 / (v[j] + tau2)
        w += weight
        wx += weight * x[j]
        wy += weight * y[j]
        wxx += weight * x[j] * x[j]
        wxy += weight * x[j] * y[j]
        wyy += weight * y[j] * y[j]
    spread = wxx - wx * wx / w
    return w, spread, (wxy - wx * wy / w) / spread, wyy - wy * wy / w


@compiled
def omnibus(y: Floats, v: Floats, x: Floats, orders: Ints, tau2: Floats, out: Floats) -> None:
    """Write Wald's statistic of the slope and the generalised Q, shape (2, b)."""
    moved = np.empty(x.size)
    for i in range(orders.shape[0]):
        for j in range(x.size):
            moved[j] = x[orders[i, j]]
        _, spread, slope, q = _fit(y, v, moved, tau2[i])
        out[0, i] = slope * slope * spread
        out[1, i] = q - out[0, i]
