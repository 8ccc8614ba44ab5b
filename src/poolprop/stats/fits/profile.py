"""Profile-likelihood limits of the binomial-normal mean of thousands of data sets at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from poolprop.stats._types import Bools, Floats
from poolprop.stats.fits.climb import Likelihoods, ascend
from poolprop.stats.fits.glmm import TAU_BOUNDARY
from poolprop.stats.fits.maxima import Maxima
from poolprop.stats.fits.walks import REACH, TAU_TOP, Walks, both_limits, ridge
from poolprop.stats.likelihoods.binomial_normal import BinomialNormal
from poolprop.stats.likelihoods.links import Link
from poolprop.stats.sets import Sets, rectangular

STARTS = (0.05, 0.3, 3.0)
# How far from the boundary, and at which shares of the largest tau, a limit is looked for first.
DISTANCES = np.arange(0.0, 10.0, 0.5)
TAU_SHARES = np.array([0.0, 0.05, 0.12, 0.25, 0.5, 1.0])
TAU_GRID_TOP = 10.0


def profile_limits_many(
    x: Floats, n: Floats, fit: Maxima, cut: Floats | float, link: Link
) -> tuple[Floats, Floats]:
    """Return the limits of ``mu`` (b,) for data sets of equally many studies, shape (b, k).

    ``cut`` is by how much twice the log-likelihood may fall from its maximum ``fit``, one for all
    or one each. Limits are on the link's scale; infinite where the profile never falls that far.
    """
    return limits_of(rectangular(x, n), fit, cut, link)


def limits_of(sets: Sets, fit: Maxima, cut: Floats | float, link: Link) -> tuple[Floats, Floats]:
    """Return :func:`profile_limits_many` of ragged data sets."""
    problem, distant = BinomialNormal(sets, link), -sets.size * np.log(2)
    return mean_limits(problem, fit, cut, link, sets.total(sets.n), distant)


def mean_limits(
    problem: Likelihoods,
    fit: Maxima,
    cut: Floats | float,
    link: Link,
    patients: Floats,
    distant: Floats,
    most: float | None = None,
) -> tuple[Floats, Floats]:
    """Return the limits of the means of some likelihoods.

    Parameters
    ----------
    problem : Likelihoods
        Of ``(mu, tau)``.
    fit, cut, link
        As for :func:`profile_limits_many`.
    patients : ndarray, shape (b,)
        Whose proportion the mean is of.
    distant : ndarray, shape (b,)
        The log-likelihood that is approached at any ``mu`` as ``tau`` grows without end. There
        every study's probability tends to 1/2: ``-k log 2`` for ``k`` studies.
    most : float, optional
        The profile is the largest likelihood of a ``tau`` up to here. By default ``tau`` is free,
        but bounded where without a bound there would be no limit.
    """
    fit = fit if most is None else within_bound(problem, fit, most)
    cut = np.broadcast_to(np.asarray(cut, dtype=np.float64), fit.mu.shape)
    edge = fit.side != 0
    # Start at one patient in four times as many, safely near the boundary.
    near = 1 / (4 * patients + 4)
    brink = link.forward(np.where(fit.side < 0, near, 1 - near))
    step = np.where(np.isfinite(fit.se), np.sqrt(cut) * fit.se, 0.5)
    held = fit.runaway | needs_bound(fit, cut, distant)
    top = np.where(held, TAU_BOUNDARY, TAU_TOP) if most is None else np.full(cut.size, most)
    start = np.sqrt(fit.tau**2 + 0.5 * step**2)
    inside, tau = fit.mu.copy(), np.minimum(start, top)
    if edge.any():
        inside[edge], tau[edge] = _within(
            problem.take(edge), brink[edge], -fit.side[edge], fit.loglik[edge], cut[edge], top[edge]
        )
    walks = Walks(
        problem=problem,
        sign=np.ones(cut.size),
        inside=inside,
        step=np.where(edge, 0.2, step),
        tau=tau,
        loglik=fit.loglik,
        cut=cut,
        top=top,
        edge=edge,
    )
    return both_limits(walks, fit.side, REACH[link.name], STARTS)


def within_bound(problem: Likelihoods, fit: Maxima, most: float) -> Maxima:
    """Return maxima with ``tau`` at most some bound: the same but where it is larger."""
    beyond = np.flatnonzero((fit.tau > most) & (fit.side == 0))
    if not beyond.size:
        return fit
    start = np.stack([fit.mu[beyond], np.full(beyond.size, most)])
    found = ascend(problem.take(beyond), start, most)
    mu, tau, loglik = fit.mu.copy(), fit.tau.copy(), fit.loglik.copy()
    (mu[beyond], tau[beyond]), loglik[beyond] = found.theta, found.loglik
    return replace(fit, mu=mu, tau=tau, loglik=loglik)


def _within(
    problem: Likelihoods, brink: Floats, sign: Floats, loglik: Floats, cut: Floats, top: Floats
) -> tuple[Floats, Floats]:
    """Return a mean just inside the one limit of data at the boundary, and ``tau`` there.

    The root of the fall is far from linear in ``mu`` here, and the profile jumps from ``tau = 0``
    to a large one: the likelihood is looked at on a grid of both.
    """
    lanes, steps, taus = brink.size, DISTANCES.size, TAU_SHARES.size
    mu = brink[:, None] + sign[:, None] * DISTANCES
    tau = np.minimum(top, TAU_GRID_TOP)[:, None] * TAU_SHARES
    theta = np.stack([np.repeat(mu, taus, axis=1).ravel(), np.tile(tau, (1, steps)).ravel()])
    many = problem.take(np.repeat(np.arange(lanes), steps * taus))
    heights = many.derivatives(theta, np.zeros(theta.shape[1], dtype=bool))[0]
    table = heights.reshape(lanes, steps, taus)
    outside = 2 * (loglik[:, None] - table.max(axis=2)) >= cut[:, None]
    last = np.where(outside.any(axis=1), np.argmax(outside, axis=1), steps) - 1
    last = np.maximum(last, 0)
    row = np.arange(lanes)
    best = np.argmax(table[row, last], axis=1)
    return mu[row, last], np.maximum(tau[row, best], 0.05)


def needs_bound(fit: Maxima, cut: Floats | float, distant: Floats) -> Bools:
    """Return which data at the boundary have a limit only if ``tau`` is bounded.

    As ``tau`` grows without end every study's probability tends to 1/2 at any mean.
    """
    out: Bools = (fit.side != 0) & (np.asarray(cut) / 2 >= fit.loglik - distant)
    return out


def profile_at(
    x: Floats, n: Floats, fit: Maxima, mu: float, link: Link, top: float
) -> tuple[Floats, Floats]:
    """Return the log-likelihood at one mean, maximised over ``tau`` up to ``top``, and where.

    The mean is on the link's scale, such as the true one of a simulation; events and totals have
    shape (b, k). The log-likelihood (b,) is as the maxima ``fit`` count it: ``mu`` lies in a
    profile interval where twice the fall from the maximum is at most its cut.
    """
    problem = BinomialNormal(rectangular(x, n), link)
    means, held = np.full(fit.mu.shape, mu), np.full(fit.mu.shape, top)
    away = np.where(fit.side == 0, mu - np.where(fit.side == 0, fit.mu, 0.0), 1.0)
    near = np.minimum(np.sqrt(fit.tau**2 + 0.5 * away**2), held)
    loglik, tau = ridge(problem, means, near, held, ())
    doubtful = problem.at_zero(means)[1] < 0
    if doubtful.any():
        again = means[doubtful], near[doubtful], held[doubtful]
        loglik[doubtful], tau[doubtful] = ridge(problem.take(doubtful), *again, STARTS)
    return loglik, tau
