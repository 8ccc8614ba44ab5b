"""Weighted least squares with known variances plus ``tau2``: one data set, any design.

A function of the design ``X``; a plain meta-analysis has one column of ones.
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
    beta : ndarray, shape (p,)
        Coefficients.
    cov : ndarray, shape (p, p)
        ``(X' W X)^-1``.
    weights, residual : ndarray, shape (k,)
        ``1 / (vi + tau2)`` and ``yi - X beta``.
    rss : float
        Weighted sum of squared residuals: the generalised Q.
    """

    beta: Floats
    cov: Floats
    weights: Floats
    residual: Floats
    rss: float


def intercept(k: int) -> Floats:
    """Return the design of a plain meta-analysis."""
    return np.ones((k, 1))


def is_intercept(design: Floats) -> bool:
    """Return whether a design is that of a plain meta-analysis, whose sums are simpler."""
    return design.shape[1] == 1 and bool(np.count_nonzero(design == 1) == design.size)


def weighted_fit(yi: Floats, vi: Floats, design: Floats, tau2: float = 0.0) -> Wls:
    """Fit effects (k,) on a design (k, p) of full rank with weights ``1 / (vi + tau2)``."""
    weights = 1 / (vi + tau2)
    line = weights[:, None] * design
    cov = np.asarray(np.linalg.inv(line.T @ design), dtype=np.float64)
    beta = cov @ (line.T @ yi)
    residual = yi - design @ beta
    rss = float((weights * residual).dot(residual))
    # If all effects agree to rounding, Q is 0.
    rss = 0.0 if rss < 1e-28 * float(weights.dot(yi * yi)) else rss
    return Wls(beta=beta, cov=cov, weights=weights, residual=residual, rss=rss)


def complements(share: Floats, axis: int = -1) -> Floats:
    """Return ``1 - share`` of shares that sum to 1 along an axis.

    A share of nearly 1, such as that of a study of a million beside small ones, leaves few digits
    in the difference: there the others are added up.
    """
    most = share > 0.5
    if not np.count_nonzero(most):
        return 1 - share
    others = np.where(most, 0.0, share).sum(axis=axis, keepdims=True)
    out: Floats = np.where(most, others, 1 - share)
    return out


def projection(fit: Wls, design: Floats) -> Floats:
    """Return ``P`` itself, shape (k, k), for one ``tau2``."""
    weighted = fit.weights[:, None] * design
    out: Floats = np.diag(fit.weights) - weighted @ fit.cov @ weighted.T
    return out


Matrix = list[list[Floats]]


def cholesky(matrix: Matrix) -> Matrix:
    """Return the lower factor, reciprocals on its diagonal."""
    p = len(matrix)
    out: Matrix = [[matrix[a][b] for b in range(a + 1)] for a in range(p)]
    for a in range(p):
        for b in range(a + 1):
            rest = matrix[a][b]
            for c in range(b):
                rest = rest - out[a][c] * out[b][c]
            out[a][b] = 1 / np.sqrt(rest) if a == b else rest * out[b][b]
    return out


def solve(root: Matrix, right: list[Floats]) -> list[Floats]:
    """Return the solutions, by the lower factor."""
    p = len(root)
    out = list(right)
    for a in range(p):
        for c in range(a):
            out[a] = out[a] - root[a][c] * out[c]
        out[a] = out[a] * root[a][a]
    for a in reversed(range(p)):
        for c in range(a + 1, p):
            out[a] = out[a] - root[c][a] * out[c]
        out[a] = out[a] * root[a][a]
    return out
