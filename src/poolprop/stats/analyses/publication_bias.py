"""Means despite publication bias: trim and fill, and Henmi and Copas' interval.

References
----------
Duval S, Tweedie R (2000). A nonparametric "trim and fill" method of accounting for publication
bias in meta-analysis. JASA 95(449):89-98; Biometrics 56(2):455-463.
Henmi M, Copas JB (2010). Confidence intervals for random effects meta-analysis and robustness to
publication bias. Statistics in Medicine 29(29):2969-2983 (common-effect weights, random-effects
uncertainty).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammainc

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats
from poolprop.stats.analyses.regression import fit_regression
from poolprop.stats.answers.pool_two_step import TwoStep, fit_two_step
from poolprop.stats.answers.results import Interval
from poolprop.stats.answers.shown import Shown
from poolprop.stats.fits.tau2 import ESTIMATORS as TAU2
from poolprop.stats.fits.tau2 import estimate_tau2
from poolprop.stats.inputs import choice, effects, fraction
from poolprop.stats.numeric.roots import bracketed_root
from poolprop.stats.numeric.rules import legendre
from poolprop.stats.numeric.wls import intercept, weighted_fit

ESTIMATORS = ("L0", "R0", "Q0")
MOST_ROUNDS = 100


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TrimAndFill(Shown):
    """The number of studies filled in, and the result with them.

    Attributes
    ----------
    k0, k0_se : float
        Studies filled in, and the standard error of that number (NaN where undefined).
    side : str
        The side on which studies lack: ``"left"`` or ``"right"``.
    fit : TwoStep
        The mean of observed and filled studies.
    yi, vi : ndarray, shape (k0,)
        The studies filled in.
    """

    k0: int
    k0_se: float
    side: str
    fit: TwoStep
    yi: Floats
    vi: Floats


def trim_and_fill(
    yi: ArrayLike,
    vi: ArrayLike,
    tau2_method: str = "REML",
    estimator: str = "L0",
    *,
    level: float = 0.95,
) -> TrimAndFill:
    """Estimate the number of missing studies, fill them in and pool again.

    Parameters
    ----------
    yi, vi : array_like, shape (k,)
        Effect sizes and sampling variances, ``k >= 3``.
    tau2_method : str
        A key of ``tau2.ESTIMATORS``, or ``"EE"``.
    estimator : {"L0", "R0", "Q0"}
        Of the number of missing studies.
    level : float
        Level of the interval.

    Raises
    ------
    EstimationError
        If there are too few studies, Q0 has no real value for them, or a choice is not valid.

    References
    ----------
    Duval S, Tweedie R (2000). JASA 95(449):89-98.

    Examples
    --------
    >>> found = trim_and_fill([0.1, 0.2, 0.4, 0.9, 1.4], [0.01, 0.02, 0.05, 0.2, 0.3])
    >>> found.k0, found.side, round(found.fit.estimate, 3)
    (2, 'left', 0.2)
    """
    choice(estimator, "estimator", ESTIMATORS)
    choice(tau2_method, "tau2_method", [*TAU2, "EE"])
    yi, vi = effects(yi, vi)
    fraction(level, "level")
    if yi.size < 3:
        raise EstimationError(f"trim and fill needs at least 3 studies, got {yi.size}", where="yi")
    side = _side(yi, vi, tau2_method)
    sign = 1.0 if side == "left" else -1.0
    order = np.argsort(sign * yi, kind="stable")
    y, v = sign * yi[order], vi[order]
    k0, centre, error = _count(y, v, tau2_method, estimator)
    filled_y = sign * (2 * centre - y[y.size - k0 :])
    filled_v = v[v.size - k0 :]
    fit = fit_two_step(
        np.concatenate([yi, filled_y]), np.concatenate([vi, filled_v]), tau2_method, "wald", level
    )
    return TrimAndFill(k0=k0, k0_se=error, side=side, fit=fit, yi=filled_y, vi=filled_v)


def _side(yi: Floats, vi: Floats, tau2_method: str) -> str:
    """Small studies with large effects leave a gap on the left."""
    if np.ptp(vi) == 0:
        return "left"
    design = np.column_stack([np.ones(yi.size), np.sqrt(vi)])
    slope = fit_regression(yi, vi, design, tau2_method, "wald", 0.95).beta[1]
    return "right" if slope < 0 else "left"


def _count(y: Floats, v: Floats, tau2_method: str, estimator: str) -> tuple[int, float, float]:
    """Trim the largest effects until their number no longer changes."""
    k0 = 0
    for _ in range(MOST_ROUNDS):
        keep = y.size - k0
        centre = fit_two_step(y[:keep], v[:keep], tau2_method, "wald", 0.95).estimate
        found, error = _missing(y - centre, estimator)
        if found == k0:
            return k0, centre, error
        k0 = found
    raise EstimationError(
        "trim and fill does not settle", where="yi", hint="Use another estimator."
    )


def _missing(residual: Floats, estimator: str) -> tuple[int, float]:
    """Return the number of missing studies and its standard error, from signed ranks."""
    k = residual.size
    rank = np.argsort(np.argsort(np.abs(residual), kind="stable"), kind="stable") + 1.0
    if estimator == "R0":
        below = rank[residual < 0]
        raw = k - (float(below.max()) if below.size else 0.0) - 1
        return max(0, round(raw)), math.sqrt(2 * max(0.0, raw) + 2)
    total = float(rank[residual > 0].sum())
    if estimator == "L0":
        raw = (4 * total - k * (k + 1)) / (2 * k - 1)
    else:
        inside = 2 * k**2 - 4 * total + 0.25
        if inside < 0:
            raise EstimationError(
                "Q0 has no real value for these studies", where="estimator", hint="Use L0 or R0."
            )
        raw = k - 0.5 - math.sqrt(inside)
    variance = (
        k * (k + 1) * (2 * k + 1)
        + 10 * raw**3
        + 27 * raw**2
        + 17 * raw
        - 18 * k * raw**2
        - 18 * k * raw
        + 6 * k**2 * raw
    ) / 24
    spread = math.sqrt(variance) if variance >= 0 else math.nan
    if estimator == "L0":
        return max(0, round(raw)), 4 * spread / (2 * k - 1)
    below_root = (k - 0.5) ** 2 - raw * (2 * k - raw - 1)
    scale = math.sqrt(below_root) if below_root > 0 else math.nan
    return max(0, round(raw)), 2 * spread / scale


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
