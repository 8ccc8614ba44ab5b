"""Confidence intervals of ``tau2``, and of I2 and H2, which rise with it.

References
----------
Viechtbauer W (2007). Statistics in Medicine 26(1):37-52 (Q-profile).
Hardy RJ, Thompson SG (1996). Statistics in Medicine 15(6):619-629 (profile likelihood).
Higgins JPT, Thompson SG (2002). Statistics in Medicine 21(11):1539-1558 (I2 and H2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from numpy.typing import ArrayLike

from poolprop.stats._types import Floats
from poolprop.stats.answers.options import Options, resolve
from poolprop.stats.answers.results import Interval, Spread
from poolprop.stats.answers.shown import Shown
from poolprop.stats.answers.spread import spread, two_step_spread
from poolprop.stats.fits.glmm import TAU_BOUNDARY
from poolprop.stats.fits.glmm_design import fit_glmm
from poolprop.stats.fits.limits import tau_limits
from poolprop.stats.inputs import counts
from poolprop.stats.likelihoods.binomial_normal import BinomialNormal
from poolprop.stats.likelihoods.links import LINKS
from poolprop.stats.measures import effects_of
from poolprop.stats.numeric.distributions import chi_square_quantile
from poolprop.stats.numeric.wls import intercept
from poolprop.stats.sets import Sets


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
    x, n = counts(events, total)
    options = _options(model, as_pool)
    if x.size == 1:
        return _none(options, "one study: heterogeneity cannot be seen")
    if options.tau2_value is not None:
        return _none(options, "tau2 was taken as known")
    if model == "two-step":
        return _two_step(x, n, options)
    if model == "glmm":
        return _glmm(x, n, options)
    return _none(options, f"none is defined for model {model!r}")


def _options(model: str, as_pool: dict[str, Any]) -> Options:
    """Return the choices with the defaults of :func:`poolprop.pool`."""
    return resolve(model=model, **as_pool)


def _two_step(x: Floats, n: Floats, options: Options) -> HeterogeneityIntervals:
    yi, vi = effects_of(x, n, options.measure, options.correction)
    found = two_step_spread(yi, vi, options)
    assert found is not None
    return _derived(found, options)


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
        return HeterogeneityIntervals(
            tau2_ci=tau2, i2_ci=None, h2_ci=None, level=options.level, method=words
        )
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


def _none(options: Options, why: str) -> HeterogeneityIntervals:
    return HeterogeneityIntervals(
        tau2_ci=None, i2_ci=None, h2_ci=None, level=options.level, method=why
    )
