"""Confidence intervals of ``tau2``, and with it of I2 and H2.

References
----------
Viechtbauer W (2007). Confidence intervals for the amount of heterogeneity in meta-analysis.
Statistics in Medicine 26(1):37-52.
Hardy RJ, Thompson SG (1996). A likelihood approach to meta-analysis with random effects.
Statistics in Medicine 15(6):619-629.
"""

from __future__ import annotations

import numpy as np

from poolprop.stats._types import Floats
from poolprop.stats.answers.results import Interval
from poolprop.stats.fits.tau2 import local_maxima, q_root
from poolprop.stats.likelihoods.normal import logliks, studies
from poolprop.stats.numeric.distributions import chi_square_quantile
from poolprop.stats.numeric.roots import bracketed_root


def q_profile(yi: Floats, vi: Floats, design: Floats, level: float) -> Interval:
    """Return the ``tau2`` at which the generalised Q equals its chi-square quantiles.

    The exact interval of a normal random-effects model with known ``vi``; both limits are 0
    where the studies vary less than chance would have it.

    Parameters
    ----------
    yi, vi : ndarray, shape (k,)
        Effect sizes and sampling variances.
    design : ndarray, shape (k, p)
        ``k > p``.
    level : float
        Confidence level.
    """
    data, tail = studies(yi, vi, design), (1 - level) / 2
    df = design.shape[0] - design.shape[1]
    targets = np.array([chi_square_quantile(share, df) for share in (1 - tail, tail)])
    lower, upper = q_root(data, targets).tolist()
    return Interval(lower=lower, upper=upper)


def profile_likelihood(
    yi: Floats, vi: Floats, design: Floats, level: float, *, restricted: bool
) -> Interval:
    """Return the ``tau2`` where twice the (restricted) log-likelihood has fallen by chi-square.

    Parameters are as in :func:`q_profile`; ``restricted`` chooses REML rather than ML.
    """
    data = studies(yi, vi, design)

    def height(tau2: float) -> float:
        return float(logliks(data, np.full(2, tau2), restricted=restricted)[0])

    lane, maxima = local_maxima(data, restricted=restricted)
    best = max(maxima[lane == 0].tolist(), key=height)
    target = height(best) - chi_square_quantile(level) / 2

    def excess(tau2: float) -> float:
        return height(tau2) - target

    lower = 0.0
    if excess(0.0) < 0:
        lower = bracketed_root(excess, 0.0, best)
    outer = max(2 * best, float(vi.max()))
    while excess(outer) > 0:
        outer *= 4
    upper = bracketed_root(excess, best, outer)
    return Interval(lower=lower, upper=upper)
