"""Permutation p values: how often a shuffled assignment does as well as the one observed.

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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

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


def permute_labels(
    statistic: Callable[[Sequence[str]], float],
    labels: Sequence[str],
    *,
    most: int = 2000,
    seed: int = 20260101,
) -> Permutation:
    """Test whether levels matter by assigning studies to levels in every other way.

    Parameters
    ----------
    statistic : callable
        From the level of each study to a statistic that is large where levels differ.
    labels : sequence of str, shape (k,)
        The levels observed; how many studies each has is kept.
    most : int
        Assignments looked at: all where there are no more, else a random sample of that size
        with the observed one among them.
    seed : int
        Of that sample.

    Examples
    --------
    >>> values = [1, 2, 3, 9, 8, 7]
    >>> found = permute_labels(
    ...     lambda labels: abs(sum(v if g == "a" else -v for v, g in zip(values, labels))),
    ...     list("aaabbb"),
    ... )
    >>> found.p, found.count, found.exact
    (0.1, 20, True)
    """
    ways = math.factorial(len(labels))
    for size in Counter(labels).values():
        ways //= math.factorial(size)
    if ways <= most:
        orders: Iterator[Sequence[str]] = assignments(Counter(labels), len(labels))
    else:
        orders = _sample(list(labels), most, seed)
    values = np.array([statistic(order) for order in orders])
    observed = statistic(labels)
    return Permutation(
        p=_share(values, observed),
        smallest=_share(values, float(values.max())),
        count=values.size,
        exact=ways <= most,
    )


def _share(values: np.ndarray[tuple[int], np.dtype[np.float64]], bound: float) -> float:
    return float(np.mean(values >= bound - TIE * (1 + abs(bound))))


def assignments(left: Counter[str], length: int) -> Iterator[list[str]]:
    """Yield each different arrangement of the levels once."""
    if length == 0:
        yield []
        return
    for level in [name for name, count in left.items() if count]:
        left[level] -= 1
        for rest in assignments(left, length - 1):
            yield [level, *rest]
        left[level] += 1


def _sample(labels: list[str], size: int, seed: int) -> Iterator[list[str]]:
    random = np.random.default_rng(seed)
    yield labels
    for _ in range(size - 1):
        yield [labels[i] for i in random.permutation(len(labels))]
