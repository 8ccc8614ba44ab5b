"""Posteriors of the Bayesian binomial-normal model for many data sets at once.

The model is that of :mod:`poolprop.stats.answers.bayes`: ``expit(mu)`` uniform, a prior on
``tau``. All data sets share one grid of ``(mu, tau)``; the distribution functions of ``mu`` and of
a new study's logit are integrals of band-limited functions known at evenly spaced nodes, hence
exact between the nodes too.

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
from poolprop.stats.answers.predictive import HERMITE
from poolprop.stats.likelihoods.likelihood_table import (
    MuNodes,
    distinct,
    mu_nodes,
    sum_rows,
    tabulate,
    tau_nodes,
)
from poolprop.stats.likelihoods.links import LOG_SQRT_2PI
from poolprop.stats.priors import Prior

CHUNK = 128
# The distribution function is evaluated exactly at this many points for each node.
FINE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PosteriorMany:
    """Quantiles of each data set, on the 0-1 scale.

    Attributes
    ----------
    median_study : ndarray, shape (B, q)
        Quantiles of ``expit(mu)``.
    new_study : ndarray, shape (B, q)
        Quantiles of a new study's true proportion.
    """

    median_study: Floats
    new_study: Floats


def posterior_many(
    x: Floats,
    n: Floats,
    priors: Sequence[Prior],
    probabilities: Sequence[float],
    *,
    predicted: int | None = None,
) -> list[PosteriorMany]:
    """Return quantiles of the posterior and predictive distributions of many data sets.

    Parameters
    ----------
    x, n : ndarray, shape (B, k)
        Events and totals. One grid serves all data sets: they should be of like size, as
        simulated ones are.
    priors : sequence of HalfNormal, HalfT or HalfCauchy
        Priors on ``tau``; the likelihood is shared.
    probabilities : sequence of float
        Between 0 and 1, ends excluded.
    predicted : int, optional
        For how many of the priors, from the first, a new study is asked for; all by default. Its
        quantiles are NaN for the others.

    Returns
    -------
    list of PosteriorMany
        One for each prior.
    """
    nodes = mu_nodes(x, n)
    tau, weight = tau_nodes(max(_top(prior) for prior in priors))
    pair_x, pair_n, where = distinct(x, n)
    table = tabulate(pair_x, pair_n, nodes.mu, tau).reshape(pair_x.size, -1)
    log_prior = -np.logaddexp(0, nodes.mu) - np.logaddexp(0, -nodes.mu) + np.log(nodes.slope)
    on_tau = np.stack([np.exp(prior.log_density(tau)) * weight for prior in priors])
    asked = priors[:predicted]
    reached = tau <= max((_top(prior) for prior in asked), default=-1.0)
    new = nodes.reaching(float(np.abs(nodes.mu).max()) + 9 * float(tau[reached].max(initial=0)))
    kernel = predictive_kernel(nodes, new, tau[reached])
    levels = np.asarray(probabilities, dtype=np.float64)
    shape = (len(priors), len(x), levels.size)
    median, other = np.empty(shape), np.full(shape, np.nan)
    for start in range(0, len(x), CHUNK):
        rows = slice(start, start + CHUNK)
        joint = sum_rows(table, where[rows]).reshape(-1, tau.size, nodes.mu.size) + log_prior
        joint -= joint.max(axis=(1, 2), keepdims=True)
        np.exp(joint, out=joint)
        for i, share in enumerate(on_tau):
            mass = np.einsum("btm,t->bm", joint, share)
            total = mass.sum(axis=1, keepdims=True)
            median[i, rows] = quantiles(nodes, mass / total, levels)
            if i < len(asked):
                mass = (joint * share[:, None])[:, reached].reshape(len(joint), -1) @ kernel
                other[i, rows] = quantiles(new, mass / total, levels)
    return [
        PosteriorMany(median_study=expit(median[i]), new_study=expit(other[i]))
        for i in range(len(priors))
    ]


def table_cells(x: Floats, n: Floats, priors: Sequence[Prior]) -> int:
    """Return how many numbers the table of likelihoods of :func:`posterior_many` holds."""
    tau, _ = tau_nodes(max(_top(prior) for prior in priors))
    return int(distinct(x, n)[0].size * tau.size * mu_nodes(x, n).mu.size)


def _top(prior: Prior) -> float:
    """Return beyond which ``tau`` a prior leaves out nothing that counts."""
    tau = np.linspace(0, TAU_TOP, 20_001)
    kept = prior.log_density(tau) > prior.log_density(np.zeros(1)) - DEPTH
    return float(tau[kept][-1])


def predictive_kernel(nodes: MuNodes, new: MuNodes, tau: Floats) -> Floats:
    """Return the matrix from the joint posterior of (tau, mu) to the density of a new logit.

    Shape (taus * mus, nodes of the new logit), the latter's weights included. Where ``tau`` is
    wider than the nodes' distance the sum over ``mu`` is exact by itself; elsewhere the
    band-limited conditional posterior is averaged over the new study's deviation.
    """
    out = np.empty((tau.size, nodes.mu.size, new.mu.size))
    z, weight = np.polynomial.hermite_e.hermegauss(HERMITE)
    weight = weight / weight.sum()
    spacing = new.spacing(new.mu)
    order = np.arange(nodes.mu.size)
    for j, width in enumerate(tau):
        wide = width >= 2 * spacing
        distance = (new.mu[wide] - nodes.mu[:, None]) / max(width, 1e-300)
        out[j][:, wide] = (
            np.exp(-0.5 * distance**2 - LOG_SQRT_2PI) * spacing[wide] / width if wide.any() else 0.0
        )
        points = new.mu[~wide, None] - width * z
        response = np.sinc(nodes.index(points)[..., None] - order)
        share = weight * spacing[~wide, None] / new.spacing(points)
        out[j][:, ~wide] = np.einsum("yz,yzm->my", share, response)
    return out.reshape(-1, new.mu.size)


def quantiles(nodes: MuNodes, mass: Floats, levels: Floats) -> Floats:
    """Return quantiles, on the nodes' scale, of densities known at the nodes.

    Parameters
    ----------
    nodes : MuNodes
        Where.
    mass : ndarray, shape (B, m)
        Density times spacing; each row sums to 1.
    levels : ndarray, shape (q,)
        Probabilities.
    """
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
