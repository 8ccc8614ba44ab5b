"""Survival rates at a fixed time, pooled on the complementary log-log scale.

References
----------
Kalbfleisch JD, Prentice RL (2002). The Statistical Analysis of Failure Time Data, 2nd ed., ch. 1.
Peto R et al. (1977). British Journal of Cancer 35(1):1-39 (variance from the number at risk).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from poolprop.stats._types import Floats
from poolprop.stats.answers.pool_two_step import fit_two_step, hts_prediction
from poolprop.stats.answers.results import Interval
from poolprop.stats.answers.shown import Shown
from poolprop.stats.fits.tau2 import ESTIMATORS
from poolprop.stats.inputs import choice, effects, fraction, refuse
from poolprop.stats.numeric.distributions import normal_quantile


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SurvivalPool(Shown):
    """A pooled survival rate; intervals on the scale of proportions.

    Attributes
    ----------
    rate, ci, prediction : float, Interval
        Pooled rate; ``prediction`` is ``None`` below three studies.
    estimate, se, tau2 : float
        On the scale of ``log(-log S)``.
    k : int
        Number of studies.
    """

    rate: float
    ci: Interval
    prediction: Interval | None
    estimate: float
    se: float
    tau2: float
    k: int


def cloglog_rates(
    rate: ArrayLike,
    lower: ArrayLike | None = None,
    upper: ArrayLike | None = None,
    at_risk: ArrayLike | None = None,
    level: float = 0.95,
) -> tuple[Floats, Floats]:
    """Return ``log(-log S)`` of each rate and its variance.

    Parameters
    ----------
    rate : array_like, shape (k,)
        Survival proportions, strictly between 0 and 1.
    lower, upper : array_like, optional
        Their confidence limits: the variance is that of an interval symmetric on this scale.
    at_risk : array_like, optional
        Effective numbers at risk where no limits are known: ``(1 - S) / (n S log(S)^2)``.
    level : float
        Level of the limits.

    Raises
    ------
    EstimationError
        If a rate is 0 or 1, or a study has neither limits nor a number at risk.

    Examples
    --------
    >>> yi, vi = cloglog_rates([0.66, 0.50], at_risk=[40, 22])
    >>> yi.round(3), vi.round(4)
    (array([-0.878, -0.367]), array([0.0746, 0.0946]))
    """
    s = np.atleast_1d(np.asarray(rate, dtype=np.float64))
    refuse(~((s > 0) & (s < 1)), "rate is {:g}", "It must lie between 0 and 1.", s)
    yi = np.log(-np.log(s))
    vi = np.full(s.size, np.nan)
    if at_risk is not None:
        size = np.atleast_1d(np.asarray(at_risk, dtype=np.float64))
        vi = (1 - s) / (size * s * np.log(s) ** 2)
    if lower is not None and upper is not None:
        low, high = (np.atleast_1d(np.asarray(v, dtype=np.float64)) for v in (lower, upper))
        with np.errstate(divide="ignore", invalid="ignore"):
            length = np.log(-np.log(low)) - np.log(-np.log(high))
        se = length / (2 * normal_quantile(level))
        vi = np.where(np.isfinite(se) & (se > 0), se**2, vi)
    hint = "Give confidence limits inside (0, 1) or a number at risk."
    refuse(~np.isfinite(vi), "the variance is not known", hint)
    return yi, vi


def pool_survival(
    yi: ArrayLike, vi: ArrayLike, tau2: str = "REML", ci: str = "hksj-adhoc", level: float = 0.95
) -> SurvivalPool:
    """Pool rates on the scale of :func:`cloglog_rates`.

    Parameters
    ----------
    yi, vi, level
        From :func:`cloglog_rates`; the level of both intervals.
    tau2, ci : str
        As in :func:`poolprop.pool`, two-step models.

    Raises
    ------
    EstimationError
        If an effect or a choice is not valid.

    References
    ----------
    Peto R et al. (1977). British Journal of Cancer 35(1):1-39.

    Examples
    --------
    >>> found = pool_survival(*cloglog_rates([0.66, 0.50, 0.71], at_risk=[40, 22, 31]))
    >>> f"{found.rate:.3f} ({found.ci.lower:.3f} to {found.ci.upper:.3f})"
    '0.628 (0.327 to 0.825)'
    """
    yi, vi = effects(yi, vi)
    fraction(level, "level")
    choice(tau2, "tau2", [*ESTIMATORS, "EE"])
    fit = fit_two_step(yi, vi, tau2, choice(ci, "ci", ("wald", "t", "hksj", "hksj-adhoc")), level)
    prediction = None
    if yi.size >= 3:
        prediction = _rates(hts_prediction(fit, level, yi.size - 2))
    return SurvivalPool(
        rate=float(np.exp(-np.exp(fit.estimate))), ci=_rates(fit.ci), prediction=prediction,
        estimate=fit.estimate, se=fit.se, tau2=fit.tau2, k=yi.size,
    )  # fmt: skip


def _rates(interval: Interval) -> Interval:
    """Return an interval of rates; the scale falls as survival rises."""
    with np.errstate(over="ignore"):
        low, high = (float(np.exp(-np.exp(v))) for v in (interval.upper, interval.lower))
    return Interval(lower=low, upper=high)
