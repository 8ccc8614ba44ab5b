"""The Bayesian binomial-normal model, by deterministic quadrature: no sampling.

``x_i ~ Bin(n_i, p_i)``, ``logit p_i ~ N(mu, tau^2)``, ``expit(mu)`` uniform on (0, 1), a weakly
informative prior on ``tau``. The posterior is a table of conditional posteriors of ``mu``, one
for each node of a Gauss-Legendre rule over ``tau``, each on an evenly spaced grid of its own.
Both rules converge geometrically.

References
----------
Röver C (2020). Bayesian random-effects meta-analysis using the bayesmeta R package.
Journal of Statistical Software 93(6):1-51.
Röver C et al. (2021). On weakly informative prior distributions for the heterogeneity parameter
in Bayesian random-effects meta-analysis. Research Synthesis Methods 12(4):448-474.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from poolprop.stats.inputs import Floats, counts
from poolprop.stats.posterior import Posterior
from poolprop.stats.priors import HalfNormal, Prior
from poolprop.stats.quadrature import log_marginal, moments

TAU_NODES = 40
SCAN = 48
# What lies further below the top of a log density than this is left out.
DEPTH = 30.0
# Points of a conditional posterior of mu for each of its standard deviations at the mode.
MU_STEP = 0.6
MU_MOST = 160
# Half-Cauchy tails: beyond this a tau says that studies are all 0 or 1.
TAU_TOP = 100.0


def bayes(events: ArrayLike, total: ArrayLike, tau_prior: Prior | None = None) -> Posterior:
    """Return the posterior of the binomial-normal model.

    Parameters
    ----------
    events, total : array_like of int, shape (k,)
        ``0 <= events <= total``, ``total >= 1``.
    tau_prior : HalfNormal, HalfT or HalfCauchy, optional
        Prior on ``tau``, on the logit scale; half-normal with scale 1 by default.

    Returns
    -------
    Posterior
        Proper for every valid input: all events, none, one study.

    Raises
    ------
    EstimationError
        If the counts are not valid.

    Examples
    --------
    >>> posterior = bayes([12, 91, 11, 12], [21, 110, 12, 13])
    >>> f"{posterior.median:.3f}"
    '0.802'
    >>> f"{posterior.prob_above(0.5):.3f}"
    '0.984'
    """
    x, n = counts(events, total)
    prior = tau_prior or HalfNormal()
    low, high = _tau_range(x, n, prior)
    node, weight = np.polynomial.legendre.leggauss(TAU_NODES)
    # In u = asinh(tau / scale) heavy and light tails both become short.
    u = 0.5 * (high - low) * node + 0.5 * (high + low)
    tau = prior.scale * np.sinh(u)
    measure = weight * prior.scale * np.cosh(u)
    mu, step = _mu_grid(x, n, tau)
    log_density = _log_joint(x, n, mu, tau[:, None]) + prior.log_density(tau)[:, None]
    mass = np.exp(log_density - log_density.max()) * (measure * step)[:, None]
    return Posterior(mu=mu, step=step, tau=tau, mass=mass / mass.sum(), prior=str(prior))


def _log_joint(x: Floats, n: Floats, mu: Floats, tau: Floats) -> Floats:
    """Return log-likelihood plus the log prior of ``mu``: logistic, since expit(mu) is uniform."""
    rows = [
        log_marginal(x, n, m[:, None], t[:, None]).sum(axis=-1)
        for m, t in zip(mu, np.broadcast_to(tau, mu.shape), strict=True)
    ]
    out: Floats = np.array(rows) - np.logaddexp(0, mu) - np.logaddexp(0, -mu)
    return out


def _modes(x: Floats, n: Floats, tau: Floats) -> tuple[Floats, Floats, Floats]:
    """Return mode, standard deviation and height of the conditional posteriors of ``mu``.

    They are log-concave; Newton steps no longer than 1 climb each to its top.
    """
    start = np.log((x.sum() + 1) / (n.sum() - x.sum() + 1))
    mu = np.full(tau.size, start)
    for _ in range(60):
        at = moments(x, n, mu[:, None], tau[:, None])
        p = 1 / (1 + np.exp(-mu))
        curvature = 2 * p * (1 - p) - at.d_mu2.sum(axis=-1)
        step = np.clip((at.d_mu.sum(axis=-1) + 1 - 2 * p) / curvature, -1, 1)
        mu = mu + step
        if np.all(np.abs(step) < 1e-4 / np.sqrt(curvature)):
            break
    height = at.loglik.sum(axis=-1) - np.logaddexp(0, mu) - np.logaddexp(0, -mu)
    return mu, 1 / np.sqrt(curvature), height


def _tau_range(x: Floats, n: Floats, prior: Prior) -> tuple[float, float]:
    """Return the range of ``asinh(tau / scale)`` in which the posterior of ``tau`` lives.

    By Laplace's approximation over ``mu``, scanned; a range need not be known precisely.
    """
    u = np.linspace(0, np.arcsinh(TAU_TOP / prior.scale), SCAN)
    while True:
        tau = prior.scale * np.sinh(u)
        _, spread, height = _modes(x, n, tau)
        density = height + np.log(spread) + prior.log_density(tau) + np.log(np.cosh(u))
        kept = np.flatnonzero(density > density.max() - DEPTH)
        first, last = max(kept[0] - 1, 0), min(kept[-1] + 1, SCAN - 1)
        low, high = float(u[first]), float(u[last])
        if kept.size >= SCAN / 6:
            return low, high
        u = np.linspace(low, high, SCAN)


def _mu_grid(x: Floats, n: Floats, tau: Floats) -> tuple[Floats, Floats]:
    """Return evenly spaced points of ``mu`` for each ``tau``, and their spacing."""
    mode, spread, height = _modes(x, n, tau)
    low, high = (_end(x, n, tau, mode, spread, height, sign) for sign in (-1.0, 1.0))
    wanted = float(np.max((high - low) / (MU_STEP * spread)))
    count = int(np.clip(np.ceil(wanted), 24, MU_MOST)) + 1
    fraction = np.arange(count) / (count - 1)
    return low[:, None] + (high - low)[:, None] * fraction, (high - low) / (count - 1)


def _end(
    x: Floats,
    n: Floats,
    tau: Floats,
    mode: Floats,
    spread: Floats,
    height: Floats,
    sign: float,
) -> Floats:
    """Return where the log conditional posterior has fallen by about ``DEPTH``.

    Steps outwards double until every lane is beyond, then a few bisections.
    """

    def fall(at: Floats) -> Floats:
        return height - _log_joint(x, n, at[:, None], tau[:, None])[:, 0]

    inner, step = mode.copy(), 8 * spread
    outer = mode + sign * step
    while np.any(short := fall(outer) < DEPTH):
        inner = np.where(short, outer, inner)
        step = np.where(short, 2 * step, step)
        outer = np.where(short, outer + sign * step, outer)
    for _ in range(3):
        middle = 0.5 * (inner + outer)
        beyond = fall(middle) >= DEPTH
        inner, outer = np.where(beyond, inner, middle), np.where(beyond, middle, outer)
    return outer
