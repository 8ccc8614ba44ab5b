"""Meta-regressions on one design with its rows in thousands of orders.

As two-step meta-regressions, with ``tau2`` estimated anew for each order. Arrays
have the orders last; small matrices are lists of such arrays, so that each step is one for all.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from poolprop.stats._types import Bools, Floats, Ints
from poolprop.stats.fits.tau2 import LOWEST, RATIO, STEPS, SURE
from poolprop.stats.fits.tau2_single import estimate_tau2
from poolprop.stats.numeric.matrices import Matrix, cholesky, solve

BATCHED = ("DL", "EB", "PM", "ML", "REML", "EE")
# Orders of a block: its arrays stay in the processor's cache.
BLOCK = 2048


class Designs(NamedTuple):
    """Columns (p, k, b) of designs, products of two of them, and effects (k, 1) and variances."""

    columns: Floats
    pairs: dict[tuple[int, int], Floats]
    y: Floats
    v: Floats

    def take(self, lanes: Bools | Ints) -> Designs:
        """Return some of the designs."""
        pairs = {at: values[:, lanes] for at, values in self.pairs.items()}
        return Designs(self.columns[:, :, lanes], pairs, self.y, self.v)

    def moments(self, weights: Floats) -> Matrix:
        """Return ``X'WX`` at weights (k, b)."""
        p = len(self.columns)
        each = {at: np.einsum("ib,ib->b", weights, pair) for at, pair in self.pairs.items()}
        return [[each[max(a, b), min(a, b)] for b in range(p)] for a in range(p)]


class Terms(NamedTuple):
    """What the score at some ``tau2`` is made of, and the fit there; arrays of shape (b,)."""

    value: Floats
    trace: Floats
    slope: Floats
    curve: Floats
    q: Floats
    beta: list[Floats]
    moment: Matrix


def permuted_omnibus(
    yi: Floats, vi: Floats, design: Floats, orders: Ints, tau2: str, ci: str
) -> Floats:
    """Return the omnibus statistic of each order.

    Parameters
    ----------
    yi, vi : ndarray, shape (k,)
        Effect sizes and sampling variances.
    design : ndarray, shape (k, p)
        Intercept first, ``k > p > 1``.
    orders : ndarray of int, shape (b, k)
        Which row of the design each study gets.
    tau2, ci : str
        As for a meta-regression; estimators not ``BATCHED`` go to the single engine.
    """
    k, p = design.shape
    # Effects about their mean lose no digits in sums of squares; slopes do not notice.
    y = yi - np.average(yi, weights=1 / vi)
    blocks = [
        _block(y, vi, design, orders[first : first + BLOCK], tau2)
        for first in range(0, len(orders), BLOCK)
    ]
    slopes, q = np.concatenate(blocks, axis=1)
    factor = np.ones(q.shape)
    if ci.startswith("hksj"):
        factor = q / (k - p)
        factor = np.maximum(1.0, factor) if ci == "hksj-adhoc" else factor
    out: Floats = slopes / factor
    return out if ci == "wald" else out / (p - 1)


def _block(y: Floats, v: Floats, design: Floats, orders: Ints, tau2: str) -> Floats:
    """Return Wald's statistic and Q of some orders, shape (2, b)."""
    p = design.shape[1]
    columns = np.ascontiguousarray(np.moveaxis(design[orders.T], 2, 0))
    pairs = {(a, b): columns[a] * columns[b] for a in range(p) for b in range(a + 1)}
    designs = Designs(columns, pairs, y[:, None], v[:, None])
    at = _terms(designs, _between(designs, orders, design, tau2), traces=False)
    return np.stack([_slopes(at), at.q])


def scan_grid(y: Floats, v: Floats) -> Floats:
    """Return values of ``tau2`` at which every order's score is looked at.

    They end where all are negative: see :mod:`poolprop.stats.fits.tau2`.
    """
    bottom = LOWEST * float(v.min())
    top = max(float(np.sum((y - y.mean()) ** 2)), bottom)
    steps = int(np.ceil(np.log(top / bottom) / np.log(RATIO))) + 1
    out: Floats = np.append(0.0, bottom * RATIO ** np.arange(steps))
    return out


def _slopes(at: Terms) -> Floats:
    """Return Wald's statistic of all coefficients but the first."""
    p, m = len(at.beta), at.moment
    out: Floats = np.zeros_like(at.q)
    for a in range(1, p):
        for b in range(1, p):
            out += at.beta[a] * at.beta[b] * (m[a][b] - m[a][0] * m[0][b] / m[0][0])
    return out


def _between(designs: Designs, orders: Ints, design: Floats, method: str) -> Floats:
    p, k, b = designs.columns.shape
    zero = np.zeros(b)
    y, v = designs.y[:, 0], designs.v[:, 0]
    if method == "EE":
        return zero
    if method not in BATCHED:
        return np.array([estimate_tau2(y, v, design[order], method) for order in orders])
    if method == "DL":
        at = _terms(designs, zero)
        found: Floats = np.maximum(0.0, (at.q - (k - p)) / at.trace)
        return found
    if method in ("PM", "EB"):
        return _paule_mandel(designs, float(k - p))
    tau2, several = _maxima(designs, restricted=method == "REML")
    for lane in np.flatnonzero(several):
        tau2[lane] = estimate_tau2(y, v, design[orders[lane]], method)
    return tau2


