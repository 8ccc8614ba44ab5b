"""Kenward and Roger's standard error and degrees of freedom of a random-effects mean.

References
----------
Kenward MG, Roger JH (1997). Small sample inference for fixed effects from restricted maximum
likelihood. Biometrics 53(3):983-997.
Partlett C, Riley RD (2017). Random effects meta-analysis: coverage performance of 95 % confidence
and prediction intervals following REML estimation. Statistics in Medicine 36(2):301-317.
"""

from __future__ import annotations

import numpy as np

from poolprop.stats._types import Floats
from poolprop.stats.numeric.wls import complements

# Below 0.005 degrees of freedom, common with two studies, limits are infinite: an answer, if an
# empty one. So few as these mean that one study has all but a thousandth of the weight.
FEWEST = 1e-12
NO_INTERVAL = (
    "One study holds nearly all the weight: Kenward-Roger's method has no degrees of freedom left "
    "(below 1e-12) and gives no interval"
)


def kenward_roger(weights: Floats) -> tuple[Floats, Floats]:
    """Return the adjusted standard error and the degrees of freedom, after REML.

    Parameters
    ----------
    weights : ndarray, shape (k, ...)
        ``1 / (vi + tau2)`` with ``tau2`` by REML; 0 where a data set has no such study.

    Returns
    -------
    se, df : ndarray, shape (...)
        ``df`` is 0 and ``se`` infinite where all weight that a float can hold is in one study.

    Notes
    -----
    With one coefficient the general formulas reduce to the adjusted variance
    ``A = 1/s1 + 2 V (s3 - s2^2/s1) / s1^2`` and ``2 / (V (s2 A)^2)`` degrees of freedom, where
    ``s_j`` is the sum of the j-th powers of the weights and ``V = 2 / (s2 - 2 s3/s1 + (s2/s1)^2)``
    the variance of ``tau2`` from the expected information of the restricted likelihood. The
    degrees of freedom use the adjusted variance, as Partlett and Riley and the R package meta do;
    ``1/s1`` in its place gives more.

    Both differences cancel where one study has nearly all the weight. With the shares
    ``p_i = w_i / s1`` they are sums of squares: ``2/V = s1^2 D``,
    ``D = sum p_i^2 (1 - p_i)^2 + sum_{i != j} p_i^2 p_j^2``, and
    ``s3 - s2^2/s1 = s1^3 sum p_i (p_i - sum p_j^2)^2``, in which the largest share's complement is
    the sum of the others. Then ``A = a / s1`` with ``a = 1 + 4 sum p_i (...)^2 / D``, and
    ``D / (a sum p_i^2)^2`` degrees of freedom.
    """
    s1 = weights.sum(axis=0)
    share = weights / s1
    top = np.where(share > 0.5, share, 0.0)
    others = share - top
    squares, fourths = np.sum(others**2, axis=0), np.sum(others**4, axis=0)
    pairs = 2 * top.sum(axis=0) ** 2 * squares + np.maximum(squares**2 - fourths, 0.0)
    information = np.sum((share * complements(share, axis=0)) ** 2, axis=0) + pairs
    below = share.max(axis=0) - share
    spread = np.sum(share * (below - np.sum(share * below, axis=0)) ** 2, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = 1 + 4 * spread / information
        df = information / (factor * np.sum(share**2, axis=0)) ** 2
    held = information > 0
    return np.where(held, np.sqrt(factor / s1), np.inf), np.where(held, df, 0.0)
