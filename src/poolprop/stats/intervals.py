"""Intervals of one proportion.

References
----------
Clopper CJ, Pearson ES (1934). Biometrika 26(4):404-413.
Wilson EB (1927). Journal of the American Statistical Association 22(158):209-212.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv, ndtri

from poolprop.stats.inputs import Floats, choice, counts, fraction

Limits = tuple[Floats, Floats]


def study_intervals(
    events: ArrayLike, total: ArrayLike, method: str = "wilson", level: float = 0.95
) -> Limits:
    """Return the confidence limits of each study's proportion.

    Parameters
    ----------
    events, total : array_like of int, shape (k,)
        ``0 <= events <= total``, ``total >= 1``.
    method : {"clopper-pearson", "wilson"}
        The exact interval, or the score interval.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    lower, upper : ndarray, shape (k,)
        In [0, 1].

    Raises
    ------
    EstimationError
        If counts, method or level are not valid.
    """
    x, n = counts(events, total)
    return METHODS[choice(method, "method", METHODS)](x, n, fraction(level, "level"))


def _clopper_pearson(x: Floats, n: Floats, level: float) -> Limits:
    """Invert the two one-sided binomial tests, as quantiles of beta distributions."""
    tail = (1 - level) / 2
    lower = np.where(x == 0, 0.0, betaincinv(np.maximum(x, 0.5), n - x + 1, tail))
    upper = np.where(x == n, 1.0, betaincinv(x + 1, np.maximum(n - x, 0.5), 1 - tail))
    return lower, upper


def _wilson(x: Floats, n: Floats, level: float) -> Limits:
    z2 = float(ndtri(0.5 + level / 2)) ** 2
    centre = (x + z2 / 2) / (n + z2)
    half = np.sqrt(z2) / (n + z2) * np.sqrt(x * (n - x) / n + z2 / 4)
    lower = np.where(x == 0, 0.0, np.maximum(centre - half, 0))
    upper = np.where(x == n, 1.0, np.minimum(centre + half, 1))
    return lower, upper


METHODS: dict[str, Callable[[Floats, Floats, float], Limits]] = {
    "clopper-pearson": _clopper_pearson,
    "wilson": _wilson,
}
