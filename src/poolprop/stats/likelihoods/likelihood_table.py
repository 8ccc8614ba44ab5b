"""Likelihoods of single studies over ``(mu, tau)``, tabulated for many data sets at once.

A study's likelihood depends on its own ``(x, n)`` only, and in thousands of simulated data sets
few different ones occur. Each is integrated once at every node of a grid that serves all data
sets; a data set's log-likelihood is then a sum of rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from poolprop.stats._types import Floats
from poolprop.stats.likelihoods.integrals import FAST
from poolprop.stats.likelihoods.links import LOG_SQRT_2PI, log_choose
from poolprop.stats.likelihoods.quadrature import log_marginal

# Nodes of mu lie evenly in t, mu = centre + scale sinh(t): dense where posteriors are narrow.
REACH = 32.0
# Largest spacing of mu, in standard deviations of the narrowest posterior there.
SPACING = 0.55
# It holds this many standard deviations about a mode; further out only wider posteriors reach.
BREADTH = 4.0
# Nodes of tau lie evenly in asinh(tau / TAU_SCALE).
TAU_SCALE = 0.5
TAU_STEP = 0.1
# Above it the integral over eta is one matrix product; below it the kernel would need finer steps.
TAU_WIDE = 0.25
# Beyond this eta every patient has the same outcome.
ETA_EDGE = 45.0
ROWS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class MuNodes:
    """Nodes of ``mu``, evenly spaced in ``t`` where ``mu = centre + scale sinh(t)``.

    Attributes
    ----------
    centre, scale : float
        Where nodes are densest, and the width of that region.
    step : float
        Spacing in ``t``.
    first : int
        Index of the first node: ``t = step * (first + 0, 1, ...)``.
    mu : ndarray, shape (m,)
        The nodes.
    """

    centre: float
    scale: float
    step: float
    first: int
    mu: Floats

    @property
    def slope(self) -> Floats:
        """Derivative of ``mu`` in ``t`` at the nodes, times the spacing: their weights."""
        return self.spacing(self.mu)

    def spacing(self, mu: Floats) -> Floats:
        """Return the local distance of nodes about ``mu``."""
        out: Floats = self.step * np.hypot(self.scale, mu - self.centre)
        return out

    def index(self, mu: Floats) -> Floats:
        """Return the (fractional) index of ``mu`` among the nodes."""
        out: Floats = np.arcsinh((mu - self.centre) / self.scale) / self.step - self.first
        return out

    def at(self, index: Floats) -> Floats:
        """Return ``mu`` at a (fractional) index."""
        out: Floats = self.centre + self.scale * np.sinh(self.step * (index + self.first))
        return out

    def reaching(self, reach: float) -> MuNodes:
        """Return the same nodes, continued to ``reach`` on either side of the centre."""
        return _nodes(self.centre, self.scale, self.step, reach)


def mu_nodes(x: Floats, n: Floats) -> MuNodes:
    """Return nodes of ``mu`` fine enough for every data set of shape (B, k).

    The narrowest posterior that a data set can have is that of a common effect.
    """
    share = (x.sum(axis=1) + 0.5) / (n.sum(axis=1) + 1)
    mode = np.log(share / (1 - share))
    sd = 1 / np.sqrt(n.sum(axis=1) * share * (1 - share) + 0.5)
    centre = float(np.median(mode))
    scales = np.geomspace(0.1, 5.0, 30)
    reach = np.abs(mode - centre) + BREADTH * sd
    steps = (SPACING * sd / np.hypot(scales[:, None], reach)).min(axis=1)
    best = int(np.argmin(np.arcsinh(REACH / scales) / steps))
    return _nodes(centre, float(scales[best]), float(steps[best]), REACH + abs(centre))


def _nodes(centre: float, scale: float, step: float, reach: float) -> MuNodes:
    last = int(np.ceil(np.arcsinh(reach / scale) / step))
    t = step * np.arange(-last, last + 1)
    return MuNodes(
        centre=centre, scale=scale, step=step, first=-last, mu=centre + scale * np.sinh(t)
    )


def tau_nodes(top: float) -> tuple[Floats, Floats]:
    """Return nodes of ``tau`` from 0 to ``top`` and their weights (trapezoid rule).

    In ``u = asinh(tau / scale)`` likelihood and priors are even and smooth, so the rule converges
    geometrically with half a weight at 0.
    """
    count = int(np.ceil(np.arcsinh(top / TAU_SCALE) / TAU_STEP)) + 1
    u = TAU_STEP * np.arange(count)
    weight = TAU_STEP * TAU_SCALE * np.cosh(u)
    weight[[0, -1]] /= 2
    return TAU_SCALE * np.sinh(u), weight


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
