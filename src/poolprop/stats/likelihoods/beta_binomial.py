"""The beta-binomial likelihoods of many data sets, as :mod:`poolprop.stats.fits.climb` asks.

Sums over single patients run over the nodes of :mod:`.sums`, those of large studies have the form
that :class:`.sums.LargeStudies` gives them.

References
----------
Skellam JG (1948). A probability distribution derived from the binomial distribution by regarding
the probability of success as variable between the sets of trials. JRSS B 10(2):257-261.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import expit

from poolprop.stats._types import Bools, Floats, Ints
from poolprop.stats.likelihoods.links import LARGE, LINKS
from poolprop.stats.likelihoods.sums import FIRST, NODES, LargeStudies, shared_nodes, weights_of
from poolprop.stats.sets import Sets

# Numbers in one array of a block, so that the arrays stay in the processor's cache.
BLOCK = 32_768


@dataclass(frozen=True, slots=True)
class SharedNodes:
    """Weights of those sums for each data set: events, others, all; shape (3, b, nodes).

    Attributes
    ----------
    weights : ndarray
        Of all studies.
    small : ndarray
        Without the large ones, whose log-likelihoods have a form of their own.
    """

    weights: Floats
    small: Floats

    @classmethod
    def of(cls, sets: Sets) -> SharedNodes:
        """Return the sums of data sets."""
        top, large = 2.0 ** float(level_of(sets.n.max())), sets.n > LARGE
        x, n = sets.x, sets.n
        weights = np.stack([weights_of(sets, counts, top) for counts in (x, n - x, n)])
        if not large.any():
            return cls(weights, weights)
        x, n = np.where(large, 0.0, x), np.where(large, 0.0, n)
        return cls(weights, np.stack([weights_of(sets, each, top) for each in (x, n - x, n)]))

    def take(self, which: Bools | Ints) -> SharedNodes:
        """Return the sums of some data sets."""
        weights = self.weights[:, which]
        return SharedNodes(weights, weights if self.same else self.small[:, which])

    @property
    def same(self) -> bool:
        """Whether no study is large."""
        return self.small is self.weights

    def derivatives(self, theta: Floats) -> Floats:
        """Return log-likelihood, score and second derivatives, shape (6, b)."""
        out = np.empty((6, theta.shape[1]))
        width = max(1, BLOCK // self.weights.shape[2])
        for first in range(0, theta.shape[1], width):
            part = slice(first, first + width)
            weights = self.weights[:, part]
            some = SharedNodes(weights, weights if self.same else self.small[:, part])
            out[:, part] = _derivatives(some, *theta[:, part])
        return out


@dataclass(frozen=True, slots=True)
class BetaBinomial:
    """Log-likelihoods in ``(logit pi, root of theta)``, without binomial coefficients.

    Attributes
    ----------
    sums : SharedNodes
        What the likelihood is made of.
    large : LargeStudies or None
        Those whose log-likelihoods need a form of their own.
    sets : Sets
        The counts.
    """

    sums: SharedNodes
    large: LargeStudies | None
    sets: Sets

    @classmethod
    def of(cls, sets: Sets) -> BetaBinomial:
        """Return the likelihoods of data sets."""
        return cls(SharedNodes.of(sets), LargeStudies.of(sets), sets)

    def take(self, which: Bools | Ints) -> BetaBinomial:
        """Return the likelihoods of some data sets."""
        large = self.large and self.large.take(which)
        return BetaBinomial(self.sums.take(which), large, self.sets.take(which))

    def derivatives(self, theta: Floats, fine: Bools) -> Floats:
        """Return log-likelihood, score and second derivatives; they are always exact."""
        out = self.sums.derivatives(theta)
        if self.large is not None:
            mu, root = theta
            value, slope = self.large.added(expit(mu), expit(-mu), root * root)
            out[0] += value
            out[2] += 2 * root * slope
            out[5] += 2 * slope
        return out

    def at_zero(self, mu: Floats) -> tuple[Floats, Floats]:
        """Return the binomial log-likelihood and its second derivative by the root."""
        p, q = self.sets.spread(expit(mu)), self.sets.spread(expit(-mu))
        x, n = self.sets.x, self.sets.n
        y = n - x
        bend = x * (x - 1) / p + y * (y - 1) / q - n * (n - 1)
        value = LINKS["logit"].parts(self.sets.spread(mu), x, n)[0]
        value, bend = self.sets.total(np.stack([value, bend]))
        return value, bend

    def constants(self) -> Floats:
        """Return what is left out of each log-likelihood."""
        return self.sets.total(LINKS["logit"].constant(self.sets.x, self.sets.n))


def _derivatives(nodes: SharedNodes, mu: Floats, root: Floats) -> Floats:
    theta, p, q = root * root, expit(mu), expit(-mu)
    small = [None] * 3 if nodes.same else nodes.small
    event, other, every = (
        _sums(c, theta, *pair)
        for c, *pair in zip((p, q, np.ones_like(p)), nodes.weights, small, strict=True)
    )
    # Derivatives in (pi, theta) first, then by the chain rule.
    d_p, d_t = event[1] - other[1], event[2] + other[2] - every[2]
    d_pp, d_pt = -(event[3] + other[3]), other[4] - event[4]
    d_tt = every[5] - event[5] - other[5]
    slope = p * q
    out = np.empty((6, mu.size))
    out[0] = event[0] + other[0] - every[0]
    out[1], out[2] = d_p * slope, 2 * root * d_t
    out[3] = d_pp * slope**2 + d_p * slope * (q - p)
    out[4] = 2 * root * d_pt * slope
    out[5] = 2 * d_t + 4 * theta * d_tt
    return out


def _sums(c: Floats, theta: Floats, w: Floats, small: Floats | None) -> tuple[Floats, ...]:
    """Return the sums of ``log t``, ``1/t``, ``j/t``, ``1/t^2``, ``j/t^2``, ``j^2/t^2``.

    The first and the third, of which there are differences, are those of small studies.
    """
    j = _powers(w.shape[1])
    t = np.multiply.outer(theta, j[1])
    t += c[:, None]
    ratio = w / t
    first = [np.vecdot(ratio, power) for power in j[:2]]
    if small is not None:
        first[1] = np.vecdot(small / t, j[1])
    log = np.vecdot(np.log(t), w if small is None else small)
    ratio /= t
    return log, *first, *(np.vecdot(ratio, power) for power in j)


@lru_cache(maxsize=64)
def _powers(count: int) -> Floats:
    """Return 1, j and j squared at the first so many shared nodes."""
    j = shared_nodes(FIRST * 2 ** ((count - FIRST) // NODES))
    return np.stack([np.ones_like(j), j, j * j])


def level_of(largest: Floats) -> Floats:
    """Return the power of 2 that totals do not exceed; equal ones share their nodes."""
    out: Floats = np.ceil(np.log2(np.maximum(largest, 16)))
    return out
