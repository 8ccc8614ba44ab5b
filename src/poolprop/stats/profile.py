"""Profile-likelihood limits of the pooled ``mu``.

A limit is where twice the log-likelihood, maximised over ``tau``, has fallen by a cut-off. The
square root of that fall is nearly linear in ``mu``, and its slope is known (at a maximum over
``tau`` the profile's slope is the likelihood's own), so Newton steps kept inside a bracket find
the limit in a few evaluations; both limits advance together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from poolprop.stats._types import Floats
from poolprop.stats.glmm import TAU_BOUNDARY
from poolprop.stats.newton import Likelihood, climb
from poolprop.stats.roots import bracketed_root

# Proportions within 1e-20 of 0 or 1: a limit further out is said to be infinite.
REACH = {"logit": 46.0, "probit": 9.3, "cloglog": 46.0}
# A profile that rests on a tau this large rests on no bound at all.
TAU_TOP = 100.0
# Largest root of a variance at which a limit of it is looked for.
S_REACH = 300.0
ROUNDS = 60
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The likelihood whose profile is wanted, and its maximum.

    Attributes
    ----------
    evaluate : callable
        Log-likelihood, score and hessian of lanes of ``(mu, s)``, ``s`` the square root of a
        variance: ``tau`` of the GLMM, the root of the overdispersion of the beta-binomial.
    mu, second, loglik : float
        Where the maximum lies, and its value.
    reach : float
        A limit further from 0 than this is said to be infinite.
    top : float
        Largest ``s`` considered.
    starts : tuple of float
        Values of ``s`` from which a thorough search starts.
    """

    evaluate: Likelihood
    mu: float
    second: float
    loglik: float
    reach: float
    top: float = TAU_TOP
    starts: tuple[float, ...] = (0.0, 0.05, 0.3, 3.0)

    def at(self, mu: Floats, near: Floats, *, thorough: bool) -> tuple[Floats, Floats, Floats]:
        """Maximise over ``s`` at each ``mu``.

        Parameters
        ----------
        mu, near : ndarray, shape (m,)
            Points, and an ``s`` near each maximum.
        thorough : bool
            Start from several values of ``s`` and not only from ``near``.

        Returns
        -------
        loglik, slope, tau : ndarray, shape (m,)
            The profile, its derivative in ``mu``, and where it is attained.
        """
        starts = self.starts if thorough else (0.0,)
        seconds = np.array([[*starts, max(value, 0.05)] for value in near])
        seconds = np.minimum(seconds, self.top)
        theta = np.column_stack([np.repeat(mu, seconds.shape[1]), seconds.ravel()])
        found = climb(self.evaluate, theta, np.array([False, True]), self.top)
        loglik = found.loglik.reshape(seconds.shape)
        best = np.arange(mu.size), np.argmax(loglik, axis=1)
        slope = found.score[:, 0].reshape(seconds.shape)[best]
        return loglik[best], slope, found.theta[:, 1].reshape(seconds.shape)[best]


def mu_limits(profile: Profile, cut: float) -> tuple[float, float]:
    """Return the profile-likelihood limits of ``mu`` about a finite maximum.

    Parameters
    ----------
    profile : Profile
        The likelihood and its maximum.
    cut : float
        By how much twice the log-likelihood may fall.

    Returns
    -------
    lower, upper : float
        On the link's scale; infinite on a side where the profile never falls that far.
    """
    lower, upper = _limits(profile, cut, np.array([-1.0, 1.0]), np.full(2, profile.mu))
    return float(lower), float(upper)


def boundary_limit(
    profile: Profile, cut: float, distant: float, inside: float
) -> tuple[float, bool]:
    """Return the one limit of data without events or without non-events.

    Parameters
    ----------
    profile : Profile
        The likelihood; the ``mu`` of its maximum is infinite.
    cut : float
        By how much twice the log-likelihood may fall.
    distant : float
        The log-likelihood that is approached at any ``mu`` as ``tau`` grows without end. There
        every study's probability tends to 1/2: ``-k log 2`` for ``k`` studies.
    inside : float
        Some ``mu`` near the boundary.

    Returns
    -------
    limit : float
        On the link's scale.
    bounded : bool
        Whether it exists only because ``tau`` was kept below ``TAU_BOUNDARY``: few studies let
        any ``mu`` be explained by a huge ``tau``.
    """
    side = -np.sign(profile.mu)
    bounded = bool(cut / 2 >= profile.loglik - distant)
    if bounded:
        profile = replace(profile, top=TAU_BOUNDARY)
    start, near = np.array([inside]), np.array([profile.second])
    while 2 * (profile.loglik - profile.at(start, near, thorough=False)[0][0]) > 0.5 * cut:
        start = start - side
    return float(_limits(profile, cut, np.array([side]), start)[0]), bounded


