"""Roots of functions of one variable, without ``scipy.optimize``.

Importing that package takes a job of the workflow as long as all the rest it needs of SciPy.

References
----------
Chandrupatla TR (1997). A new hybrid quadratic/bisection algorithm for finding the zero of a
nonlinear function without using derivatives. Advances in Engineering Software 28(3):145-149.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from poolprop.stats._types import Floats
from poolprop.stats.inputs import fraction

EPSILON = 2.0**-52
# Standard deviations about a normal quantile within which that of another distribution is sought.
NEAR = 1.0


def bracketed_root(
    function: Callable[[float], float],
    low: float,
    high: float,
    *,
    xtol: float = 1e-300,
    rtol: float = 1e-15,
) -> float:
    """Return where a continuous function changes its sign.

    Parameters
    ----------
    function : callable
        From a number to a number; it may be infinite at an end.
    low, high : float
        Between which it changes its sign.
    xtol, rtol : float
        The root lies within ``xtol + rtol * abs(root)`` of what is returned; ``rtol`` is at
        least four times the rounding error of 1.

    Raises
    ------
    ValueError
        If the function has the same sign at both ends, or is not a number there.
    """
    a, b = float(high), float(low)  # a is the newest, b is across the root, c is what a replaced
    fa, fb = function(a), function(b)
    if fa == 0 or fb == 0:
        return a if fa == 0 else b
    if not (fa < 0 < fb or fb < 0 < fa):
        raise ValueError(f"no change of sign between {low} ({fb}) and {high} ({fa})")
    rtol, part = max(rtol, 4 * EPSILON), 0.5
    best = a
    for _ in range(1000):  # halving alone needs no more than the bits of a number
        new = a + part * (b - a)
        value = function(new)
        c, fc = a, fa
        if (value < 0) != (fa < 0):
            b, c, fb, fc = a, b, fa, fb
        a, fa = new, value
        best, least = (a, fa) if abs(fa) < abs(fb) else (b, fb)
        closest = 0.5 * (xtol + rtol * abs(best)) / abs(b - a) if b != a else 1.0
        if least == 0 or closest > 0.5:
            break
        part = min(1 - closest, max(closest, _part(a, b, c, fa, fb, fc)))
    return best


def quantiles(
    cdf: Callable[[float], float],
    probabilities: ArrayLike,
    low: float,
    high: float,
    *,
    xtol: float,
    about: tuple[float, float] | None = None,
) -> Floats:
    """Return where a distribution function that rises between two ends has given values.

    Parameters
    ----------
    cdf : callable
        The distribution function.
    probabilities : array_like
        Between 0 and 1, ends excluded.
    low, high : float
        Where it is all but 0 and 1.
    xtol : float
        How closely.
    about : tuple of float, optional
        Mean and standard deviation. On the scale of normal quantiles the function is then nearly
        a line, and most roots lie near where it would be one.
    """

    def one(probability: float) -> float:
        if about is None:
            return bracketed_root(lambda at: float(cdf(at)) - probability, low, high, xtol=xtol)
        wanted = float(ndtri(probability))

        @cache
        def excess(at: float) -> float:
            return float(ndtri(min(max(cdf(at), 0.0), 1.0))) - wanted

        left, right = (about[0] + about[1] * (wanted + side) for side in (-NEAR, NEAR))
        found = low < left and right < high and excess(left) < 0 < excess(right)
        return bracketed_root(excess, *((left, right) if found else (low, high)), xtol=xtol)

    levels = np.atleast_1d(np.asarray(probabilities, dtype=np.float64))
    return np.array([one(fraction(float(level), "probability")) for level in levels])


def _part(a: float, b: float, c: float, fa: float, fb: float, fc: float) -> float:
    """Return what part of the way from ``a`` to ``b`` to go: one half, or where a parabola says.

    The parabola through three points is trusted where it rises or falls throughout.
    """
    place, height = (a - b) / (c - b), (fa - fb) / (fc - fb)
    if not (height * height < place and (1 - height) ** 2 < 1 - place):  # nor if not a number
        return 0.5
    return fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
