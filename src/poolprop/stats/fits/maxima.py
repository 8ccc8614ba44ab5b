"""The highest maximum of each of many likelihoods: at zero variance, or inside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlog1py

from poolprop.stats._types import Bools, Floats, Ints
from poolprop.stats.fits.climb import Likelihoods, Summits, ascend
from poolprop.stats.sets import Sets

# Deviance over its degrees of freedom above which a maximum at tau = 0 may have a higher rival
# inside; the lowest ever met is 0.98.
UNSURE = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class Maxima:
    """Maxima of many likelihoods; every array has shape (b,).

    Attributes
    ----------
    mu, se : ndarray
        Mean on the model's scale, infinite for data without events or without non-events, and
        its standard error (NaN where there is none).
    tau : ndarray
        Square root of the variance: the between-study standard deviation, or the root of the
        overdispersion ``theta`` of a beta-binomial model.
    loglik, loglik_common : ndarray
        Maximum of the log-likelihood, and its maximum at ``tau = 0``, as the problem counts them:
        without the constants that :meth:`Likelihoods.constants` has.
    side : ndarray of int
        1 where every patient had the event, -1 where none had, else 0.
    runaway : ndarray of bool
        Whether the likelihood rises with ``tau`` without end, so that the maximum with ``tau``
        at most some bound is given.
    converged : ndarray of bool
        Whether the score is 0 at the maximum.
    rival : ndarray of bool
        Whether ``tau = 0`` and a value inside both are local maxima.
    """

    mu: Floats
    se: Floats
    tau: Floats
    loglik: Floats
    loglik_common: Floats
    side: NDArray[np.int8]
    runaway: Bools
    converged: Bools
    rival: Bools

    def take(self, keep: Bools | Ints) -> Maxima:
        """Return the fits to keep."""
        return Maxima(**{name: getattr(self, name)[keep] for name in self.__slots__})


@dataclass(frozen=True, slots=True, kw_only=True)
class Flat:
    """The maximum at ``tau = 0``: ``mu``, log-likelihood and second derivatives, shape (b,)."""

    mu: Floats
    loglik: Floats
    h_mu2: Floats
    h_tau2: Floats

    def take(self, which: Ints) -> Flat:
        """Return those of some data sets."""
        return Flat(**{name: getattr(self, name)[which] for name in self.__slots__})


@dataclass(frozen=True, slots=True, kw_only=True)
class Starts:
    """Where to start, shape (b,).

    Attributes
    ----------
    mu, tau : ndarray
        One start where the likelihood rises with ``tau`` at 0.
    middle : ndarray
        The mean of the starts elsewhere.
    taus : tuple of ndarray
        Their values of ``tau``.
    """

    mu: Floats
    tau: Floats
    middle: Floats
    taus: tuple[Floats, ...]

    def take(self, which: Ints) -> Starts:
        """Return those of some data sets."""
        first = (getattr(self, name)[which] for name in ("mu", "tau", "middle"))
        mu, tau, middle = first
        taus = tuple(each[which] for each in self.taus)
        return Starts(mu=mu, tau=tau, middle=middle, taus=taus)


def maximise(problem: Likelihoods, sets: Sets, flat: Flat, starts: Starts, top: float) -> Maxima:
    """Return the maxima of data sets with events and non-events.

    Where the likelihood rises with ``tau`` at 0 one climb finds the maximum. Elsewhere a higher
    one inside has only been met where the data spread at least as the binomial lets them expect:
    there several climbs look for it. What does not settle is tried again from all starts, exact
    from the first step. Where ``tau`` ends at ``top`` the likelihood is said to run away.
    Log-likelihoods are those of the problem.
    """
    best = _search(problem, sets, flat, starts, top)
    chosen = _inside(best, flat)
    hard = np.flatnonzero(chosen & ~best.settled & (best.theta[1] < top))
    if hard.size:
        again = _thorough(problem.take(hard), starts.take(hard), top)
        for name in Summits.__slots__:
            getattr(best, name)[..., hard] = getattr(again, name)
    return _chosen(problem, best, flat, top)


def bounded(problem: Likelihoods, flat: Flat, starts: Starts, top: float, where: Ints) -> Maxima:
    """Return the maxima of some data sets whose ``tau`` may not exceed ``top``."""
    some = problem.take(where)
    best = _thorough(some, starts.take(where), top, stop=False)
    return _chosen(some, best, flat.take(where), top)


def _thorough(problem: Likelihoods, starts: Starts, top: float, *, stop: bool = True) -> Summits:
    """Climb from all starts, with exact integrals, and give none up."""
    count, taus = starts.mu.size, (starts.tau, *starts.taus)
    lanes = np.tile(np.arange(count), len(taus))
    tau = np.minimum(np.concatenate(taus), top)
    theta = np.stack([np.tile(starts.middle, len(taus)), tau])
    found = ascend(problem.take(lanes), theta, top, stop=stop, thorough=True)
    return best_of(found, lanes, count)


def _inside(best: Summits, flat: Flat) -> Bools:
    """Return where the maximum is inside: higher than that at 0, or 0 curves upwards."""
    size = 1 + np.abs(flat.loglik)
    upwards = (flat.h_tau2 > 1e-7 * size) & (best.theta[1] > 0)
    out: Bools = (best.loglik - flat.loglik > 1e-11 * size) | upwards
    return out


def _chosen(problem: Likelihoods, best: Summits, flat: Flat, top: float) -> Maxima:
    """Return the higher of the maximum inside and that at ``tau = 0``.

    The last step of a climb left its second derivatives behind: they are taken at its end.
    """
    chosen = _inside(best, flat)
    where = np.flatnonzero(chosen)
    if where.size:
        at, exact = best.theta[:, where], np.ones(where.size, dtype=bool)
        best.hessian[:, where] = problem.take(where).derivatives(at, exact)[3:]
    h_mu2, h_mutau, h_tau2 = best.hessian
    tau = np.where(chosen, best.theta[1], 0.0)
    top_reached = tau >= top
    with np.errstate(invalid="ignore", divide="ignore"):
        joint = -h_tau2 / (h_mu2 * h_tau2 - h_mutau**2)
        proper = (h_mu2 < 0) & (joint > 0)
        # At the end of its range tau has no error to share.
        inside = np.where(top_reached, -1 / h_mu2, np.where(proper, joint, np.nan))
        variance = np.where(chosen, inside, -1 / flat.h_mu2)
    return Maxima(
        mu=np.where(chosen, best.theta[0], flat.mu),
        se=np.sqrt(variance),
        tau=tau,
        loglik=np.where(chosen, best.loglik, flat.loglik),
        loglik_common=flat.loglik,
        side=np.zeros(tau.size, dtype=np.int8),
        runaway=top_reached,
        converged=~chosen | (best.settled & ~top_reached),
        rival=np.isfinite(best.loglik) & (best.theta[1] > 0.05) & (flat.h_tau2 < 0),
    )


def _search(problem: Likelihoods, sets: Sets, flat: Flat, starts: Starts, top: float) -> Summits:
    several = sets.size > 1
    rising = (flat.h_tau2 >= 0) & several
    unsure = ~rising & several & (overdispersion(sets) > UNSURE)
    rounds = [(rising, starts.mu, starts.tau)]
    rounds += [(unsure, starts.middle, tau) for tau in starts.taus]
    lanes = np.concatenate([np.flatnonzero(which) for which, _, _ in rounds])
    theta = np.concatenate([np.stack(both)[:, which] for which, *both in rounds], axis=1)
    known = np.where(rising, -np.inf, flat.loglik)[lanes]
    found = ascend(problem.take(lanes), theta, top, known, stop=True)
    return best_of(found, lanes, sets.count)


def overdispersion(sets: Sets) -> Floats:
    """Return the deviance of a common proportion over its degrees of freedom."""
    out: Floats = common_deviance(sets) / np.maximum(sets.size - 1, 1)
    return out


def common_deviance(sets: Sets) -> Floats:
    """Return the likelihood-ratio statistic of one proportion for all, whatever the link.

    From how far each study lies off: a difference of log-likelihoods would be nothing but rounding
    where they agree.
    """
    common = sets.total(sets.x) / sets.total(sets.n)
    p = sets.spread(common)
    p, off = np.where((p > 0) & (p < 1), p, 0.5), sets.x / sets.n - p
    each = xlog1py(sets.x, off / p) + xlog1py(sets.n - sets.x, -off / (1 - p))
    out: Floats = np.maximum(0.0, 2 * sets.total(each))
    return out


def best_of(found: Summits, lanes: Ints, count: int) -> Summits:
    """Return the highest climb of each data set; minus infinity where none was made."""
    order = np.lexsort((found.loglik, lanes))
    last = np.flatnonzero(np.append(np.diff(lanes[order]) > 0, True))
    pick = order[last] if lanes.size else order
    out = no_summits(count)
    for name in Summits.__slots__:
        getattr(out, name)[..., lanes[pick]] = getattr(found, name)[..., pick]
    return out


def no_summits(count: int) -> Summits:
    """Return the place where no climb was made."""
    return Summits(
        theta=np.zeros((2, count)),
        loglik=np.full(count, -np.inf),
        score=np.full((2, count), np.nan),
        hessian=np.full((3, count), np.nan),
        settled=np.zeros(count, dtype=bool),
    )


def boundary(side: NDArray[np.int8]) -> Maxima:
    """Return the answers of data without events or without non-events, for all data sets."""
    b = side.size
    with np.errstate(invalid="ignore"):
        mu = np.where(side == 0, np.nan, side * np.inf)
    return Maxima(
        mu=mu,
        se=np.full(b, np.nan),
        tau=np.zeros(b),
        loglik=np.zeros(b),
        loglik_common=np.zeros(b),
        side=side,
        runaway=np.zeros(b, dtype=bool),
        converged=np.ones(b, dtype=bool),
        rival=np.zeros(b, dtype=bool),
    )


def fill(out: Maxima, where: Bools | Ints, found: Maxima) -> None:
    """Write the maxima of some data sets into their places."""
    for name in Maxima.__slots__:
        getattr(out, name)[where] = getattr(found, name)
