"""Prediction intervals of two-step models that carry the uncertainty of ``tau2``.

``tau2`` is drawn from its confidence distribution, the mean and a new study's effect given each
draw. The pivot is the generalised Q, exactly chi-square with ``k - 1`` degrees of freedom at the
true ``tau2`` of a normal model; the paper inverts the distribution of Cochran's Q instead.

References
----------
Nagashima K, Noma H, Furukawa TA (2019). Prediction intervals for random-effects meta-analysis: a
confidence distribution approach. Statistical Methods in Medical Research 28(6):1689-1702.
Viechtbauer W (2007). Confidence intervals for the amount of heterogeneity in meta-analysis.
Statistics in Medicine 26(1):37-52 (the pivot).
"""

from __future__ import annotations

import numpy as np

from poolprop.stats._types import Floats
from poolprop.stats.answers.results import Interval

HALVINGS = 60


def bootstrap_prediction(
    yi: Floats, vi: Floats, level: float, seed: int, replicates: int
) -> Interval:
    """Return the prediction interval of a new study's effect.

    Parameters
    ----------
    yi, vi : ndarray, shape (k,)
        Effect sizes and sampling variances, ``k >= 3``.
    level : float
        Level of the equal-tailed interval.
    seed, replicates : int
        Of the draws (PCG64).

    Returns
    -------
    Interval
        Quantiles of ``mu(tau2) + z tau + t se(tau2)`` over draws of ``tau2``, a normal ``z`` and a
        Student's ``t`` with ``k - 1`` degrees of freedom, on the scale of ``yi``; ``se`` is
        Hartung and Knapp's.
    """
    df = yi.size - 1
    random = np.random.Generator(np.random.PCG64(seed))
    tau2 = tau2_roots(yi, vi, random.chisquare(df, replicates))
    mean, q, total = weighted_means(yi, vi, tau2)
    normal, student = random.standard_normal(replicates), random.standard_t(df, replicates)
    drawn = mean + normal * np.sqrt(tau2) + student * np.sqrt(q / df / total)
    lower, upper = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return Interval(lower=float(lower), upper=float(upper))


def weighted_means(yi: Floats, vi: Floats, tau2: Floats) -> tuple[Floats, Floats, Floats]:
    """Return mean, generalised Q and sum of weights at each ``tau2`` of shape (m,)."""
    weights = 1 / (vi + tau2[:, None])
    total = weights.sum(axis=1)
    mean = weights @ yi / total
    q: Floats = np.sum(weights * (yi - mean[:, None]) ** 2, axis=1)
    return mean, q, total


def tau2_roots(yi: Floats, vi: Floats, targets: Floats) -> Floats:
    """Return the ``tau2 >= 0`` at which the generalised Q equals each target; 0 if below it."""
    low = np.zeros(targets.size)
    # Q(tau2) is at most the sum of squares over tau2.
    high = np.sum((yi - yi.mean()) ** 2) / targets
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        above = weighted_means(yi, vi, middle)[1] > targets
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    at_zero = weighted_means(yi, vi, np.zeros(1))[1][0] <= targets
    out: Floats = np.where(at_zero, 0.0, 0.5 * (low + high))
    return out
