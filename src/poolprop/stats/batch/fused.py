"""Log-likelihood, score and information of each link in one go, sharing their transcendentals.

The same values as those of :mod:`poolprop.stats.links`, which computes each on its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.special import erfcx

from poolprop.stats._types import Floats
from poolprop.stats.links import CLOGLOG_BOTTOM, CLOGLOG_TOP

Parts = tuple[Floats, Floats, Floats]
ROOT_HALF = math.sqrt(0.5)
DENSITY = 1 / math.sqrt(2 * math.pi)
CENTRE = 3.75


def logit(eta: Floats, x: Floats, n: Floats) -> Parts:
    """Return ``x log p + (n - x) log(1 - p)``, its derivative, and its second derivative."""
    rest = 1 + np.exp(-np.abs(eta))
    above = np.maximum(eta, 0)
    p = np.exp(eta - above) / rest
    fitted = n * p
    loglik = x * eta - n * (above + np.log(rest))
    p -= 1
    return loglik, x - fitted, fitted * p


def probit(eta: Floats, x: Floats, n: Floats) -> Parts:
    """Return the same for the probit.

    ``few`` counts those on the side whose probability is below 1/2.
    """
    far, sign = np.abs(eta), np.copysign(1.0, eta)
    half = scaled_tail(far)
    square = far * far
    square *= 0.5
    kernel = np.exp(-square)
    tail = half * kernel
    middle, lean = 0.5 * n, (x - 0.5 * n) * sign
    few, many = middle - lean, lean
    many += middle
    loglik = np.log(half)
    loglik -= square
    loglik *= few
    np.negative(tail, out=tail)
    np.log1p(tail, out=square)
    square *= many
    loglik += square
    # What is left are Mills' ratios on either side.
    np.divide(DENSITY, half, out=half)
    tail += 1
    kernel *= DENSITY
    kernel /= tail
    few *= half
    many *= kernel
    half -= far
    half *= few
    kernel += far
    kernel *= many
    half += kernel
    np.negative(half, out=half)
    many -= few
    many *= sign
    return loglik, many, half


def scaled_tail(far: Floats) -> Floats:
    """Return the normal tail beyond ``far >= 0`` over ``exp(-far^2 / 2)``: half of ``erfcx``.

    SciPy's ``erfcx`` goes through its arguments one by one. A polynomial in
    ``(u - K) / (u + K)`` has ``(1 + 2 u) erfcx(u)`` to 4e-15 and runs on whole vectors
    (Shepherd and Laframboise 1981, Mathematics of Computation 36(153):249-253).
    """
    u = far * ROOT_HALF
    t = (u - CENTRE) / (u + CENTRE)
    out: Floats = np.full_like(t, TAIL[0])
    for coefficient in TAIL[1:]:
        out *= t
        out += coefficient
    out /= 1 + 2 * u
    return out


def _tail_polynomial(terms: int = 22, points: int = 64) -> list[float]:
    """Return the polynomial's coefficients, the highest power first."""
    angle = np.pi * (np.arange(points) + 0.5) / points
    u = CENTRE * (1 + np.cos(angle)) / (1 - np.cos(angle))
    values = 0.5 * (1 + 2 * u) * erfcx(u)
    series = 2 / points * np.cos(np.outer(np.arange(terms), angle)) @ values
    series[0] /= 2
    powers: list[float] = np.polynomial.chebyshev.cheb2poly(series)[::-1].tolist()
    return powers


TAIL = _tail_polynomial()


def cloglog(eta: Floats, x: Floats, n: Floats) -> Parts:
    """Return the same for the complementary log-log."""
    hazard = np.exp(np.minimum(np.maximum(eta, CLOGLOG_BOTTOM), CLOGLOG_TOP))
    lost = np.expm1(-hazard)
    np.negative(lost, out=lost)
    ratio = hazard / lost  # tends to 1 as the hazard vanishes
    odds = x * ratio * (1 - lost)
    others = (n - x) * hazard
    ratio -= 1
    ratio *= odds
    return x * np.log(lost) - others, odds - others, -(ratio + others)


FUSED: dict[str, Callable[[Floats, Floats, Floats], Parts]] = {
    "logit": logit,
    "probit": probit,
    "cloglog": cloglog,
}
