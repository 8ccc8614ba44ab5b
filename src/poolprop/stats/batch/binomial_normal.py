"""The binomial-normal likelihoods of many data sets, as :mod:`.ascent` and :mod:`.walks` ask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poolprop.stats._types import Bools, Floats, Ints
from poolprop.stats.batch.kernel import study_moments
from poolprop.stats.batch.sets import Sets
from poolprop.stats.links import Link
from poolprop.stats.quadrature import Precision

# Each study has the step that it needs itself, and not the smallest that any of its set needs, as
# in a single fit: the rule is set tighter to be as exact.
EXACT = Precision(31.0, 0.46, 0.09)
# Good to about 1e-5 in a log-likelihood: enough to find the way.
COARSE = Precision(14.0, 0.95, 0.21)


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
        score, info = self.link.derivatives(eta, sets.x, sets.n)
        both = np.stack([self.link.loglik(eta, sets.x, sets.n), score * score - info])
        loglik, curve = sets.total(both)
        return loglik, curve


def _derivatives(sets: Sets, theta: Floats, link: Link, precision: Precision) -> Floats:
    mu, tau = sets.spread(theta)
    return sets.total(study_moments(sets.x, sets.n, mu, tau, link, precision))
