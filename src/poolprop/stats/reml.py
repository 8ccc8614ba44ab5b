"""Normal likelihood and restricted likelihood of ``tau2``, and their global maxima.

References
----------
Viechtbauer W (2005). Bias and efficiency of meta-analytic variance estimators in the
random-effects model. Journal of Educational and Behavioral Statistics 30(3):261-293.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from poolprop.stats.inputs import Floats
from poolprop.stats.wls import trace_p, weighted_fit

# Exponents of a geometric grid from its lowest value to its highest.
GRID = np.linspace(0, 1, 120)


def normal_loglik(
    yi: Floats, vi: Floats, design: Floats, tau2: float | Floats, *, restricted: bool
) -> Floats:
    """Return the log-likelihood of ``tau2`` profiled over the coefficients, all constants in.

    The restricted one carries ``+ log|X'X| / 2``, which makes it comparable between scalings of
    the design.
    """
    k, p = design.shape
    fit = weighted_fit(yi, vi, design, tau2)
    value = np.sum(np.log(fit.weights), axis=-1) - fit.rss
    if restricted:
        value = value + np.linalg.slogdet(fit.cov)[1] + np.linalg.slogdet(design.T @ design)[1]
    out: Floats = 0.5 * (value - (k - p * restricted) * np.log(2 * np.pi))
    return out


def score(
    yi: Floats, vi: Floats, design: Floats, tau2: float | Floats, *, restricted: bool
) -> Floats:
    """Return the derivative of :func:`normal_loglik` with respect to ``tau2``."""
    if design.shape[1] == 1 and np.ndim(tau2) == 0:
        return _mean_score(yi, vi, design[:, 0], float(tau2), restricted=restricted)
    fit = weighted_fit(yi, vi, design, tau2)
    trace = trace_p(fit, design) if restricted else fit.weights.sum(axis=-1)
    out: Floats = 0.5 * (np.sum((fit.weights * fit.residual) ** 2, axis=-1) - trace)
    return out


def _mean_score(yi: Floats, vi: Floats, column: Floats, tau2: float, *, restricted: bool) -> Floats:
    """Return the score of a design with one column: the same sums, without matrices."""
    weights = 1 / (vi + tau2)
    line = weights * column
    total = line @ column
    residual = weights * (yi - column * ((line @ yi) / total))
    trace = weights.sum() - ((line @ line) / total if restricted else 0.0)
    out: Floats = 0.5 * (residual @ residual - trace)
    return out


def local_maxima(yi: Floats, vi: Floats, design: Floats, *, restricted: bool) -> list[float]:
    """Return every local maximum of the (restricted) likelihood over ``tau2 >= 0``.

    The score is scanned on a geometric grid, from far below the sampling variances to beyond
    the largest possible maximum, and each of its falls through 0 is bracketed and refined.
    """

    def slope(tau2: float) -> float:
        return float(score(yi, vi, design, tau2, restricted=restricted))

    # Both scores are negative once tau2 exceeds the residual sum of squares.
    plain = weighted_fit(yi, np.ones_like(vi), design)
    top = 4 * max(float(plain.rss), float(vi.max()), 1e-12)
    bottom = 1e-6 * float(vi.min())
    grid = np.append(0.0, bottom * (top / bottom) ** GRID)
    slopes = score(yi, vi, design, grid, restricted=restricted)
    falls = np.flatnonzero((slopes[:-1] > 0) & (slopes[1:] <= 0))
    roots = [
        float(brentq(slope, grid[i], grid[i + 1], xtol=1e-300, rtol=1e-15, maxiter=500))
        for i in falls
    ]
    return [0.0, *roots] if slopes[0] <= 0 else roots


def maximum_likelihood(yi: Floats, vi: Floats, design: Floats) -> float:
    """Maximise the likelihood over ``tau2 >= 0``, globally."""
    return _best(yi, vi, design, restricted=False)


def restricted_ml(yi: Floats, vi: Floats, design: Floats) -> float:
    """Maximise the restricted likelihood over ``tau2 >= 0``, globally."""
    return _best(yi, vi, design, restricted=True)


def _best(yi: Floats, vi: Floats, design: Floats, *, restricted: bool) -> float:
    maxima = local_maxima(yi, vi, design, restricted=restricted)
    if len(maxima) == 1:
        return maxima[0]
    values = normal_loglik(yi, vi, design, np.array(maxima), restricted=restricted)
    return maxima[int(np.argmax(values))]
