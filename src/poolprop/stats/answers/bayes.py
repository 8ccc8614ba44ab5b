"""The Bayesian binomial-normal model, by deterministic quadrature: no sampling.

``x_i ~ Bin(n_i, p_i)``, ``logit p_i ~ N(mu, tau^2)``, a weakly informative prior on ``tau`` and one
on ``mu``, by default ``expit(mu)`` uniform on (0, 1). The posterior is a table of conditional
posteriors of ``mu``, one for each node of a Gauss-Legendre rule over ``tau``, each on an evenly
spaced grid of its own.
Both rules converge geometrically.

References
----------
Röver C (2020). Bayesian random-effects meta-analysis using the bayesmeta R package.
Journal of Statistical Software 93(6):1-51.
Röver C et al. (2021). On weakly informative prior distributions for the heterogeneity parameter
in Bayesian random-effects meta-analysis. Research Synthesis Methods 12(4):448-474.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from poolprop.stats._types import Bools, Floats
from poolprop.stats.answers.columns import prior_words
from poolprop.stats.answers.options import Options
from poolprop.stats.answers.posterior import Posterior
from poolprop.stats.answers.results import Interval, Later
from poolprop.stats.inputs import counts
from poolprop.stats.likelihoods.binomial_normal import log_marginal, moments
from poolprop.stats.likelihoods.integrals import COARSE, FAST, Precision
from poolprop.stats.likelihoods.location_priors import BetaPrior, LocationPrior
from poolprop.stats.numeric.rules import legendre
from poolprop.stats.priors import HalfNormal, Prior
from poolprop.stats.sets import Sets

TAU_NODES = 28
SCAN = 30
# Over the root of all patients: the largest scale of u.
TELLING = 8.0
# Integrals over z done at once.
BLOCK = 8192
# What lies further below the top of a log density than this is left out.
DEPTH = 26.0
# Points of a conditional posterior of mu for each of its standard deviations at the mode.
MU_STEP = 0.6
MU_MOST = 160
# On a grid shorter than SHORT (hundreds of studies) the likelihood is interpolated from SMOOTH
# Chebyshev points: its singularities lie no nearer than pi, so that the error falls below 1e-11.
SHORT, SMOOTH = 1.0, 11
# Half-Cauchy tails: beyond this a tau says that studies are all 0 or 1.
TAU_TOP = 100.0


def bayes(
    events: ArrayLike,
    total: ArrayLike,
    tau_prior: Prior | None = None,
    mu_prior: LocationPrior | None = None,
) -> Posterior:
    """Return the posterior of the binomial-normal model.

    Parameters
    ----------
    events, total : array_like of int, shape (k,)
        ``0 <= events <= total``, ``total >= 1``.
    tau_prior : HalfNormal, HalfT or HalfCauchy, optional
        Prior on ``tau``, on the logit scale; half-normal with scale 1.5 by default.
    mu_prior : BetaPrior or NormalPrior, optional
        Prior on the median-study proportion ``expit(mu)`` or on ``mu``; uniform on the proportion
        by default.

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
    '0.797'
    >>> f"{posterior.prob_above(0.5):.3f}"
    '0.979'
    """
    data = Sets.ordered(*counts(events, total))
    x, n = data.x, data.n
    prior, location = tau_prior or HalfNormal(), mu_prior or BetaPrior()
    scale = _scale(n, prior)
    scan, mode = _tau_range(x, n, scale, prior, location)
    node, weight = legendre(TAU_NODES)
    # In u = asinh(tau / scale) heavy and light tails both become short.
    u = 0.5 * (scan[-1] - scan[0]) * node + 0.5 * (scan[-1] + scan[0])
    tau = scale * np.sinh(u)
    measure = weight * scale * np.cosh(u)
    mu, step = _mu_grid(x, n, tau, np.interp(u, scan, mode), location)
    log_density = _on_grid(x, n, mu, tau, location) + prior.log_density(tau)[:, None]
    mass = np.exp(log_density - log_density.max()) * (measure * step)[:, None]
    return Posterior(
        mu=mu, step=step, tau=tau, mass=mass / mass.sum(), prior=str(prior),
        mu_prior=str(location), scale=scale, reach=(float(scan[0]), float(scan[-1])),
    )  # fmt: skip


def _scale(n: Floats, prior: Prior) -> float:
    """Return the scale of ``u``: that of the prior or, of large studies, of what they can tell.

    The likelihood of ``tau`` is flat up to the standard error of large studies that agree, and
    falls as a power of ``tau`` beyond it: in ``u`` it does so on a scale of 1.
    """
    return min(prior.scale, TELLING / float(np.sqrt(n.sum())))


def bayes_prediction(posterior: Later, options: Options) -> tuple[Later, str]:
    """Return the Bayesian prediction interval of a new study's proportion, and its name."""
    later = Later(partial(_predicted, posterior, options.level))
    return later, f"Bayesian, {prior_words(options.prior)}"


def _predicted(posterior: Later, level: float) -> Interval:
    known: Posterior = posterior()
    return known.prediction(level)


def _log_joint(
    x: Floats, n: Floats, mu: Floats, tau: Floats, location: LocationPrior, precision: Precision
) -> Floats:
    """Return log-likelihood plus the log prior of ``mu``; ``mu`` has shape (t, m), ``tau`` (t,)."""
    return _loglik(x, n, mu, tau, precision) + location.log_density(mu)


