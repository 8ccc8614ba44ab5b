"""Rules of quadrature that are asked for again and again, computed once."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from poolprop.stats._types import Floats


@lru_cache
def hermite(count: int) -> tuple[Floats, Floats]:
    """Return nodes and weights of the average over a standard normal; weights sum to 1."""
    node, weight = np.polynomial.hermite_e.hermegauss(count)
    return _kept(node, weight / weight.sum())


@lru_cache
def legendre(count: int) -> tuple[Floats, Floats]:
    """Return nodes and weights of the Gauss-Legendre rule on (-1, 1)."""
    return _kept(*np.polynomial.legendre.leggauss(count))


def _kept(node: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Return both so that no user can change what the next one gets."""
    for array in (node, weight):
        array.setflags(write=False)
    return node, weight
