"""How sure ``tau2``, I2 and H2 are, in the words of the model that they are of.

An estimate of 0 is the end of a range and says little: its interval stands beside it.

References
----------
Viechtbauer W (2007). Confidence intervals for the amount of heterogeneity in meta-analysis.
Statistics in Medicine 26(1):37-52 (Q-profile).
Hardy RJ, Thompson SG (1996). A likelihood approach to meta-analysis with random effects.
Statistics in Medicine 15(6):619-629 (profile likelihood).
Higgins JPT, Thompson SG (2002). Statistics in Medicine 21(11):1539-1558 (I2 and H2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from poolprop.stats._types import Floats
from poolprop.stats.answers.options import Options, resolve
from poolprop.stats.answers.posterior import Posterior
from poolprop.stats.answers.results import Interval, Later, Spread
from poolprop.stats.answers.shown import Shown
from poolprop.stats.fits.glmm import TAU_BOUNDARY
from poolprop.stats.fits.glmm_design import fit_glmm
from poolprop.stats.fits.heterogeneity import typical_variance
from poolprop.stats.fits.limits import tau_limits
from poolprop.stats.fits.tau2 import local_maxima, q_root
from poolprop.stats.inputs import counts
from poolprop.stats.likelihoods.binomial_normal import BinomialNormal
from poolprop.stats.likelihoods.links import LINKS
from poolprop.stats.likelihoods.normal import logliks, studies
from poolprop.stats.measures import effects_of
from poolprop.stats.numeric.distributions import chi_square_quantile
from poolprop.stats.numeric.roots import bracketed_root
from poolprop.stats.numeric.wls import intercept
from poolprop.stats.sets import Sets


def q_profile(yi: Floats, vi: Floats, design: Floats, level: float) -> Interval:
    """Return the ``tau2`` at which the generalised Q equals its chi-square quantiles.

    The exact interval of a normal random-effects model with known ``vi`` and a design (k, p),
    ``k > p``; both limits are 0 where the studies vary less than chance would have it.
    """
    data, tail = studies(yi, vi, design), (1 - level) / 2
    df = design.shape[0] - design.shape[1]
    targets = np.array([chi_square_quantile(share, df) for share in (1 - tail, tail)])
    lower, upper = q_root(data, targets).tolist()
    return Interval(lower=lower, upper=upper)


def profile_likelihood(
    yi: Floats, vi: Floats, design: Floats, level: float, *, restricted: bool
) -> Interval:
    """Return the ``tau2`` where twice the (restricted) log-likelihood has fallen by chi-square."""
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


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class HeterogeneityIntervals(Shown):
    """Intervals of the measures of heterogeneity; ``None`` where one is not defined.

    Attributes
    ----------
    tau2_ci : Interval or None
        On the model's scale squared; the upper limit is infinite where nothing bounds ``tau2``.
    i2_ci : Interval or None
        In [0, 1].
    h2_ci : Interval or None
        At least 1.
    level : float
        Confidence level.
    method : str
        How the limits of ``tau2`` were found, or why there are none.
    """

    tau2_ci: Interval | None
    i2_ci: Interval | None
    h2_ci: Interval | None
    level: float
    method: str


def heterogeneity_intervals(
    events: ArrayLike, total: ArrayLike, model: str = "glmm", **as_pool: Any
) -> HeterogeneityIntervals:
    """Return confidence intervals of ``tau2``, I2 and H2 of the model that ``pool`` fits.

    Parameters
    ----------
    events, total : array_like of int, shape (k,)
        ``0 <= events <= total``, ``total >= 1``.
    model : str
        As of :func:`poolprop.pool`. The GLMM and two-step models with ML or REML get the profile
        likelihood (chi-square cut), other two-step estimators the Q-profile; others get none.
    **as_pool
        Keywords ``measure``, ``tau2``, ``level``, ``link`` and ``correction`` of
        :func:`poolprop.pool`; its other ones are checked and change nothing.

    Returns
    -------
    HeterogeneityIntervals
        I2 and H2 set each limit of ``tau2`` against the typical sampling variance.

    Raises
    ------
    EstimationError
        If counts or choices are not valid; the message names the argument and its value.

    Examples
    --------
    >>> found = heterogeneity_intervals([12, 91, 11, 12], [21, 110, 12, 13], model="two-step")
    >>> found.method
    'profile restricted likelihood, chi-square cut'
    >>> round(found.i2_ci.lower, 2), round(found.i2_ci.upper, 2)
    (0.0, 0.97)
    """
    data = Sets.ordered(*counts(events, total))
    x, n = data.x, data.n
    options = resolve(model=model, **as_pool)
    if x.size == 1:
        return _none(options, "one study: heterogeneity cannot be seen")
    if options.tau2_value is not None:
        return _none(options, "tau2 was taken as known")
    if model == "two-step":
        found = two_step_spread(*effects_of(x, n, options.measure, options.correction), options)
        assert found is not None
        return _derived(found, options)
    if model == "glmm":
        return _glmm(x, n, options)
    return _none(options, f"none is defined for model {model!r}")


def _glmm(x: Floats, n: Floats, options: Options) -> HeterogeneityIntervals:
    link = LINKS[options.link]
    fit = fit_glmm(x, n, intercept(x.size), link)
    if fit.separated:
        return _none(options, "all or none had the event: heterogeneity cannot be seen")
    cut = chi_square_quantile(options.level)
    problem = BinomialNormal(Sets.of(x, n), link)
    best = fit.loglik - float(problem.constants()[0])
    lower, upper = tau_limits(problem, float(fit.beta[0]), fit.tau, best, cut)
    tau2, words = Interval(lower=lower**2, upper=upper**2), "profile likelihood, chi-square cut"
    if fit.runaway:
        words += f", from the maximum with tau <= {TAU_BOUNDARY:g}"
    if link.name != "logit":
        return _none(options, words, tau2)
    return _derived(spread(tau2, effects_of(x, n, "PLO", "only0")[1], words), options)


def _derived(found: Spread, options: Options) -> HeterogeneityIntervals:
    """Return the intervals with that of H2, which is ``1 / (1 - I2)``."""
    ratio = [
        math.inf if share == 1 else 1 / (1 - share)
        for share in (found.i2_ci.lower, found.i2_ci.upper)
    ]
    return HeterogeneityIntervals(
        tau2_ci=found.tau2_ci,
        i2_ci=found.i2_ci,
        h2_ci=Interval(lower=ratio[0], upper=ratio[1]),
        level=options.level,
        method=found.method,
    )


def _none(options: Options, why: str, tau2: Interval | None = None) -> HeterogeneityIntervals:
    return HeterogeneityIntervals(
        tau2_ci=tau2, i2_ci=None, h2_ci=None, level=options.level, method=why
    )
