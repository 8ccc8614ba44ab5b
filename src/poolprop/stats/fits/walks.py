"""Profile-likelihood limits of thousands of pooled means at once.

A limit solves two equations in ``(mu, tau)``: the log-likelihood lies half a cut-off below its
maximum, and its derivative by ``tau`` is 0. One Newton step serves both, on the root of the fall,
which is nearly linear in ``mu``; a bracket of ``mu`` guards it.

References
----------
Venzon DJ, Moolgavkar SH (1988). A method for computing profile-likelihood-based confidence
intervals. Applied Statistics 37(1):87-94.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from poolprop.stats._types import Bools, Floats, Ints
from poolprop.stats.fits.climb import Likelihoods, ascend

# Proportions within 1e-20 of 0 or 1: a limit further out is said to be infinite.
REACH = {"logit": 46.0, "probit": 9.3, "cloglog": 46.0}
# A profile that rests on a tau this large rests on no bound at all.
TAU_TOP = 100.0
ROUNDS = 80
# How far the limit found may lie inside another branch of the profile.
MISSED = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Walks:
    """Searches for limits, one of each data set; arrays of shape (b,).

    Attributes
    ----------
    problem : Likelihoods
        The data and their model.
    sign : ndarray
        1 for an upper limit, -1 for a lower one.
    inside : ndarray
        A mean whose fall is known to be less than the cut.
    step, tau : ndarray
        Where to start: how far outwards of there, and at which ``tau``.
    loglik, cut : ndarray
        Maximum, as the problem counts it, and twice the fall allowed.
    top : ndarray
        Largest ``tau``.
    edge : ndarray of bool
        Whether the maximum is infinite.
    """

    problem: Likelihoods
    sign: Floats
    inside: Floats
    step: Floats
    tau: Floats
    loglik: Floats
    cut: Floats
    top: Floats
    edge: Bools

    def take(self, which: Bools | Ints) -> Walks:
        """Return some of the searches; one may be asked for more than once."""
        columns = {n: getattr(self, n)[which] for n in self.__slots__ if n != "problem"}
        return Walks(problem=self.problem.take(which), **columns)


class Step(NamedTuple):
    """Where the root of the fall stands at a trial, and the Newton step from there."""

    value: Floats
    d_mu: Floats
    d_tau: Floats
    inside: Bools
    outside: Bools
    off: Floats


def both_limits(
    upper: Walks, side: NDArray[np.int8], reach: float, starts: tuple[float, ...]
) -> tuple[Floats, Floats]:
    """Return lower and upper limits, from searches for the upper ones.

    Parameters
    ----------
    upper : Walks
        Searches; their mirror images look for the lower limits.
    side : ndarray of int
        1 or -1 where the maximum is at plus or minus infinity, else 0; there is no limit beyond.
    reach : float
        A limit further from 0 than this is said to be infinite.
    starts : tuple of float
        Values of ``tau`` from which to look for another branch of the profile.

    Returns
    -------
    lower, upper : ndarray, shape (b,)
        NaN where a search did not end.
    """
    low, high = np.flatnonzero(side >= 0), np.flatnonzero(side <= 0)
    sign = np.repeat([-1.0, 1.0], [low.size, high.size])
    walks = replace(upper.take(np.concatenate([low, high])), sign=sign)
    found = _found(walks, reach, starts)
    out = np.full(side.size, -np.inf), np.full(side.size, np.inf)
    out[0][low], out[1][high] = found[: low.size], found[low.size :]
    return out


def _found(walks: Walks, reach: float, starts: tuple[float, ...]) -> Floats:
    """Return the limits; look at those whether another ``tau`` explains them better."""
    limit, tau = _searched(walks, reach, starts)
    todo = np.isfinite(limit)
    for _ in range(4):
        some, lanes = walks.take(todo), np.flatnonzero(todo)
        if not lanes.size:
            break
        height, better = _rivals(some, limit[lanes], tau[lanes], starts)
        missed = 2 * (some.loglik - height) < some.cut - MISSED
        lanes = lanes[missed]
        if not lanes.size:
            break
        some = some.take(missed)
        some = replace(some, inside=limit[lanes], step=0 * some.step, tau=better[missed])
        limit[lanes], tau[lanes] = _searched(some, reach, starts)
        todo = np.zeros_like(todo)
        todo[lanes] = np.isfinite(limit[lanes])
    on_top = (tau >= 0.999 * walks.top) & (walks.top == TAU_TOP)
    return np.where(on_top, walks.sign * np.inf, limit)


def _searched(walks: Walks, reach: float, starts: tuple[float, ...]) -> tuple[Floats, Floats]:
    """Return limit and ``tau`` of each search; one that steps do not end is halved."""
    limit, tau = _walk(walks, reach)
    lost = np.isnan(limit)
    if lost.any():
        limit[lost], tau[lost] = _halved(walks.take(lost), reach, starts)
    return limit, tau


def _rivals(
    walks: Walks, mu: Floats, tau: Floats, starts: tuple[float, ...]
) -> tuple[Floats, Floats]:
    """Return the height of other branches of the profile at the limits, and their ``tau``.

    ``tau = 0`` costs nothing to look at. Branches further inside are looked for where 0 is a
    local maximum or the limit rests on a tiny ``tau`` (one study so large that it alone agrees),
    and for data at the boundary.
    """
    height, curve = walks.problem.at_zero(mu)
    better = np.zeros_like(height)
    doubtful = (curve < 0) | (tau < starts[0]) | walks.edge | (tau >= 0.999 * walks.top)
    if doubtful.any():
        some = walks.problem.take(doubtful)
        found = ridge(some, mu[doubtful], tau[doubtful], walks.top[doubtful], starts)
        height[doubtful], better[doubtful] = found
    return height, better


def _walk(walks: Walks, reach: float) -> tuple[Floats, Floats]:
    """Return limit and ``tau`` of each search on the branch where it starts."""
    limit, second = walks.inside.copy(), walks.tau.copy()
    lane = np.arange(limit.size)
    mu, tau = np.clip(limit + walks.sign * walks.step, -reach, reach), walks.tau
    low, high = np.zeros(mu.size), np.full(mu.size, np.inf)
    fine = np.zeros(mu.size, dtype=bool)
    for _ in range(ROUNDS):
        at = step_from(walks, mu, tau, fine)
        distance = walks.sign * (mu - walks.inside)
        low = np.where(at.inside, np.maximum(low, distance), low)
        high = np.where(at.outside, np.minimum(high, distance), high)
        unbounded = at.inside & (np.abs(mu) >= reach) & (walks.sign * mu > 0)
        close = (np.abs(at.value) < 1e-5) & (at.off < 1e-9)
        done = (fine & close) | unbounded
        new = distance + walks.sign * at.d_mu
        good = (new > low) & (new < np.where(np.isinf(high), 3 * distance + 1, high))
        # Beyond the limit, back; within it, out until something is beyond.
        beyond = np.where(np.isinf(high), distance, high)
        middle = np.where(at.value < 0, 2 * distance + 0.1, 0.5 * (low + beyond))
        middle = np.where(np.isinf(high), middle, 0.5 * (low + beyond))
        new = np.where(good | done | (at.d_mu == 0), new, middle)
        moved = np.clip(walks.inside + walks.sign * new, -reach, reach)
        grown = tau + at.d_tau
        grown = np.minimum(np.where(grown < 0, 0.25 * tau, grown), walks.top)
        # What a coarse value bracketed an exact one may not.
        exact = ~fine & (np.abs(at.value) < 1e-3)
        low, high, fine = np.where(exact, 0.0, low), np.where(exact, np.inf, high), fine | exact
        if done.any():
            out = lane[done]
            limit[out] = np.where(unbounded, walks.sign * np.inf, moved)[done]
            second[out] = grown[done]
            keep = ~done
            if not keep.any():
                return limit, second
            walks, lane, fine = walks.take(keep), lane[keep], fine[keep]
            moved, grown, low, high = moved[keep], grown[keep], low[keep], high[keep]
        mu, tau = moved, grown
    limit[lane], second[lane] = np.nan, tau
    return limit, second


def _halved(walks: Walks, reach: float, starts: tuple[float, ...]) -> tuple[Floats, Floats]:
    """Return limits by doubling and halving the distance: slow, and never lost."""
    inner, outer = np.zeros(walks.inside.size), np.maximum(walks.step, 0.05)
    tau = walks.tau

    def beyond(distance: Floats) -> Bools:
        nonlocal tau
        mu = np.clip(walks.inside + walks.sign * distance, -reach, reach)
        height, tau = ridge(walks.problem, mu, tau, walks.top, starts)
        out: Bools = 2 * (walks.loglik - height) >= walks.cut
        return out

    room = reach - walks.sign * walks.inside
    for _ in range(40):
        far = beyond(outer) | (outer >= room)
        if far.all():
            break
        inner, outer = np.where(far, inner, outer), np.where(far, outer, 2 * outer)
    endless = ~beyond(np.minimum(outer, room))
    for _ in range(60):
        middle = 0.5 * (inner + outer)
        far = beyond(middle)
        inner, outer = np.where(far, inner, middle), np.where(far, middle, outer)
    limit = walks.inside + walks.sign * 0.5 * (inner + outer)
    return np.where(endless, walks.sign * np.inf, limit), tau


def step_from(walks: Walks, mu: Floats, tau: Floats, fine: Bools) -> Step:
    """Return the joint Newton step towards the limit and the ridge over ``tau``."""
    at = walks.problem.derivatives(np.stack([mu, tau]), fine)
    loglik, g_mu, g_tau, _, h_mutau, h_tau2 = at
    held = (tau >= walks.top) & (g_tau > 0)
    g_tau, h_mutau = np.where(held, 0.0, g_tau), np.where(held, 0.0, h_mutau)
    concave = held | (h_tau2 < 0)
    curve = np.where(held, -1.0, np.minimum(-np.abs(h_tau2), -1e-12))
    # How much higher the ridge is, and the slope along it.
    off = -g_tau * g_tau / (2 * curve)
    slope = g_mu - h_mutau * g_tau / curve
    fall = np.sqrt(np.maximum(2 * (walks.loglik - loglik - off), 1e-300))
    value = fall - np.sqrt(walks.cut)
    sound = concave & (off < 0.5)
    growth = np.maximum(-walks.sign * slope / fall, 1e-12)
    d_mu = np.where(sound, -walks.sign * value / growth, 0.0)
    bound = 3 + np.abs(mu)
    d_mu = np.clip(d_mu, -bound, bound)
    d_tau = -(g_tau + np.where(sound, h_mutau * d_mu, 0.0)) / curve
    d_tau = np.where(held, 0.0, np.clip(d_tau, -0.5 - tau, 0.5 + tau))
    # At tau = 0 the slope is 0 even where the likelihood rises on either side.
    d_tau = np.where((tau < 1e-3) & ~concave, 0.3, d_tau)
    value = np.where(concave, value, np.where(value < 0, value, 0.0))
    return Step(
        value=np.where(concave, value, 1.0),
        d_mu=d_mu,
        d_tau=d_tau,
        inside=2 * (walks.loglik - loglik) < walks.cut,
        outside=concave & (off < 1e-3) & (value > 0),
        off=np.where(concave, off, 1.0),
    )


def ridge(
    problem: Likelihoods, mu: Floats, near: Floats, top: Floats, starts: tuple[float, ...]
) -> tuple[Floats, Floats]:
    """Maximise over ``tau`` at given means.

    Parameters
    ----------
    problem : Likelihoods
        The data and their model.
    mu, near : ndarray, shape (b,)
        Means, and a ``tau`` near each maximum.
    top : ndarray, shape (b,)
        Largest ``tau``.
    starts : tuple of float
        From which values of ``tau`` to climb besides ``near``.

    Returns
    -------
    loglik, tau : ndarray, shape (b,)
        The profile, as the problem counts it, and where it is attained.
    """
    best, curve = problem.at_zero(mu)
    b, taus = mu.size, np.stack([np.maximum(near, 0.05), *(np.full_like(mu, t) for t in starts)])
    lanes = np.tile(np.arange(b), len(taus))  # all starts of all means climb at once
    theta = np.stack([mu[lanes], np.minimum(taus, top).ravel()])
    level, free = np.where(curve < 0, best, -np.inf)[lanes], np.array([False, True])
    found = ascend(problem.take(lanes), theta, top[lanes], level, free=free, wary=True)
    heights = np.vstack([best, found.loglik.reshape(-1, b)])
    pick = np.argmax(heights, axis=0), np.arange(b)
    return heights[pick], np.vstack([np.zeros(b), found.theta[1].reshape(-1, b)])[pick]
