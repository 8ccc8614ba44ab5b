"""Sums over 0, 1, ..., m - 1 of smooth functions, by few weighted nodes.

The beta-binomial likelihood is made of ``sum_j log(c + j theta)``. Written so it has no
cancellation as ``theta`` tends to 0, which differences of log-gamma functions do have. The first
terms are taken one by one; a later block from A to at most 2 A is summed exactly for polynomials
of degree below ``NODES`` through Chebyshev nodes, which for these functions, singular left of 0,
is exact to rounding.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np

from poolprop.stats._types import Floats

FIRST, NODES, LONGEST = 32, 20, 4096


def ascending_nodes(counts: Floats) -> tuple[Floats, Floats]:
    """Return nodes and weights of the sums over all ``j < m``, added up over the counts ``m``.

    Parameters
    ----------
    counts : ndarray, shape (k,)
        Whole numbers ``m >= 0``.

    Returns
    -------
    nodes, weights : ndarray, shape (r,)
        So that ``sum_i sum_{j < m_i} f(j)`` is ``sum(weights * f(nodes))``.
    """
    parts = [_one(int(m)) for m in counts]
    if not parts:
        return np.zeros(1), np.zeros(1)
    joined = np.concatenate([nodes for nodes, _ in parts])
    weights = np.concatenate([weight for _, weight in parts])
    nodes, place = np.unique(joined, return_inverse=True)
    if not nodes.size:
        return np.zeros(1), np.zeros(1)
    return nodes, np.bincount(place, weights=weights).astype(np.float64)


@lru_cache(maxsize=4096)
def _one(m: int) -> tuple[Floats, Floats]:
    edges = [min(m, FIRST)]
    while edges[-1] < m:
        edges.append(min(m, 2 * edges[-1], edges[-1] + LONGEST))
    nodes, weights = [np.arange(edges[0], dtype=np.float64)], [np.ones(edges[0])]
    for start, stop in pairwise(edges):
        at, weight = _block(stop - start)
        nodes.append(start + at)
        weights.append(weight)
    return np.concatenate(nodes), np.concatenate(weights)


@lru_cache(maxsize=4096)
def _block(size: int) -> tuple[Floats, Floats]:
    """Return nodes in [0, size - 1] and weights that sum polynomials over 0 .. size - 1."""
    if size <= NODES:
        return np.arange(size, dtype=np.float64), np.ones(size)
    legendre = np.polynomial.legendre.legvander
    chebyshev = np.cos(np.pi * (np.arange(NODES) + 0.5) / NODES)
    grid = np.linspace(-1, 1, size)
    sums = legendre(grid, NODES - 1).sum(axis=0)
    weights = np.linalg.solve(legendre(chebyshev, NODES - 1).T, sums)
    return (chebyshev + 1) / 2 * (size - 1), weights
