"""Maximising a likelihood: damped Newton steps, many lanes at once.

The last parameter is a square root of a variance and the likelihood is even in it, so that 0 is
an ordinary stationary point and not an edge.

A lane is one climb: one start of a fit, one point of a profile, one data set. Lanes advance
together, each with its own step length, so that NumPy's overhead is paid once for all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from poolprop.stats._types import Bools, Floats

Likelihood = Callable[[Floats], tuple[Floats, Floats, Floats]]
MAX_STEPS = 80
# Twice the gain a Newton step promises; below it the next step would change no digit that counts.
DECREMENT = 1e-21


@dataclass(frozen=True, slots=True, kw_only=True)
class Climb:
    """Where each lane arrived.

    Attributes
    ----------
    theta : ndarray, shape (lanes, p + 1)
        Coefficients and, last, the square root of a variance, ``>= 0``.
    loglik : ndarray, shape (lanes,)
        Log-likelihood with all constants.
    score : ndarray, shape (lanes, p + 1)
        First derivatives.
    hessian : ndarray, shape (lanes, p + 1, p + 1)
        Second derivatives.
    settled : ndarray of bool, shape (lanes,)
        Whether the lane stands on a stationary point of its free parameters.
    """

    theta: Floats
    loglik: Floats
    score: Floats
    hessian: Floats
    settled: Bools


def climb(
    evaluate: Likelihood, theta: Floats, free: Bools, top: float, *, rivals: bool = False
) -> Climb:
    """Climb from each start to a local maximum over the free parameters.

    Parameters
    ----------
    evaluate : callable
        From parameters of shape (lanes, p + 1) to log-likelihood, score and hessian.
    theta : ndarray, shape (lanes, p + 1)
        Starts.
    free : ndarray of bool, shape (p + 1,)
        Which parameters may move.
    top : float
        Largest value of the last parameter. A step of it below 0 is a step to its mirror image.
    rivals : bool
        Whether the lanes look for the one highest maximum, so that a lane that comes near where
        another has settled can be given up; its log-likelihood becomes minus infinity.
    """
    theta = theta.copy()
    value, score, hessian = evaluate(theta)
    step, decrement = _direction(score, hessian, theta, _loose(theta, score, free, top))
    length = np.ones(len(theta))
    for _ in range(MAX_STEPS):
        # A lane is done when a step promises nothing or has shrunk to nothing.
        moving = (decrement > DECREMENT * (1 + np.abs(value))) & (length > 1e-12)
        if rivals and not moving.all():
            _give_up(theta, value, moving)
        if not moving.any():
            break
        lanes = np.flatnonzero(moving)
        trial = theta[lanes] + length[lanes, None] * step[lanes]
        trial[:, -1] = np.minimum(np.abs(trial[:, -1]), top)
        new = evaluate(trial)
        # Near the top the gain drowns in rounding; there the step itself is to be trusted.
        slack = np.where(decrement < 1e-6, 1e-10, 1e-13) * (1 + np.abs(value))
        better = new[0] >= (value - slack)[lanes]
        length[lanes] = np.where(better, 1.0, length[lanes] / 4)
        lanes = lanes[better]
        theta[lanes], value[lanes] = trial[better], new[0][better]
        score[lanes], hessian[lanes] = new[1][better], new[2][better]
        loose = _loose(theta[lanes], score[lanes], free, top)
        step[lanes], decrement[lanes] = _direction(
            score[lanes], hessian[lanes], theta[lanes], loose
        )
    # What rounding leaves of the score grows with the likelihood's own size.
    settled = (decrement < 1e-10 * (1 + np.abs(value))) | (theta[:, -1] >= top)
    return Climb(theta=theta, loglik=value, score=score, hessian=hessian, settled=settled)


def _give_up(theta: Floats, value: Floats, moving: Bools) -> None:
    """Stop lanes that move near a settled one which is at least as high."""
    for lane in np.flatnonzero(moving):
        gap = np.abs(theta[~moving] - theta[lane]) / (1 + np.abs(theta[lane]))
        if np.any((gap.max(axis=-1) < 0.02) & (value[~moving] >= value[lane])):
            moving[lane], value[lane] = False, -np.inf


def _loose(theta: Floats, score: Floats, free: Bools, top: float) -> Bools:
    """Return which parameters of each lane may move: not one that pushes against the top."""
    loose = np.tile(free, (len(theta), 1))
    loose[:, -1] &= (theta[:, -1] < top) | (score[:, -1] <= 0)
    return loose


def _direction(score: Floats, hessian: Floats, theta: Floats, free: Bools) -> tuple[Floats, Floats]:
    """Return an uphill step of each lane and the gain it promises, doubled.

    Newton's step with the eigenvalues of the hessian made negative, and no longer than a lane
    can be trusted to see: 2 plus the parameter's own size.
    """
    score = np.where(free, score, 0.0)
    both = free[:, :, None] & free[:, None, :]
    curvature = np.where(both, -hessian, np.eye(theta.shape[1]))
    values, vectors = np.linalg.eigh(curvature)
    values = np.maximum(np.abs(values), 1e-14 * np.abs(values).max(axis=-1, keepdims=True) + 1e-300)
    along = (score[:, None, :] @ vectors)[:, 0]
    step = (vectors @ (along / values)[..., None])[..., 0]
    bound = 2.0 + np.abs(theta)
    shrink = np.maximum(1.0, np.max(np.abs(step) / bound, axis=-1))
    decrement: Floats = np.sum(along * along / values, axis=-1)
    return step / shrink[:, None], decrement


def lane_of(result: Climb, lane: int) -> Climb:
    """Return one lane of a climb as a climb of its own."""
    pick = slice(lane, lane + 1)
    return Climb(
        theta=result.theta[pick],
        loglik=result.loglik[pick],
        score=result.score[pick],
        hessian=result.hessian[pick],
        settled=result.settled[pick],
    )


def highest(inside: Climb, flat: Climb) -> Climb:
    """Return the higher of a maximum at 0 of the last parameter and the best one inside.

    Where the likelihood curves upwards at 0 the maximum is inside, however flat.
    """
    lane = int(np.argmax(inside.loglik))
    size = 1 + abs(float(flat.loglik[0]))
    gain = float(inside.loglik[lane] - flat.loglik[0])
    upwards = float(flat.hessian[0, -1, -1]) > 1e-7 * size and inside.theta[lane, -1] > 0
    return lane_of(inside, lane) if gain > 1e-11 * size or upwards else flat


def inverse_information(information: Floats) -> Floats:
    """Return the inverse of an information matrix, or NaN if it is not positive definite."""
    values = np.linalg.eigvalsh(information)
    if not values[0] > 1e-14 * values[-1]:
        return np.full(information.shape, np.nan)
    return np.asarray(np.linalg.inv(information), dtype=np.float64)
