"""Maxima of the binomial-normal likelihood of thousands of small data sets at once.

A study's log-likelihood depends on its own ``(x, n)`` only, and few different ones occur in
bootstrap samples. So it is tabulated once for each over a grid of ``(mu, tau)``; a data set's
log-likelihood is a sum of rows, and its maximum is refined by a quadratic through the highest
node and its neighbours. Against Newton's method the error in a likelihood ratio is typically 0.01
at most, and no second maximum can be missed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from poolprop.stats._types import Floats
from poolprop.stats.fits.glmm import TAU_BOUNDARY
from poolprop.stats.likelihoods.integrals import Precision
from poolprop.stats.likelihoods.quadrature import log_marginal

Singles = NDArray[np.float32]
TAU_NODES = 19
# Proportions within 1e-6 of 0 and 1.
MU_REACH = 14.0
# About 1e-6 in a log-likelihood: far below the random error of a bootstrap.
COARSE = Precision(16.0, 0.9, 0.2)
CHUNK = 128
# Data sets whose sums are taken at once.
BATCH = 64


def grid_for(n: Floats, centre: float, width: float) -> LikelihoodGrid:
    """Return a grid of ``(mu, tau)``, dense about ``centre`` and wide beyond.

    Steps of ``mu`` within ``width`` of ``centre`` are at most about one standard error of a common
    effect (of a proportion near 1/2), the sharpest likelihood that there can be.
    """
    se = 2 / np.sqrt(n.sum())
    scale = 1.5 * min(width, 6 * se)
    reach = np.arcsinh(max(4 * width, MU_REACH) / scale)
    count = int(np.clip(2 * reach * np.hypot(width, scale) / (0.9 * se), 60, 180))
    mu = centre + scale * np.sinh(np.linspace(-reach, reach, count))
    scale = float(np.clip(1 / np.sqrt(np.median(n) / 4), 0.01, 0.5))
    tau = scale * np.sinh(np.linspace(0, np.arcsinh(TAU_BOUNDARY / scale), TAU_NODES))
    return LikelihoodGrid(n, mu, tau)


class LikelihoodGrid:
    """Log-likelihoods of single studies over ``(mu, tau)``, tabulated when first needed.

    Parameters
    ----------
    n : ndarray, shape (k,)
        Totals.
    mu, tau : ndarray
        Axes; ``tau`` starts at 0. Both are smooth functions of their index.
    """

    def __init__(self, n: Floats, mu: Floats, tau: Floats) -> None:
        self.n, self.mu, self.tau = n, mu, tau
        self._rows: dict[float, tuple[Floats, Singles]] = {}
        self._rows_at: dict[tuple[float, float], tuple[Floats, Floats]] = {}

    def of_sizes(self, n: Floats) -> LikelihoodGrid:
        """Return the grid of studies of other sizes; what has been tabulated is shared."""
        other = LikelihoodGrid(n, self.mu, self.tau)
        other._rows, other._rows_at = self._rows, self._rows_at
        return other

    def maximum(self, events: Floats) -> Floats:
        """Return the maximum over ``mu`` and ``tau`` of each data set of shape (m, k)."""
        columns = [
            self._known(float(size), np.unique(events[:, self.n == size])) for size in self.n
        ]
        height = np.concatenate(
            [self._heights(events[i : i + BATCH], columns) for i in range(0, len(events), BATCH)]
        )
        # All events or none: the likelihood rises towards 1 with mu, whatever the grid's end.
        empty = ~events.any(axis=1) | np.all(events == self.n, axis=1)
        return np.where(empty, 0.0, height)

    def _heights(self, events: Floats, columns: list[tuple[Floats, Singles]]) -> Floats:
        """Return the refined maximum of a few data sets, whose sums stay in the cache."""
        total = np.zeros((len(events), self.tau.size, self.mu.size), dtype=np.float32)
        for column, (known, rows) in zip(events.T, columns, strict=True):
            total += rows[np.searchsorted(known, column)]
        return _peak(total)

    def maximum_at(self, events: Floats, mu: float) -> Floats:
        """Return the maximum over ``tau`` at one ``mu`` of each data set."""
        total = np.zeros((len(events), self.tau.size))
        for size in np.unique(self.n):
            columns = events[:, self.n == size]
            known, rows = self._known_at(float(size), mu, np.unique(columns))
            total += rows[np.searchsorted(known, columns)].sum(axis=1)
        return _peak(np.repeat(total[:, :, None], 3, axis=2))

    def _known_at(self, size: float, mu: float, wanted: Floats) -> tuple[Floats, Floats]:
        """Return events of studies of one size whose rows at ``mu`` are known, and the rows."""
        empty = np.zeros((0, self.tau.size))
        known, rows = self._rows_at.get((size, mu), (np.zeros(0), empty))
        missing = np.setdiff1d(wanted, known)
        if missing.size:
            new = log_marginal(
                missing[:, None], np.array(size), np.array(mu), self.tau, precision=COARSE
            )
            order = np.argsort(np.append(known, missing))
            known, rows = np.append(known, missing)[order], np.concatenate([rows, new])[order]
            self._rows_at[size, mu] = known, rows
        return known, rows

    def _known(self, size: float, wanted: Floats) -> tuple[Floats, Singles]:
        """Return the tabulated events of studies of one size, and their rows."""
        empty = np.zeros((0, self.tau.size, self.mu.size), dtype=np.float32)
        known, rows = self._rows.get(size, (np.zeros(0), empty))
        missing = np.setdiff1d(wanted, known)
        if missing.size:
            new = [
                self._tabulate(missing[i : i + CHUNK], size) for i in range(0, len(missing), CHUNK)
            ]
            order = np.argsort(np.append(known, missing))
            known = np.append(known, missing)[order]
            rows = np.concatenate([rows, *new])[order]
            self._rows[size] = known, rows
        return known, rows

    def _tabulate(self, x: Floats, size: float) -> Singles:
        """Return rows of some events; each ``tau`` needs nodes of its own number."""
        planes = [
            log_marginal(x[:, None], np.array(size), self.mu, tau, precision=COARSE)
            for tau in self.tau
        ]
        return np.stack(planes, axis=1).astype(np.float32)


def _peak(values: Floats | Singles) -> Floats:
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