def _paule_mandel(designs: Designs, target: float) -> Floats:
    """Return where the generalised Q is ``target``; see :mod:`poolprop.stats.fits.tau2`."""
    tau2 = np.zeros(designs.columns.shape[2])
    for _ in range(STEPS):
        at = _terms(designs, tau2, traces=False)
        step = np.maximum(0.0, (at.q - target) * at.q / (target * at.value))
        tau2 += step
        if np.all(step <= SURE * tau2):
            break
    return tau2


def _maxima(designs: Designs, *, restricted: bool) -> tuple[Floats, Bools]:
    """Return where the likelihoods are highest, and where there may be several maxima."""
    grid, excess = _scan(designs, restricted=restricted)
    falls = (excess[:-1] < 0) & (excess[1:] >= 0)
    count = falls.sum(axis=0) + (excess[0] >= 0)
    tau2 = np.zeros(count.shape)
    lanes = np.flatnonzero((count == 1) & (excess[0] < 0))
    g = np.argmax(falls[:, lanes], axis=0)
    low, high, before, after = grid[g], grid[g + 1], excess[g, lanes], excess[g + 1, lanes]
    some = designs.take(lanes)
    here = low - (high - low) * before / (after - before)
    for _ in range(STEPS):
        at = _terms(some, here, restricted=restricted)
        above = at.value > at.trace
        low, high = np.where(above, here, low), np.where(above, high, here)
        fall = at.slope * at.trace - at.curve * at.value
        step = (at.value - at.trace) * at.value / np.where(fall > 0, fall, np.inf)
        new = here + step
        sure = (fall > 0) & (np.abs(step) <= SURE * here) | (high - low <= 4e-16 * high)
        inside = (new > low) & (new < high) & (fall > 0)
        here = np.where(inside | sure, new, 0.5 * (low + high))
        if sure.all():
            break
    tau2[lanes] = here
    return tau2, count > 1


def _scan(designs: Designs, *, restricted: bool) -> tuple[Floats, Floats]:
    """Return a grid of ``tau2`` and the ratio of the score's terms less 1 on it, (grid, b).

    One product of matrices gives the moments of all orders on the whole grid.
    """
    p, _, b = designs.columns.shape
    y, v = designs.y[:, 0], designs.v[:, 0]
    grid = scan_grid(y, v)
    w = 1 / (v + grid[:, None])
    moment, square = ({at: m @ pair for at, pair in designs.pairs.items()} for m in (w, w * w))
    cross, cross2 = ([(m * y) @ column for column in designs.columns] for m in (w, w * w))
    root = cholesky([[moment[max(i, j), min(i, j)] for j in range(p)] for i in range(p)])
    beta = solve(root, cross)
    second = [[square[max(i, j), min(i, j)] for j in range(p)] for i in range(p)]
    value = np.broadcast_to((w * w @ (y * y))[:, None], (grid.size, b)).copy()
    for i in range(p):
        value += beta[i] * (sum(second[i][j] * beta[j] for j in range(p)) - 2 * cross2[i])
    trace = np.broadcast_to(w.sum(axis=1)[:, None], value.shape)
    if restricted:
        trace = trace - sum(solve(root, [row[i] for row in second])[i] for i in range(p))
    with np.errstate(divide="ignore"):
        return grid, trace / value - 1


def _terms(
    designs: Designs, tau2: Floats, *, restricted: bool = True, traces: bool = True
) -> Terms:
    """Return fit and terms of the score at a ``tau2`` of each order."""
    p = len(designs.columns)
    w = 1 / (designs.v + tau2)
    moment = designs.moments(w)
    root = cholesky(moment)
    heavy = w * designs.y
    beta = solve(root, [np.einsum("ib,ib->b", heavy, column) for column in designs.columns])
    residual = designs.y - sum(beta[a] * designs.columns[a] for a in range(p))
    u = w * residual
    value, q = np.einsum("ib,ib->b", u, u), np.einsum("ib,ib->b", u, residual)
    if not traces:
        return Terms(value, q, q, q, q, beta, moment)
    square = w * w
    wu = w * u
    cubic = np.einsum("ib,ib->b", wu, u)
    h = [np.einsum("ib,ib->b", wu, column) for column in designs.columns]
    solved = solve(root, h)
    slope = 2 * (cubic - sum(h[a] * solved[a] for a in range(p)))
    trace, curve = w.sum(axis=0), square.sum(axis=0)
    if restricted:
        hat = _columns(root, designs.moments(square))
        third = _columns(root, designs.moments(square * w))
        trace = trace - sum(hat[a][a] for a in range(p))
        curve = curve - 2 * sum(third[a][a] for a in range(p))
        curve = curve + sum(hat[a][b] * hat[b][a] for a in range(p) for b in range(p))
    return Terms(value, trace, slope, curve, q, beta, moment)


def _columns(root: Matrix, matrix: Matrix) -> Matrix:
    """Return the inverse times a symmetric matrix, column by column."""
    return [solve(root, column) for column in matrix]