def _limits(profile: Profile, cut: float, signs: Floats, inside: Floats) -> Floats:
    """Return the limits on the given sides; check each from several starts of ``tau``."""
    near = np.full(signs.size, profile.second)
    for _ in range(4):
        limits, near = _newton(profile, cut, signs, inside, near)
        shown = np.clip(limits, -profile.reach, profile.reach)
        loglik, _, better = profile.at(shown, near, thorough=True)
        # A higher maximum at the limit means that the profile followed the wrong branch.
        missed = np.isfinite(limits) & (2 * (profile.loglik - loglik) < cut - 1e-6)
        if not missed.any():
            break
        inside, near = np.where(missed, limits, inside), np.where(missed, better, near)
    rests_on_top = (near >= 0.999 * profile.top) & (profile.top == TAU_TOP)
    return np.where(rests_on_top, signs * np.inf, limits)


def _newton(
    profile: Profile, cut: float, signs: Floats, inside: Floats, near: Floats
) -> tuple[Floats, Floats]:
    """Walk outwards from ``inside`` to where the root of the fall equals that of the cut."""
    reach = profile.reach
    low, high = np.zeros(signs.size), np.full(signs.size, np.inf)
    distance = np.full(signs.size, 0.5)
    for _ in range(ROUNDS):
        mu = np.clip(inside + signs * distance, -reach, reach)
        loglik, slope, near = profile.at(mu, near, thorough=False)
        fall = np.sqrt(np.maximum(2 * (profile.loglik - loglik), 1e-300))
        value = fall - np.sqrt(cut)
        outside = value >= 0
        low, high = np.where(outside, low, distance), np.where(outside, distance, high)
        unbounded = (value < 0) & (np.abs(mu) >= reach)
        done = unbounded | (np.abs(value) < TOLERANCE) | (high - low < 1e-13 * (1 + low))
        if done.all():
            break
        growth = np.maximum(-signs * slope / fall, 1e-12)
        step = distance - value / growth
        wide = np.isinf(high)
        fallback = np.where(wide, 3 * distance, 0.5 * (low + np.where(wide, 0, high)))
        good = (step > low) & (step < np.where(wide, 3 * distance, high))
        distance = np.where(done, distance, np.where(good, step, fallback))
    return np.where(unbounded, signs * np.inf, mu), near


def tau_limits(profile: Profile, cut: float) -> tuple[float, float]:
    """Return the profile-likelihood limits of ``s``, the root of the variance.

    Parameters
    ----------
    profile : Profile
        The likelihood and its finite maximum.
    cut : float
        By how much twice the log-likelihood may fall.

    Returns
    -------
    lower, upper : float
        ``lower`` is 0 where the likelihood there is high enough, ``upper`` infinite where it
        never falls that far below ``S_REACH``.
    """
    mu = profile.mu

    def excess(second: float) -> float:
        nonlocal mu
        theta = np.array([[mu, second], [profile.mu, second]])
        found = climb(profile.evaluate, theta, np.array([True, False]), S_REACH)
        lane = int(np.argmax(found.loglik))
        mu = float(found.theta[lane, 0])
        return 2 * (profile.loglik - float(found.loglik[lane])) - cut

    lower = 0.0
    if profile.second > 0 and excess(0.0) > 0:
        lower = bracketed_root(excess, 0.0, profile.second, xtol=1e-12, rtol=1e-12)
    mu, inner, outer = profile.mu, profile.second, max(2 * profile.second, 0.5)
    while excess(outer) < 0:
        inner, outer = outer, 2 * outer
        if inner >= S_REACH:
            return lower, math.inf
    return lower, bracketed_root(excess, inner, outer, xtol=1e-12, rtol=1e-12)
