"""The highest maximum of each of many likelihoods: at zero variance, or inside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from poolprop.stats._types import Bools, Floats, Ints
from poolprop.stats.batch.ascent import Likelihoods, Summits, ascend
from poolprop.stats.batch.sets import Sets

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
        Maximum of the log-likelihood, and its maximum at ``tau = 0``; all constants included.
    side : ndarray of int
        1 where every patient had the event, -1 where none had, else 0.
    runaway : ndarray of bool
        Whether the likelihood rises with ``tau`` without end; see ``GlmmFit``.
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


def maximise(
    problem: Likelihoods, sets: Sets, flat: Flat, starts: Starts, top: float
) -> tuple[Maxima, Bools]:
    """Return the maxima of data sets with events and non-events, and which of them are not sure.

    Where the likelihood rises with ``tau`` at 0 one climb finds the maximum. Elsewhere a higher
    one inside has only been met where the data spread at least as the binomial lets them expect:
    there several climbs look for it. Log-likelihoods are those of the problem.
    """
    best = _search(problem, sets, flat, starts, top)
    size = 1 + np.abs(flat.loglik)
    # As poolprop.stats.newton.highest chooses.
    upwards = (flat.h_tau2 > 1e-7 * size) & (best.tau > 0)
    chosen = (best.loglik - flat.loglik > 1e-11 * size) | upwards
    with np.errstate(invalid="ignore", divide="ignore"):
        joint = -best.h_tau2 / (best.h_mu2 * best.h_tau2 - best.h_mutau**2)
        proper = (best.h_mu2 < 0) & (joint > 0)
        variance = np.where(chosen, np.where(proper, joint, np.nan), -1 / flat.h_mu2)
    found = Maxima(
        mu=np.where(chosen, best.mu, flat.mu),
        se=np.sqrt(variance),
        tau=np.where(chosen, best.tau, 0.0),
        loglik=np.where(chosen, best.loglik, flat.loglik),
        loglik_common=flat.loglik,
        side=np.zeros(sets.count, dtype=np.int8),
        runaway=np.zeros(sets.count, dtype=bool),
        converged=~chosen | best.settled,
        rival=np.isfinite(best.loglik) & (best.tau > 0.05) & (flat.h_tau2 < 0),
    )
    return found, chosen & (~best.settled | (best.tau >= top))


def _search(problem: Likelihoods, sets: Sets, flat: Flat, starts: Starts, top: float) -> Summits:
    several = sets.size > 1
    rising = (flat.h_tau2 >= 0) & several
    unsure = ~rising & several & (overdispersion(sets) > UNSURE)
    rounds = [(rising, starts.mu, starts.tau)]
    rounds += [(unsure, starts.middle, tau) for tau in starts.taus]
    lanes = np.concatenate([np.flatnonzero(which) for which, _, _ in rounds])
    found = ascend(
        problem.take(lanes),
        np.concatenate([mu[which] for which, mu, _ in rounds]),
        np.concatenate([tau[which] for which, _, tau in rounds]),
        top,
        np.where(rising, -np.inf, flat.loglik)[lanes],
    )
    return best_of(found, lanes, sets.count)


def overdispersion(sets: Sets) -> Floats:
    """Return the deviance of a common proportion over its degrees of freedom."""
    share = sets.x / sets.n
    full = sets.total(xlogy(sets.x, share) + xlogy(sets.n - sets.x, 1 - share))
    common = xlogy(sets.total(sets.x), sets.total(sets.x) / sets.total(sets.n))
    rest = sets.total(sets.n - sets.x)
    common += xlogy(rest, rest / sets.total(sets.n))
    out: Floats = 2 * (full - common) / np.maximum(sets.size - 1, 1)
    return out


def best_of(found: Summits, lanes: Ints, count: int) -> Summits:
    """Return the highest climb of each data set; minus infinity where none was made."""
    order = np.lexsort((found.loglik, lanes))
    last = np.flatnonzero(np.append(np.diff(lanes[order]) > 0, True))
    pick = order[last] if lanes.size else order
    out = no_summits(count)
    for name in Summits.__slots__:
        getattr(out, name)[lanes[pick]] = getattr(found, name)[pick]
    return out


def no_summits(count: int) -> Summits:
    """Return the place where no climb was made."""
    nan = np.full((4, count), np.nan)
    return Summits(
        mu=np.zeros(count),
        tau=np.zeros(count),
        loglik=np.full(count, -np.inf),
        h_mu2=nan[0],
        h_mutau=nan[1],
        h_tau2=nan[2],
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
