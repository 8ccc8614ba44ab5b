"""The binomial-normal model in one step, by maximum likelihood.

``x_i ~ Bin(n_i, p_i)`` with ``link(p_i) ~ N(X_i beta, tau^2)``. Nothing is added to any cell.

References
----------
Stijnen T, Hamza TH, Özdemir P (2010). Random effects meta-analysis of event outcome in the
framework of the generalized linear mixed model. Statistics in Medicine 29(29):3046-3067.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poolprop.stats._types import Floats
from poolprop.stats.links import Link
from poolprop.stats.newton import Climb, Likelihood, climb, highest, inverse_information
from poolprop.stats.quadrature import Moments, moments

# Likelihoods can have a maximum at tau = 0 and a higher one inside, hence several starts.
STARTS = (0.3, 3.0)
# Beyond it an integral over z needs more nodes than memory should hold.
TAU_MAX = 100.0
# Where the likelihood rises with tau without end (studies all at 0 or 1), tau is held at this:
# nine true proportions in ten beyond 1 % or 99 %.
TAU_BOUNDARY = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GlmmFit:
    """The maximum of the likelihood.

    Attributes
    ----------
    beta : ndarray, shape (p,)
        Coefficients on the link's scale; infinite for data without events, or without
        non-events, in a one-column design.
    tau : float
        Between-study standard deviation.
    loglik, loglik_common : float
        Maximum of the log-likelihood, and its maximum at ``tau = 0``; all constants included.
    cov : ndarray, shape (p, p)
        From the observed information of ``(beta, tau)`` jointly; NaN where it does not exist.
    cov_fixed : ndarray, shape (p, p)
        The same with ``tau`` held fixed.
    information : ndarray, shape (k,)
        Each study's observed information about its linear predictor.
    converged : bool
        Whether the score is 0 at the maximum.
    runaway : bool
        Whether the likelihood rises with ``tau`` without end, so that the maximum with ``tau`` at
        most ``TAU_BOUNDARY`` is given.
    """

    beta: Floats
    tau: float
    loglik: float
    loglik_common: float
    cov: Floats
    cov_fixed: Floats
    information: Floats
    converged: bool
    runaway: bool = False

    @property
    def separated(self) -> bool:
        """Whether the estimate is infinite."""
        return not bool(np.all(np.isfinite(self.beta)))


def fit_glmm(x: Floats, n: Floats, design: Floats, link: Link, *, common: bool = False) -> GlmmFit:
    """Fit the model to ``k >= 1`` studies.

    Parameters
    ----------
    x, n : ndarray, shape (k,)
        Events and totals.
    design : ndarray, shape (k, p)
        Of full column rank; one column of ones for a pooled proportion.
    link : Link
        The link function.
    common : bool
        Hold ``tau`` at 0: the common-effect model.

    Returns
    -------
    GlmmFit
        For every valid input. Where the design has one column and all or none of the patients
        had the event, the likelihood increases towards an infinite ``beta``.
    """
    p = design.shape[1]
    if p == 1 and (not x.any() or np.array_equal(x, n)):
        return _unbounded(n, float(np.sign(x.sum() - 0.5)))
    evaluate = likelihood(x, n, design, link)
    flat = climb_common(x, n, design, link)
    best = flat
    if not common and len(x) > p:
        free = np.ones(p + 1, dtype=bool)
        starts = starting_points(x, n, design, link)
        best = highest(climb(evaluate, starts, free, TAU_MAX, rivals=True), flat)
        if best.theta[0, -1] >= TAU_MAX:
            best = highest(climb(evaluate, starts, free, TAU_BOUNDARY, rivals=True), flat)
            return _summarise(x, n, design, best, float(flat.loglik[0]), link, runaway=True)
    return _summarise(x, n, design, best, float(flat.loglik[0]), link)


def likelihood(x: Floats, n: Floats, design: Floats, link: Link) -> Likelihood:
    """Return the function from ``(beta, tau)`` lanes to log-likelihood, score and hessian."""

    def evaluate(theta: Floats) -> tuple[Floats, Floats, Floats]:
        at = moments(x, n, theta[:, :-1] @ design.T, theta[:, -1:], link)
        return at.loglik.sum(axis=-1), *_derivatives(at, design)

    return evaluate


def climb_common(x: Floats, n: Floats, design: Floats, link: Link) -> Climb:
    """Return the maximum at ``tau = 0``, where the likelihood is concave."""
    p = design.shape[1]
    free = np.append(np.ones(p, dtype=bool), False)
    start = np.zeros((1, p + 1))
    if p == 1 and np.all(design == 1):
        start[0, 0] = link.forward(x.sum() / n.sum())
    else:
        start[0, :p] = np.linalg.lstsq(design, link.forward((x + 0.5) / (n + 1)), rcond=None)[0]
    return climb(likelihood(x, n, design, link), start, free, TAU_MAX)


def starting_points(x: Floats, n: Floats, design: Floats, link: Link) -> Floats:
    """Return starts for several climbs, shape (starts, p + 1)."""
    shown = link.forward((x + 0.5) / (n + 1))
    beta, *_ = np.linalg.lstsq(design, shown, rcond=None)
    spread = float(np.sqrt(np.mean((shown - design @ beta) ** 2)))
    taus = np.array([np.clip(spread, 0.1, 20.0), *STARTS])
    return np.column_stack([np.tile(beta, (taus.size, 1)), taus])


def _derivatives(at: Moments, design: Floats) -> tuple[Floats, Floats]:
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


def _summarise(
    x: Floats,
    n: Floats,
    design: Floats,
    best: Climb,
    loglik_common: float,
    link: Link,
    *,
    runaway: bool = False,
) -> GlmmFit:
    beta, tau = best.theta[0, :-1], float(best.theta[0, -1])
    information = -best.hessian[0]
    fixed = inverse_information(information[:-1, :-1])
    at = moments(x, n, design @ beta, np.array(tau), link)
    return GlmmFit(
        beta=beta,
        tau=tau,
        loglik=float(best.loglik[0]),
        loglik_common=loglik_common,
        # tau = 0 is an end of its range: it has no standard error to share.
        cov=fixed if tau == 0 or runaway else inverse_information(information)[:-1, :-1],
        cov_fixed=fixed,
        information=np.maximum(-at.d_mu2, 0.0),
        converged=bool(best.settled[0]) and not runaway,
        runaway=runaway,
    )


def _unbounded(n: Floats, sign: float) -> GlmmFit:
    nothing = np.full((1, 1), np.nan)
    return GlmmFit(
        beta=np.array([sign * np.inf]),
        tau=0.0,
        loglik=0.0,
        loglik_common=0.0,
        cov=nothing,
        cov_fixed=nothing,
        information=np.asarray(n, dtype=np.float64),
        converged=True,
    )
