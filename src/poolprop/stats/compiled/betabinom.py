"""The beta-binomial likelihoods of many data sets by machine code."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from poolprop.stats.batch.rising import FIRST, NODES, end_weights, shared_nodes
from poolprop.stats.batch.sets import Ints, Sets
from poolprop.stats.compiled.rising import add_weights, derivatives, lengths
from poolprop.stats.inputs import Floats
from poolprop.stats.newton import Bools

Rows = tuple[Floats, Floats, Floats]


@dataclass(frozen=True, slots=True)
class Sums:
    """Weights of the sums over events, non-events and totals, and where each data set's are."""

    rows: Rows
    starts: Ints
    sizes: Ints

    def take(self, which: Bools | Ints) -> Sums:
        """Return those of some data sets."""
        return Sums(self.rows, self.starts[:, which], self.sizes[:, which])

    def derivatives(self, theta: Floats) -> Floats:
        """Return log-likelihood, score and second derivatives, shape (6, b)."""
        out = np.empty((6, theta.shape[1]))
        nodes = shared_nodes(1 << 20)
        derivatives(self.rows, self.starts, self.sizes, nodes, np.ascontiguousarray(theta), out)
        return out


def sums_of(sets: Sets) -> Sums:
    """Return the sums of data sets."""
    parts = [_weights(sets, counts) for counts in (sets.x, sets.n - sets.x, sets.n)]
    (events, a, la), (others, b, lb), (every, c, lc) = parts
    return Sums((events, others, every), np.stack([a, b, c]), np.stack([la, lb, lc]))


def _weights(sets: Sets, counts: Floats) -> tuple[Floats, Ints, Ints]:
    m, sizes = counts.astype(np.intp), np.empty(sets.count, dtype=np.intp)
    lengths(m, sets.size, FIRST, NODES, sizes)
    starts = np.cumsum(sizes) - sizes
    rows = np.zeros(int(sizes.sum()))
    add_weights(m, sets.size, starts, FIRST, _tables(int(m.max(initial=0))), rows)
    return rows, starts, sizes


@lru_cache(maxsize=4)
def _tables(largest: int) -> Floats:
    """Return the weights for every doubling up to a count, one below the other."""
    tables, start = [np.zeros((0, NODES))], FIRST
    while start < largest:
        tables.append(end_weights(start))
        start *= 2
    return np.concatenate(tables)