def _loglik(x: Floats, n: Floats, mu: Floats, tau: Floats, precision: Precision) -> Floats:
    block = max(1, BLOCK // (mu.shape[1] * x.size))
    rows = [
        log_marginal(
            x, n, mu[i : i + block, :, None], tau[i : i + block, None, None], precision=precision
        ).sum(axis=-1)
        for i in range(0, tau.size, block)
    ]
    return np.concatenate(rows)


def _on_grid(x: Floats, n: Floats, mu: Floats, tau: Floats, location: LocationPrior) -> Floats:
    """Return the log joint density on evenly spaced ``mu``; on short grids it is interpolated."""
    count = mu.shape[1]
    if count <= SMOOTH or np.max(mu[:, -1] - mu[:, 0]) > SHORT:
        return _log_joint(x, n, mu, tau, location, FAST)
    from numpy.polynomial import chebyshev  # only many studies need it

    node = chebyshev.chebpts1(SMOOTH)
    middle, half = (mu[:, [0]] + mu[:, [-1]]) / 2, (mu[:, [-1]] - mu[:, [0]]) / 2
    at_nodes = _loglik(x, n, middle + half * node, tau, FAST)
    place = chebyshev.chebvander(np.linspace(-1, 1, count), SMOOTH - 1)
    # The values' Chebyshev coefficients, by the discrete orthogonality of the points.
    scale = np.where(np.arange(SMOOTH) == 0, 1, 2) / SMOOTH
    coefficient = at_nodes @ chebyshev.chebvander(node, SMOOTH - 1) * scale
    return coefficient @ place.T + location.log_density(mu)


def _modes(
    x: Floats, n: Floats, tau: Floats, start: Floats, location: LocationPrior
) -> tuple[Floats, Floats, Floats]:
    """Return mode, standard deviation and height of the conditional posteriors of ``mu``.

    They are log-concave; Newton steps no longer than 1 climb each to its top. Coarse integrals
    do: what is found here only places the nodes.
    """
    mu = start
    for _ in range(60):
        at = moments(x, n, mu[:, None], tau[:, None], precision=COARSE)
        curvature = location.curvature(mu) - at.d_mu2.sum(axis=-1)
        step = np.clip((at.d_mu.sum(axis=-1) + location.slope(mu)) / curvature, -1, 1)
        mu = mu + step
        if np.all(np.abs(step) < 0.01 / np.sqrt(curvature)):
            break
    height = at.loglik.sum(axis=-1) + location.log_density(mu)
    return mu, 1 / np.sqrt(curvature), height


def _tau_range(
    x: Floats, n: Floats, scale: float, prior: Prior, location: LocationPrior
) -> tuple[Floats, Floats]:
    """Return values of ``u = asinh(tau / scale)`` that span the posterior, and modes of ``mu``.

    The prior bounds the range first, then Laplace's approximation over ``mu``, scanned.
    """
    u = np.linspace(0, np.arcsinh(TAU_TOP / scale), 400)
    likely = prior.log_density(scale * np.sinh(u)) > prior.log_density(np.zeros(1)) - DEPTH
    u = np.linspace(0, u[likely][-1], SCAN)
    mode = np.full(SCAN, np.log((x.sum() + 1) / (n.sum() - x.sum() + 1)))
    while True:
        tau = scale * np.sinh(u)
        mode, spread, height = _modes(x, n, tau, mode, location)
        density = height + np.log(spread) + prior.log_density(tau) + np.log(np.cosh(u))
        kept = np.flatnonzero(density > density.max() - DEPTH)
        first, last = max(kept[0] - 1, 0), min(kept[-1] + 1, SCAN - 1)
        if kept.size >= SCAN / 3:
            return u[first : last + 1], mode[first : last + 1]
        narrow = np.linspace(u[first], u[last], SCAN)
        u, mode = narrow, np.interp(narrow, u, mode)


def _mu_grid(
    x: Floats, n: Floats, tau: Floats, start: Floats, location: LocationPrior
) -> tuple[Floats, Floats]:
    """Return evenly spaced points of ``mu`` for each ``tau``, and their spacing."""
    mode, spread, height = _modes(x, n, tau, start, location)

    def log_density(mu: Floats) -> Floats:
        return _log_joint(x, n, mu, tau, location, COARSE)

    low, high = _ends(log_density, mode, spread, height)
    wanted = float(np.max((high - low) / (MU_STEP * np.minimum(spread, 1.0))))
    count = int(np.clip(np.ceil(wanted), 24, MU_MOST)) + 1
    fraction = np.arange(count) / (count - 1)
    return low[:, None] + (high - low)[:, None] * fraction, (high - low) / (count - 1)


def _ends(
    log_density: Callable[[Floats], Floats], mode: Floats, spread: Floats, height: Floats
) -> tuple[Floats, Floats]:
    """Return where each log conditional posterior has fallen by about ``DEPTH`` on either side.

    Steps outwards grow until every lane is beyond, then two bisections.
    """
    sign = np.array([-1.0, 1.0])
    inner = np.column_stack([mode, mode])
    step = np.column_stack([spread, spread]) * 7.7

    def beyond(at: Floats) -> Bools:
        out: Bools = height[:, None] - log_density(at) >= DEPTH
        return out

    outer = inner + sign * step
    while not np.all(far := beyond(outer)):
        inner, step = np.where(far, inner, outer), np.where(far, step, 2 * step)
        outer = np.where(far, outer, outer + sign * step)
    for _ in range(2):
        middle = 0.5 * (inner + outer)
        far = beyond(middle)
        inner, outer = np.where(far, inner, middle), np.where(far, middle, outer)
    return outer[:, 0], outer[:, 1]
