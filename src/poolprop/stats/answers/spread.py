"""How sure ``tau2`` and I2 are, in the words of the model that they are of.

An estimate of 0 is the end of a range and says little: its interval stands beside it.

References
----------
Viechtbauer W (2007). Confidence intervals for the amount of heterogeneity in meta-analysis.
Statistics in Medicine 26(1):37-52.
Hardy RJ, Thompson SG (1996). A likelihood approach to meta-analysis with random effects.
Statistics in Medicine 15(6):619-629.
"""

from __future__ import annotations

import math

import numpy as np

from poolprop.stats._types import Floats
from poolprop.stats.answers.options import Options
from poolprop.stats.answers.posterior import Posterior
from poolprop.stats.answers.results import Interval, Later, Spread
from poolprop.stats.fits.heterogeneity import typical_variance
from poolprop.stats.fits.tau2 import local_maxima, q_root
from poolprop.stats.likelihoods.normal import logliks, studies
from poolprop.stats.measures import effects_of
from poolprop.stats.numeric.distributions import chi_square_quantile
from poolprop.stats.numeric.roots import bracketed_root
from poolprop.stats.numeric.wls import intercept


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


def credible_spread(
    x: Floats, n: Floats, options: Options, tau2: float, posterior: Later
) -> Spread:
    """Return credible intervals, which tell something where the likelihood's estimate is 0.

    With equal tails, unless that would leave the estimate out below: then from 0 on.

    Parameters
    ----------
    x, n : ndarray, shape (k,)
        Events and totals, ``k >= 2``.
    options : Options
        Level and prior.
    tau2 : float
        The estimate that they stand beside.
    posterior : Later
        That of the same data and prior.
    """
    known: Posterior = posterior()
    ends = known.tau_quantiles([(1 - options.level) / 2, (1 + options.level) / 2])
    lower, upper = (float(end) ** 2 for end in ends)
    if tau2 < lower:
        lower, upper = 0.0, float(known.tau_quantiles(options.level)[0]) ** 2
    vi = effects_of(x, n, "PLO", "only0")[1]
    return spread(Interval(lower=lower, upper=upper), vi, f"credible, {options.prior} prior on tau")


def two_step_spread(yi: Floats, vi: Floats, options: Options) -> Spread | None:
    """Return Q-profile or, after ML and REML, profile-likelihood intervals of effect sizes.

    None of a common effect, of a known ``tau2`` and of one study.
    """
    if options.tau2_value is not None or options.tau2 == "EE" or yi.size < 2:
        return None
    if options.tau2 not in ("ML", "REML"):
        return spread(q_profile(yi, vi, intercept(yi.size), options.level), vi, "Q-profile")
    restricted = options.tau2 == "REML"
    found = profile_likelihood(yi, vi, intercept(yi.size), options.level, restricted=restricted)
    words = "restricted likelihood" if restricted else "likelihood"
    return spread(found, vi, f"profile {words}, chi-square cut")


def spread(tau2: Interval, vi: Floats, method: str) -> Spread:
    """Return an interval of ``tau2`` with that of I2, over itself plus typical ``vi``."""
    typical = typical_variance(vi, intercept(vi.size))
    shares = [
        1.0 if math.isinf(limit) else limit / (limit + typical)
        for limit in (tau2.lower, tau2.upper)
    ]
    return Spread(tau2_ci=tau2, i2_ci=Interval(lower=shares[0], upper=shares[1]), method=method)
