"""The binomial-normal likelihood of each study, exact to rounding, for arrays of any shape.

Arrays have the studies on their last axis and anything in front of it: points of a grid, whole
data sets. The integrals are those of :mod:`poolprop.stats.likelihoods.integrals`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poolprop.stats._types import Floats
from poolprop.stats.likelihoods.integrals import EXACT, Precision, study_heights, study_moments
from poolprop.stats.likelihoods.links import LINKS, Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Log-likelihood of each study and its derivatives; every array has shape (..., k).

    Attributes
    ----------
    loglik : ndarray
        With all constants.
    d_mu, d_tau : ndarray
        First derivatives.
    d_mu2, d_mutau, d_tau2 : ndarray
        Second derivatives.
    """

    loglik: Floats
    d_mu: Floats
    d_tau: Floats
    d_mu2: Floats
    d_mutau: Floats
    d_tau2: Floats


def log_marginal(
    x: Floats,
    n: Floats,
    mu: Floats,
    tau: Floats,
    link: Link = LINKS["logit"],
    precision: Precision = EXACT,
) -> Floats:
    """Return the log-likelihood of each study at each ``(mu, tau)``; everything broadcasts."""
    wide = np.broadcast_arrays(x, n, mu, tau)
    a, b, c, d = (np.ascontiguousarray(each, dtype=np.float64).ravel() for each in wide)
    out: Floats = study_heights(a, b, c, d, link, precision).reshape(wide[0].shape)
    return out + link.constant(np.asarray(x, dtype=float), np.asarray(n, dtype=float))


def moments(
    x: Floats,
    n: Floats,
    mu: Floats,
    tau: Floats,
    link: Link = LINKS["logit"],
    precision: Precision = EXACT,
) -> Moments:
    """Return log-likelihoods and derivatives of the studies.

    Parameters
    ----------
    x, n : ndarray, shape (..., k)
        Events and totals.
    mu, tau : ndarray, broadcast against them
        Mean of ``eta`` of each study and between-study standard deviation, ``tau >= 0``.
    link : Link
        The link function.
    precision : Precision
        How finely.
    """
    wide = np.broadcast_arrays(x, n, mu, tau)
    a, b, c, d = (np.ascontiguousarray(each, dtype=np.float64).ravel() for each in wide)
    found = study_moments(a, b, c, d, link, precision).reshape(6, *wide[0].shape)
    constant = link.constant(np.asarray(x, dtype=float), np.asarray(n, dtype=float))
    return Moments(
        loglik=found[0] + constant,
        d_mu=found[1],
        d_tau=found[2],
        d_mu2=found[3],
        d_mutau=found[4],
        d_tau2=found[5],
    )
