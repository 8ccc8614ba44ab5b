"""Sums over 0, 1, ..., m - 1 of smooth functions, by few weighted nodes, for many data sets.

The beta-binomial likelihood is made of ``sum_j log(c + j theta)``. Written so it has no
cancellation as ``theta`` tends to 0, which differences of log-gamma functions do have. The nodes
are the same for all data sets, so that each is a row of weights: single terms up to ``FIRST``,
then Chebyshev nodes of blocks from A to 2 A whose weights, for every place at which a sum can end,
are exact for polynomials of degree below ``NODES``. For these functions, singular left of 0, that
is exact to rounding.

Sums of more than 100,000 terms would lose the digits that count. A study that large is counted
from its maximum: with ``a = pi / theta``, ``b = (1 - pi) / theta`` and Stirling's formula for each
log-gamma function, what is left are divergences of proportions close to one another, logs of
ratios and Stirling's remainders. None is a difference of large numbers, at any ``theta >= 0``.

References
----------
Loader C (2000). Fast and accurate computation of binomial probabilities. Bell Laboratories (the
same rearrangement of the binomial distribution).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import gammaln, psi

from poolprop.stats._types import Bools, Floats, Ints
from poolprop.stats.likelihoods.links import LARGE, LOG_SQRT_2PI
from poolprop.stats.sets import Sets

FIRST, NODES = 16, 16
# Longer blocks have no table of the places at which a sum can end.
TABLED = 4096
# Stirling's series are exact to rounding from here on.
FAR = 16.0
# Below it ``u - log(1 + u)`` is summed as a series.
NEAR, TERMS = 0.03, 10


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
    """Return sums of each Chebyshev polynomial over the first terms of a long block."""
    end = -1 + 2 / (start - 1) * (terms - 1.0)
    signs = (-1.0) ** np.arange(NODES + 1)  # the polynomials at -1
    # Each row by itself, and in one piece: else the last bits would know of the other rows.
    grown = np.ascontiguousarray(np.polynomial.chebyshev.chebvander(end, NODES) - signs)
    out = np.vecdot(grown[:, None, :], _primitives(start)) + signs[:NODES]
    return np.asarray(np.where(terms[:, None] > 0, out, 0.0), dtype=np.float64)


@lru_cache(maxsize=32)
def _primitives(start: int) -> Floats:
    """Return series that grow from -1 to an end by the sums up to there, less the first term.

    By Euler and Maclaurin, whose next correction is of the order of the step to the seventh.
    """
    step = 2 / (start - 1)
    out: Floats = np.zeros((NODES, NODES + 1))
    for degree, series in enumerate(np.eye(NODES)):
        parts = [np.polynomial.chebyshev.chebint(series) / step, series / 2]
        for order, factor in ((1, 1 / 12), (3, -1 / 720), (5, 1 / 30240)):
            parts.append(factor * step**order * np.polynomial.chebyshev.chebder(series, order))
        for part in parts:
            out[degree, : part.size] += part
    return out


@dataclass(frozen=True, slots=True)
class LargeStudies:
    """Events and totals of the large studies of each data set, shape (b, m); 0 where fewer."""

    x: Floats
    n: Floats

    @classmethod
    def of(cls, sets: Sets) -> LargeStudies | None:
        """Return those of data sets, ``None`` where there are none."""
        large = sets.n > LARGE
        count = sets.total(large.astype(np.float64)).astype(np.intp)
        if not count.any():
            return None
        owner = np.repeat(np.arange(sets.count), sets.size)[large]
        column = np.arange(owner.size) - np.repeat(np.cumsum(count) - count, count)
        x = np.zeros((sets.count, int(count.max())))
        n = np.zeros_like(x)
        x[owner, column], n[owner, column] = sets.x[large], sets.n[large]
        return cls(x, n)

    def take(self, which: Bools | Ints) -> LargeStudies:
        """Return those of some data sets."""
        return LargeStudies(self.x[which], self.n[which])

    def added(self, p: Floats, q: Floats, theta: Floats) -> tuple[Floats, Floats]:
        """Return their log-likelihoods and derivatives by ``theta``, added up, shape (b,)."""
        value, slope = np.zeros_like(p), np.zeros_like(p)
        for x, n in zip(self.x.T, self.n.T, strict=True):
            one, there = _study(x, n, p, q, theta), n > 0
            value, slope = value + there * one[0], slope + there * one[1]
        return value, slope


def _study(x: Floats, n: Floats, p: Floats, q: Floats, theta: Floats) -> tuple[Floats, Floats]:
    grown = 1 + theta * n
    value, slope = 0.5 * np.log(grown), 0.5 * n / grown
    with np.errstate(divide="ignore"):
        scale = 1 / theta
    for count, share in ((x, p), (n - x, q)):
        # How far the count is from that expected, as a share of the latter, and of itself.
        gap, part = count - n * share, share + theta * count
        off = gap / (share * grown)
        spread = share * off**2 * _kept(theta * off, part / (share * grown))
        value -= theta * spread
        slope += spread - 0.5 * count / part
        moved = -gap / grown
        own = np.where(count > 0, count, 1.0)
        fitted = np.where(count > 0, n * part / (own * grown), 1.0)
        value -= np.where(count > 0, moved**2 / own * _kept(moved / own, fitted), moved)
        value += 0.5 * np.log(share / part)
        value += _rest(part * scale) - _rest(share * scale)
        slope += _rest_slope(share * scale) / share - _rest_slope(part * scale) * share / part**2
    value += _rest(scale) - _rest(grown * scale)
    slope += _rest_slope(grown * scale) / grown**2 - _rest_slope(scale)
    return value, slope


def _kept(u: Floats, ratio: Floats) -> Floats:
    """Return ``(u - log(1 + u)) / u^2`` from ``u`` and ``1 + u``."""
    near = np.abs(u) < NEAR
    far = np.where(near, 1.0, u)
    small, series = np.where(near, u, 0.0), np.zeros_like(u)
    for power in range(TERMS, -1, -1):
        series = 1 / (power + 2) - small * series
    out: Floats = np.where(near, series, (far - np.log(ratio)) / far**2)
    return out


def _rest(z: Floats) -> Floats:
    """Return ``log Gamma(z)`` less Stirling's ``(z - 1/2) log z - z + log sqrt(2 pi)``."""
    near, square = np.minimum(z, FAR), 1 / np.maximum(z, FAR) ** 2
    exact = gammaln(near) - (near - 0.5) * np.log(near) + near - LOG_SQRT_2PI
    series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680))) * np.sqrt(square)
    out: Floats = np.where(z < FAR, exact, series)
    return out


def _rest_slope(z: Floats) -> Floats:
    """Return ``z^2`` times the derivative of that."""
    near, square = np.minimum(z, FAR), 1 / np.maximum(z, FAR) ** 2
    exact = near * (near * (psi(near) - np.log(near)) + 0.5)
    series = -1 / 12 + square * (1 / 120 - square * (1 / 252 - square * (1 / 240)))
    out: Floats = np.where(z < FAR, exact, series)
    return out
