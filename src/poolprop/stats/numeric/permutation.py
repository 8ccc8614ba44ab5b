"""Permutation tests: how often studies in another order do as well as in the one observed.

References
----------
Higgins JPT, Thompson SG (2004). Controlling the risk of spurious findings from meta-regression.
Statistics in Medicine 23(11):1663-1682.
Phipson B, Smyth GK (2010). Permutation p-values should never be zero. Statistical Applications in
Genetics and Molecular Biology 9(1):39.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations

import numpy as np

from poolprop.stats._types import Floats, Ints

# Statistics that differ by rounding only are the same.
TIE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Permutation:
    """A permutation test.

    Attributes
    ----------
    p : float
        Share of assignments whose statistic is at least the one observed.
    smallest : float
        Smallest p that any assignment of these studies could have given.
    count : int
        Assignments looked at, the observed one included.
    exact : bool
        Whether these are all that differ.
    """

    p: float
    smallest: float
    count: int
    exact: bool

    @property
    def method(self) -> str:
        """How the p value was found, in words."""
        kind = "exact, all" if self.exact else "a random sample of"
        return f"permutation of the studies among the levels: {kind} {self.count} assignments"


def permutation_test(
    statistics: Callable[[Ints], Floats],
    rows: Sequence[Hashable],
    observed: float,
    *,
    most: int = 2000,
    seed: int = 20260101,
) -> Permutation:
    """Test whether it matters which row each study has, by giving the rows in other orders.

    Parameters
    ----------
    statistics : callable
        From orders of the rows, shape (b, k), to a statistic of each, large where rows matter.
    rows : sequence, shape (k,)
        The rows; the exchange of equal ones is no other order.
    observed : float
        The statistic of the rows as they are.
    most : int
        Orders looked at: all where there are no more, else a random sample of that size with the
        observed one among them.
    seed : int
        Of that sample.

    Examples
    --------
    >>> values = np.array([1, 2, 3, 9, 8, 7])
    >>> signs = np.array([1, 1, 1, -1, -1, -1])
    >>> found = permutation_test(lambda orders: abs(signs[orders] @ values), list(signs), 18)
    >>> found.p, found.count, found.exact
    (0.1, 20, True)
    """
    ways = math.factorial(len(rows))
    for size in Counter(rows).values():
        ways //= math.factorial(size)
    if ways > most:
        blocks: Iterable[Ints] = [_sample(len(rows), most, seed)]
    elif len(set(rows)) == len(rows):
        blocks = all_orders(len(rows))
    else:
        blocks = [_different(rows)]
    values = np.concatenate([statistics(block) for block in blocks])
    return Permutation(
        p=_share(values, observed),
        smallest=_share(values, float(values.max())),
        count=values.size,
        exact=ways <= most,
    )


def _share(values: Floats, bound: float) -> float:
    return float(np.mean(values >= bound - TIE * (1 + abs(bound))))


def _sample(k: int, size: int, seed: int) -> Ints:
    random = np.random.default_rng(seed)
    drawn = [np.arange(k), *(random.permutation(k) for _ in range(size - 1))]
    return np.array(drawn, dtype=np.intp)


def _different(rows: Sequence[Hashable]) -> Ints:
    """Return an order for each different arrangement of rows of which some are equal."""
    names = list(dict.fromkeys(rows))
    codes = np.array([names.index(row) for row in rows])
    first = np.argsort(codes, kind="stable")
    found = np.array(list(_arrangements(Counter(codes.tolist()), codes.size)))
    out = np.empty(found.shape, dtype=np.intp)
    np.put_along_axis(out, np.argsort(found, axis=1, kind="stable"), first[None], axis=1)
    return out


def _arrangements(left: Counter[int], length: int) -> Iterator[list[int]]:
    """Yield each different arrangement once."""
    if length == 0:
        yield []
        return
    for code in [code for code, count in left.items() if count]:
        left[code] -= 1
        for rest in _arrangements(left, length - 1):
            yield [code, *rest]
        left[code] += 1


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
