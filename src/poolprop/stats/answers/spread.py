"""How sure ``tau2`` and I2 are, in the words of the model that they are of.

An estimate of 0 is the end of a range and says little: its interval stands beside it.
"""

from __future__ import annotations

import math

from poolprop.stats._types import Floats
from poolprop.stats.answers.options import Options
from poolprop.stats.answers.posterior import Posterior
from poolprop.stats.answers.results import Interval, Later, Spread
from poolprop.stats.answers.tau2_intervals import profile_likelihood, q_profile
from poolprop.stats.fits.heterogeneity import typical_variance
from poolprop.stats.measures import effects_of
from poolprop.stats.numeric.wls import intercept


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
