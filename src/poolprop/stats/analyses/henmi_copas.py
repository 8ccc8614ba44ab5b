"""Henmi and Copas' interval: common-effect weights, random-effects uncertainty.

References
----------
Henmi M, Copas JB (2010). Confidence intervals for random effects meta-analysis and robustness to
publication bias. Statistics in Medicine 29(29):2969-2983.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammainc

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats
from poolprop.stats.answers.results import Interval
from poolprop.stats.answers.shown import Shown
from poolprop.stats.fits.tau2 import estimate_tau2
from poolprop.stats.inputs import effects, fraction
from poolprop.stats.numeric.roots import bracketed_root
from poolprop.stats.numeric.rules import legendre
from poolprop.stats.numeric.wls import intercept, weighted_fit

LAST, POINTS = 12.0, 400


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class HenmiCopas(Shown):
    """A mean with common-effect weights, and its interval."""

    estimate: float
    se: float
    ci: Interval
    tau2: float


def henmi_copas(yi: ArrayLike, vi: ArrayLike, level: float = 0.95) -> HenmiCopas:
    """Return the common-effect mean with an interval that is valid under random effects.

    Parameters
    ----------
    yi, vi : array_like, shape (k,)
        Effect sizes and sampling variances, ``k >= 2``.
    level : float
        Confidence level.

    Raises
    ------
    EstimationError
        If there are fewer than two studies, or an effect or the level is not valid.

    Notes
    -----
    The interval inverts the joint distribution of the standardised mean ``r`` and of Q, whose
    conditional distribution given ``r`` is taken as a gamma with the right two moments; ``tau2``
    is DerSimonian and Laird's.

    References
    ----------
    Henmi M, Copas JB (2010). Statistics in Medicine 29(29):2969-2983.

    Examples
    --------
    >>> found = henmi_copas([0.1, 0.5, 0.9, 0.2], [0.1, 0.2, 0.05, 0.1])
    >>> f"{found.estimate:.3f} ({found.ci.lower:.3f} to {found.ci.upper:.3f})"
    '0.522 (-0.003 to 1.048)'
    """
    yi, vi = effects(yi, vi)
    fraction(level, "level")
    if yi.size < 2:
        raise EstimationError(f"Henmi-Copas needs at least 2 studies, got {yi.size}", where="yi")
    design = intercept(yi.size)
    tau2 = estimate_tau2(yi, vi, design, "DL")
    s1, s2, s3, s4 = (float(np.sum(vi**-power)) for power in (1.0, 2.0, 3.0, 4.0))
    w2, w3, w4 = s2 / s1, s3 / s1, s4 / s1
    root = math.sqrt(1 + tau2 * w2)
    estimate = float(weighted_fit(yi, vi, design).beta[0])
    se = root / math.sqrt(s1)
    node, weight = legendre(POINTS)

    def excess(cut: float) -> float:
        r = cut + (LAST - cut) * (node + 1) / 2
        mean, variance = _q_moments(root * r, tau2, yi.size, s1, w2, w3, w4)
        bound = (s1 / w2 - 1) * ((r / cut) ** 2 - 1) + (yi.size - 1)
        below = gammainc(mean**2 / variance, np.maximum(bound, 0) * mean / variance)
        density = np.exp(-0.5 * r * r) / math.sqrt(2 * math.pi)
        integral = (LAST - cut) / 2 * float(np.sum(weight * below * density))
        return integral - (1 - level) / 2

    upper = 2.0
    while excess(upper) > 0:
        upper *= 1.5
    half = root * bracketed_root(excess, 1e-6, upper, xtol=1e-13, rtol=1e-13) * se
    ci = Interval(lower=estimate - half, upper=estimate + half)
    return HenmiCopas(estimate=estimate, se=se, ci=ci, tau2=tau2)


def _q_moments(
    r: Floats, tau2: float, k: int, s1: float, w2: float, w3: float, w4: float
) -> tuple[Floats, Floats]:
    """Return mean and variance of Q given the standardised mean."""
    v = 1 + tau2 * w2
    excess = r**2 / v**2 - 1 / v
    mean = (k - 1) + tau2 * (s1 - w2) + tau2**2 * excess * (w3 - w2**2)
    variance = (
        2 * (k - 1)
        + 4 * tau2 * (s1 - w2)
        + 2 * tau2**2 * (s1 * w2 - 2 * w3 + w2**2)
        + 4 * tau2**2 * excess * (w3 - w2**2)
        + 4 * tau2**3 * excess * (w4 - 2 * w2 * w3 + w2**3)
        + 2 * tau2**4 * (1 / v**2 - 2 * r**2 / v**3) * (w3 - w2**2) ** 2
    )
    return mean, variance
