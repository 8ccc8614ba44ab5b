"""Newton's method for thousands of likelihoods of ``(mu, tau)`` at once.

As :func:`poolprop.stats.newton.climb`, with two parameters written out, each climb on a data set
of its own, and the integrals coarse until the maximum is near.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from poolprop.stats._types import Bools, Floats, Ints

SLACK = 1e-4
# A step that gains less than this from a coarse likelihood is followed by exact ones.
NEAR = 1e-6
# The last step taken is one that promises a gain of less than this.
LAST = 1e-21
MAX_STEPS = 80
# A climb that takes longer may be chasing the error of the coarse likelihood.
COARSE_STEPS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Summits:
    """Where each climb arrived; every array has shape (b,).

    Attributes
    ----------
    mu, tau : ndarray
        Parameters, ``tau >= 0``.
    loglik : ndarray
        Without binomial coefficients; minus infinity where the climb was given up.
    h_mu2, h_mutau, h_tau2 : ndarray
        Second derivatives.
    settled : ndarray of bool
        Whether the score is 0 there.
    """

    mu: Floats
    tau: Floats
    loglik: Floats
    h_mu2: Floats
    h_mutau: Floats
    h_tau2: Floats
    settled: Bools


class Likelihoods(Protocol):
    """Likelihoods of many data sets in a mean and the square root of a variance."""

    def take(self, which: Bools | Ints) -> Likelihoods:
        """Return the likelihoods of some data sets; one may be asked for more than once."""

    def derivatives(self, theta: Floats, fine: Bools) -> Floats:
        """Return log-likelihood, score and second derivatives of each, shape (6, b).

        ``theta`` has shape (2, b). Where ``fine`` is not set an error of 1e-5 may remain.
        """

    def at_zero(self, mu: Floats) -> tuple[Floats, Floats]:
        """Return the log-likelihood without variance, and its second derivative by the root."""


def ascend(
    problem: Likelihoods,
    mu: Floats,
    tau: Floats,
    top: Floats | float,
    flat: Floats,
    *,
    hold: bool = False,
) -> Summits:
    """Climb from one start of each data set to a local maximum.

    Parameters
    ----------
    problem : Likelihoods
        The data and their model.
    mu, tau : ndarray, shape (b,)
        Starts, ``tau > 0``.
    top : float or ndarray, shape (b,)
        Largest ``tau``; a climb that reaches it ends there.
    flat : ndarray, shape (b,)
        Maximum at ``tau = 0`` if that is a local maximum, else minus infinity: a climb is given
        up once it cannot get above it.
    hold : bool
        Hold ``mu`` where it starts: the climb is along ``tau`` alone.
    """
    highest = np.broadcast_to(np.asarray(top, dtype=np.float64), mu.shape)
    theta, end = np.stack([mu, tau]), np.full((6, mu.size), np.nan)
    place, settled = theta.copy(), np.zeros(mu.size, dtype=bool)
    lane, fine = np.arange(mu.size), np.zeros(mu.size, dtype=bool)
    here, length, trial = np.full((6, mu.size), -np.inf), np.ones(mu.size), theta
    for round_ in range(MAX_STEPS):
        new = _look(problem, trial, fine, hold)
        size = 1 + np.abs(new[0])
        better = ~(new[0] < here[0] - np.where(fine, 1e-11, SLACK) * size)
        theta, here = np.where(better, trial, theta), np.where(better, new, here)
        step, gain = newton_step(theta, here)
        length = np.where(better, 1.0, length / 4)
        last = fine & (gain < LAST * size)
        sunk = _sinking(theta, here, step, gain, flat)
        gone = last | sunk | (theta[1] >= highest) | (length < 1e-9)
        switch = ~(fine | gone) & ((gain < NEAR * size) | (round_ >= COARSE_STEPS))
        here[0] = np.where(switch, -np.inf, here[0])
        fine |= switch
        trial = theta + length * step
        trial[1] = np.minimum(np.abs(trial[1]), highest)
        if gone.any():
            out, ended = lane[gone], here[:, gone]
            ended[0] = np.where(sunk[gone] & ~last[gone], -np.inf, ended[0] + gain[gone] / 2)
            end[:, out], settled[out] = ended, last[gone]
            place[:, out] = np.where(last[gone], trial[:, gone], theta[:, gone])
            keep = ~gone
            if not keep.any():
                break
            problem, lane = problem.take(keep), lane[keep]
            fine, flat = fine[keep], flat[keep]
            theta, trial, here = theta[:, keep], trial[:, keep], here[:, keep]
            length, highest = length[keep], highest[keep]
    return _arrived(place, end, settled)


def _look(problem: Likelihoods, at: Floats, fine: Bools, hold: bool) -> Floats:
    """Return the derivatives; a mean that is held has a slope of 0 and moves nothing."""
    new = problem.derivatives(at, fine)
    if hold:
        new[[1, 4]], new[3] = 0.0, -1.0
    return new


def _arrived(place: Floats, end: Floats, settled: Bools) -> Summits:
    return Summits(
        mu=place[0],
        tau=place[1],
        loglik=np.where(np.isnan(end[0]), -np.inf, end[0]),
        h_mu2=end[3],
        h_mutau=end[4],
        h_tau2=end[5],
        settled=settled,
    )


def _sinking(theta: Floats, here: Floats, step: Floats, gain: Floats, flat: Floats) -> Bools:
    """Return which climbs are about to end at the local maximum that is known at ``tau = 0``.

    Either even twice the promised gain leaves them below it, or the next step takes them to
    ``tau = 0`` and promises no more than that height.
    """
    value, reached = here[0] + gain < flat - SLACK, here[0] + gain / 2 < flat + SLACK
    out: Bools = (gain < 2.0) & (value | (reached & (theta[1] + step[1] <= 0)))
    return out


def newton_step(theta: Floats, here: Floats) -> tuple[Floats, Floats]:
    """Return an uphill step of each climb, shape (2, b), and the gain it promises, doubled.

    Newton's step with the eigenvalues of the hessian made negative, no longer than 2 plus the
    parameter's own size.
    """
    _, g_mu, g_tau, h_mu2, h_mutau, h_tau2 = here
    half, mean = 0.5 * (h_mu2 - h_tau2), 0.5 * (h_mu2 + h_tau2)
    radius = np.hypot(half, h_mutau)
    floor = 1e-14 * (np.abs(mean) + radius) + 1e-300
    first, second = (
        np.maximum(np.abs(mean + radius), floor),
        np.maximum(np.abs(mean - radius), floor),
    )
    # |H|^-1 from the half sum and half difference of the inverse eigenvalues.
    middle, skew = 0.5 * (1 / first + 1 / second), 0.5 * (1 / first - 1 / second)
    turn = np.where(radius > 0, 1 / np.maximum(radius, 1e-300), 0.0)
    a, b = half * turn * skew, h_mutau * turn * skew
    step = np.stack([(middle + a) * g_mu + b * g_tau, b * g_mu + (middle - a) * g_tau])
    gain = step[0] * g_mu + step[1] * g_tau
    shrink = np.maximum(1.0, np.max(np.abs(step) / (2 + np.abs(theta)), axis=0))
    return step / shrink, gain
