"""Maximising the binomial-normal likelihood: damped Newton steps, many lanes at once.

A lane is one climb: one start of a fit, one point of a profile, one data set. Lanes advance
together, each with its own step length, so that NumPy's overhead is paid once for all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poolprop.stats.inputs import Floats
from poolprop.stats.links import Link
from poolprop.stats.quadrature import Moments, moments

# Where an integral over z would need more nodes than memory should hold.
TAU_MAX = 500.0
MAX_STEPS = 80
# Twice the gain a Newton step promises; below it the next step would change no digit that counts.
DECREMENT = 1e-18


@dataclass(frozen=True, slots=True, kw_only=True)
class Climb:
    """Where each lane arrived.

    Attributes
    ----------
    theta : ndarray, shape (lanes, p + 1)
        Coefficients and, last, ``tau >= 0``.
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
    settled: np.ndarray


def climb(
    x: Floats,
    n: Floats,
    design: Floats,
    theta: Floats,
    free: np.ndarray,
    link: Link,
    tau_max: float = TAU_MAX,
) -> Climb:
    """Climb from each start to a local maximum over the free parameters.

    Parameters
    ----------
    x, n : ndarray, shape (k,) or (lanes, k)
        Events and totals.
    design : ndarray, shape (k, p)
        Columns of the linear predictor.
    theta : ndarray, shape (lanes, p + 1)
        Starts: coefficients and ``tau``.
    free : ndarray of bool, shape (p + 1,)
        Which parameters may move.
    link : Link
        The link function.
    tau_max : float
        Largest ``tau`` allowed.

    Notes
    -----
    The likelihood is even in ``tau``: a step below 0 is a step to its mirror image, and
    ``tau = 0`` is always a stationary point.
    """
    theta = theta.copy()
    value, score, hessian = _evaluate(x, n, design, theta, link)
    step, decrement = _direction(score, hessian, theta, free)
    length = np.ones(len(theta))
    for _ in range(MAX_STEPS):
        # A lane is done when a step promises nothing or has shrunk to nothing.
        moving = (decrement > DECREMENT * (1 + np.abs(value))) & (length > 1e-12)
        if not moving.any():
            break
        trial = theta + np.where(moving, length, 0.0)[:, None] * step
        trial[:, -1] = np.minimum(np.abs(trial[:, -1]), tau_max)
        new = _evaluate(x, n, design, trial, link)
        # Near the top the gain drowns in rounding; there the step itself is to be trusted.
        slack = np.where(decrement < 1e-6, 1e-10, 1e-13) * (1 + np.abs(value))
        better = moving & (new[0] >= value - slack)
        theta = np.where(better[:, None], trial, theta)
        value = np.where(better, new[0], value)
        score = np.where(better[:, None], new[1], score)
        hessian = np.where(better[:, None, None], new[2], hessian)
        step, decrement = _direction(score, hessian, theta, free)
        length = np.where(better, 1.0, length / 4)
    # What rounding leaves of the score grows with the likelihood's own size.
    settled = (decrement < 1e-10 * (1 + np.abs(value))) | (theta[:, -1] >= tau_max)
    return Climb(theta=theta, loglik=value, score=score, hessian=hessian, settled=settled)


def _evaluate(
    x: Floats, n: Floats, design: Floats, theta: Floats, link: Link
) -> tuple[Floats, Floats, Floats]:
    """Return log-likelihood, score and hessian of each lane."""
    at = moments(x, n, theta[:, :-1] @ design.T, theta[:, -1:], link)
    return at.loglik.sum(axis=-1), *derivatives(at, design)


def derivatives(at: Moments, design: Floats) -> tuple[Floats, Floats]:
    """Return score and hessian in ``(beta, tau)`` from moments of shape (..., k)."""
    p = design.shape[1]
    score = np.empty((*at.loglik.shape[:-1], p + 1))
    score[..., :p] = at.d_mu @ design
    score[..., p] = at.d_tau.sum(axis=-1)
    hessian = np.empty((*score.shape, p + 1))
    hessian[..., :p, :p] = np.swapaxes(at.d_mu2[..., None] * design, -1, -2) @ design
    hessian[..., p, :p] = hessian[..., :p, p] = at.d_mutau @ design
    hessian[..., p, p] = at.d_tau2.sum(axis=-1)
    return score, hessian


def _direction(
    score: Floats, hessian: Floats, theta: Floats, free: np.ndarray
) -> tuple[Floats, Floats]:
    """Return an uphill step of each lane and the gain it promises, doubled.

    Newton's step with the eigenvalues of the hessian made negative, and no longer than a lane
    can be trusted to see: 2 in a coefficient, or 1 plus ``tau`` itself.
    """
    score = np.where(free, score, 0.0)
    curvature = np.where(free[:, None] & free, -hessian, np.eye(free.size))
    values, vectors = np.linalg.eigh(curvature)
    values = np.maximum(np.abs(values), 1e-14 * np.abs(values).max(axis=-1, keepdims=True) + 1e-300)
    along = (score[:, None, :] @ vectors)[:, 0]
    step = (vectors @ (along / values)[..., None])[..., 0]
    bound = 2.0 + np.abs(theta)
    shrink = np.maximum(1.0, np.max(np.abs(step) / bound, axis=-1))
    decrement: Floats = np.sum(along * along / values, axis=-1)
    return step / shrink[:, None], decrement
