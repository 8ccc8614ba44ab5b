"""Likelihoods of single studies over ``(mu, tau)``, tabulated for thousands of data sets at once.

A study's likelihood depends on its own ``(x, n)`` only, and few different ones occur in simulated
data sets. Each is integrated once at every node of a grid that serves all of them; a data set's
log-likelihood is then a sum of rows, and its maximum is refined by a quadratic through the highest
node and its neighbours. Against Newton's method the error in a likelihood ratio is typically 0.01
at most, and no second maximum can be missed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from poolprop.stats._types import Floats
from poolprop.stats.likelihoods.binomial_normal import log_marginal
from poolprop.stats.likelihoods.integrals import FAST, Precision
from poolprop.stats.likelihoods.links import LOG_SQRT_2PI, log_choose

Table = NDArray[np.floating]
# Above it the integral over eta is one matrix product; below it the kernel would need finer steps.
TAU_WIDE = 0.25
# Beyond this eta every patient has the same outcome.
ETA_EDGE = 45.0
ROWS = 256
# Of the grid for maxima: proportions within 1e-6 of 0 and 1.
MU_REACH = 14.0
TAU_NODES = 19
# About 1e-6 in a log-likelihood: far below the random error of a bootstrap.
COARSE = Precision(16.0, 0.9, 0.2)
CHUNK = 128
# Data sets whose sums are taken at once.
BATCH = 64


def tabulate(x: Floats, n: Floats, mu: Floats, tau: Floats) -> Floats:
    """Return log-likelihoods of single studies, shape (pairs, taus, mus).

    Parameters
    ----------
    x, n : ndarray, shape (pairs,)
        Events and totals.
    mu, tau : ndarray
        The nodes.

    Notes
    -----
    For wide ``tau`` the integral ``int Bin(x | n, expit(eta)) N(eta | mu, tau^2) d eta`` is an
    evenly spaced sum over ``eta``, a matrix product for all pairs at once. Beyond ``ETA_EDGE``
    the binomial probability is 0 or 1, and the tail of the normal is added.
    """
    out = np.empty((x.size, tau.size, mu.size))
    narrow = np.flatnonzero(tau < TAU_WIDE)
    for start in range(0, x.size, ROWS):
        rows = slice(start, start + ROWS)
        for j in narrow:
            out[rows, j] = log_marginal(
                x[rows, None], n[rows, None], mu, np.array(tau[j]), precision=FAST
            )
    width = 1 / np.sqrt(n.max() / 4 + 1 / TAU_WIDE**2)
    eta = np.linspace(-ETA_EDGE, ETA_EDGE, 2 * int(np.ceil(ETA_EDGE / min(0.75 * width, 0.5))) + 1)
    probability = _binomial(x, n, eta) * (eta[1] - eta[0])
    for j in np.flatnonzero(tau >= TAU_WIDE):
        out[:, j] = _wide(probability, x, n, eta, mu, float(tau[j]))
    return out


def _binomial(x: Floats, n: Floats, eta: Floats) -> Floats:
    """Return binomial probabilities, shape (pairs, etas)."""
    up, down = -np.logaddexp(0, -eta), -np.logaddexp(0, eta)
    out: Floats = np.exp(x[:, None] * up + (n - x)[:, None] * down + log_choose(x, n)[:, None])
    return out


def _wide(probability: Floats, x: Floats, n: Floats, eta: Floats, mu: Floats, tau: float) -> Floats:
    z = (eta[:, None] - mu) / tau
    total = probability @ np.exp(-0.5 * z * z - LOG_SQRT_2PI - np.log(tau))
    # The ends of the evenly spaced sum count half: the tails beyond are added exactly.
    for edge, sign, all_alike in ((0, 1.0, x == 0), (-1, -1.0, x == n)):
        tail = ndtr(sign * z[edge]) - 0.5 * (eta[1] - eta[0]) / tau * np.exp(
            -0.5 * z[edge] ** 2 - LOG_SQRT_2PI
        )
        total[all_alike] += tail
    with np.errstate(divide="ignore"):
        out: Floats = np.log(total)
    return out


def distinct(x: Floats, n: Floats) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Return the different ``(x, n)`` of data sets of shape (B, k), and where each went."""
    pairs, where = np.unique(np.column_stack([x.ravel(), n.ravel()]), axis=0, return_inverse=True)
    return pairs[:, 0].copy(), pairs[:, 1].copy(), where.reshape(x.shape)


def sum_rows(table: Floats, where: NDArray[np.intp]) -> Floats:
    """Return the sum of the rows that each data set of shape (B, k) names."""
    total: Floats = table[where[:, 0]]
    for column in where.T[1:]:
        total += table[column]
    return total


