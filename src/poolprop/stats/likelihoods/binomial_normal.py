"""The binomial-normal likelihoods of many data sets, as the climb and the walks ask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poolprop.stats._types import Bools, Floats, Ints
from poolprop.stats.likelihoods.integrals import COARSE, EXACT, Precision, study_moments
from poolprop.stats.likelihoods.links import Link
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
