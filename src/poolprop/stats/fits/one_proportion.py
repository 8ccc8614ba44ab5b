"""Intervals of one proportion.

References
----------
Clopper CJ, Pearson ES (1934). Biometrika 26(4):404-413.
Wilson EB (1927). Journal of the American Statistical Association 22(158):209-212.
Newcombe RG (1998). Two-sided confidence intervals for the single proportion: comparison of seven
methods. Statistics in Medicine 17(8):857-872 (both with continuity corrections).
Agresti A, Coull BA (1998). American Statistician 52(2):119-126.
Brown LD, Cai TT, DasGupta A (2001). Statistical Science 16(2):101-133 (Jeffreys, end corrections).
Berry G, Armitage P (1995). Mid-P confidence intervals. Statistician 44(4):417-423.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtr, betaincinv, chdtri

from poolprop.stats._types import Floats
from poolprop.stats.inputs import choice, counts, fraction
from poolprop.stats.numeric.distributions import normal_quantile
from poolprop.stats.numeric.roots import bracketed_root

Limits = tuple[Floats, Floats]


def study_intervals(
    events: ArrayLike, total: ArrayLike, method: str = "wilson", level: float = 0.95
) -> Limits:
    """Return the confidence limits of each study's proportion.

    Parameters
    ----------
    events, total : array_like of int, shape (k,)
        ``0 <= events <= total``, ``total >= 1``.
    method : str
        ``"clopper-pearson"`` (exact), ``"mid-p"``, ``"wilson"`` (score), ``"wilson-cc"`` (with
        continuity correction), ``"wilson-ec"`` (its limit replaced by a Poisson one for at most
        two events or non-events), ``"agresti-coull"``, ``"jeffreys"``, ``"normal"`` or
        ``"normal-cc"``.
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

    Examples
    --------
    >>> lower, upper = study_intervals([12], [21], method="clopper-pearson")
    >>> f"{lower[0]:.3f} {upper[0]:.3f}"
    '0.340 0.782'
    """
    x, n = counts(events, total)
    find = METHODS[choice(method, "method", METHODS)]
    lower, upper = find(x, n, fraction(level, "level"))
    return np.clip(lower, 0, 1), np.clip(upper, 0, 1)


def _clopper_pearson(x: Floats, n: Floats, level: float) -> Limits:
    """Invert the two one-sided binomial tests, as quantiles of beta distributions."""
    tail = (1 - level) / 2
    lower = np.where(x == 0, 0.0, betaincinv(np.maximum(x, 0.5), n - x + 1, tail))
    upper = np.where(x == n, 1.0, betaincinv(x + 1, np.maximum(n - x, 0.5), 1 - tail))
    return lower, upper


def _mid_p(x: Floats, n: Floats, level: float) -> Limits:
    """Invert the one-sided tests that count half of the observed outcome's probability."""
    tail = (1 - level) / 2

    def half_tail(p: float, events: float, total: float) -> float:
        below = float(bdtr(events - 1, int(total), p)) if events > 0 else 0.0
        return 0.5 * (below + float(bdtr(events, int(total), p)))

    def upper(events: float, total: float) -> float:
        if events == total:
            return 1.0
        return bracketed_root(lambda p: half_tail(p, events, total) - tail, 0, 1, xtol=1e-14)

    high = np.array([upper(a, b) for a, b in zip(x, n, strict=True)])
    low = np.array([1 - upper(b - a, b) for a, b in zip(x, n, strict=True)])
    return low, high


def _wilson(x: Floats, n: Floats, level: float) -> Limits:
    z = normal_quantile(level)
    centre = (x + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * np.sqrt(x * (n - x) / n + z * z / 4)
    return np.where(x == 0, 0.0, centre - half), np.where(x == n, 1.0, centre + half)


def _wilson_corrected(x: Floats, n: Floats, level: float) -> Limits:
    z, p = normal_quantile(level), x / n
    below = z * z - 2 - 1 / n + 4 * p * (n * (1 - p) + 1)
    above = z * z + 2 - 1 / n + 4 * p * (n * (1 - p) - 1)
    lower = (2 * x + z * z - 1 - z * np.sqrt(np.maximum(below, 0))) / (2 * (n + z * z))
    upper = (2 * x + z * z + 1 + z * np.sqrt(np.maximum(above, 0))) / (2 * (n + z * z))
    return np.where(x == 0, 0.0, lower), np.where(x == n, 1.0, upper)


def _wilson_ends(x: Floats, n: Floats, level: float) -> Limits:
    """Wilson's limits with Poisson ones for 1 or 2 (up to 3 if n > 50) events or non-events."""
    lower, upper = _wilson(x, n, level)
    few = np.where(n > 50, 3, 2)
    low = chdtri(2 * np.maximum(x, 1), level) / (2 * n)
    high = 1 - chdtri(2 * np.maximum(n - x, 1), level) / (2 * n)
    lower = np.where((x >= 1) & (x <= few), low, lower)
    upper = np.where((n - x >= 1) & (n - x <= few), high, upper)
    return lower, upper


def _agresti_coull(x: Floats, n: Floats, level: float) -> Limits:
    z = normal_quantile(level)
    size = n + z * z
    p = (x + z * z / 2) / size
    half = z * np.sqrt(p * (1 - p) / size)
    return p - half, p + half


def _jeffreys(x: Floats, n: Floats, level: float) -> Limits:
    """Equal tails of Beta(x + 1/2, n - x + 1/2); the end of [0, 1] where x is 0 or n."""
    tail = (1 - level) / 2
    lower = np.where(x == 0, 0.0, betaincinv(x + 0.5, n - x + 0.5, tail))
    upper = np.where(x == n, 1.0, betaincinv(x + 0.5, n - x + 0.5, 1 - tail))
    return lower, upper


def _normal(x: Floats, n: Floats, level: float) -> Limits:
    half = normal_quantile(level) * np.sqrt(x * (n - x) / n**3)
    return x / n - half, x / n + half


def _normal_corrected(x: Floats, n: Floats, level: float) -> Limits:
    lower, upper = _normal(x, n, level)
    return lower - 1 / (2 * n), upper + 1 / (2 * n)


METHODS: dict[str, Callable[[Floats, Floats, float], Limits]] = {
    "clopper-pearson": _clopper_pearson,
    "mid-p": _mid_p,
    "wilson": _wilson,
    "wilson-cc": _wilson_corrected,
    "wilson-ec": _wilson_ends,
    "agresti-coull": _agresti_coull,
    "jeffreys": _jeffreys,
    "normal": _normal,
    "normal-cc": _normal_corrected,
}
