"""Many data sets as flat arrays: studies one after another, each set a segment of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolprop.stats._types import Bools, Floats, Ints

# Data sets of up to so many studies go together.
WIDTHS = np.array([*range(1, 9), *(np.floor(10 * 1.3 ** np.arange(60)))])


@dataclass(frozen=True, slots=True, kw_only=True)
class Sets:
    """Counts of many data sets, of as many studies each as it has.

    Attributes
    ----------
    x, n : ndarray, shape (s,)
        Events and totals of all studies.
    size : ndarray of int, shape (b,)
        Number of studies of each data set, at least 1.
    """

    x: Floats
    n: Floats
    size: Ints

    @classmethod
    def of(cls, x: Floats, n: Floats) -> Sets:
        """Return one data set."""
        return cls(x=x, n=n, size=np.array([x.size], dtype=np.intp))

    @classmethod
    def joined(cls, parts: Sequence[tuple[Floats, Floats]]) -> Sets:
        """Return data sets from events and totals of each."""
        x, n = (np.concatenate(each).astype(np.float64) for each in zip(*parts, strict=True))
        return cls(x=x, n=n, size=np.array([len(x) for x, _ in parts], dtype=np.intp))

    @property
    def count(self) -> int:
        """Number of data sets."""
        return int(self.size.size)

    def total(self, values: Floats) -> Floats:
        """Return sums over the studies of each data set; ``values`` has studies last."""
        if not self.size.size:
            return np.zeros((*values.shape[:-1], 0))
        out: Floats = np.add.reduceat(values, _starts(self.size), axis=-1)
        return out

    def any(self, values: Bools) -> Bools:
        """Return whether a value of any study of each data set is true."""
        out: Bools = np.logical_or.reduceat(values, _starts(self.size))
        return out

    def spread(self, values: Floats) -> Floats:
        """Return a value of each data set at each of its studies."""
        out: Floats = np.repeat(values, self.size, axis=-1)
        return out

    def each(self) -> Iterator[tuple[Floats, Floats]]:
        """Return events and totals of one data set after the other."""
        if self.size.size == 1:
            yield self.x, self.n
            return
        stop = np.cumsum(self.size).tolist()
        for first, last in zip([0, *stop], stop, strict=False):
            yield self.x[first:last], self.n[first:last]

    @classmethod
    def ordered(cls, x: Floats, n: Floats) -> Sets:
        """Return one data set :meth:`in_order`."""
        return cls.of(x, n).in_order()[0]

    def in_order(self) -> tuple[Sets, Ints]:
        """Return the sets with their studies by total, then events, and which study stands where.

        Sums depend in their last bits on the order of what is added: of one order nothing does.
        """
        owner = () if self.size.size == 1 else (np.repeat(np.arange(self.size.size), self.size),)
        order = np.lexsort((self.x, self.n, *owner))
        return Sets(x=self.x[order], n=self.n[order], size=self.size), order

    def part(self, first: int, last: int) -> Sets:
        """Return the data sets of a range."""
        stop = np.cumsum(self.size)
        mine = slice(int(stop[first] - self.size[first]), int(stop[last - 1]))
        return Sets(x=self.x[mine], n=self.n[mine], size=self.size[first:last])

    def take(self, which: Bools | Ints) -> Sets:
        """Return the data sets to keep, or those of some numbers, in that order."""
        if which.dtype == np.bool_:
            mine = np.repeat(which, self.size)
            return Sets(x=self.x[mine], n=self.n[mine], size=self.size[which])
        size = self.size[which]
        first = np.repeat(_starts(self.size)[which] - _starts(size), size)
        mine = first + np.arange(first.size)
        return Sets(x=self.x[mine], n=self.n[mine], size=size)


def rectangular(x: Floats, n: Floats) -> Sets:
    """Return data sets of equally many studies, from arrays of shape (b, k)."""
    x, n = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(n, dtype=float))
    return Sets(x=x.ravel(), n=n.ravel(), size=np.full(x.shape[0], x.shape[1], dtype=np.intp))


def blocks(size: Ints, numbers: int) -> Iterator[tuple[Ints, Ints]]:
    """Return blocks of data sets and the numbers of their studies, shape (k, b).

    Parameters
    ----------
    size : ndarray of int, shape (b,)
        Studies of each data set.
    numbers : int
        How many studies a block should have at most.

    Notes
    -----
    Where a data set has fewer than ``k`` studies the number is one more than there is.
    """
    starts, nobody = _starts(size), int(size.sum())
    place = np.searchsorted(WIDTHS, size).astype(np.int16)
    order = np.argsort(place, kind="stable")
    edges = np.flatnonzero(np.diff(place[order], prepend=-1, append=-1)).tolist()
    for start, stop in pairwise(edges):
        k = int(size[order[start:stop]].max())
        most = max(1, numbers // k)
        row = np.arange(k)[:, None]
        for first in range(start, stop, most):
            some = order[first : min(first + most, stop)]
            yield some, np.where(row < size[some], starts[some] + row, nobody)


def _starts(size: Ints) -> Ints:
    out: Ints = np.zeros(size.size, dtype=np.intp)
    if size.size > 1:
        np.cumsum(size[:-1], out=out[1:])
    return out


def without_each(sets: Sets) -> Sets:
    """Return a data set for each study: the other studies of its review."""
    others = _others(sets.size)
    return Sets(x=sets.x[others], n=sets.n[others], size=np.repeat(sets.size - 1, sets.size))


def without_names(names: NDArray[Any]) -> Bools:
    """Return which rows are left without each of the names, in order of appearance."""
    out: Bools = names != np.array(list(dict.fromkeys(names)), dtype=names.dtype)[:, None]
    return out


def subsets(x: Floats, n: Floats, members: Bools) -> Sets:
    """Return a data set for each row of ``members`` (b, k): the studies that are in."""
    row, study = np.nonzero(members)
    size = np.bincount(row, minlength=len(members)).astype(np.intp)
    return Sets(x=x[study], n=n[study], size=size)


def place(size: Ints) -> Ints:
    """Return the number of each study in its review."""
    out: Ints = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
    return out


def _others(size: Ints) -> Ints:
    """Return, for each study, the numbers of the other studies of its review."""
    without = np.repeat(size - 1, size)
    where = place(without)
    first = np.repeat(np.cumsum(size) - size, size)
    out: Ints = np.repeat(first, without) + where + (where >= np.repeat(place(size), without))
    return out
