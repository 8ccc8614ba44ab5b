"""Profile-likelihood limits of the pooled ``mu``.

A limit is where twice the log-likelihood, maximised over ``tau``, has fallen by a cut-off. The
square root of that fall is nearly linear in ``mu``, and its slope is known (at a maximum over
``tau`` the profile's slope is the likelihood's own), so Newton steps kept inside a bracket find
the limit in a few evaluations; both limits advance together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poolprop.stats.inputs import Floats
from poolprop.stats.links import Link
from poolprop.stats.newton import climb
from poolprop.stats.wls import intercept

# Proportions within 1e-20 of 0 or 1: a limit further out is said to be infinite.
REACH = {"logit": 46.0, "probit": 9.3, "cloglog": 46.0}
# A profile that rests on a tau this large rests on no bound at all.
TAU_TOP = 100.0
# For data without events (or non-events) few studies let any mu be explained by a huge tau. The
# limit is then taken with tau no larger than this: nine true proportions in ten beyond 1 % or 99 %.
TAU_BOUNDARY = 5.0
STARTS = (0.0, 0.3, 3.0)
ROUNDS = 60
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The likelihood whose profile is wanted, and its maximum.

    Attributes
    ----------
    x, n : ndarray, shape (k,)
        Events and totals.
    link : Link
        The link function.
    mu, tau, loglik : float
        Where the maximum lies, ``mu`` possibly infinite, and its value.
    tau_top : float
        Largest ``tau`` considered.
    """

    x: Floats
    n: Floats
    link: Link
    mu: float
    tau: float
    loglik: float
    tau_top: float = TAU_TOP

    def at(self, mu: Floats, near: Floats, *, thorough: bool) -> tuple[Floats, Floats, Floats]:
        """Maximise over ``tau`` at each ``mu``.

        Parameters
        ----------
        mu, near : ndarray, shape (m,)
            Points, and a ``tau`` near each maximum.
        thorough : bool
            Start from several values of ``tau`` and not only from ``near``.

        Returns
        -------
        loglik, slope, tau : ndarray, shape (m,)
            The profile, its derivative in ``mu``, and where it is attained.
        """
        starts = (0.0, 0.05, *STARTS[1:]) if thorough else (0.0,)
        taus = np.array([[*starts, max(value, 0.05)] for value in near])
        theta = np.column_stack([np.repeat(mu, taus.shape[1]), np.minimum(taus, self.tau_top).ravel()])
        found = climb(
            self.x,
            self.n,
            intercept(self.x.size),
            theta,
            np.array([False, True]),
            self.link,
            self.tau_top,
        )
        loglik = found.loglik.reshape(taus.shape)
        best = np.arange(mu.size), np.argmax(loglik, axis=1)
        slope = found.score[:, 0].reshape(taus.shape)[best]
        return loglik[best], slope, found.theta[:, 1].reshape(taus.shape)[best]


def mu_limits(profile: Profile, cut: float) -> tuple[float, float, bool]:
    """Return the profile-likelihood limits of ``mu``.

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
    bounded : bool
        Whether a limit exists only because ``tau`` was kept below ``TAU_BOUNDARY``.
    """
    if np.isfinite(profile.mu):
        lower, upper = _limits(profile, cut, np.array([-1.0, 1.0]), np.full(2, profile.mu))
        return float(lower), float(upper), False
    side = -np.sign(profile.mu)
    # As tau grows without end every study's probability tends to 1/2 at any mu.
    bounded = bool(cut / 2 >= profile.x.size * np.log(2))
    if bounded:
        profile = Profile(
            x=profile.x,
            n=profile.n,
            link=profile.link,
            mu=profile.mu,
            tau=0.0,
            loglik=profile.loglik,
            tau_top=TAU_BOUNDARY,
        )
    share = 1 / (4 * profile.n.sum() + 4)
    inside = profile.link.forward(np.array([share if profile.mu < 0 else 1 - share]))
    while 2 * -profile.at(inside, np.zeros(1), thorough=False)[0][0] > 0.5 * cut:
        inside = inside - side
    limit = float(_limits(profile, cut, np.array([side]), inside)[0])
    return (profile.mu, limit, bounded) if profile.mu < 0 else (limit, profile.mu, bounded)


def _limits(profile: Profile, cut: float, signs: Floats, inside: Floats) -> Floats:
    """Return the limits on the given sides; check each from several starts of ``tau``."""
    near = np.full(signs.size, profile.tau)
    for _ in range(4):
        limits, near = _newton(profile, cut, signs, inside, near)
        shown = np.clip(limits, -REACH[profile.link.name], REACH[profile.link.name])
        loglik, _, better = profile.at(shown, near, thorough=True)
        # A higher maximum at the limit means that the profile followed the wrong branch.
        missed = np.isfinite(limits) & (2 * (profile.loglik - loglik) < cut - 1e-6)
        if not missed.any():
            break
        inside, near = np.where(missed, limits, inside), np.where(missed, better, near)
    rests_on_top = (near >= 0.999 * profile.tau_top) & (profile.tau_top == TAU_TOP)
    return np.where(rests_on_top, signs * np.inf, limits)


def _newton(
    profile: Profile, cut: float, signs: Floats, inside: Floats, near: Floats
) -> tuple[Floats, Floats]:
    """Walk outwards from ``inside`` to where the root of the fall equals that of the cut."""
    reach = REACH[profile.link.name]
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
