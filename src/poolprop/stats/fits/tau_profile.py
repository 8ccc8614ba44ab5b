"""How far profiles are followed, and the limits of ``tau``."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from poolprop.stats._types import Floats
from poolprop.stats.fits.climb import Likelihoods, ascend
from poolprop.stats.numeric.roots import bracketed_root

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
