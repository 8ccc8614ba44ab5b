"""Searches for the highest (restricted) likelihood in lockstep, in machine code.

A search has a lane: a column of an array of rows of ``LANES`` numbers. All lanes take a step
together, so that one vector instruction serves several of them. How a lane's score is summed is
the caller's; it keeps what it needs for that in rows from ``FREE`` on. Loops are over numbers:
each slice taken inside one would count references to its array.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from poolprop.stats.batch.permuted import scan_grid
from poolprop.stats.batch.tau2 import RATIO, STEPS, SURE
from poolprop.stats.compiled.jit import inlined, inner
from poolprop.stats.inputs import Floats
from poolprop.stats.newton import Bools

# So few as 16 would have loops unrolled before these become vectors; more than 64 gain nothing.
LANES = 64
# The last step led to tau2; the next four are those of poolprop.stats.batch.tau2.score before it.
TAU2, LOW, HIGH, STEP, VALUE, TRACE, SLOPE, CURVE = (LANES * row for row in range(8))
# Four points about the root: tau2 and excess.
T0, T1, T2, T3, E0, E1, E2, E3, FREE = (LANES * row for row in range(8, 17))
# Points of a cubic; also numbers in a vector.
POINTS = 4

# Effects and variances (k,), what differs between lanes (rows, LANES), whether restricted, lanes.
Terms = Callable[[Floats, Floats, Floats, bool, Floats], None]
# The same with a lane's number and tau2 in place of the lanes.
LogLik = Callable[[Floats, Floats, Floats, bool, int, float], float]
Solve = Callable[[Floats, Floats, Floats, bool, Floats], None]
# What a search has, then the grid, the excesses on it and a lane's number.
Highest = Callable[[Floats, Floats, Floats, bool, Floats, Floats, Floats, int], None]


def whole_vectors(y: Floats, v: Floats) -> Floats:
    """Return the values of ``tau2`` to look at, as many as fill vectors."""
    grid = scan_grid(y, v)
    more = np.arange(1, 1 + -grid.size % POINTS)
    out: Floats = np.append(grid, grid[-1] * RATIO**more)
    return out


@inner
def place(grid: Floats, excess: Floats, s: Floats, several: Bools) -> bool:
    """Put each lane about its only maximum, or at 0; return whether some have several.

    Parameters
    ----------
    grid : ndarray, shape (g,)
        Values of ``tau2``.
    excess : ndarray, shape (LANES, g)
        Ratio of the score's terms less 1, nearly linear in ``tau2``.
    several : ndarray of bool, shape (LANES,)
        Where to note which have several maxima.
    """
    found = False
    for i in range(LANES):
        at, falls = 0, 0
        for g in range(grid.size - 1):
            if excess[i, g] < 0 and excess[i, g + 1] >= 0:
                at, falls = g, falls + 1
        if falls == 1 and excess[i, 0] < 0:
            about(grid, excess, i, at, s, i)
        else:
            settle(0.0, s, i)
        several[i] = falls + (excess[i, 0] >= 0) > 1
        found |= several[i]
    return found


@inlined
def settle(tau2: float, s: Floats, lane: int) -> None:
    """Leave nothing to search in a lane."""
    s[TAU2 + lane], s[LOW + lane], s[HIGH + lane] = tau2, tau2, tau2


@inlined
def about(grid: Floats, excess: Floats, row: int, at: int, s: Floats, lane: int) -> None:
    """Put a lane between a point of the grid and the next."""
    s[LOW + lane], s[HIGH + lane] = grid[at], grid[at + 1]
    first = min(max(at - 1, 0), grid.size - POINTS)
    for point in range(POINTS):
        s[T0 + point * LANES + lane] = grid[first + point]
        s[E0 + point * LANES + lane] = excess[row, first + point]


@inlined
def begin(s: Floats) -> None:
    """Start each lane from ``tau2`` as a cubic of the excess (Neville's scheme).

    Where that leaves the lane's interval, or there are no points, start from its middle.
    """
    for i in range(LANES):
        t0, t1, t2, t3 = s[T0 + i], s[T1 + i], s[T2 + i], s[T3 + i]
        e0, e1, e2, e3 = s[E0 + i], s[E1 + i], s[E2 + i], s[E3 + i]
        t0 = (e1 * t0 - e0 * t1) / (e1 - e0)
        t1 = (e2 * t1 - e1 * t2) / (e2 - e1)
        t2 = (e3 * t2 - e2 * t3) / (e3 - e2)
        t0 = (e2 * t0 - e0 * t1) / (e2 - e0)
        t1 = (e3 * t1 - e1 * t2) / (e3 - e1)
        cubic = (e3 * t0 - e0 * t1) / (e3 - e0)
        low, high = s[LOW + i], s[HIGH + i]
        s[TAU2 + i] = cubic if (low < cubic) & (cubic < high) else 0.5 * (low + high)


@inlined
def advance(s: Floats) -> int:
    """Take a Newton step in each lane, as in a data set of its own; return how many go on."""
    going = 0
    for i in range(LANES):
        tau2, value, trace = s[TAU2 + i], s[VALUE + i], s[TRACE + i]
        settled = s[LOW + i] >= s[HIGH + i]
        low = tau2 if value > trace else s[LOW + i]
        high = s[HIGH + i] if value > trace else tau2
        fall = s[SLOPE + i] * trace - s[CURVE + i] * value
        step = (value - trace) * value / (fall if fall > 0 else 1.0)
        new = tau2 + step
        sure = (fall > 0) & (abs(step) <= SURE * tau2)
        inside = (fall > 0) & (low < new) & (new < high)
        new = new if inside | sure else 0.5 * (low + high)
        new = tau2 if settled else new
        s[LOW + i] = tau2 if settled else low
        s[HIGH + i] = tau2 if settled else high
        s[STEP + i], s[TAU2 + i] = new - tau2, new
        going += 1 - (sure | settled | (high - low <= 4e-16 * high))
    return going


def solve_of(terms: Terms) -> Solve:
    """Return the search whose score has some terms."""

    @inner
    def solve(y: Floats, v: Floats, columns: Floats, restricted: bool, s: Floats) -> None:
        begin(s)
        for _ in range(STEPS):
            terms(y, v, columns, restricted, s)
            if advance(s) == 0:
                break

    return solve


def highest_of(solve: Solve, loglik: LogLik) -> Highest:
    """Return the search in lanes with several maxima."""

    @inner
    def highest(
        y: Floats,
        v: Floats,
        columns: Floats,
        restricted: bool,
        s: Floats,
        grid: Floats,
        excess: Floats,
        lane: int,
    ) -> None:
        same, spare = np.empty(columns.shape), np.empty(s.size)
        for j in range(columns.shape[0]):
            same[j] = columns[j, lane]
        for first in range(0, s.size, LANES):
            spare[first : first + LANES] = s[first + lane]
        # The first spare lane stays at 0, each maximum has another.
        used = 1
        for i in range(LANES):
            settle(0.0, spare, i)
        for g in range(grid.size - 1):
            if excess[lane, g] < 0 and excess[lane, g + 1] >= 0 and used < LANES:
                about(grid, excess, lane, g, spare, used)
                used += 1
        solve(y, v, same, restricted, spare)
        best, top = 0.0, -np.inf
        for i in range(used):
            tau2 = spare[TAU2 + i]
            height = loglik(y, v, same, restricted, i, tau2)
            if height > top:
                best, top = tau2, height
        settle(best, s, lane)

    return highest
