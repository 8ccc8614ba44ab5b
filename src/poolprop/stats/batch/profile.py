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

from poolprop.stats.batch.ascent import COARSE, EXACT, ascend, derivatives
from poolprop.stats.batch.glmm import GlmmMany
from poolprop.stats.batch.sets import Sets, joined, rectangular
from poolprop.stats.glmm import TAU_BOUNDARY, fit_glmm
from poolprop.stats.glmm_intervals import pooled_mean, profile_interval
from poolprop.stats.inputs import Floats
from poolprop.stats.links import Link
from poolprop.stats.newton import Bools
from poolprop.stats.profile import REACH, TAU_TOP
from poolprop.stats.quadrature import log_choose
from poolprop.stats.wls import intercept

ROUNDS = 80
# How far the limit found may lie inside another branch of the profile.
MISSED = 1e-6
STARTS = (0.05, 0.3, 3.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Walks:
    """Searches for limits, one of each data set; arrays of shape (b,).

    Attributes
    ----------
    sets : Sets
        The data.
    sign : ndarray
        1 for an upper limit, -1 for a lower one.
    inside : ndarray
        A mean whose fall is known to be less than the cut.
    mu, tau : ndarray
        Where to start.
    loglik, cut : ndarray
        Maximum without binomial coefficients, and twice the fall allowed.
    top : ndarray
        Largest ``tau``.
    edge : ndarray of bool
        Whether the maximum is infinite.
    """

    sets: Sets
    sign: Floats
    inside: Floats
    mu: Floats
    tau: Floats
    loglik: Floats
    cut: Floats
    top: Floats
    edge: Bools

    def take(self, keep: Bools) -> Walks:
        """Return the searches to keep."""
        columns = {n: getattr(self, n)[keep] for n in self.__slots__ if n != "sets"}
        return Walks(sets=self.sets.take(keep), **columns)


class Step(NamedTuple):
    """Where the root of the fall stands at a trial, and the Newton step from there."""

    value: Floats
    d_mu: Floats
    d_tau: Floats
    inside: Bools
    outside: Bools
    off: Floats


def profile_limits_many(
    x: Floats, n: Floats, fit: GlmmMany, cut: Floats | float, link: Link
) -> tuple[Floats, Floats]:
    """Return the limits of ``mu`` for data sets of equally many studies.

    Parameters
    ----------
    x, n : ndarray, shape (b, k)
        Events and totals.
    fit : GlmmMany
        Their maxima.
    cut : float or ndarray, shape (b,)
        By how much twice the log-likelihood may fall.
    link : Link
        The link function.

    Returns
    -------
    lower, upper : ndarray, shape (b,)
        On the link's scale; infinite on a side where the profile never falls that far.
    """
    return limits_of(rectangular(x, n), fit, cut, link)


def limits_of(sets: Sets, fit: GlmmMany, cut: Floats | float, link: Link) -> tuple[Floats, Floats]:
    """Return :func:`profile_limits_many` of ragged data sets."""
    cut = np.broadcast_to(np.asarray(cut, dtype=np.float64), fit.mu.shape)
    out = {}
    lower, upper = fit.side <= 0, fit.side >= 0
    picks = ((-1.0, upper), (1.0, lower))
    found = _found(join_walks([_walks(sets, fit, cut, link, s, w) for s, w in picks]), link)
    for sign, where in picks:
        limit = np.full(fit.mu.size, sign * np.inf)
        limit[where], found = found[: where.sum()], found[where.sum() :]
        out[sign] = limit
    for i in np.flatnonzero(np.isnan(out[-1.0]) | np.isnan(out[1.0])):
        out[-1.0][i], out[1.0][i] = _single(sets, int(i), float(cut[i]), link)
    return out[-1.0], out[1.0]


def _single(sets: Sets, i: int, cut: float, link: Link) -> tuple[float, float]:
    """Return the single engine's limits, where the search above has not ended."""
    one = sets.take(np.arange(sets.count) == i)
    fit = fit_glmm(one.x, one.n, intercept(one.x.size), link)
    found = profile_interval(pooled_mean(one.x, one.n, fit, link), cut, link, [])
    return found.lower, found.upper


def join_walks(parts: list[Walks]) -> Walks:
    """Return the searches of several collections, one collection after another."""
    names = [name for name in Walks.__slots__ if name != "sets"]
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return Walks(sets=joined([part.sets for part in parts]), **columns)


def _walks(sets: Sets, fit: GlmmMany, cut: Floats, link: Link, sign: float, where: Bools) -> Walks:
    """Return searches on one side that start where a normal likelihood would have its limit."""
    patients, edge = sets.total(sets.n), fit.side != 0
    # One patient in four times as many would be near the boundary indeed.
    near = 1 / (4 * patients + 4)
    brink = link.forward(np.where(fit.side < 0, near, 1 - near))
    step = np.where(np.isfinite(fit.se), np.sqrt(cut) * fit.se, 0.5)
    top = np.where(fit.runaway | needs_bound(sets, fit, cut), TAU_BOUNDARY, TAU_TOP)
    start = np.where(edge, 0.3, np.sqrt(fit.tau**2 + 0.5 * step**2))
    constant = sets.total(log_choose(sets.x, sets.n))
    walks = Walks(
        sets=sets,
        sign=np.full(cut.size, sign),
        inside=np.where(edge, brink - sign * 30.0, fit.mu),
        mu=np.where(edge, brink, fit.mu + sign * step),
        tau=np.minimum(start, top),
        loglik=fit.loglik - constant,
        cut=cut,
        top=top,
        edge=edge,
    )
    return walks.take(where)


def needs_bound(sets: Sets, fit: GlmmMany, cut: Floats | float) -> Bools:
    """Return which data at the boundary have a limit only if ``tau`` is bounded.

    As ``tau`` grows without end every study's probability tends to 1/2 at any mean.
    """
    out: Bools = (fit.side != 0) & (np.asarray(cut) / 2 >= sets.size * np.log(2))
    return out


def _found(walks: Walks, link: Link) -> Floats:
    """Return the limits; look at those whether another ``tau`` explains them better."""
    limit, tau = _walk(walks, link)
    todo = np.isfinite(limit)
    for _ in range(4):
        some, lanes = walks.take(todo), np.flatnonzero(todo)
        if not lanes.size:
            break
        height, better = _rivals(some, limit[lanes], tau[lanes], link)
        missed = 2 * (some.loglik - height) < some.cut - MISSED
        lanes = lanes[missed]
        if not lanes.size:
            break
        some = some.take(missed)
        some = replace(some, inside=limit[lanes], mu=limit[lanes], tau=better[missed])
        limit[lanes], tau[lanes] = _walk(some, link)
        todo = np.zeros_like(todo)
        todo[lanes] = np.isfinite(limit[lanes])
    on_top = (tau >= 0.999 * walks.top) & (walks.top == TAU_TOP)
    return np.where(on_top, walks.sign * np.inf, limit)


def _rivals(walks: Walks, mu: Floats, tau: Floats, link: Link) -> tuple[Floats, Floats]:
    """Return the height of other branches of the profile at the limits, and their ``tau``.

    ``tau = 0`` costs nothing to look at. Branches further inside are looked for where 0 is a
    local maximum, and for data at the boundary.
    """
    height, curve = at_zero(walks.sets, mu, link)
    better = np.zeros_like(height)
    doubtful = (curve < 0) | walks.edge | (tau >= 0.999 * walks.top)
    if doubtful.any():
        sets = walks.sets.take(doubtful)
        found = ridge(sets, mu[doubtful], tau[doubtful], walks.top[doubtful], link, STARTS)
        height[doubtful], better[doubtful] = found
    return height, better


def _walk(walks: Walks, link: Link) -> tuple[Floats, Floats]:
    """Return limit and ``tau`` of each search on the branch where it starts."""
    reach = REACH[link.name]
    limit, second = walks.mu.copy(), walks.tau.copy()
    lane = np.arange(limit.size)
    mu, tau = np.clip(walks.mu, -reach, reach), walks.tau
    low, high = np.zeros(mu.size), np.full(mu.size, np.inf)
    fine = np.zeros(mu.size, dtype=bool)
    for _ in range(ROUNDS):
        at = step_from(walks, mu, tau, fine, link)
        distance = walks.sign * (mu - walks.inside)
        low = np.where(at.inside, np.maximum(low, distance), low)
        high = np.where(at.outside, np.minimum(high, distance), high)
        unbounded = at.inside & (np.abs(mu) >= reach) & (walks.sign * mu > 0)
        close = (np.abs(at.value) < 1e-5) & (at.off < 1e-9)
        done = (fine & close) | unbounded
        new = distance + walks.sign * at.d_mu
        good = (new > low) & (new < np.where(np.isinf(high), 3 * distance + 1, high))
        middle = np.where(np.isinf(high), 2 * distance + 0.1, 0.5 * (low + high))
        new = np.where(good | done | (at.d_mu == 0), new, middle)
        moved = np.clip(walks.inside + walks.sign * new, -reach, reach)
        grown = tau + at.d_tau
        grown = np.minimum(np.where(grown < 0, 0.25 * tau, grown), walks.top)
        fine = fine | (np.abs(at.value) < 1e-3)
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


def step_from(walks: Walks, mu: Floats, tau: Floats, fine: Bools, link: Link) -> Step:
    """Return the joint Newton step towards the limit and the ridge over ``tau``."""
    theta = np.stack([mu, tau])
    at = np.empty((6, mu.size))
    for pick, precision in ((fine, EXACT), (~fine, COARSE)):
        if pick.any():
            at[:, pick] = derivatives(walks.sets.take(pick), theta[:, pick], link, precision)
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


def at_zero(sets: Sets, mu: Floats, link: Link) -> tuple[Floats, Floats]:
    """Return log-likelihood at ``tau = 0`` and its second derivative by ``tau`` there."""
    eta = sets.spread(mu)
    score, info = link.derivatives(eta, sets.x, sets.n)
    both = sets.total(np.stack([link.loglik(eta, sets.x, sets.n), score * score - info]))
    return both[0], both[1]


def ridge(
    sets: Sets, mu: Floats, near: Floats, top: Floats, link: Link, starts: tuple[float, ...]
) -> tuple[Floats, Floats]:
    """Maximise over ``tau`` at given means.

    Parameters
    ----------
    sets : Sets
        The data.
    mu, near : ndarray, shape (b,)
        Means, and a ``tau`` near each maximum.
    top : ndarray, shape (b,)
        Largest ``tau``.
    link : Link
        The link function.
    starts : tuple of float
        From which values of ``tau`` to climb besides ``near``.

    Returns
    -------
    loglik, tau : ndarray, shape (b,)
        The profile, without binomial coefficients, and where it is attained.
    """
    best, curve = at_zero(sets, mu, link)
    level, tau = np.where(curve < 0, best, -np.inf), np.zeros_like(best)
    for start in (np.maximum(near, 0.05), *(np.full(mu.size, value) for value in starts)):
        found = ascend(sets, mu, np.minimum(start, top), link, top, level, hold=True)
        higher = found.loglik > best
        best, tau = np.where(higher, found.loglik, best), np.where(higher, found.tau, tau)
    return best, tau


def profile_drop_many(
    x: Floats,
    n: Floats,
    fit: GlmmMany,
    mu0: Floats | float,
    link: Link,
    *,
    cut: Floats | float = 0.0,
) -> Floats:
    """Return by how much twice the log-likelihood, maximised over ``tau``, falls at ``mu0``.

    Parameters
    ----------
    x, n : ndarray, shape (b, k)
        Events and totals.
    fit : GlmmMany
        Their maxima.
    mu0 : float or ndarray, shape (b,)
        A mean on the link's scale, such as the true one of a simulation.
    link : Link
        The link function.
    cut : float or ndarray, shape (b,)
        What the fall will be compared with: so few studies at the boundary that their interval
        rests on ``tau`` being bounded are held to the same bound.

    Returns
    -------
    ndarray, shape (b,)
        ``>= 0``; ``mu0`` lies in a profile interval where this is at most its cut.
    """
    sets = rectangular(x, n)
    mu = np.broadcast_to(np.asarray(mu0, dtype=np.float64), fit.mu.shape).copy()
    away = np.where(fit.side == 0, np.where(np.isfinite(fit.mu), mu - fit.mu, 0.0), 1.0)
    near = np.sqrt(fit.tau**2 + 0.5 * away**2)
    top = np.where(fit.runaway | needs_bound(sets, fit, cut), TAU_BOUNDARY, TAU_TOP)
    height, _ = ridge(sets, mu, np.minimum(near, top), top, link, ())
    doubtful = at_zero(sets, mu, link)[1] < 0
    if doubtful.any():
        some = sets.take(doubtful)
        again, _ = ridge(some, mu[doubtful], near[doubtful], top[doubtful], link, STARTS)
        height[doubtful] = again
    loglik = fit.loglik - sets.total(log_choose(sets.x, sets.n))
    return np.maximum(0.0, 2 * (loglik - height))
