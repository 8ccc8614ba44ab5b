"""Intervals of contrasts of two proportions from score statistics, for studies of any size.

References
----------
Newcombe RG (1998). Statistics in Medicine 17(8):873-890 (method 10, the hybrid of two Wilson
intervals).
Miettinen O, Nurminen M (1985). Statistics in Medicine 4(2):213-226 (the ratio).
"""

from __future__ import annotations

import math

import numpy as np

from poolprop.stats.answers.results import Interval
from poolprop.stats.arms.exact_two_arm import RATIO, score
from poolprop.stats.fits.one_proportion import study_intervals
from poolprop.stats.numeric.distributions import normal_quantile
from poolprop.stats.numeric.roots import bracketed_root


def newcombe(events1: int, total1: int, events2: int, total2: int, level: float = 0.95) -> Interval:
    """Return Newcombe's interval of the risk difference, arm 1 less arm 2.

    Parameters
    ----------
    events1, total1, events2, total2 : int
        The two arms.
    level : float
        Confidence level, between 0 and 1.
    """
    total = np.array([total1, total2])
    p1, p2 = np.array([events1, events2]) / total
    (low1, low2), (high1, high2) = study_intervals([events1, events2], total, "wilson", level)
    return Interval(
        lower=float(p1 - p2 - math.hypot(p1 - low1, high2 - p2)),
        upper=float(p1 - p2 + math.hypot(p2 - low2, high1 - p1)),
    )


def miettinen_nurminen(
    events1: int, total1: int, events2: int, total2: int, level: float = 0.95
) -> Interval:
    """Return the score interval of the risk ratio, arm 1 over arm 2, with its factor N / (N - 1).

    Parameters
    ----------
    events1, total1, events2, total2 : int
        The two arms, each with events and with patients free of them.
    level : float
        Confidence level, between 0 and 1.
    """
    x1, x2 = np.array([float(events1)]), np.array([float(events2)])
    n = total1 + total2
    cut = normal_quantile(level) * math.sqrt(n / (n - 1))

    def statistic(at: float) -> float:
        return float(score(RATIO, x1, total1, x2, total2, RATIO.value(at))[0])

    ratio = events1 * total2 / (events2 * total1)
    estimate = (ratio - 1) / (ratio + 1)
    lower = bracketed_root(lambda at: statistic(at) - cut, -1.0, estimate)
    upper = bracketed_root(lambda at: statistic(at) + cut, estimate, 1.0 - 1e-12)
    return Interval(lower=RATIO.value(lower), upper=RATIO.value(upper))
