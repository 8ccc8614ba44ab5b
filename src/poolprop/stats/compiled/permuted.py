"""Meta-regressions on one moderator in every order, in machine code: orders in lockstep.

As :mod:`poolprop.stats.batch.permuted`, for designs of an intercept and one column. About the
weighted mean of the column the two are orthogonal, so that small matrices are numbers.
"""

from __future__ import annotations

import math

import numpy as np

from poolprop.stats.batch.sets import Ints
from poolprop.stats.compiled.jit import compiled, inlined, inner
from poolprop.stats.compiled.lanes import (
    CURVE,
    FREE,
    LANES,
    SLOPE,
    TAU2,
    TRACE,
    VALUE,
    highest_of,
    place,
    solve_of,
    whole_vectors,
)
from poolprop.stats.inputs import Floats

# Weighted sums, and the fit: means of column and effects, the column's spread, the slope.
W, WX, WY, WXX, WXY, WYY, CENTRE, MIDDLE, SPREAD, SLANT = (FREE + LANES * row for row in range(10))
# Sums of squares and cubes of the weights, with residuals and with the column about its mean.
CUBIC, MOVED, ALONG, WW, WWW, LEAN, WWXX, WWWXX = (SLANT + LANES * row for row in range(1, 9))
ROWS = WWWXX // LANES + 1


def statistics(y: Floats, v: Floats, x: Floats, orders: Ints, method: str) -> Floats:
    """Return Wald's statistic of the slope and the generalised Q, shape (2, b).

    Parameters
    ----------
    y, v, x : ndarray, shape (k,)
        Effects and column, centred, and sampling variances.
    orders : ndarray of int, shape (b, k)
        Which value of the column each study gets.
    method : {"ML", "REML"}
        Estimator of ``tau2``.
    """
    count = len(orders)
    if count < LANES:
        orders = np.pad(orders, ((0, LANES - count), (0, 0)), mode="edge")
    out = np.empty((2, len(orders)))
    _each_order(y, v, x, orders, whole_vectors(y, v), method == "REML", out)
    return out[:, :count]


@inner
def _sums(y: Floats, v: Floats, x: Floats, s: Floats) -> None:
    """Write sums and fits at each lane's ``tau2``, and the weights into the lower half of ``x``."""
    s[W : WYY + LANES] = 0.0
    k = y.size
    for j in range(k):
        for i in range(LANES):
            w = 1 / (v[j] + s[TAU2 + i])
            x[k + j, i] = w
            wx, wy = w * x[j, i], w * y[j]
            s[W + i] += w
            s[WX + i] += wx
            s[WY + i] += wy
            s[WXX + i] += wx * x[j, i]
            s[WXY + i] += wx * y[j]
            s[WYY + i] += wy * y[j]
    for i in range(LANES):
        centre = s[WX + i] / s[W + i]
        spread = s[WXX + i] - centre * s[WX + i]
        s[CENTRE + i], s[MIDDLE + i], s[SPREAD + i] = centre, s[WY + i] / s[W + i], spread
        s[SLANT + i] = (s[WXY + i] - centre * s[WY + i]) / spread


@inner
def _terms(y: Floats, v: Floats, x: Floats, restricted: bool, s: Floats) -> None:
    """Write the terms of :func:`poolprop.stats.batch.tau2.score`, for this design."""
    _sums(y, v, x, s)
    s[CUBIC:] = 0.0
    s[VALUE : VALUE + LANES] = 0.0
    k = y.size
    for j in range(k):
        for i in range(LANES):
            w = x[k + j, i]
            apart = x[j, i] - s[CENTRE + i]
            u = w * (y[j] - s[MIDDLE + i] - s[SLANT + i] * apart)
            ww, wu = w * w, w * u
            s[VALUE + i] += u * u
            s[CUBIC + i] += wu * u
            s[MOVED + i] += wu
            s[ALONG + i] += wu * apart
            s[WW + i] += ww
            s[WWW + i] += ww * w
            s[LEAN + i] += ww * apart
            s[WWXX + i] += ww * apart * apart
            s[WWWXX + i] += ww * w * apart * apart
    for i in range(LANES):
        per_w, per_spread = 1 / s[W + i], 1 / s[SPREAD + i]
        moved, along, lean = s[MOVED + i], s[ALONG + i], s[LEAN + i]
        s[SLOPE + i] = 2 * (s[CUBIC + i] - moved * moved * per_w - along * along * per_spread)
        mean_part, slope_part = s[WW + i] * per_w, s[WWXX + i] * per_spread
        least = mean_part * mean_part + slope_part * slope_part
        least += 2 * (lean * lean * per_w - s[WWWXX + i]) * per_spread - 2 * s[WWW + i] * per_w
        s[TRACE + i] = s[W + i] - (mean_part + slope_part if restricted else 0.0)
        s[CURVE + i] = s[WW + i] + (least if restricted else 0.0)


