"""Sums over 0, 1, ..., m - 1 of smooth functions, for thousands of data sets on shared nodes.

As :mod:`poolprop.stats.ascending`. There each data set has nodes of its own; here the nodes are
the same for all, so that a data set is a row of weights: single terms up to ``FIRST``, then
Chebyshev nodes of blocks from A to 2 A whose weights, tabulated for every place at which a sum
can end, are exact for polynomials of degree below ``NODES``.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from poolprop.stats._types import Floats
from poolprop.stats.batch.sets import Sets

FIRST, NODES = 16, 16


@lru_cache(maxsize=8)
def shared_nodes(largest: int) -> Floats:
    """Return nodes for sums of up to ``largest`` terms."""
    parts, start = [np.arange(FIRST, dtype=np.float64)], FIRST
    while start < largest:
        parts.append(_nodes(start))
        start *= 2
    return np.concatenate(parts)


def weights_of(sets: Sets, counts: Floats) -> Floats:
    """Return each data set's weights of the shared nodes, shape (b, nodes).

    Parameters
    ----------
    sets : Sets
        Which studies belong to which data set.
    counts : ndarray, shape (s,)
        Whole numbers: a study's sum ends before its count.
    """
    m = counts.astype(np.intp)
    owner = np.repeat(np.arange(sets.count), sets.size)
    parts = [_added(np.tri(FIRST + 1, FIRST, -1)[np.minimum(m, FIRST)], owner, sets.count)]
    start = FIRST
    while start < m.max(initial=0):
        some = m > start
        rows = end_weights(start)[np.minimum(m[some], 2 * start) - start]
        parts.append(_added(rows, owner[some], sets.count))
        start *= 2
    return np.concatenate(parts, axis=1)


def _added(rows: Floats, owner: np.ndarray, count: int) -> Floats:
    """Return sums of the rows of each data set; their owners are in order."""
    out = np.zeros((count, rows.shape[1]))
    if owner.size:
        first = np.flatnonzero(np.diff(owner, prepend=-1))
        out[owner[first]] = np.add.reduceat(rows, first, axis=0)
    return out


def _nodes(start: int) -> Floats:
    place = np.cos(np.pi * (np.arange(NODES) + 0.5) / NODES)
    out: Floats = start + (place + 1) / 2 * (start - 1)
    return out


@lru_cache(maxsize=32)
def end_weights(start: int) -> Floats:
    """Return weights of sums from ``start`` that end before ``start + i``, i = 0 .. start."""
    chebyshev = np.polynomial.chebyshev.chebvander
    inside = chebyshev(np.linspace(-1, 1, start), NODES - 1)
    sums = np.concatenate([np.zeros((1, NODES)), np.cumsum(inside, axis=0)])
    place = np.cos(np.pi * (np.arange(NODES) + 0.5) / NODES)
    out: Floats = np.linalg.solve(chebyshev(place, NODES - 1).T, sums.T).T
    return out
