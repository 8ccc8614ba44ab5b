"""Study estimates drawn towards the pooled mean (best linear unbiased predictions).

References
----------
Raudenbush SW, Bryk AS (1985). Empirical Bayes meta-analysis. Journal of Educational Statistics
10(2):75-98.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats
from poolprop.stats.inputs import effects
from poolprop.stats.likelihoods.binomial_normal import moments
from poolprop.stats.likelihoods.links import Link
from poolprop.stats.numeric.wls import intercept, weighted_fit


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyEffects:
    """Each study's true effect as the fitted model sees it, in the order of the studies.

    Attributes
    ----------
    effect, se : tuple of float
        Posterior means and standard deviations given the fitted model, on its scale.
    proportion : tuple of float
        The same effects as proportions.
    """

    effect: tuple[float, ...]
    se: tuple[float, ...]
    proportion: tuple[float, ...]

    @classmethod
    def of(cls, effect: Floats, se: Floats, proportion: Floats) -> StudyEffects:
        """Return arrays of shape (k,) as tuples."""
        return cls(
            effect=tuple(effect.tolist()),
            se=tuple(se.tolist()),
            proportion=tuple(proportion.tolist()),
        )


def shrunken_effects(yi: ArrayLike, vi: ArrayLike, tau2: float) -> tuple[Floats, Floats]:
    """Return predictions of the studies' true effects and their standard errors.

    The error allows for the estimated mean, not for the estimated ``tau2``.

    Parameters
    ----------
    yi, vi : array_like, shape (k,)
        Effect sizes and sampling variances.
    tau2 : float
        Between-study variance.

    Returns
    -------
    prediction, se : ndarray, shape (k,)
        On the scale of ``yi``.

    Raises
    ------
    EstimationError
        If an effect, a variance or ``tau2`` is not valid.

    References
    ----------
    Raudenbush SW, Bryk AS (1985). Journal of Educational Statistics 10(2):75-98.

    Examples
    --------
    >>> shrunken_effects([0.0, 1.0], [0.1, 0.1], 0.1)[0]
    array([0.25, 0.75])
    """
    yi, vi = effects(yi, vi)
    if not 0 <= tau2 < np.inf:
        raise EstimationError(f"tau2 is {tau2!r}", where="tau2", hint="It must be a number >= 0.")
    fit = weighted_fit(yi, vi, intercept(yi.size), tau2)
    trust = tau2 / (vi + tau2)
    prediction = trust * yi + (1 - trust) * fit.beta[0]
    variance = trust * vi + (1 - trust) ** 2 * fit.cov[0, 0]
    return prediction, np.sqrt(variance)


def glmm_study_effects(
    x: Floats, n: Floats, mu: float, tau: float, link: Link
) -> tuple[Floats, Floats]:
    """Return posterior means and standard deviations of the studies' linear predictors.

    ``mu`` and ``tau`` are taken as known. Integration by parts gives the posterior mean of ``z``
    as ``tau`` times the derivative of the log-likelihood in ``mu``, and its variance as 1 plus
    ``tau^2`` times the second derivative.
    """
    at = moments(x, n, np.array(mu), np.array(tau), link)
    spread = np.sqrt(np.maximum(1 + tau * tau * at.d_mu2, 0.0))
    return mu + tau * tau * at.d_mu, tau * spread
