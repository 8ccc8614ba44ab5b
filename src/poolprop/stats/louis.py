"""Derivatives of a study's log-likelihood in ``(mu, tau)`` by Louis's identity.

The score of ``eta`` is of the order of the study's size ``n``: squared, it leaves few digits of a
curvature where ``n`` is huge. Given ``eta``, normal about ``mu``, the data say nothing more of
``(mu, tau)``; so the derivatives follow from posterior moments of ``z = (eta - mu) / tau`` alone,
and those of a huge study are known to many digits.

References
----------
Louis TA (1982). Finding the observed information matrix when using the EM algorithm.
Journal of the Royal Statistical Society B 44(2):226-233.
"""

from __future__ import annotations

import numpy as np

from poolprop.stats._types import Floats


def derivatives(z: Floats, weight: Floats, tau: Floats) -> dict[str, Floats]:
    """Return first and second derivatives of log-likelihoods.

    Parameters
    ----------
    z : ndarray, shape (..., nodes)
        Deviations.
    weight : ndarray, shape (..., nodes)
        Their posterior probabilities at ``(mu, tau)``.
    tau : ndarray, shape (...)
        Between-study standard deviations, above 0.

    Returns
    -------
    dict of ndarray
        ``d_mu``, ``d_tau``, ``d_mu2``, ``d_mutau`` and ``d_tau2``, shape (...).
    """
    mean, square = np.vecdot(weight, z), np.vecdot(weight, z * z)
    off, wide = z - mean[..., None], z * z - square[..., None]
    return {
        "d_mu": mean / tau,
        "d_tau": (square - 1) / tau,
        "d_mu2": (np.vecdot(weight, off * off) - 1) / tau**2,
        "d_mutau": (np.vecdot(weight, off * wide) - 2 * mean) / tau**2,
        "d_tau2": (1 - 3 * square + np.vecdot(weight, wide * wide)) / tau**2,
    }
