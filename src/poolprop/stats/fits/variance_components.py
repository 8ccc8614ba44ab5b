"""Two nested variances of a regression: between studies, and between the rows of one study.

``yi ~ N(X beta, V)`` with ``V = diag(vi) + between Z Z' + within I``; ``Z`` tells which study a row
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

from poolprop.stats._types import Floats
from poolprop.stats.numeric.wls import intercept

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
    beta, cov : ndarray, shape (p,) and (p, p)
        Generalised least squares coefficients and their covariance; of a mean one.
    loglik : float
        All constants included; the restricted likelihood includes ``log|X'X| / 2``.
    converged : bool
        Whether the score is 0, or points below 0 where a variance is 0.
    """

    between: float
    within: float
    beta: Floats
    cov: Floats
    loglik: float
    converged: bool

    @property
    def mean(self) -> float:
        """The first coefficient: the mean where there are no moderators."""
        return float(self.beta[0])

    @property
    def variance(self) -> float:
        """The variance of :attr:`mean`."""
        return float(self.cov[0, 0])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    """The likelihood at one pair of variances."""

    beta: Floats
    cov: Floats
    loglik: float
    score: Floats
    hessian: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class _Data:
    """Effect sizes with their variances and design, and which rows belong to one study."""

    yi: Floats
    vi: Floats
    design: Floats
    same: Floats
    restricted: bool


def fit_components(
    yi: Floats, vi: Floats, member: Floats, *, restricted: bool, design: Floats | None = None
) -> Components:
    """Maximise the likelihood over both variances, ``>= 0``, from several starts.

    Parameters
    ----------
    yi, vi : ndarray, shape (k,)
        Effect sizes and sampling variances.
    member : ndarray, shape (k, studies)
        One indicator column for each study.
    restricted : bool
        REML and not ML.
    design : ndarray, shape (k, p), optional
        Of full column rank; one mean by default.
    """
    from scipy.optimize import minimize

    design = intercept(yi.size) if design is None else design
    data = _Data(yi=yi, vi=vi, design=design, same=member @ member.T, restricted=restricted)
    scale = max(float(np.var(yi)), 1e-3 * float(np.mean(vi)))

    def downhill(ratio: Floats) -> tuple[float, Floats]:
        at = _evaluate(data, scale * ratio)
        return -at.loglik, -scale * at.score

    ends = [
        minimize(downhill, start, jac=True, method="L-BFGS-B", bounds=[(0, None)] * 2)
        for start in STARTS
    ]
    best = min(ends, key=lambda end: float(end.fun))
    variances, at = _polish(data, scale * best.x, scale)
    return Components(
        between=float(variances[0]),
        within=float(variances[1]),
        beta=at.beta,
        cov=at.cov,
        loglik=at.loglik,
        converged=_slack(variances, at, scale) < 1e-6 * yi.size,
    )


def _evaluate(data: _Data, variances: Floats) -> _Point:
    (k, p), design = data.design.shape, data.design
    cov = np.diag(data.vi + variances[1]) + variances[0] * data.same
    factor = np.linalg.cholesky(cov)
    inverse = np.linalg.inv(cov)
    line = inverse @ design
    information = design.T @ line
    spread = np.asarray(np.linalg.inv(information), dtype=np.float64)
    beta = spread @ (line.T @ data.yi)
    # P y, and the matrix whose trace with a derivative of V enters the score.
    residual = data.yi - design @ beta
    pulled = inverse @ residual
    projection = inverse - line @ spread @ line.T
    traced = projection if data.restricted else inverse
    loglik = -np.log(np.diag(factor)).sum() - 0.5 * float(residual @ pulled)
    loglik -= 0.5 * (k - p * data.restricted) * math.log(2 * math.pi)
    if data.restricted:
        loglik += 0.5 * np.linalg.slogdet(design.T @ design)[1]
        loglik -= 0.5 * np.linalg.slogdet(information)[1]
    steps = (data.same, np.eye(k))
    score = np.array([0.5 * (pulled @ step @ pulled - np.sum(traced * step)) for step in steps])
    hessian = np.empty((2, 2))
    for i, one in enumerate(steps):
        for j, other in enumerate(steps):
            curve = float(np.sum((traced @ one) * (traced @ other).T))
            hessian[i, j] = 0.5 * curve - pulled @ one @ projection @ other @ pulled
    return _Point(beta=beta, cov=spread, loglik=float(loglik), score=score, hessian=hessian)


def _polish(data: _Data, variances: Floats, scale: float) -> tuple[Floats, _Point]:
    """Take Newton steps in the variances that are not held at 0."""
    variances = np.where(variances < 1e-9 * scale, 0.0, variances)
    at = _evaluate(data, variances)
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
        new = _evaluate(data, trial)
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