class LikelihoodGrid:
    """Maxima of data sets from log-likelihoods of single studies, tabulated when first needed.

    Steps of ``mu`` within ``width`` of ``centre`` are at most about one standard error of a common
    effect (of a proportion near 1/2), the sharpest likelihood that there can be.

    Parameters
    ----------
    n : ndarray, shape (k,)
        Totals of the studies, of the largest data set where there are several.
    centre, width : float
        Where to be dense: about a value of ``mu``.
    top : float
        Largest ``tau``.
    """

    def __init__(self, n: Floats, centre: float, width: float, top: float) -> None:
        se = 2 / np.sqrt(n.sum())
        scale = 1.5 * min(width, 6 * se)
        reach = np.arcsinh(max(4 * width, MU_REACH) / scale)
        count = int(np.clip(2 * reach * np.hypot(width, scale) / (0.9 * se), 60, 180))
        self.mu: Floats = centre + scale * np.sinh(np.linspace(-reach, reach, count))
        scale = float(np.clip(1 / np.sqrt(np.median(n) / 4), 0.01, 0.5))
        self.tau: Floats = scale * np.sinh(np.linspace(0, np.arcsinh(top / scale), TAU_NODES))
        self._tables: dict[tuple[float, float | None], tuple[Floats, Table]] = {}

    def likelihood_ratios(self, events: Floats, n: Floats, mu: float) -> Floats:
        """Return twice the log-likelihood ratio of ``mu`` in data sets of shape (m, k)."""
        columns = [self._known(events, n, size) for size in n]
        top = np.concatenate(
            [self._highest(events[i : i + BATCH], columns) for i in range(0, len(events), BATCH)]
        )
        # All events or none: the likelihood rises towards 1 with mu, whatever the grid's end.
        empty = ~events.any(axis=1) | np.all(events == n, axis=1)
        null = self._highest(events, [self._known(events, n, size, mu) for size in n])
        out: Floats = 2 * np.maximum(np.where(empty, 0.0, top) - null, 0.0)
        return out

    def _highest(self, events: Floats, columns: list[tuple[Floats, Table]]) -> Floats:
        """Return the refined maximum of a few data sets, whose sums stay in the cache."""
        rows = columns[0][1]
        total = np.zeros((len(events), *rows.shape[1:]), dtype=rows.dtype)
        for column, (known, table) in zip(events.T, columns, strict=True):
            total += table[np.searchsorted(known, column)]
        return _peak(total if total.shape[2] > 1 else np.repeat(total, 3, axis=2))

    def _known(
        self, events: Floats, n: Floats, size: float, mu: float | None = None
    ) -> tuple[Floats, Table]:
        """Return events of studies of one size, tabulated on the grid or at one ``mu``."""
        at, precise = (self.mu, np.float32) if mu is None else (np.array([mu]), np.float64)
        empty = np.zeros(0), np.zeros((0, self.tau.size, at.size), dtype=precise)
        known, rows = self._tables.get((float(size), mu), empty)
        missing = np.setdiff1d(np.unique(events[:, n == size]), known)
        if missing.size:
            new = [
                log_marginal(
                    missing[i : i + CHUNK, None, None], np.array(size), at, self.tau[:, None],
                    precision=COARSE,
                ).astype(precise)
                for i in range(0, missing.size, CHUNK)
            ]  # fmt: skip
            order = np.argsort(np.append(known, missing))
            known, rows = np.append(known, missing)[order], np.concatenate([rows, *new])[order]
            self._tables[float(size), mu] = known, rows
        return known, rows


def _peak(values: Table) -> Floats:
    """Return the maximum of each smooth surface of shape (m, tau, mu), refined.

    The surface is even in ``tau``: its first row is the axis of a mirror.
    """
    m, rows, columns = values.shape
    lane = np.arange(m)
    best = np.argmax(values.reshape(m, -1), axis=1)
    row = np.clip(best // columns, 0, rows - 2)
    column = np.clip(best % columns, 1, columns - 2)

    def at(down: int, right: int) -> Floats:
        out: Floats = values[lane, np.abs(row + down), column + right].astype(np.float64)
        return out

    middle = at(0, 0)
    slope = np.stack([at(1, 0) - at(-1, 0), at(0, 1) - at(0, -1)], axis=-1) / 2
    aa, bb = at(1, 0) + at(-1, 0) - 2 * middle, at(0, 1) + at(0, -1) - 2 * middle
    ab = (at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)) / 4
    det = aa * bb - ab * ab
    sound = (aa < 0) & (bb < 0) & (det > 1e-6 * aa * bb)
    det = np.where(sound, det, 1.0)
    down = np.where(sound, -(bb * slope[:, 0] - ab * slope[:, 1]) / det, 0.0)
    right = np.where(sound, -(aa * slope[:, 1] - ab * slope[:, 0]) / det, 0.0)
    down = np.where(aa < 0, np.where(sound, down, -slope[:, 0] / np.where(aa < 0, aa, -1.0)), 0.0)
    near = (np.abs(down) <= 1.5) & (np.abs(right) <= 1.5)
    gain = np.where(near, 0.5 * (slope[:, 0] * down + slope[:, 1] * right), 0.0)
    top = values.reshape(m, -1)[lane, best].astype(np.float64)
    out: Floats = np.maximum(top, middle + gain)
    return out
