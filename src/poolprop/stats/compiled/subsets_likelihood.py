"""The (restricted) likelihood of every subset of some studies, in machine code.

All subsets share their studies, so the score is looked at on one grid of ``tau2`` for all: its
sums over a subset are those over its first ten studies, from a table, and over its other tens.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from poolprop.stats.batch.sets import Ints
from poolprop.stats.compiled.jit import compiled, inlined, inner
from poolprop.stats.compiled.lanes import (
    CURVE,
    FREE,
    LANES,
    SLOPE,
    STEP,
    TAU2,
    TRACE,
    VALUE,
    highest_of,
    place,
    solve_of,
)
from poolprop.stats.inputs import Floats

# Studies that share a table of sums.
TOGETHER = 10
# Powers of the effects about a centre near the mean lose no digits.
CENTRE, Q, SIZE, W, WW, WWW, WY, WWY, WWWY, WWYY, WWWYY = (FREE + LANES * row for row in range(11))
ROWS = WWWYY // LANES + 1


@inner
def _terms(y: Floats, v: Floats, there: Floats, restricted: bool, s: Floats) -> None:
    """Write the terms of :func:`poolprop.stats.batch.tau2.score`, in one pass."""
    s[W:] = 0.0
    for j in range(y.size):
        for i in range(LANES):
            w = there[j, i] / (v[j] + s[TAU2 + i])
            heavy, square = w * (y[j] - s[CENTRE + i]), w * w
            s[W + i] += w
            s[WW + i] += square
            s[WWW + i] += square * w
            s[WY + i] += heavy
            s[WWY + i] += heavy * w
            s[WWWY + i] += heavy * square
            s[WWYY + i] += heavy * heavy
            s[WWWYY + i] += heavy * heavy * w
    for i in range(LANES):
        part = 1 / s[W + i]
        m, second = s[WY + i] * part, s[WW + i]
        cubic = s[WWWYY + i] - 2 * m * s[WWWY + i] + m * m * s[WWW + i]
        moved, moment = s[WWY + i] - m * second, second * part
        s[VALUE + i] = s[WWYY + i] - 2 * m * s[WWY + i] + m * m * second
        s[SLOPE + i] = 2 * (cubic - moved * moved * part)
        s[TRACE + i] = s[W + i] - (moment if restricted else 0.0)
        least = moment * moment - 2 * s[WWW + i] * part
        s[CURVE + i] = second + (least if restricted else 0.0)


@inlined
def _loglik(y: Floats, v: Floats, there: Floats, restricted: bool, lane: int, tau2: float) -> float:
    """Return twice the log-likelihood of a lane without its constants."""
    total = heavy = logs = q = 0.0
    for j in range(y.size):
        weight = there[j, lane] / (v[j] + tau2)
        total += weight
        heavy += weight * y[j]
        logs -= there[j, lane] * math.log(v[j] + tau2)
    for j in range(y.size):
        q += there[j, lane] * (y[j] - heavy / total) ** 2 / (v[j] + tau2)
    return logs - q - (math.log(total) if restricted else 0.0)


_solve = solve_of(_terms)
_highest = highest_of(_solve, _loglik)


@compiled
def likelihoods(
    y: Floats,
    v: Floats,
    inside: NDArray[np.uint8],
    restricted: bool,
    grid: Floats,
    tables: Floats,
    out: Floats,
) -> None:
    """Write mean, ``tau2`` and I2 of each subset, shape (3, b).

    Parameters
    ----------
    y, v : ndarray, shape (k,)
        Effects, centred, and their variances.
    inside : ndarray of 0 and 1, shape (k, b), b >= LANES
        Which studies are in.
    restricted : bool
        Whether to maximise the restricted likelihood.
    grid : ndarray
        Values of ``tau2``; beyond the last every score is negative.
    tables : ndarray, shape (tens, 1024, 5, grid)
        Sums of w, wy, ww, wwy and wwyy over all subsets of every ten studies.
    """
    s, there = np.zeros(ROWS * LANES), np.empty((y.size, LANES))
    codes, known = np.empty((len(tables), LANES), np.int64), np.full(len(tables), -1)
    rest, excess = np.empty(tables.shape[2:]), np.empty((LANES, grid.size))
    several = np.empty(LANES, np.bool_)
    for block in range(0, inside.shape[1], LANES):
        # The last block begins early enough to be whole.
        first = min(block, inside.shape[1] - LANES)
        _load(inside, first, there, codes)
        _scan(tables, codes, known, rest, restricted, s, excess)
        if place(grid, excess, s, several):
            for i in range(LANES):
                if several[i]:
                    _highest(y, v, there, restricted, s, grid, excess, i)
        _squares(y, v, there, s)
        _solve(y, v, there, restricted, s)
        _answers(s, out, first)


@inlined
def _load(inside: NDArray[np.uint8], first: int, there: Floats, codes: Ints) -> None:
    """Write membership as numbers, and as the binary numbers of each ten."""
    codes[:] = 0
    for j in range(inside.shape[0]):
        row = inside[j, first : first + LANES]
        ten, bit = j // TOGETHER, j % TOGETHER
        for i in range(LANES):
            there[j, i] = float(row[i])
            codes[ten, i] += np.int64(row[i]) << bit


@inner
def _scan(
    tables: Floats,
    codes: Ints,
    known: Ints,
    rest: Floats,
    restricted: bool,
    s: Floats,
    excess: Floats,
) -> None:
    """Write centres, and ratios of the score's terms less 1 on the grid.

    Sums over all but the first ten studies are kept as long as these are the same.
    """
    for i in range(LANES):
        same, code = known[0] == 0, codes[0, i]
        for ten in range(1, known.size):
            same &= codes[ten, i] == known[ten]
        if not same:
            _other_tens(tables, codes, i, known, rest)
        for g in range(rest.shape[1]):
            w, wy = tables[0, code, 0, g] + rest[0, g], tables[0, code, 1, g] + rest[1, g]
            ww, wwy = tables[0, code, 2, g] + rest[2, g], tables[0, code, 3, g] + rest[3, g]
            wwyy = tables[0, code, 4, g] + rest[4, g]
            # Both terms times the square of w, to divide once.
            value = w * w * wwyy - 2 * w * wy * wwy + wy * wy * ww
            trace = w * (w * w - (ww if restricted else 0.0))
            excess[i, g] = trace / (value if value > 0 else 0.0) - 1
        centre = tables[0, code, 1, 0] + rest[1, 0]
        s[CENTRE + i] = centre / (tables[0, code, 0, 0] + rest[0, 0])


@inner
def _other_tens(tables: Floats, codes: Ints, lane: int, known: Ints, rest: Floats) -> None:
    known[0], rest[:] = 0, 0.0
    for ten in range(1, known.size):
        known[ten] = codes[ten, lane]
        rest += tables[ten, known[ten]]


@inlined
def _squares(y: Floats, v: Floats, there: Floats, s: Floats) -> None:
    """Write Q and the number of studies."""
    s[Q : SIZE + LANES] = 0.0
    for j in range(y.size):
        w = 1 / v[j]
        for i in range(LANES):
            apart = y[j] - s[CENTRE + i]
            s[SIZE + i] += there[j, i]
            s[Q + i] += there[j, i] * (apart * apart * w)


@inlined
def _answers(s: Floats, out: Floats, first: int) -> None:
    """Write the answers; the means by a series from before the last step, far below its error."""
    last = first + LANES
    mean, tau2, share = out[0, first:last], out[1, first:last], out[2, first:last]
    for i in range(LANES):
        step, df, q = s[STEP + i], s[SIZE + i] - 1, s[Q + i]
        heavy = s[WY + i] - step * (s[WWY + i] - step * s[WWWY + i])
        total = s[W + i] - step * (s[WW + i] - step * s[WWW + i])
        mean[i] = s[CENTRE + i] + heavy / total
        tau2[i] = s[TAU2 + i]
        share[i] = 1 - df / q if q > df else 0.0
