"""Maximum likelihood of the binomial-normal model for thousands of data sets at once.

The same maxima as :func:`poolprop.stats.glmm.fit_glmm`. The maximum at ``tau = 0`` has a closed
form; where the likelihood rises there with ``tau`` one climb finds the maximum, elsewhere climbs
from several starts look for a higher one inside.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from poolprop.stats.batch.ascent import Summits, ascend
from poolprop.stats.batch.sets import Ints, Sets, joined, rectangular
from poolprop.stats.glmm import STARTS, TAU_MAX, fit_glmm
from poolprop.stats.inputs import Floats
from poolprop.stats.links import Link
from poolprop.stats.newton import Bools
from poolprop.stats.quadrature import log_choose
from poolprop.stats.wls import intercept

# Deviance over its degrees of freedom above which a maximum at tau = 0 may have a higher rival
# inside; the lowest ever met is 0.98.
UNSURE = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class GlmmMany:
    """Maxima of many likelihoods; every array has shape (b,).

    Attributes
    ----------
    mu, se : ndarray
        Mean on the link's scale, infinite for data without events or without non-events, and
        its standard error (NaN where there is none).
    tau : ndarray
        Between-study standard deviation.
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

    def take(self, keep: Bools) -> GlmmMany:
        """Return the fits to keep."""
        return GlmmMany(**{name: getattr(self, name)[keep] for name in self.__slots__})


@dataclass(frozen=True, slots=True, kw_only=True)
class Flat:
    """The maximum at ``tau = 0``: ``mu``, log-likelihood and second derivatives, shape (b,)."""

    mu: Floats
    loglik: Floats
    h_mu2: Floats
    h_tau2: Floats


def fit_glmm_many(x: Floats, n: Floats, link: Link) -> GlmmMany:
    """Fit the model to data sets of equally many studies.

    Parameters
    ----------
    x, n : ndarray, shape (b, k)
        Events and totals.
    link : Link
        The link function.
    """
    return fit_sets(rectangular(x, n), link)


def fit_sets(sets: Sets, link: Link) -> GlmmMany:
    """Fit the model to ragged data sets, each of ``k >= 1`` studies."""
    events, patients = sets.total(sets.x), sets.total(sets.n)
    side = (events == patients).astype(np.int8) - (events == 0)
    inside = side == 0
    out = _boundary(side)
    if inside.any():
        _fill(out, inside, _fit_inside(sets.take(inside), link))
    return out


