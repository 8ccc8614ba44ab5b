"""Two nested variances of a mean: between studies, and between the rows of one study.

``yi ~ N(mu, V)`` with ``V = diag(vi) + between Z Z' + within I``; ``Z`` tells which study a row
belongs to. Score and hessian in the two variances are those of a linear mixed model.

References
----------
Konstantopoulos S (2011). Fixed effects and variance components estimation in three-level
meta-analysis. Research Synthesis Methods 2(1):61-76.
Harville DA (1977). Maximum likelihood approaches to variance component estimation and to related
problems. JASA 72(358):320-338 (score and information).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from poolprop.stats._types import Floats

# Starts, as multiples of the spread of the effects: each variance alone, both, neither.
STARTS = ((1.0, 0.0), (0.0, 1.0), (0.5, 0.5), (0.02, 0.02), (5.0, 5.0))
POLISH = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Components:
    """The maximum of the (restricted) likelihood.

    Attributes
    ----------
    between, within : float
        Variance between studies, and between rows of a study.
    mean, variance : float
        Generalised least squares mean and its variance.
    loglik : float
        All constants included; the restricted likelihood includes ``log|X'X| / 2``.
    converged : bool
        Whether the score is 0, or points below 0 where a variance is 0.
    """

    between: float
    within: float
    mean: float
    variance: float
    loglik: float
    converged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    """The likelihood at one pair of variances."""

    mean: float
    variance: float
    loglik: float
    score: Floats
    hessian: Floats


def fit_components(yi: Floats, vi: Floats, member: Floats, *, restricted: bool) -> Components:
    """Maximise the likelihood over both variances, ``>= 0``, from several starts.

    Parameters
    ----------
    yi, vi : ndarray, shape (k,)
        Effect sizes and sampling variances.
    member : ndarray, shape (k, studies)
        One indicator column for each study.
    restricted : bool
        REML and not ML.
    """
    same = member @ member.T
    scale = max(float(np.var(yi)), 1e-3 * float(np.mean(vi)))

    def downhill(ratio: Floats) -> tuple[float, Floats]:
        at = _evaluate(yi, vi, same, scale * ratio, restricted=restricted)
        return -at.loglik, -scale * at.score

    ends = [
        minimize(downhill, start, jac=True, method="L-BFGS-B", bounds=[(0, None)] * 2)
        for start in STARTS
    ]
    best = min(ends, key=lambda end: float(end.fun))
    variances, at = _polish(yi, vi, same, scale * best.x, scale, restricted=restricted)
    return Components(
        between=float(variances[0]),
        within=float(variances[1]),
        mean=at.mean,
        variance=at.variance,
        loglik=at.loglik,
        converged=_slack(variances, at, scale) < 1e-6 * yi.size,
    )


def _evaluate(
    yi: Floats, vi: Floats, same: Floats, variances: Floats, *, restricted: bool
) -> _Point:
    k = yi.size
    cov = np.diag(vi + variances[1]) + variances[0] * same
    factor = np.linalg.cholesky(cov)
    inverse = np.linalg.inv(cov)
    line = inverse.sum(axis=0)
    information = float(line.sum())
    mean = float(line @ yi) / information
    residual = yi - mean
    # P y, and the matrix whose trace with a derivative of V enters the score.
    pulled = inverse @ residual
    projection = inverse - np.outer(line, line) / information
    traced = projection if restricted else inverse
    loglik = -np.log(np.diag(factor)).sum() - 0.5 * float(residual @ pulled)
    loglik -= 0.5 * (k - restricted) * math.log(2 * math.pi)
    if restricted:
        loglik += 0.5 * (math.log(k) - math.log(information))
    steps = (same, np.eye(k))
    score = np.array([0.5 * (pulled @ step @ pulled - np.sum(traced * step)) for step in steps])
    hessian = np.empty((2, 2))
    for i, one in enumerate(steps):
        for j, other in enumerate(steps):
            curve = float(np.sum((traced @ one) * (traced @ other).T))
            hessian[i, j] = 0.5 * curve - pulled @ one @ projection @ other @ pulled
    return _Point(
        mean=mean, variance=1 / information, loglik=float(loglik), score=score, hessian=hessian
    )


def _polish(
    yi: Floats, vi: Floats, same: Floats, variances: Floats, scale: float, *, restricted: bool
) -> tuple[Floats, _Point]:
    """Take Newton steps in the variances that are not held at 0."""
    variances = np.where(variances < 1e-9 * scale, 0.0, variances)
    at = _evaluate(yi, vi, same, variances, restricted=restricted)
    for _ in range(POLISH):
        free = (variances > 0) | (at.score > 0)
        if not free.any():
            break
        curvature = -at.hessian[np.ix_(free, free)]
        if np.linalg.eigvalsh(curvature)[0] <= 0:
            break
        step = np.zeros(2)
        step[free] = np.linalg.solve(curvature, at.score[free])
        trial = np.maximum(variances + step, 0.0)
        new = _evaluate(yi, vi, same, trial, restricted=restricted)
        if new.loglik < at.loglik - 1e-12 * (1 + abs(at.loglik)):
            break
        moved = float(np.abs(trial - variances).max())
        variances, at = trial, new
        if moved <= 1e-14 * scale:
            break
    return variances, at


def _slack(variances: Floats, at: _Point, scale: float) -> float:
    """Return how far the score is from that of a maximum, in units of the spread."""
    pull = np.where(variances > 0, np.abs(at.score), np.maximum(at.score, 0.0))
    return scale * float(pull.max())
