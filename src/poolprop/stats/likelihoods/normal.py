"""Normal likelihoods of many data sets: effect sizes about a mean of each, or about a regression.

``y_i ~ N(X_i beta, v_i + tau2)``. :class:`Means` and :class:`Designs` answer the same questions, so
that an estimator of ``tau2`` is written once; a mean needs no matrices. In one piece because who
changes one of the two changes the other.

Arrays have shape (k, b): studies first, so that sums over the studies of ``b`` data sets run along
memory. A data set of fewer studies than ``k`` has effects of 0 with an infinite variance in their
place: weights of 0.

There are always two data sets at least, one of them twice if need be: NumPy adds up one column in
another order than two, and what a data set gets would depend on its company.

References
----------
Viechtbauer W (2005). Bias and efficiency of meta-analytic variance estimators in the
random-effects model. Journal of Educational and Behavioral Statistics 30(3):261-293.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from poolprop.stats._types import Bools, Floats, Ints
from poolprop.stats.numeric.wls import Matrix, cholesky, complements, is_intercept, solve

LOG_2PI = math.log(2 * math.pi)
UNASKED = np.full(1, np.nan)


class Fit(NamedTuple):
    """Weighted fits at a ``tau2`` each: weights and residuals (k, b), the rest (b,).

    ``mean`` is the first coefficient, ``total`` the reciprocal of its variance, ``q`` the weighted
    sum of squared residuals.
    """

    weights: Floats
    residual: Floats
    mean: Floats
    total: Floats
    q: Floats


class Terms(NamedTuple):
    """What scores are made of: arrays of the shape of ``tau2``.

    Twice the score is ``value - trace``, with ``value`` ``y'PPy`` and the trace of ``P`` (of ``W``
    for the likelihood); ``slope`` and ``curve`` are minus their derivatives. ``q`` is ``y'Py``.
    """

    value: Floats
    trace: Floats
    q: Floats
    slope: Floats
    curve: Floats


def two(lanes: Ints) -> Ints:
    """Return numbers of data sets, the only one twice."""
    return np.repeat(lanes, 2) if lanes.size == 1 else lanes


def dot(one: Floats, other: Floats) -> Floats:
    """Return sums of products over the studies."""
    out: Floats = np.einsum("i...,i...->...", one, other)
    return out


@dataclass(frozen=True)
class Means:
    """Effects ``y`` and variances ``v`` (k, b) about a mean of each data set of ``size`` (b,)."""

    y: Floats
    v: Floats
    size: Floats
    p = 1

    @classmethod
    def subsets(cls, yi: Floats, vi: Floats, members: Bools) -> Means:
        """Return a data set for each row of ``members`` (b, k): the effects (k,) that are in."""
        inside = np.ascontiguousarray(members.T)
        y, v = np.where(inside, yi[:, None], 0.0), np.where(inside, vi[:, None], np.inf)
        return cls(y, v, inside.sum(axis=0).astype(np.float64))

    @classmethod
    def of(cls, yi: Floats, vi: Floats) -> Means:
        """Return the effects (k,) of one data set."""
        return cls(yi[:, None].repeat(2, 1), vi[:, None].repeat(2, 1), np.full(2, float(yi.size)))

    @cached_property
    def df(self) -> Floats:
        """Studies less coefficients."""
        return self.size - 1

    @cached_property
    def common(self) -> Fit:
        """The fit without between-study variance."""
        return self.fit(None)

    @cached_property
    def trace(self) -> Floats:
        """The trace of ``P`` without between-study variance."""
        weights, total = self.common.weights, self.common.total
        out: Floats = np.add.reduce(weights * complements(weights / total, axis=0))
        return out

    def take(self, lanes: Ints) -> Means:
        """Return some of the data sets."""
        return Means(self.y.take(lanes, 1), self.v.take(lanes, 1), self.size[lanes])

    def fit(self, tau2: Floats | None, *, q: bool = True) -> Fit:
        """Return the weighted fits at ``tau2``; without ``q`` residuals and Q are not a number."""
        parts = np.empty((2, *self.y.shape))
        weights = np.reciprocal(self.v if tau2 is None else self.v + tau2)
        heavy = np.multiply(weights, self.y, out=parts[0])
        parts[1] = weights
        mean, total = np.add.reduce(parts, axis=1)
        mean /= total
        if not q:
            return Fit(weights, UNASKED, mean, total, UNASKED)
        residual = self.y - mean
        np.multiply(heavy, self.y, out=parts[0])
        np.multiply(weights * residual, residual, out=parts[1])
        size, squares = np.add.reduce(parts, axis=1)
        squares *= squares >= 1e-28 * size  # if all effects agree to rounding, Q is 0
        return Fit(weights, residual, mean, total, squares)

    def plain(self) -> tuple[Floats, Floats]:
        """Return the unweighted sum of squares, and what the sampling variances add to it."""
        there = self.v < np.inf
        q = Means(self.y, np.where(there, 1.0, np.inf), self.size).fit(None).q
        return q, (1 - 1 / self.size) * np.where(there, self.v, 0.0).sum(axis=0)

    def terms(self, tau2: Floats, *, restricted: bool, curves: bool) -> Terms:
        """Return the terms of the score at ``tau2`` of shape (b,), or at several (grid, b)."""
        wide = tau2.ndim == 2
        y, v = (self.y[:, None], self.v[:, None]) if wide else (self.y, self.v)
        parts = np.empty((5, len(y), *tau2.shape))  # one sum for all: NumPy's calls cost most
        weights, heavy = parts[0], parts[1]
        np.reciprocal(np.add(v, tau2, out=weights), out=weights)
        np.multiply(weights, y, out=heavy)
        total, mean = np.add.reduce(parts[:2], axis=1)
        mean /= total
        residual = y - mean
        pulled = weights * residual  # P y
        squares = np.multiply(pulled, pulled, out=parts[1])
        square = np.multiply(weights, weights, out=parts[2])
        if not curves:
            np.multiply(pulled, residual, out=parts[3])
            value, second, q = np.add.reduce(parts[1:4], axis=1)
            trace = total - second / total if restricted else total
            return Terms(value, trace, q, value, value)
        np.multiply(squares, weights, out=parts[3])
        np.multiply(weights, pulled, out=parts[4])
        np.multiply(square, weights, out=parts[0])
        third, value, curve, cubic, moved = np.add.reduce(parts, axis=1)
        slope = 2 * (cubic - moved * moved / total)
        if not restricted:
            return Terms(value, total, value, slope, curve)
        moment = curve / total
        curve = curve + moment * moment - 2 * third / total
        return Terms(value, total - moment, value, slope, curve)

    def loglik(self, tau2: Floats, fit: Fit, *, restricted: bool) -> Floats:
        """Return the log-likelihood at a fit, all constants included.

        The restricted one carries ``+ log|X'X| / 2``, which makes it comparable between scalings
        of the design.
        """
        logs = np.log(np.where(fit.weights > 0, fit.weights, 1.0)).sum(axis=0) - fit.q
        if restricted:
            logs = logs + np.log(self.size / fit.total)
        out: Floats = 0.5 * (logs - (self.size - restricted) * LOG_2PI)
        return out


@dataclass(frozen=True)
class Designs:
    """Columns (p, k, b) of a design of each data set; effects and variances (k, b) or (k, 1)."""

    y: Floats
    v: Floats
    columns: Floats

    @property
    def p(self) -> int:
        """Number of coefficients."""
        return len(self.columns)

    @property
    def size(self) -> Floats:
        """Number of studies."""
        return np.full(self.columns.shape[2], float(self.columns.shape[1]))

    @property
    def df(self) -> Floats:
        """Studies less coefficients."""
        return self.size - self.p

    @cached_property
    def pairs(self) -> dict[tuple[int, int], Floats]:
        """Products of two columns."""
        x = self.columns
        return {(a, b): x[a] * x[b] for a in range(self.p) for b in range(a + 1)}

    @cached_property
    def common(self) -> Fit:
        """The fit without between-study variance."""
        return self.fit(np.zeros(self.columns.shape[2]))

    @cached_property
    def trace(self) -> Floats:
        """The trace of ``P`` without between-study variance."""
        zero = np.zeros(self.columns.shape[2])
        return self.terms(zero, restricted=True, curves=False).trace

    def take(self, lanes: Ints) -> Designs:
        """Return some of the data sets."""
        y, v = (a if a.shape[1] == 1 else a.take(lanes, 1) for a in (self.y, self.v))
        return Designs(y, v, self.columns.take(lanes, 2))

    def moments(self, weights: Floats) -> Matrix:
        """Return ``X'WX`` at weights (k, ..., b)."""
        wide = weights.ndim == 3
        each = {at: dot(weights, x[:, None] if wide else x) for at, x in self.pairs.items()}
        return [[each[max(a, b), min(a, b)] for b in range(self.p)] for a in range(self.p)]

    def solved(self, weights: Floats) -> tuple[Matrix, list[Floats], Floats]:
        """Return the factor of ``X'WX``, coefficients and residuals at weights (k, ..., b)."""
        y, x = self.y, self.columns
        if weights.ndim == 3:
            y, x = y[:, None], x[:, :, None]
        root, heavy = cholesky(self.moments(weights)), weights * y
        beta = solve(root, [dot(heavy, column) for column in x])
        return root, beta, y - sum(beta[a] * x[a] for a in range(self.p))

    def fit(self, tau2: Floats) -> Fit:
        """Return the weighted fits at ``tau2`` of shape (b,)."""
        weights = 1 / (self.v + tau2)
        root, beta, residual = self.solved(weights)
        q = np.einsum("ij,ij,ij->j", weights, residual, residual)
        q[q < 1e-28 * dot(weights, self.y * self.y)] = 0.0
        unit = [np.ones_like(q) if a == 0 else np.zeros_like(q) for a in range(self.p)]
        return Fit(weights, residual, beta[0], 1 / solve(root, unit)[0], q)

    def plain(self) -> tuple[Floats, Floats]:
        """Return the unweighted sum of squares, and what the sampling variances add to it."""
        v = np.broadcast_to(self.v, self.columns.shape[1:])
        root, _, residual = self.solved(np.ones_like(v))
        return dot(residual, residual), v.sum(axis=0) - _trace(root, self.moments(v))

    def terms(self, tau2: Floats, *, restricted: bool, curves: bool) -> Terms:
        """Return the terms of the score at ``tau2`` of shape (b,), or at several (grid, b)."""
        x = self.columns if tau2.ndim == 1 else self.columns[:, :, None]
        weights = 1 / ((self.v if tau2.ndim == 1 else self.v[:, None]) + tau2)
        root, _, residual = self.solved(weights)
        pulled = weights * residual
        value, q = dot(pulled, pulled), dot(pulled, residual)
        trace, square = weights.sum(axis=0), weights * weights
        if restricted:
            hat = _left(root, self.moments(square))
            trace = trace - sum(hat[a][a] for a in range(self.p))
        if not curves:
            return Terms(value, trace, q, value, value)
        heavy = weights * pulled
        across = [dot(heavy, column) for column in x]
        moved = solve(root, across)
        slope = 2 * (dot(heavy, pulled) - sum(across[a] * moved[a] for a in range(self.p)))
        curve = square.sum(axis=0)
        if restricted:
            curve = curve - 2 * _trace(root, self.moments(square * weights))
            curve += sum(hat[a][b] * hat[b][a] for a in range(self.p) for b in range(self.p))
        return Terms(value, trace, q, slope, curve)

    def loglik(self, tau2: Floats, fit: Fit, *, restricted: bool) -> Floats:
        """Return the log-likelihood at a fit, all constants included: see :class:`Means`."""
        logs = np.log(fit.weights).sum(axis=0) - fit.q
        if restricted:
            logs = logs + _logdet(self.moments(np.ones_like(fit.weights)))
            logs = logs - _logdet(self.moments(fit.weights))
        out: Floats = 0.5 * (logs - (self.size - self.p * restricted) * LOG_2PI)
        return out


Normal = Means | Designs


def studies(yi: Floats, vi: Floats, design: Floats | None = None) -> Normal:
    """Return the effects of one data set, (k,), about their mean or about a design (k, p)."""
    data = Means.of(yi, vi)
    if design is None or is_intercept(design):
        return data
    return Designs(data.y, data.v, np.repeat(design.T[:, :, None], 2, axis=2))


def logliks(data: Normal, tau2: Floats, *, restricted: bool) -> Floats:
    """Return the log-likelihood of each data set at a ``tau2`` of its own."""
    return data.loglik(tau2, data.fit(tau2), restricted=restricted)


def _left(root: Matrix, matrix: Matrix) -> Matrix:
    """Return the inverse times a symmetric matrix, column by column."""
    return [solve(root, column) for column in matrix]


def _trace(root: Matrix, matrix: Matrix) -> Any:
    return sum(row[a] for a, row in enumerate(_left(root, matrix)))


def _logdet(matrix: Matrix) -> Any:
    root = cholesky(matrix)
    return -2 * sum(np.log(root[a][a]) for a in range(len(root)))
