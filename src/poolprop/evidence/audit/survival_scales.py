"""Intervals of a survival probability: the scale they are symmetric on, and what n they imply."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

from poolprop.evidence.audit.printed import Printed

Rate = tuple[Printed, Printed, Printed]  # rate, lower, upper, in percent
EDGE = 1e-9

# Transformation, and its derivative; the customary scale first.
SCALES: dict[str, tuple[Callable[[float], float], Callable[[float], float]]] = {
    "log-log": (lambda s: math.log(-math.log(s)), lambda s: 1 / (s * math.log(s))),
    "plain": (lambda s: s, lambda s: 1.0),
    "log": (math.log, lambda s: 1 / s),
    "logit": (lambda s: math.log(s / (1 - s)), lambda s: 1 / (s * (1 - s))),
    "arcsine": (lambda s: math.asin(math.sqrt(s)), lambda s: 0.5 / math.sqrt(s * (1 - s))),
}


def symmetric_scales(rate: Rate) -> list[str]:
    """Return the scales on which the rate lies in the middle of its interval, within rounding.

    References
    ----------
    Borgan O, Liestol K (1990). A note on confidence intervals and bands for the survival
    function based on transformations. Scandinavian Journal of Statistics 17(1):35-41.
    """
    return [name for name in SCALES if _reaches_zero(name, rate)]


def effective_n(rate: Rate, scale: str, level: float = 0.95) -> tuple[float, float]:
    """Return the range of n that, without censoring, gives the width of the interval.

    Greenwood's variance without censoring is S(1-S)/n. Censoring only widens the interval, so
    the number of patients is at least this.

    References
    ----------
    Cutler SJ, Ederer F (1958). Maximum utilization of the life table method in analyzing
    survival. Journal of Chronic Diseases 8(6):699-712. (Effective sample size.)
    """
    from scipy.special import ndtri

    z = float(ndtri((1 + level) / 2))
    transform, slope = SCALES[scale]

    def implied(s: float, lower: float, upper: float) -> float:
        error = (transform(upper) - transform(lower)) / (2 * z)
        return s * (1 - s) * slope(s) ** 2 / error**2 if error else math.inf

    values = [implied(*corner) for corner in _corners(rate)]
    return min(values), max(values)


def _reaches_zero(scale: str, rate: Rate) -> bool:
    transform, _ = SCALES[scale]
    gaps = [transform(u) + transform(low) - 2 * transform(s) for s, low, u in _corners(rate)]
    return min(gaps) <= 0 <= max(gaps)


def _corners(rate: Rate) -> list[tuple[float, float, float]]:
    """Return the extremes of what the three printed figures can stand for, as proportions."""
    sides = [
        [min(max(float(bound) / 100, EDGE), 1 - EDGE) for bound in figure.bounds] for figure in rate
    ]
    return [(s, lower, upper) for s, lower, upper in itertools.product(*sides)]
