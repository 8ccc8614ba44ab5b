"""The binomial-normal likelihood: of data sets, as climbs and walks ask, and of each study."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poolprop.stats._types import Bools, Floats, Ints
from poolprop.stats.likelihoods.integrals import (
    COARSE,
    EXACT,
    Precision,
    study_heights,
    study_moments,
)
from poolprop.stats.likelihoods.links import LINKS, Link
from poolprop.stats.sets import Sets


@dataclass(frozen=True, slots=True)
class BinomialNormal:
    """Log-likelihoods in ``(mu, tau)`` of data sets under a link, without binomial coefficients."""

    sets: Sets
    link: Link

    def take(self, which: Bools | Ints) -> BinomialNormal:
        """Return the likelihoods of some data sets."""
        return BinomialNormal(self.sets.take(which), self.link)

    def derivatives(self, theta: Floats, fine: Bools) -> Floats:
        """Return log-likelihood, score and second derivatives, exact for some, shape (6, b)."""
        if fine.all() or not fine.any():
            return _derivatives(self.sets, theta, self.link, EXACT if fine.all() else COARSE)
        out = np.empty((6, fine.size))
        for pick, precision in ((fine, EXACT), (~fine, COARSE)):
            out[:, pick] = _derivatives(self.sets.take(pick), theta[:, pick], self.link, precision)
        return out

    def at_zero(self, mu: Floats) -> tuple[Floats, Floats]:
        """Return the log-likelihood at ``tau = 0`` and its second derivative by ``tau``."""
        eta, sets = self.sets.spread(mu), self.sets
        value, score, minus_info = self.link.parts(eta, sets.x, sets.n)
        loglik, curve = sets.total(np.stack([value, score * score + minus_info]))
        return loglik, curve

    def constants(self) -> Floats:
        """Return what is left out of each log-likelihood."""
        return self.sets.total(self.link.constant(self.sets.x, self.sets.n))


def _derivatives(sets: Sets, theta: Floats, link: Link, precision: Precision) -> Floats:
    mu, tau = sets.spread(theta)
    return sets.total(study_moments(sets.x, sets.n, mu, tau, link, precision))


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