def _boundary(side: NDArray[np.int8]) -> GlmmMany:
    """Return the answers of data without events or without non-events, for all data sets."""
    b = side.size
    with np.errstate(invalid="ignore"):
        mu = np.where(side == 0, np.nan, side * np.inf)
    return GlmmMany(
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


def _fill(out: GlmmMany, where: Bools, found: GlmmMany) -> None:
    for name in GlmmMany.__slots__:
        getattr(out, name)[where] = getattr(found, name)


def flat_maximum(sets: Sets, link: Link) -> Flat:
    """Return the maximum at ``tau = 0``: the link of the share of all patients."""
    events, patients = sets.total(sets.x), sets.total(sets.n)
    share = events / patients
    mu = link.forward(share)
    score, info = link.derivatives(sets.spread(mu), sets.x, sets.n)
    return Flat(
        mu=mu,
        loglik=xlogy(events, share) + xlogy(patients - events, 1 - share),
        h_mu2=-sets.total(info),
        h_tau2=sets.total(score * score - info),
    )


def _fit_inside(sets: Sets, link: Link) -> GlmmMany:
    flat = flat_maximum(sets, link)
    best = search(sets, link, flat)
    size = 1 + np.abs(flat.loglik)
    # As poolprop.stats.newton.highest chooses.
    upwards = (flat.h_tau2 > 1e-7 * size) & (best.tau > 0)
    chosen = (best.loglik - flat.loglik > 1e-11 * size) | upwards
    tau = np.where(chosen, best.tau, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        joint = -best.h_tau2 / (best.h_mu2 * best.h_tau2 - best.h_mutau**2)
        proper = (best.h_mu2 < 0) & (joint > 0)
        variance = np.where(chosen, np.where(proper, joint, np.nan), -1 / flat.h_mu2)
    constant = sets.total(log_choose(sets.x, sets.n))
    fit = GlmmMany(
        mu=np.where(chosen, best.mu, flat.mu),
        se=np.sqrt(variance),
        tau=tau,
        loglik=np.where(chosen, best.loglik, flat.loglik) + constant,
        loglik_common=flat.loglik + constant,
        side=np.zeros(sets.count, dtype=np.int8),
        runaway=np.zeros(sets.count, dtype=bool),
        converged=~chosen | best.settled,
        rival=np.isfinite(best.loglik) & (best.tau > 0.05) & (flat.h_tau2 < 0),
    )
    for hard in np.flatnonzero(chosen & ~best.settled | (tau >= TAU_MAX)):
        _replace(fit, int(hard), sets, link)
    return fit


def search(sets: Sets, link: Link, flat: Flat) -> Summits:
    """Return the highest maximum inside of each data set, if there is one to be chosen.

    Where the likelihood rises with ``tau`` at 0 one climb finds the maximum. Elsewhere a higher
    one inside has only been met where the data spread at least as the binomial lets them expect:
    there three climbs look for it.
    """
    shown = link.forward((sets.x + 0.5) / (sets.n + 1))
    middle = sets.total(shown) / sets.size
    spread = np.sqrt(sets.total((shown - sets.spread(middle)) ** 2) / sets.size)
    rising = (flat.h_tau2 >= 0) & (sets.size > 1)
    unsure = ~rising & (sets.size > 1) & (overdispersion(sets, flat) > UNSURE)
    mu, tau = moment_start(sets, shown, link)
    starts = [(rising, mu, np.maximum(tau, 0.1)), (unsure, middle, np.clip(spread, 0.1, 20.0))]
    starts += [(unsure, middle, np.full(sets.count, value)) for value in STARTS]
    lanes = np.concatenate([np.flatnonzero(which) for which, _, _ in starts])
    many = joined([sets.take(which) for which, _, _ in starts])
    found = ascend(
        many,
        np.concatenate([mean[which] for which, mean, _ in starts]),
        np.concatenate([value[which] for which, _, value in starts]),
        link,
        TAU_MAX,
        np.where(rising, -np.inf, flat.loglik)[lanes],
    )
    return best_of(found, lanes, sets.count)


def overdispersion(sets: Sets, flat: Flat) -> Floats:
    """Return the deviance of a common proportion over its degrees of freedom."""
    share = sets.x / sets.n
    full = sets.total(xlogy(sets.x, share) + xlogy(sets.n - sets.x, 1 - share))
    return 2 * (full - flat.loglik) / np.maximum(sets.size - 1, 1)


def moment_start(sets: Sets, shown: Floats, link: Link) -> tuple[Floats, Floats]:
    """Return DerSimonian and Laird's estimates of ``mu`` and ``tau`` on the link's scale."""
    share = (sets.x + 0.5) / (sets.n + 1)
    weight = sets.n * link.derivatives(shown, share, np.ones_like(share))[1]
    total, square = sets.total(weight), sets.total(weight * weight)
    mean = sets.total(weight * shown) / total
    q = sets.total(weight * (shown - sets.spread(mean)) ** 2)
    lost = np.where(sets.size > 1, total - square / total, 1.0)
    tau2 = np.maximum(0.0, (q - (sets.size - 1)) / lost)
    weight = 1 / (1 / weight + sets.spread(tau2))
    return sets.total(weight * shown) / sets.total(weight), np.sqrt(tau2)


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


def _replace(fit: GlmmMany, i: int, sets: Sets, link: Link) -> None:
    """Put the single engine's answer in the place of one that did not settle."""
    only = np.zeros(sets.count, dtype=bool)
    only[i] = True
    one = sets.take(only)
    found = fit_glmm(one.x, one.n, intercept(one.x.size), link)
    fit.mu[i], fit.tau[i], fit.loglik[i] = found.beta[0], found.tau, found.loglik
    fit.se[i] = np.sqrt(found.cov[0, 0])
    fit.runaway[i], fit.converged[i] = found.runaway, found.converged
