"""Newton's method for thousands of likelihoods at once, each climb on a data set of its own.

Parameters are coefficients and, last, ``tau``, the square root of a variance: the likelihood is
even in it, so that 0 is an ordinary stationary point and not an edge. Integrals are coarse until
the maximum is near. Log-likelihood, score and the upper triangle of the hessian, row by row, are
the rows of one array: 6 for a mean and ``tau``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np

from poolprop.stats._types import Bools, Floats, Ints

SLACK = 1e-4
# A step that gains less than this from a coarse likelihood is followed by exact ones, two as a
# rule: a gain is about the square of the one before.
NEAR = 2e-4
# The last step taken is one that promises a gain of less than this: 1e-8 standard errors, by
# which the second derivatives are taken off the maximum.
LAST = 1e-16
# What rounding leaves of the score grows with the likelihood's own size.
ROUNDED = 1e-10
MAX_STEPS = 80
# A climb that takes longer may be chasing the error of the coarse likelihood.
COARSE_STEPS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Summits:
    """Where each climb arrived; arrays have the climbs last.

    Attributes
    ----------
    theta : ndarray, shape (q, b)
        Parameters; the last is ``tau >= 0``.
    loglik : ndarray, shape (b,)
        Without binomial coefficients; minus infinity where the climb was given up.
    score : ndarray, shape (q, b)
        First derivatives.
    hessian : ndarray, shape (q (q + 1) / 2, b)
        Second derivatives, the upper triangle row by row.
    settled : ndarray of bool, shape (b,)
        Whether the score of what was free is 0 there.
    """

    theta: Floats
    loglik: Floats
    score: Floats
    hessian: Floats
    settled: Bools

    def matrices(self) -> Floats:
        """Return the second derivatives as matrices, shape (b, q, q)."""
        return np.moveaxis(self.hessian[_square(len(self.theta))], 2, 0)


class Climbable(Protocol):
    """Likelihoods of many data sets in coefficients and the square root of a variance."""

    def take(self, which: Bools | Ints) -> Climbable:
        """Return the likelihoods of some data sets; one may be asked for more than once."""

    def derivatives(self, theta: Floats, fine: Bools) -> Floats:
        """Return log-likelihood, score and second derivatives of each, in rows.

        ``theta`` has shape (q, b). Where ``fine`` is not set an error of 1e-5 may remain.
        """


class Likelihoods(Protocol):
    """Those of a mean and ``tau``, which know their value without variance."""

    def take(self, which: Bools | Ints) -> Likelihoods:
        """Return the likelihoods of some data sets; one may be asked for more than once."""

    def derivatives(self, theta: Floats, fine: Bools) -> Floats:
        """Return log-likelihood, score and second derivatives, shape (6, b)."""

    def at_zero(self, mu: Floats) -> tuple[Floats, Floats]:
        """Return the log-likelihood without variance, and its second derivative by the root."""

    def constants(self) -> Floats:
        """Return what is left out of each log-likelihood, shape (b,)."""


def ascend(
    problem: Climbable,
    theta: Floats,
    top: Floats | float,
    flat: Floats | float = -np.inf,
    *,
    free: Bools | None = None,
    stop: bool = False,
    thorough: bool = False,
    wary: bool = False,
) -> Summits:
    """Climb from one start of each data set to a local maximum.

    In one piece because every line of a round works on the state of the same climbs.

    Parameters
    ----------
    problem : Likelihoods
        The data and their model.
    theta : ndarray, shape (q, b)
        Starts.
    top : float or ndarray, shape (b,)
        Largest ``tau``.
    flat : float or ndarray, shape (b,)
        Maximum at ``tau = 0`` if that is a local maximum, else minus infinity: a climb is given
        up once it cannot get above it.
    free : ndarray of bool, shape (q,), optional
        Which parameters may move; all by default.
    stop : bool
        Whether a climb ends where ``tau`` reaches the top; else it goes on along the others.
    thorough : bool
        Exact from the first step.
    wary : bool
        Whether to give a climb up only where the likelihood bends down, so that the promise of a
        gain can be trusted, and four times the promise is too little.
    """
    q, b = theta.shape
    highest = np.broadcast_to(np.asarray(top, dtype=np.float64), (b,))
    known: Floats = np.broadcast_to(np.asarray(flat, dtype=np.float64), (b,))
    loose = np.ones(q, dtype=bool) if free is None else free
    rows = 1 + q + q * (q + 1) // 2
    end, place = np.full((rows, b), np.nan), theta.copy()
    settled, lane, fine = np.zeros(b, dtype=bool), np.arange(b), np.full(b, thorough)
    here, length, trial = np.full((rows, b), -np.inf), np.ones(b), theta
    for round_ in range(MAX_STEPS):
        new = problem.derivatives(trial, fine)
        size = 1 + np.abs(new[0])
        better = ~(new[0] < here[0] - np.where(fine, 1e-11, SLACK) * size)
        theta, here = np.where(better, trial, theta), np.where(better, new, here)
        step, gain = newton_step(theta, _held(here, theta, highest, loose))
        length = np.where(better, 1.0, length / 4)
        last = fine & (gain < LAST * size)
        shrunk = length < 1e-9
        sunk = _sinking(theta, here, step, gain, known, wary=wary)
        gone = last | sunk | shrunk
        if stop:
            gone |= theta[-1] >= highest
        switch = ~(fine | gone) & ((gain < NEAR * size) | (round_ >= COARSE_STEPS))
        here[0] = np.where(switch, -np.inf, here[0])
        fine |= switch
        trial = theta + length * step
        trial[-1] = np.minimum(np.abs(trial[-1]), highest)
        if gone.any():
            out, ended = lane[gone], here[:, gone]
            # What a step promises is trusted of the last one alone: others are long.
            ended[0] += np.where(last[gone], gain[gone] / 2, 0.0)
            ended[0] = np.where(sunk[gone] & ~last[gone], -np.inf, ended[0])
            end[:, out] = ended
            settled[out] = (last | (fine & shrunk & (gain < ROUNDED * size)))[gone]
            place[:, out] = np.where(last[gone], trial[:, gone], theta[:, gone])
            keep = ~gone
            if not keep.any():
                break
            problem, lane = problem.take(keep), lane[keep]
            fine, known = fine[keep], known[keep]
            theta, trial, here = theta[:, keep], trial[:, keep], here[:, keep]
            length, highest = length[keep], highest[keep]
    else:  # what has not arrived stands where it is
        end[:, lane], place[:, lane] = here, theta
    return Summits(
        theta=place,
        loglik=np.where(np.isnan(end[0]), -np.inf, end[0]),
        score=end[1 : 1 + q],
        hessian=end[1 + q :],
        settled=settled,
    )


def _held(here: Floats, theta: Floats, highest: Floats, loose: Bools) -> Floats:
    """Return the derivatives with a slope of 0 and no bend across for what may not move.

    That is what is not free, and ``tau`` where it pushes against the top.
    """
    q = len(theta)
    pushed = (theta[-1] >= highest) & (here[q] > 0)
    if np.count_nonzero(loose) == q and not np.count_nonzero(pushed):
        return here
    stuck = np.repeat(~loose[:, None], theta.shape[1], axis=1)
    stuck[-1] |= pushed
    out = here.copy()
    out[1 : 1 + q][stuck] = 0.0
    for row, (i, j) in enumerate(_triangle(q), 1 + q):
        out[row, stuck[i] | stuck[j]] = -1.0 if i == j else 0.0
    return out


def _sinking(
    theta: Floats, here: Floats, step: Floats, gain: Floats, flat: Floats, *, wary: bool
) -> Bools:
    """Return which climbs are about to end at the local maximum that is known at ``tau = 0``.

    Either even twice the promised gain leaves them below it, or the next step takes them to
    ``tau = 0`` and promises no more than that height.
    """
    value = here[0] + (2 if wary else 1) * gain < flat - SLACK
    reached = here[0] + gain / 2 < flat + SLACK
    near = (gain < 2.0) & (here[-1] < 0) if wary else gain < 2.0
    out: Bools = near & (value | (reached & (theta[-1] + step[-1] <= 0)))
    return out


def newton_step(theta: Floats, here: Floats) -> tuple[Floats, Floats]:
    """Return an uphill step of each climb, shape (q, b), and the gain it promises, doubled.

    Newton's step with the eigenvalues of the hessian made negative, no longer than 2 plus the
    parameter's own size.
    """
    q = len(theta)
    score = here[1 : 1 + q]
    step = _of_two(here) if q == 2 else _of_many(here, q)
    gain = sum(step[i] * score[i] for i in range(q))
    shrink = np.maximum(1.0, np.max(np.abs(step) / (2 + np.abs(theta)), axis=0))
    return step / shrink, np.asarray(gain)


def _of_two(here: Floats) -> Floats:
    """Return the steps of two parameters, eigenvalues written out."""
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
    out: Floats = np.stack([(middle + a) * g_mu + b * g_tau, b * g_mu + (middle - a) * g_tau])
    return out


def _of_many(here: Floats, q: int) -> Floats:
    """Return the steps of any number of parameters."""
    values, vectors = np.linalg.eigh(np.moveaxis(-here[1 + q :][_square(q)], 2, 0))
    floor = 1e-14 * np.abs(values).max(axis=-1, keepdims=True) + 1e-300
    along = np.einsum("bji,jb->bi", vectors, here[1 : 1 + q])
    along /= np.maximum(np.abs(values), floor)
    out: Floats = np.einsum("bij,bj->ib", vectors, along)
    return out


def _triangle(q: int) -> list[tuple[int, int]]:
    return [(i, j) for i in range(q) for j in range(i, q)]


@lru_cache(maxsize=16)
def _square(q: int) -> Ints:
    """Return where in the upper triangle each element of the matrix stands, shape (q, q)."""
    out = np.zeros((q, q), dtype=np.intp)
    for place, (i, j) in enumerate(_triangle(q)):
        out[i, j] = out[j, i] = place
    return out
