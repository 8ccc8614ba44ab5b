"""Estimators of the between-study variance ``tau2``, as one registry.

Each is a function of effect sizes, sampling variances and the design, so that the same code
serves a pooled mean (one column of ones) and a meta-regression.

References
----------
Veroniki AA et al. (2016). Methods to estimate the between-study variance and its uncertainty in
meta-analysis. Research Synthesis Methods 7(1):55-79.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats
from poolprop.stats.likelihoods.normal import maximum_likelihood, restricted_ml
from poolprop.stats.numeric.roots import bracketed_root
from poolprop.stats.numeric.wls import (
    Wls,
    is_intercept,
    projection,
    trace_p,
    trace_pp,
    weighted_fit,
)

Estimator = Callable[[Floats, Floats, Floats], float]


def dersimonian_laird(yi: Floats, vi: Floats, design: Floats) -> float:
    """Equate Cochran's Q to its expectation (DerSimonian R, Laird N 1986)."""
    fit = weighted_fit(yi, vi, design)
    return excess_q(fit, _df(design), float(trace_p(fit, design)))


def excess_q(common: Wls, df: int, trace: float) -> float:
    """Return DerSimonian and Laird's estimate from a common-effect fit and its ``tr(P)``."""
    return max(0.0, (float(common.rss) - df) / trace)


def hedges(yi: Floats, vi: Floats, design: Floats) -> float:
    """Equate the unweighted residual variance to its expectation (Hedges LV, Olkin I 1985)."""
    plain = weighted_fit(yi, np.ones_like(vi), design)
    hat = np.sum((design @ plain.cov) * design, axis=1)
    return max(0.0, float((plain.rss - np.sum((1 - hat) * vi)) / _df(design)))


def hunter_schmidt(yi: Floats, vi: Floats, design: Floats) -> float:
    """Equate Q to the number of studies (Hunter JE, Schmidt FL 1990)."""
    fit = weighted_fit(yi, vi, design)
    return max(0.0, float((fit.rss - yi.size) / fit.weights.sum()))


def sidik_jonkman(yi: Floats, vi: Floats, design: Floats) -> float:
    """Scale a crude variance by its own Q (Sidik K, Jonkman JN 2005); 0 only if all yi agree."""
    start = crude_variance(yi)
    if start == 0:
        return 0.0
    fit = weighted_fit(yi, vi, design, start)
    return start * float(fit.rss) / _df(design)


def paule_mandel(yi: Floats, vi: Floats, design: Floats) -> float:
    """Equate the generalised Q to its expectation (Paule RC, Mandel J 1982).

    The generalised Q decreases in ``tau2``, so its crossing of ``k - p`` is unique, and
    bracketing it from 0 cannot miss it. The empirical Bayes estimator (Morris CN 1983) solves
    the same equation.
    """
    return q_root(yi, vi, design, _df(design))


def q_root(yi: Floats, vi: Floats, design: Floats, target: float) -> float:
    """Return the ``tau2 >= 0`` at which the generalised Q equals ``target``; 0 if below it."""
    if is_intercept(design):
        return _mean_q_root(yi, vi, target)

    def excess(tau2: float) -> float:
        return float(weighted_fit(yi, vi, design, tau2).rss) - target

    if excess(0.0) <= 0:
        return 0.0
    upper = max(float(np.var(yi)), float(np.min(vi)))
    while excess(upper) > 0:
        upper *= 4
    return bracketed_root(excess, 0.0, upper)


def _mean_q_root(yi: Floats, vi: Floats, target: float) -> float:
    """Return the same for a pooled mean, by Newton's method.

    Q falls and is convex in ``tau2``, so that steps from the left never pass the root.
    """
    tau2 = 0.0
    for _ in range(500):
        weights = 1 / (vi + tau2)
        residual = yi - float(weights.dot(yi)) / float(weights.sum())
        heavy = weights * residual
        q = float(heavy.dot(residual))
        if tau2 == 0 and (q <= target or q < 1e-28 * float(weights.dot(yi * yi))):
            return 0.0
        step = (q - target) / float(heavy.dot(heavy))
        tau2 += step
        if step <= 1e-7 * tau2:  # its error is of the order of the square
            break
    return tau2


def crude_variance(yi: Floats) -> float:
    """Return the variance of the effect sizes, divisor ``k``: where Sidik-Jonkman starts."""
    return float(np.mean((yi - yi.mean()) ** 2))


def estimate_tau2(yi: Floats, vi: Floats, design: Floats, method: str) -> float:
    """Return ``tau2`` by a method of the registry, or 0 for the common effect (``"EE"``).

    Raises
    ------
    EstimationError
        If there are no more studies than columns in the design.
    """
    if method == "EE":
        return 0.0
    if _df(design) < 1:
        raise EstimationError(
            f"tau2 needs more studies than coefficients, got {yi.size} and {design.shape[1]}",
            where="tau2",
            hint="Use the common-effect model, or fewer moderators.",
        )
    return ESTIMATORS[method](yi, vi, design)


def tau2_standard_error(yi: Floats, vi: Floats, design: Floats, method: str, tau2: float) -> float:
    """Return the large-sample standard error of an estimate of ``tau2``.

    From the variance of a quadratic form ``y' A y`` (moment estimators) or the expected
    information (likelihood estimators), at the estimate itself.
    """
    if method == "EE":
        return float("nan")
    df = _df(design)
    fit = weighted_fit(yi, vi, design, tau2)
    if method == "ML":
        return float(np.sqrt(2 / np.sum(fit.weights**2)))
    if method == "REML":
        return float(np.sqrt(2 / trace_pp(fit, design)))
    if method in ("EB", "PM"):
        return float(np.sqrt(2 * yi.size**2 / df) / fit.weights.sum())
    at, variances, scale = _quadratic_form(yi, vi, design, method)
    p = projection(weighted_fit(yi, variances, design), design)
    pv = p * vi
    parts = 2 * np.sum(pv * pv.T) + 4 * tau2 * np.sum(pv * p) + 2 * tau2**2 * np.sum(p * p)
    return float(at * np.sqrt(parts) / scale)


def _quadratic_form(
    yi: Floats, vi: Floats, design: Floats, method: str
) -> tuple[float, Floats, float]:
    """Return factor, variances of the weights and divisor: ``tau2 = factor (y'Py - c) / scale``."""
    if method == "HE":
        return 1.0, np.ones_like(vi), float(_df(design))
    if method == "SJ":
        start = crude_variance(yi)
        return start, vi + start, float(_df(design))
    fit = weighted_fit(yi, vi, design)
    divisor = trace_p(fit, design) if method == "DL" else fit.weights.sum()
    return 1.0, vi, float(divisor)


def _df(design: Floats) -> int:
    return int(design.shape[0] - design.shape[1])


ESTIMATORS: dict[str, Estimator] = {
    "DL": dersimonian_laird,
    "HE": hedges,
    "HS": hunter_schmidt,
    "SJ": sidik_jonkman,
    "ML": maximum_likelihood,
    "REML": restricted_ml,
    "EB": paule_mandel,
    "PM": paule_mandel,
}