@inlined
def _loglik(y: Floats, v: Floats, x: Floats, restricted: bool, lane: int, tau2: float) -> float:
    """Return twice the log-likelihood of a lane without its constants."""
    w = wx = wy = wxx = wxy = wyy = logs = 0.0
    for j in range(y.size):
        weight = 1 / (v[j] + tau2)
        w += weight
        wx += weight * x[j, lane]
        wy += weight * y[j]
        wxx += weight * x[j, lane] * x[j, lane]
        wxy += weight * x[j, lane] * y[j]
        wyy += weight * y[j] * y[j]
        logs += math.log(weight)
    spread, along = wxx - wx * wx / w, wxy - wx * wy / w
    q = wyy - wy * wy / w - along * along / spread
    return logs - q - (math.log(w * spread) if restricted else 0.0)


_solve = solve_of(_terms)
_highest = highest_of(_solve, _loglik)


@compiled
def _each_order(
    y: Floats, v: Floats, x: Floats, orders: Ints, grid: Floats, restricted: bool, out: Floats
) -> None:
    """Write the statistics of each order, at least ``LANES`` of them."""
    table, fixed = _tables(y, v, grid, restricted)
    sums, last = np.zeros((x.size + 1, 6 * grid.size)), np.full(x.size, np.nan)
    columns, excess = np.empty((2 * x.size, LANES)), np.empty((LANES, grid.size))
    s, several = np.zeros(ROWS * LANES), np.empty(LANES, np.bool_)
    for block in range(0, len(orders), LANES):
        # The last block begins early enough to be whole.
        first = min(block, len(orders) - LANES)
        for i in range(LANES):
            for j in range(x.size):
                columns[j, i] = x[orders[first + i, j]]
        _scan(columns, table, fixed, last, sums, restricted, excess)
        if place(grid, excess, s, several):
            for i in range(LANES):
                if several[i]:
                    _highest(y, v, columns, restricted, s, grid, excess, i)
        _solve(y, v, columns, restricted, s)
        _sums(y, v, columns, s)
        wald, q = out[0, first : first + LANES], out[1, first : first + LANES]
        for i in range(LANES):
            wald[i] = s[SLANT + i] * s[SLANT + i] * s[SPREAD + i]
            q[i] = s[WYY + i] - s[WY + i] * s[MIDDLE + i] - wald[i]


@inlined
def _tables(y: Floats, v: Floats, grid: Floats, restricted: bool) -> tuple[Floats, Floats]:
    """Return weights of each study's column and of its square, and what no order changes.

    The weights are for sums of wx, wxy, wxx, wwx, wwxy and wwxx on the grid, one after another;
    ``y`` is about the weighted mean at the grid's point.
    """
    table, fixed = np.zeros((y.size, 2, 6, grid.size)), np.empty((5, grid.size))
    for g in range(grid.size):
        w = 1 / (v + grid[g])
        u = y - np.sum(w * y) / np.sum(w)
        table[:, 0, 0, g], table[:, 0, 1, g], table[:, 1, 2, g] = w, w * u, w
        table[:, 0, 3, g], table[:, 0, 4, g], table[:, 1, 5, g] = w * w, w * w * u, w * w
        total, second = np.sum(w), np.sum(w * w)
        fixed[0, g], fixed[1, g] = 1 / total, second
        fixed[2, g], fixed[3, g] = np.sum(w * w * u), np.sum(w * w * u * u)
        fixed[4, g] = total - (second / total if restricted else 0.0)
    return table.reshape((y.size, 2, 6 * grid.size)), fixed


@inner
def _scan(
    columns: Floats,
    table: Floats,
    fixed: Floats,
    last: Floats,
    sums: Floats,
    restricted: bool,
    excess: Floats,
) -> None:
    """Write the ratio of the score's terms less 1 on the grid.

    Sums over the first studies are kept as long as these keep their values: in lexicographic
    order two or three change at a time.
    """
    k, size = last.size, excess.shape[1]
    for i in range(LANES):
        kept = 0
        while kept < k and last[kept] == columns[kept, i]:
            kept += 1
        for j in range(kept, k):
            x = columns[j, i]
            last[j] = x
            for m in range(sums.shape[1]):
                sums[j + 1, m] = sums[j, m] + x * (table[j, 0, m] + x * table[j, 1, m])
        for g in range(size):
            part, ww, wwy, yy = fixed[0, g], fixed[1, g], fixed[2, g], fixed[3, g]
            wx, along, wxx = sums[k, g], sums[k, size + g], sums[k, 2 * size + g]
            wwx, wwxy, wwxx = sums[k, 3 * size + g], sums[k, 4 * size + g], sums[k, 5 * size + g]
            centre = wx * part
            spread = wxx - centre * wx
            xx = wwxx - centre * (2 * wwx - centre * ww)
            xy = wwxy - centre * wwy
            # Both terms times the square of the spread, to divide once.
            value = (yy * spread - 2 * along * xy) * spread + along * along * xx
            trace = fixed[4, g] * spread - (xx if restricted else 0.0)
            excess[i, g] = trace * spread / (value if value > 0 else 0.0) - 1
