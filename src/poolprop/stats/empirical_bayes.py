"""Study estimates drawn towards the pooled mean (best linear unbiased predictions).

References
----------
Raudenbush SW, Bryk AS (1985). Empirical Bayes meta-analysis. Journal of Educational Statistics
10(2):75-98.
"""

from __future__ import annotations

import numpy as np

from poolprop.stats.inputs import Floats
from poolprop.stats.links import Link
from poolprop.stats.quadrature import moments
from poolprop.stats.wls import intercept, weighted_fit


def shrunken_effects(yi: Floats, vi: Floats, tau2: float) -> tuple[Floats, Floats]:
    """Return predictions of the studies' true effects and their standard errors.

    The error allows for the estimated mean, not for the estimated ``tau2``.

    Parameters
    ----------
    yi, vi : ndarray, shape (k,)
        Effect sizes and sampling variances.
    tau2 : float
        Between-study variance.
    """
    fit = weighted_fit(yi, vi, intercept(yi.size), tau2)
    trust = tau2 / (vi + tau2)
    prediction = trust * yi + (1 - trust) * fit.beta[0]
    variance = trust * vi + (1 - trust) ** 2 * fit.cov[0, 0]
    return prediction, np.sqrt(variance)


def glmm_study_effects(
    x: Floats, n: Floats, mu: float, tau: float, link: Link
) -> tuple[Floats, Floats]:
    """Return posterior means and standard deviations of the studies' linear predictors.

    ``mu`` and ``tau`` are taken as known.
    """
    at = moments(x, n, np.array(mu), np.array(tau), link)
    spread = np.sqrt(np.maximum(at.z2_mean - at.z_mean**2, 0.0))
    return mu + tau * at.z_mean, tau * spread
