"""The Wald p value behind a hazard or odds ratio with its interval."""

from __future__ import annotations

import itertools
import math

from poolprop.evidence.audit.printed import Printed


def wald_p(ratio: float, lower: float, upper: float, level: float = 0.95) -> float:
    """Return the two-sided p value of a ratio whose logarithm is normal.

    The standard error is the width of the interval of the logarithm over 2z.

    References
    ----------
    Altman DG, Bland JM (2011). How to obtain the P value from a confidence interval.
    BMJ 343:d2304.
    """
    from scipy.special import ndtr, ndtri

    width = math.log(upper) - math.log(lower)
    if width <= 0:  # limits that rounding leaves no room between: as certain as can be
        return 0.0 if ratio != 1 else 1.0
    z = abs(math.log(ratio)) * 2 * float(ndtri((1 + level) / 2)) / width
    return 2 * float(ndtr(-z))


def p_range(
    ratio: Printed, lower: Printed, upper: Printed, level: float = 0.95
) -> tuple[float, float]:
    """Return the smallest and largest p value that the rounding of the three figures allows.

    The p value moves one way with each figure as long as the ratio stays on one side of 1, so
    the corners of the box of roundings bound it; a box that reaches 1 reaches p = 1.
    """
    sides = [[float(limit) for limit in figure.bounds] for figure in (ratio, lower, upper)]
    values = [wald_p(a, b, c, level) for a, b, c in itertools.product(*sides)]
    reaches_one = sides[0][0] <= 1 <= sides[0][1]
    return min(values), 1.0 if reaches_one else max(values)


def is_centred(ratio: Printed, lower: Printed, upper: Printed) -> bool:
    """Tell whether the ratio is the geometric mean of its limits, within rounding."""
    least = math.sqrt(float(lower.bounds[0]) * float(upper.bounds[0]))
    most = math.sqrt(float(lower.bounds[1]) * float(upper.bounds[1]))
    return ratio.overlaps(least, most)
