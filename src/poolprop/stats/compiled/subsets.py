"""The (restricted) likelihood of every subset of some studies, in machine code.

All subsets share their studies, so the score is looked at on one grid of ``tau2`` for all: its
sums over a subset are those over its first ten studies, from a table, and over its next ten.
"""

from __future__ import annotations

import numpy as np

from poolprop.stats.batch.tau2 import LOWEST, RATIO
from poolprop.stats.compiled.jit import compiled, inlined, reordered
from poolprop.stats.compiled.two_step import loglik, mean, refined
from poolprop.stats.inputs import Floats
from poolprop.stats.newton import Bools

# Studies that share a table of sums.
TOGETHER = 10


def pool_subsets(y: Floats, v: Floats, members: Bools, method: str, out: Floats) -> None:
    """Write mean, ``tau2`` and Q of each subset, shape (3, subsets).

    Parameters
    ----------
    y, v : ndarray, shape (k,)
        Effects, centred, and their variances.
    members : ndarray of bool, shape (subsets, k)
        At least two studies each.
    method : {"ML", "REML"}
        Estimator of ``tau2``.
    """
    # Beyond the sum of squares of all studies no subset's score is positive.
    top = max(float(np.sum((y - y.mean()) ** 2)), LOWEST * float(v.min()))
    steps = int(np.ceil(np.log(top / (LOWEST * v.min())) / np.log(RATIO))) + 1
    grid = np.append(0.0, LOWEST * v.min() * RATIO ** np.arange(steps))
    w = 1 / (v[:, None] + grid)
    each = np.stack(
        [w, w * y[:, None], w * w, w * w * y[:, None], w * w * (y * y)[:, None]], axis=1
    )
    _each_subset(y, v, members, method == "REML", grid, _tables(each), out)


def _tables(each: Floats) -> Floats:
    """Return sums over all subsets of every ten studies, shape (tens, 1024, sums, grid)."""
    tens = -(-len(each) // TOGETHER)
    out = np.zeros((tens, 1 << TOGETHER, *each.shape[1:]))
    for study, values in enumerate(each):
        table, bit = out[study // TOGETHER], study % TOGETHER
        table[1 << bit : 2 << bit] = table[: 1 << bit] + values
    return out


@compiled
def _each_subset(
    y: Floats,
    v: Floats,
    members: Bools,
    restricted: bool,
    grid: Floats,
    tables: Floats,
    out: Floats,
) -> None:
    inside, spread = np.empty(y.size + 1), np.empty(y.size + 1)
    sums, excess = np.empty((tables.shape[2], grid.size)), np.empty(grid.size)
    for i in range(members.shape[0]):
        sums[:] = 0.0
        k = 0
        for ten in range(tables.shape[0]):
            code = 0
            for study in range(ten * TOGETHER, min(ten * TOGETHER + TOGETHER, y.size)):
                # Without a branch: each study is written, and written over if it is not in.
                inside[k], spread[k] = y[study], v[study]
                there = 1 if members[i, study] else 0
                k += there
                code += there << (study - ten * TOGETHER)
            _add(tables[ten, code], sums)
        centre = sums[1, 0] / sums[0, 0]
        q = _squares(inside[:k], spread[:k], centre)
        _excesses(sums, restricted, excess)
        tau2 = _highest(inside[:k], spread[:k], centre, grid, excess, restricted)
        out[0, i], out[1, i], out[2, i] = mean(inside[:k], spread[:k], tau2), tau2, q


@reordered
def _squares(y: Floats, v: Floats, centre: float) -> float:
    q = 0.0
    for j in range(y.size):
        q += (y[j] - centre) * (y[j] - centre) / v[j]
    return q


@reordered
def _add(values: Floats, sums: Floats) -> None:
    for a in range(sums.shape[0]):
        for b in range(sums.shape[1]):
            sums[a, b] += values[a, b]


@inlined
def _excesses(sums: Floats, restricted: bool, out: Floats) -> None:
    """Write the ratio of the score's terms less 1 on the grid: nearly linear in ``tau2``."""
    for g in range(out.size):
        w, wy, ww, wwy, wwyy = sums[0, g], sums[1, g], sums[2, g], sums[3, g], sums[4, g]
        centre = wy / w
        value = wwyy - 2 * centre * wwy + centre * centre * ww
        out[g] = (w - (ww / w if restricted else 0.0)) / value - 1


@inlined
def _highest(
    y: Floats, v: Floats, centre: float, grid: Floats, excess: Floats, restricted: bool
) -> float:
    """Return the ``tau2`` of the highest maximum, as in a data set of its own."""
    best = 0.0 if excess[0] >= 0 else -1.0
    for g in range(1, grid.size):
        if excess[g - 1] < 0 and excess[g] >= 0:
            ends = grid[g - 1], grid[g], excess[g - 1], excess[g]
            root = refined(y, v, centre, ends, restricted)
            if best < 0 or loglik(y, v, root, restricted) > loglik(y, v, best, restricted):
                best = root
    return best
