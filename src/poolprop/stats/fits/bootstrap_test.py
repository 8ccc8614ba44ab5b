"""The bootstrap-calibrated likelihood-ratio test of one ``mu`` for many data sets.

The same test as that which is inverted by
:func:`poolprop.stats.fits.bootstrap_lr.bootstrap_interval`:
``tau`` estimated under the null, data sets drawn from that model by the same mirrored random
numbers, their likelihood ratios from the same grid. Tabulated likelihoods are shared.

References
----------
Davison AC, Hinkley DV (1997). Bootstrap Methods and their Application, section 4.2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poolprop.stats._types import Floats
from poolprop.stats.fits.bootstrap_lr import Draws, likelihood_ratios
from poolprop.stats.fits.likelihood_grid import LikelihoodGrid, grid_for
from poolprop.stats.likelihoods.integrals import FAST
from poolprop.stats.likelihoods.likelihood_table import distinct, sum_rows
from poolprop.stats.likelihoods.quadrature import log_marginal

# Nodes of tau lie evenly in asinh(tau / NULL_SCALE).
NULL_STEP = 0.06
NULL_SCALE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class NullMaxima:
    """Maxima over ``tau`` of each likelihood at one ``mu``; arrays of shape (B,).

    Attributes
    ----------
    tau, loglik : ndarray
        Where, and how high, all constants included.
    """

    tau: Floats
    loglik: Floats


def null_maxima(x: Floats, n: Floats, mu: float, tops: tuple[float, ...]) -> list[NullMaxima]:
    """Return the maxima over ``tau`` up to each of the tops at ``mu``.

    Parameters
    ----------
    x, n : ndarray, shape (B, k)
        Events and totals.
    mu : float
        The null value, logit scale.
    tops : tuple of float
        Largest values of ``tau``.

    Returns
    -------
    list of NullMaxima
        From a grid refined by a parabola: the log-likelihood is right to about 1e-5.
    """
    u = np.arange(0, np.arcsinh(max(tops) / NULL_SCALE) + NULL_STEP, NULL_STEP)
    tau = NULL_SCALE * np.sinh(u)
    pair_x, pair_n, where = distinct(x, n)
    rows = np.stack(
        [log_marginal(pair_x, pair_n, np.array(mu), t, precision=FAST) for t in tau], axis=1
    )
    total = sum_rows(rows, where)
    return [_refined(total[:, : np.searchsorted(tau, top) + 1]) for top in tops]


def _refined(total: Floats) -> NullMaxima:
    """Return the maximum of each row, the likelihood being even in ``tau``."""
    lane, last = np.arange(len(total)), total.shape[1] - 1
    best = np.argmax(total, axis=1)
    left, at, right = (total[lane, np.minimum(np.abs(best + step), last)] for step in (-1, 0, 1))
    bend, slope = left + right - 2 * at, 0.5 * (right - left)
    shift = np.where((bend < 0) & (best < last), -slope / np.where(bend < 0, bend, -1.0), 0.0)
    return NullMaxima(
        tau=NULL_SCALE * np.sinh(np.maximum(best + shift, 0.0) * NULL_STEP),
        loglik=at + 0.5 * slope * shift,
    )


def shared_grid(n: Floats, mu: float, width: float) -> LikelihoodGrid:
    """Return a grid of ``(mu, tau)`` for data sets of shape (B, k), fine enough for the largest.

    Parameters
    ----------
    n : ndarray, shape (B, k)
        Totals.
    mu : float
        Where the true value lies.
    width : float
        Half the typical width of an interval, logit scale.
    """
    return grid_for(n[np.argmax(n.sum(axis=1))], mu, width)


def critical_values(
    grid: LikelihoodGrid,
    n: Floats,
    tau: Floats,
    mu: float,
    level: float,
    floor: float,
    seeds: np.ndarray,
    replicates: int,
) -> Floats:
    """Return what twice the log-likelihood ratio of ``mu`` may reach in each data set.

    Parameters
    ----------
    grid : LikelihoodGrid
        From :func:`shared_grid`.
    n : ndarray, shape (B, k)
        Totals.
    tau : ndarray, shape (B,)
        Between-study standard deviation under the null (:func:`null_maxima`).
    mu : float
        The null value.
    level : float
        Confidence level.
    floor : float
        Smallest critical value.
    seeds : ndarray of int, shape (B,)
        One for each data set.
    replicates : int
        Data sets drawn for each.
    """
    out = np.empty(len(n))
    for row, (sizes, spread, seed) in enumerate(zip(n, tau, seeds, strict=True)):
        draws = Draws(np.sort(sizes), int(seed), replicates)
        ratios = likelihood_ratios(grid.of_sizes(draws.n), draws.events(mu, float(spread)), mu)
        out[row] = max(floor - 1e-6, float(np.quantile(ratios, level)))
    return out
