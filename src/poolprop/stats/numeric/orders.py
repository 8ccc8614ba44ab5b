"""Permutation tests over all orders of some rows, or a sample of them, many at a time.

References
----------
Higgins JPT, Thompson SG (2004). Controlling the risk of spurious findings from meta-regression.
Statistics in Medicine 23(11):1663-1682.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import permutations

import numpy as np

from poolprop.stats._types import Floats, Ints


@lru_cache(maxsize=1)
def _table(k: int) -> Ints:
    """Return all orders of a few rows, shape (k!, k)."""
    out = np.zeros((1, 1), dtype=np.intp)
    for size in range(2, k + 1):
        others = np.array([[i for i in range(size) if i != first] for first in range(size)])
        rest = others[:, out].reshape(-1, size - 1)
        out = np.column_stack([np.repeat(np.arange(size), len(out)), rest])
    return out


def all_orders(k: int) -> Iterator[Ints]:
    """Yield all orders of ``k`` rows, lexicographically, up to 40,320 at a time."""
    tail = min(k, 8)
    last = _table(tail)
    if tail == k:
        yield last
        return
    for prefix in permutations(range(k), k - tail):
        left = np.array([i for i in range(k) if i not in prefix], dtype=np.intp)
        head = np.broadcast_to(np.array(prefix, dtype=np.intp), (len(last), k - tail))
        yield np.column_stack([head, left[last]])


def permutation_p(
    statistics: Callable[[Ints], Floats], k: int, observed: float, most: int, seed: int
) -> float:
    """Return the share of orders whose statistic is at least the one observed.

    All orders of ``k`` rows where these are at most ``most``, else a random sample of that size
    with the observed order among them. What differs by rounding only counts as equal.
    """
    if math.factorial(k) <= most:
        blocks, count = all_orders(k), math.factorial(k)
    else:
        random = np.random.default_rng(seed)
        drawn = [np.arange(k), *(random.permutation(k) for _ in range(most - 1))]
        blocks, count = iter([np.array(drawn, dtype=np.intp)]), most
    bound = observed * (1 - 1e-9) - 1e-9
    return sum(int(np.sum(statistics(block) >= bound)) for block in blocks) / count
