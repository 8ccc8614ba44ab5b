"""The maximum of the likelihood of rows nested in studies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from poolprop.stats._types import Bools, Floats
from poolprop.stats.likelihoods.study_effect import Point, Rows, evaluate

# Standard deviations between studies and between rows where searches start.
STARTS = ((0.5, 0.0), (0.0, 0.5), (0.3, 0.3), (1.5, 0.2), (0.2, 1.5))
STEPS = 100
# A coefficient so large on the logit has left every proportion behind.
UNBOUNDED = 25.0
NOTHING = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyEffectFit:
    """The maximum of the likelihood.

    Attributes
    ----------
    beta : ndarray, shape (p,)
        Coefficients on the logit.
    tau_study, tau_row : float
        Standard deviations between studies, and between the rows of a study.
    cov : ndarray, shape (p, p)
        Of the coefficients, from the observed information of them and the standard deviations
        that are not 0; infinite where a coefficient is not bounded.
    loglik : float
        With all constants.
    converged : bool
        Whether the score is 0.
    """

    beta: Floats
    tau_study: float
    tau_row: float
    cov: Floats
    loglik: float
    converged: bool

    @property
    def theta(self) -> Floats:
        """All parameters as one array."""
        return np.append(self.beta, [self.tau_study, self.tau_row])


def fit_study_effect(rows: Rows, start: Floats | None = None) -> StudyEffectFit:
    """Maximise the likelihood over coefficients and both standard deviations, ``>= 0``.

    Parameters
    ----------
    rows : Rows
        The data.
    start : ndarray, optional
        Where to start besides an ordinary logistic regression, in place of a search of both
        standard deviations: the parameters of a fit nearby.
    """
    p = rows.design.shape[1]
    flat = _climb(rows, np.append(_first(rows), [0.0, 0.0]), _free(p, False, False))
    starts: Iterable[Floats] = [start] if start is not None else [
        np.append(flat[0][:p], pair) for pair in STARTS
    ]  # fmt: skip
    best, at = flat
    for one in starts:
        found = _from(rows, one)
        if found[1].loglik > at.loglik + 1e-9:
            best, at = found
    free = _free(p, bool(best[p] > 0), bool(best[p + 1] > 0))
    information = -at.hessian[np.ix_(free, free)]
    cov = np.full((p, p), np.inf)
    if np.abs(best[:p]).max() < UNBOUNDED and np.linalg.eigvalsh(information)[0] > 1e-12:
        cov = np.linalg.inv(information)[:p, :p]
    slack = float(np.abs(at.gradient[free]).max()) / (1 + abs(at.loglik))
    return StudyEffectFit(
        beta=best[:p],
        tau_study=float(best[p]),
        tau_row=float(best[p + 1]),
        cov=cov,
        loglik=at.loglik,
        converged=slack < 1e-6,
    )


def _from(rows: Rows, theta: Floats) -> tuple[Floats, Point]:
    """Climb from a start; a standard deviation that falls to 0 is held there.

    The likelihood is even in both, so that one that starts at 0 stays there.
    """
    p = rows.design.shape[1]
    theta, at = _climb(rows, theta, _free(p, bool(theta[p] != 0), bool(theta[p + 1] != 0)))
    theta = np.append(theta[:p], np.abs(theta[p:]))
    small = theta[p:] < NOTHING
    if small.any():
        theta[p:][small] = 0.0
        theta, at = _climb(rows, theta, _free(p, bool(theta[p] > 0), bool(theta[p + 1] > 0)))
    return theta, at


def _free(p: int, study: bool, row: bool) -> Bools:
    return np.append(np.ones(p, dtype=bool), [study, row])


def _first(rows: Rows) -> Floats:
    """Return coefficients of a weighted regression of the rows' own logits."""
    y = np.log((rows.x + 0.5) / (rows.n - rows.x + 0.5)) - rows.offset
    weight = np.sqrt(rows.n)
    found = np.linalg.lstsq(rows.design * weight[:, None], y * weight, rcond=None)[0]
    return np.asarray(found, dtype=np.float64)


def _climb(rows: Rows, theta: Floats, free: Bools) -> tuple[Floats, Point]:
    """Take damped Newton steps in the free parameters until they gain nothing."""
    at = evaluate(rows, theta)
    for _ in range(STEPS):
        step = _newton_step(at, free)
        for _ in range(30):
            trial = theta + step
            new = evaluate(rows, trial)
            if new.loglik >= at.loglik:
                break
            step = step / 2
        else:
            break
        theta, at = trial, new
        size = float(np.abs(step).max())
        if size < 1e-8 or np.abs(theta).max() > UNBOUNDED:
            break
    return theta, at


def _newton_step(at: Point, free: Bools) -> Floats:
    information, slope = -at.hessian[np.ix_(free, free)], at.gradient[free]
    least = float(np.linalg.eigvalsh(information)[0])
    if least <= 1e-10:
        information = information + (1e-4 - least) * np.eye(slope.size)
    step = np.zeros(free.size)
    step[free] = np.linalg.solve(information, slope)
    out: Floats = step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-300))
    return out
