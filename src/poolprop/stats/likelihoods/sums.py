"""Sums over 0, 1, ..., m - 1 of smooth functions, by few weighted nodes, for many data sets.

The beta-binomial likelihood is made of ``sum_j log(c + j theta)``. Written so it has no
cancellation as ``theta`` tends to 0, which differences of log-gamma functions do have. The nodes
are the same for all data sets, so that each is a row of weights: single terms up to ``FIRST``,
then Chebyshev nodes of blocks from A to 2 A whose weights, for every place at which a sum can end,
are exact for polynomials of degree below ``NODES``. For these functions, singular left of 0, that
is exact to rounding.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from poolprop.stats._types import Floats, Ints
from poolprop.stats.sets import Sets

FIRST, NODES = 16, 16
# Longer blocks have no table of the places at which a sum can end.
TABLED = 4096


@lru_cache(maxsize=8)
def shared_nodes(largest: int) -> Floats:
    """Return nodes for sums of up to ``largest`` terms."""
    parts, start = [np.arange(FIRST, dtype=np.float64)], FIRST
    while start < largest:
        parts.append(_nodes(start))
        start *= 2
    return np.concatenate(parts)


def weights_of(sets: Sets, counts: Floats, largest: float) -> Floats:
    """Return each data set's weights of the shared nodes, shape (b, nodes).

    Parameters
    ----------
    sets : Sets
        Which studies belong to which data set.
    counts : ndarray, shape (s,)
        Whole numbers: a study's sum ends before its count.
    largest : float
        For counts up to here there are to be nodes.
    """
    m = counts.astype(np.intp)
    owner = np.repeat(np.arange(sets.count), sets.size)
    parts = [_added(np.tri(FIRST + 1, FIRST, -1)[np.minimum(m, FIRST)], owner, sets.count)]
    start = FIRST
    while start < largest:
        some = m > start
        rows = weights_to(start, np.minimum(m[some], 2 * start) - start)
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


def weights_to(start: int, terms: Ints) -> Floats:
    """Return weights of sums from ``start`` of some numbers of terms, 0 to ``start``."""
    return end_weights(start)[terms] if start <= TABLED else _from(_polynomial_sums(start, terms))


@lru_cache(maxsize=32)
def end_weights(start: int) -> Floats:
    """Return weights of sums from ``start`` that end before ``start + i``, i = 0 .. start."""
    inside = np.polynomial.chebyshev.chebvander(np.linspace(-1, 1, start), NODES - 1)
    return _from(np.concatenate([np.zeros((1, NODES)), np.cumsum(inside, axis=0)]))


def _from(sums: Floats) -> Floats:
    """Return weights of the nodes that give these sums of Chebyshev polynomials."""
    place = np.cos(np.pi * (np.arange(NODES) + 0.5) / NODES)
    values = np.polynomial.chebyshev.chebvander(place, NODES - 1)
    # Row by row: one product of matrices would round by how many rows there are.
    return np.asarray(np.vecdot(sums[:, None, :], np.linalg.inv(values.T)), dtype=np.float64)


def _polynomial_sums(start: int, terms: Ints) -> Floats:
    """Return sums of each Chebyshev polynomial over the first terms of a long block.

    By Euler and Maclaurin, whose next correction is of the order of the step to the seventh.
    """
    step = 2 / (start - 1)
    out: Floats = np.zeros((terms.size, NODES))
    end = -1 + step * (terms - 1.0)
    for degree in range(NODES):
        one = np.polynomial.Chebyshev.basis(degree)
        value: Floats = (one.integ()(end) - one.integ()(-1.0)) / step
        value = value + (one(end) + one(-1.0)) / 2
        for order, factor in ((1, 1 / 12), (3, -1 / 720), (5, 1 / 30240)):
            slope = one.deriv(order)
            value += factor * step**order * np.asarray(slope(end) - slope(-1.0), dtype=np.float64)
        out[:, degree] = np.where(terms > 0, value, 0.0)
    return out
