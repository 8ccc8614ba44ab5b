"""Posteriors of the Bayesian binomial-normal model for many data sets at once.

The model is that of :mod:`poolprop.stats.answers.bayes`: ``expit(mu)`` uniform, a prior on ``tau``.
All data sets share one grid of ``(mu, tau)``; the distribution function of ``mu`` is an integral of
a band-limited function known at evenly spaced nodes, hence exact between the nodes too.

References
----------
Röver C (2020). Bayesian random-effects meta-analysis using the bayesmeta R package.
Journal of Statistical Software 93(6):1-51.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, sici

from poolprop.stats._types import Floats
from poolprop.stats.answers.bayes import DEPTH, TAU_TOP
from poolprop.stats.likelihoods.tabulated import distinct, sum_rows, tabulate
from poolprop.stats.priors import Prior

CHUNK = 128
# The distribution function is evaluated exactly at this many points for each node.
FINE = 4
# Nodes of mu lie evenly in t, mu = centre + scale sinh(t): dense where posteriors are narrow.
REACH = 32.0
# Largest spacing of mu, in standard deviations of the narrowest posterior there.
SPACING = 0.55
# It holds this many standard deviations about a mode; further out only wider posteriors reach.
BREADTH = 4.0
# Nodes of tau lie evenly in asinh(tau / TAU_SCALE).
TAU_SCALE = 0.5
TAU_STEP = 0.1


def posterior_many(
    x: Floats, n: Floats, priors: Sequence[Prior], probabilities: Sequence[float]
) -> list[Floats]:
    """Return quantiles (B, q) of ``expit(mu)`` of many data sets (B, k), for each prior on ``tau``.

    One grid serves all data sets: they should be of like size, as simulated ones are.
    """
    nodes = mu_nodes(x, n)
    tau, weight = tau_nodes(max(prior_top(prior) for prior in priors))
    pair_x, pair_n, where = distinct(x, n)
    table = tabulate(pair_x, pair_n, nodes.mu, tau).reshape(pair_x.size, -1)
    log_prior = -np.logaddexp(0, nodes.mu) - np.logaddexp(0, -nodes.mu) + np.log(nodes.slope)
    on_tau = np.stack([np.exp(prior.log_density(tau)) * weight for prior in priors])
    levels = np.asarray(probabilities, dtype=np.float64)
    out = np.empty((len(priors), len(x), levels.size))
    for start in range(0, len(x), CHUNK):
        rows = slice(start, start + CHUNK)
        joint = sum_rows(table, where[rows]).reshape(-1, tau.size, nodes.mu.size) + log_prior
        joint -= joint.max(axis=(1, 2), keepdims=True)
        np.exp(joint, out=joint)
        for i, share in enumerate(on_tau):
            mass = np.einsum("btm,t->bm", joint, share)
            out[i, rows] = quantiles(nodes, mass / mass.sum(axis=1, keepdims=True), levels)
    return list(expit(out))


def table_cells(x: Floats, n: Floats, priors: Sequence[Prior]) -> int:
    """Return how many numbers the table of likelihoods of :func:`posterior_many` holds."""
    tau, _ = tau_nodes(max(prior_top(prior) for prior in priors))
    return int(distinct(x, n)[0].size * tau.size * mu_nodes(x, n).mu.size)


def prior_top(prior: Prior) -> float:
    """Return beyond which ``tau`` a prior leaves out nothing that counts."""
    tau = np.linspace(0, TAU_TOP, 20_001)
    kept = prior.log_density(tau) > prior.log_density(np.zeros(1)) - DEPTH
    return float(tau[kept][-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class MuNodes:
    """Nodes of ``mu``, evenly spaced in ``t`` where ``mu = centre + scale sinh(t)``.

    ``t = step * (first + 0, 1, ...)``; nodes are densest about ``centre``, over a width ``scale``.
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


def quantiles(nodes: MuNodes, mass: Floats, levels: Floats) -> Floats:
    """Return quantiles, on the nodes' scale, of densities times spacing ``mass`` (B, m), rows 1."""
    count = nodes.mu.size
    fine = np.arange((count - 1) * FINE + 1) / FINE
    response = 0.5 + sici(np.pi * (fine - np.arange(count)[:, None]))[0] / np.pi
    cdf = mass @ response
    rows = np.arange(len(mass))
    out = np.empty((len(mass), levels.size))
    for q, level in enumerate(levels):
        # The first fine point beyond the level, and a cubic through its neighbours.
        right = np.clip(np.argmax(cdf >= level, axis=1), 1, fine.size - 1)
        low, high = cdf[rows, right - 1], cdf[rows, right]
        ends = [
            np.einsum("bm,bm->b", mass, np.sinc(fine[at][:, None] - np.arange(count))) / FINE
            for at in (right - 1, right)
        ]
        out[:, q] = nodes.at(fine[right - 1] + _cubic_root(level, low, high, *ends) / FINE)
    return out


def _cubic_root(level: float, low: Floats, high: Floats, slope0: Floats, slope1: Floats) -> Floats:
    """Return where on (0, 1) the cubic with these ends and slopes reaches ``level``."""
    gap = high - low
    s = np.clip((level - low) / np.where(gap > 0, gap, 1.0), 0, 1)
    for _ in range(4):
        a, b = 2 * (low - high) + slope0 + slope1, 3 * (high - low) - 2 * slope0 - slope1
        value = low + s * (slope0 + s * (b + s * a)) - level
        slope = slope0 + s * (2 * b + 3 * s * a)
        s = np.clip(s - value / np.where(slope > 0, slope, np.inf), 0, 1)
    return s
