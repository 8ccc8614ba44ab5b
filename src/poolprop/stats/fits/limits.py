"""Profile-likelihood limits of coefficients and of ``tau``, one data set at a time."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from poolprop.stats._types import Floats
from poolprop.stats.fits.climb import Likelihoods, ascend
from poolprop.stats.fits.glmm import TAU_BOUNDARY
from poolprop.stats.fits.glmm_design import DesignLikelihood, GlmmFit
from poolprop.stats.fits.walks import REACH, TAU_TOP
from poolprop.stats.likelihoods.links import Link
from poolprop.stats.numeric.roots import bracketed_root

STARTS = (0.0, 0.3, 3.0)


def coefficient_limits(
    x: Floats, n: Floats, design: Floats, link: Link, fit: GlmmFit, cut: float
) -> tuple[Floats, Floats]:
    """Return where twice the log-likelihood, maximised over all else, has fallen by ``cut``.

    Parameters
    ----------
    x, n : ndarray, shape (k,)
        Events and totals.
    design : ndarray, shape (k, p)
        Of full column rank, ``1 < p < k``.
    link : Link
        The link function.
    fit : GlmmFit
        The maximum.
    cut : float
        By how much twice the log-likelihood may fall.

    Returns
    -------
    lower, upper : ndarray, shape (p,)
        Infinite on a side where the likelihood never falls that far.
    """
    ends = np.empty((2, design.shape[1]))
    for j in range(design.shape[1]):
        fallen = _fall(x, n, design, j, link, fit)
        # What the other columns cannot make up for: a coefficient that moves some study's linear
        # predictor beyond reach by it is infinite.
        others = np.delete(design, j, axis=1)
        own = design[:, j] - others @ np.linalg.lstsq(others, design[:, j], rcond=None)[0]
        reach = 2 * REACH[link.name] / float(np.abs(own).max())
        ends[:, j] = both_ends(fallen, float(fit.beta[j]), cut, reach / 256, reach)
    return ends[0], ends[1]


def _fall(
    x: Floats, n: Floats, design: Floats, j: int, link: Link, fit: GlmmFit
) -> Callable[[float], float]:
    """Return the function from one coefficient to the fall of twice the log-likelihood.

    The other columns are replaced by an orthogonal basis of what they span, which leaves the
    profile as it is and the search well conditioned.
    """
    column, k = design[:, j], len(x)
    basis = np.linalg.qr(np.delete(design, j, axis=1))[0] * math.sqrt(k)
    turned = np.column_stack([column, basis])
    problem = DesignLikelihood(x, n, turned, link)
    best = fit.loglik - problem.constant()
    free = np.array([False] + [True] * basis.shape[1] + [True])
    eta, top = design @ fit.beta, TAU_BOUNDARY if fit.runaway else TAU_TOP
    taus = np.array([*STARTS, max(fit.tau, 0.05)])

    def fallen(value: float) -> float:
        others = basis.T @ (eta - column * value) / k
        start = np.vstack([np.tile(np.append(value, others)[:, None], taus.size), taus])
        found = ascend(problem, start, top, free=free, thorough=True)
        return 2 * (best - float(found.loglik.max()))

    return fallen


def both_ends(
    fallen: Callable[[float], float], centre: float, cut: float, first: float, reach: float
) -> tuple[float, float]:
    """Return where a function that is 0 at ``centre`` has risen to ``cut``, on either side.

    It is looked for ``first`` away, then twice as far, and beyond ``reach`` it is infinite.
    """

    def limit(sign: float) -> float:
        inner, outer = 0.0, first
        while fallen(centre + sign * outer) < cut:
            inner, outer = outer, 2 * outer
            if inner > reach:
                return sign * math.inf

        def excess(distance: float) -> float:
            return math.sqrt(max(fallen(centre + sign * distance), 0.0)) - math.sqrt(cut)

        return centre + sign * bracketed_root(excess, inner, outer, xtol=1e-12, rtol=1e-10)

    return limit(-1.0), limit(1.0)


# Largest root of a variance at which a limit of it is looked for.
S_REACH = 300.0


def tau_limits(
    problem: Likelihoods, mu: float, tau: float, loglik: float, cut: float
) -> tuple[float, float]:
    """Return the profile-likelihood limits of ``tau``, the root of the variance.

    Parameters
    ----------
    problem : Likelihoods
        One data set and its model.
    mu, tau, loglik : float
        Its finite maximum, the log-likelihood as the problem counts it.
    cut : float
        By how much twice the log-likelihood may fall.

    Returns
    -------
    lower, upper : float
        ``lower`` is 0 where the likelihood there is high enough, ``upper`` infinite where it
        never falls that far below ``S_REACH``.
    """
    excess = _excess(problem, mu, loglik, cut)
    lower = 0.0
    if tau > 0 and excess(0.0) > 0:
        lower = bracketed_root(excess, 0.0, tau, xtol=1e-12, rtol=1e-12)
    inner, outer = tau, max(2 * tau, 0.5)
    while excess(outer) < 0:
        inner, outer = outer, 2 * outer
        if inner >= S_REACH:
            return lower, math.inf
    return lower, bracketed_root(excess, inner, outer, xtol=1e-12, rtol=1e-12)


def _excess(problem: Likelihoods, mu: float, loglik: float, cut: float) -> Callable[[float], float]:
    both = problem.take(np.array([0, 0]))
    last = mu

    def excess(tau: float) -> float:
        nonlocal last
        theta: Floats = np.array([[last, mu], [tau, tau]])
        free = np.array([True, False])
        found = ascend(both, theta, S_REACH, free=free, thorough=True)
        best = int(np.argmax(found.loglik))
        last = float(found.theta[0, best])
        return 2 * (loglik - float(found.loglik[best])) - cut

    return excess
