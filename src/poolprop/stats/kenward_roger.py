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

from poolprop.stats.inputs import Floats


def kenward_roger(vi: Floats, tau2: float) -> tuple[float, float]:
    """Return the adjusted standard error and the degrees of freedom, after REML.

    Parameters
    ----------
    vi : ndarray, shape (k,)
        Sampling variances, ``k >= 2``.
    tau2 : float
        REML estimate.

    Notes
    -----
    With one coefficient the general formulas reduce to the adjusted variance
    ``A = 1/s1 + 2 V (s3 - s2^2/s1) / s1^2`` and ``2 / (V (s2 A)^2)`` degrees of freedom, where
    ``s_j`` is the sum of the j-th powers of the weights and ``V`` the variance of ``tau2`` from
    the expected information of the restricted likelihood. The degrees of freedom use the adjusted
    variance, as Partlett and Riley and the R package meta do; ``1/s1`` in its place gives more.
    """
    weights = 1 / (vi + tau2)
    s1, s2, s3 = (float(np.sum(weights**power)) for power in (1, 2, 3))
    variance = 2 / (s2 - 2 * s3 / s1 + (s2 / s1) ** 2)
    adjusted = 1 / s1 + 2 * variance * (s3 - s2**2 / s1) / s1**2
    return float(np.sqrt(adjusted)), 2 / (variance * (s2 * adjusted) ** 2)
