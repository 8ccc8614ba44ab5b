"""Weighted least squares with known variances plus ``tau2``: the heart of two-step models.

Everything is a function of the design ``X``; a plain meta-analysis has one column of ones.
Functions accept an array of ``tau2`` values and broadcast over it, so that a likelihood is
scanned in one call.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poolprop.stats._types import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Wls:
    """A weighted fit at given variances.

    Attributes
    ----------
    beta : ndarray, shape (..., p)
        Coefficients.
    cov : ndarray, shape (..., p, p)
        ``(X' W X)^-1``.
    weights, residual : ndarray, shape (..., k)
        ``1 / (vi + tau2)`` and ``yi - X beta``.
    rss : ndarray, shape (...)
        Weighted sum of squared residuals: the generalised Q.
    """

    beta: Floats
    cov: Floats
    weights: Floats
    residual: Floats
    rss: Floats


def intercept(k: int) -> Floats:
    """Return the design of a plain meta-analysis."""
    return np.ones((k, 1))


def is_intercept(design: Floats) -> bool:
    """Return whether a design is that of a plain meta-analysis, whose sums are simpler."""
    return design.shape[1] == 1 and bool(np.count_nonzero(design == 1) == design.size)


def weighted_fit(yi: Floats, vi: Floats, design: Floats, tau2: float | Floats = 0.0) -> Wls:
    """Fit by weighted least squares with weights ``1 / (vi + tau2)``.

    Parameters
    ----------
    yi, vi : ndarray, shape (k,)
        Effect sizes and sampling variances.
    design : ndarray, shape (k, p)
        Of full column rank.
    tau2 : float or ndarray, shape (...)
        Between-study variance; leading axes are kept.
    """
    if design.shape[1] == 1 and isinstance(tau2, float):
        return _weighted_mean(yi, vi, design[:, 0], tau2)
    weights = 1 / (vi + np.asarray(tau2, dtype=np.float64)[..., None])
    if design.shape[1] == 1:
        column = design[:, 0]
        cov = (1 / (weights @ (column * column)))[..., None, None]
        beta = cov[..., 0] * (weights @ (column * yi))[..., None]
    else:
        weighted = weights[..., None] * design
        cov = np.asarray(np.linalg.inv(np.swapaxes(weighted, -1, -2) @ design), dtype=np.float64)
        beta = (cov @ np.sum(weighted * yi[:, None], axis=-2)[..., None])[..., 0]
    residual = yi - beta @ design.T
    rss = (weights * residual * residual).sum(axis=-1)
    # What is left of effects that agree to rounding is rounding.
    rss = np.where(rss < 1e-28 * (weights @ (yi * yi)), 0.0, rss)
    return Wls(beta=beta, cov=cov, weights=weights, residual=residual, rss=rss)


def _weighted_mean(yi: Floats, vi: Floats, column: Floats, tau2: float) -> Wls:
    """Return the same for one column and one ``tau2``, by plain sums."""
    weights = 1 / (vi + tau2)
    line = weights * column
    variance = 1 / float(line.dot(column))
    beta = variance * float(line.dot(yi))
    residual = yi - beta * column
    heavy = weights * residual
    rss = float(heavy.dot(residual))
    if rss < 1e-28 * float(weights.dot(yi * yi)):
        rss = 0.0
    return Wls(
        beta=np.array([beta]),
        cov=np.array([[variance]]),
        weights=weights,
        residual=residual,
        rss=np.asarray(rss),
    )


def trace_p(fit: Wls, design: Floats) -> Floats:
    """Return the trace of ``P = W - W X (X'WX)^-1 X' W``."""
    if design.shape[1] == 1:
        share = fit.weights * design[:, 0] ** 2 * fit.cov[..., 0]
        one: Floats = np.asarray((fit.weights * complements(share)).sum(axis=-1))
        return one
    out: Floats = fit.weights.sum(axis=-1) - np.trace(
        fit.cov @ _moment(fit.weights**2, design), axis1=-2, axis2=-1
    )
    return out


def complements(share: Floats, axis: int = -1) -> Floats:
    """Return ``1 - share`` of shares that sum to 1 along an axis.

    A share of nearly 1, such as that of a study of a million beside small ones, leaves few digits
    in the difference: there the others are added up.
    """
    most = share > 0.5
    others = np.where(most, 0.0, share).sum(axis=axis, keepdims=True)
    out: Floats = np.where(most, others, 1 - share)
    return out


def trace_pp(fit: Wls, design: Floats) -> Floats:
    """Return the trace of ``P P``."""
    square = fit.cov @ _moment(fit.weights**2, design)
    cube = fit.cov @ _moment(fit.weights**3, design)
    traces = np.trace(square @ square - 2 * cube, axis1=-2, axis2=-1)
    out: Floats = np.sum(fit.weights**2, axis=-1) + traces
    return out


def projection(fit: Wls, design: Floats) -> Floats:
    """Return ``P`` itself, shape (k, k), for one ``tau2``."""
    weighted = fit.weights[:, None] * design
    out: Floats = np.diag(fit.weights) - weighted @ fit.cov @ weighted.T
    return out


def _moment(weights: Floats, design: Floats) -> Floats:
    weighted = weights[..., None] * design
    out: Floats = np.swapaxes(weighted, -1, -2) @ design
    return out
