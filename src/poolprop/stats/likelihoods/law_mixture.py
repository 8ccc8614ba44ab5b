"""The likelihood of studies whose random effects follow a mixture of normal laws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import log_expit

from poolprop.stats._types import Bools, Floats, Ints
from poolprop.stats.likelihoods.integrals import COARSE, FAST, study_moments
from poolprop.stats.likelihoods.laws import DEPTH, Family, Nodes
from poolprop.stats.likelihoods.links import LINKS

FARTHEST = 60.0


@dataclass(frozen=True, slots=True)
class LawLikelihood:
    """Log-likelihood in ``(coefficients, tau)``, binomial coefficients included.

    ``low`` and ``high`` are the logits between which a study's likelihood exceeds ``exp(-DEPTH)``
    of its maximum.
    """

    x: Floats
    n: Floats
    family: Family
    low: Floats
    high: Floats

    @classmethod
    def of(cls, x: Floats, n: Floats, family: Family) -> LawLikelihood:
        """Return the likelihood of studies under a law."""
        return cls(x, n, family, *_seen(x, n))

    def take(self, which: Bools | Ints) -> LawLikelihood:
        """Return itself: every climb is on the same data."""
        return self

    def at(self, theta: Floats) -> tuple[float, Floats]:
        """Return the log-likelihood and its gradient at one point."""
        column = self.derivatives(theta[:, None], np.ones(1, dtype=bool))[:, 0]
        return float(column[0]), column[1 : 1 + theta.size]

    def derivatives(self, theta: Floats, fine: Bools) -> Floats:
        """Return log-likelihood, score and upper triangle of the hessian, in rows."""
        columns = [self._column(one, exact) for one, exact in zip(theta.T, fine, strict=True)]
        return np.stack(columns, axis=1)

    def _column(self, theta: Floats, exact: bool) -> Floats:
        nodes = self.family.nodes(self.low, self.high, theta)
        x, n = (np.repeat(each, nodes.factor.shape[1]) for each in (self.x, self.n))
        eta, scale = (nodes.design @ theta[:-1]).ravel(), (nodes.factor * theta[-1]).ravel()
        link = LINKS["logit"]
        found = study_moments(x, n, eta, scale, link, FAST if exact else COARSE)
        loglik, slope, curve = _mixed(nodes, found.reshape(6, *nodes.factor.shape))
        constant = float(link.constant(self.x, self.n).sum())
        upper = curve[np.triu_indices(theta.size)]
        return np.concatenate([[loglik + constant], slope, upper])


def _mixed(nodes: Nodes, found: Floats) -> tuple[float, Floats, Floats]:
    """Return log-likelihood, score and hessian of the mixtures from those of their parts."""
    value, d_mu, d_tau, d_mu2, d_mutau, d_tau2 = found
    terms = nodes.log_weight + value
    top = terms.max(axis=1, keepdims=True)
    share = np.exp(terms - top)
    total = share.sum(axis=1, keepdims=True)
    share /= total
    outer = np.concatenate([nodes.design, nodes.factor[..., None]], axis=2)
    first = outer * np.concatenate(
        [np.broadcast_to(d_mu[..., None], nodes.design.shape), d_tau[..., None]], axis=2
    )
    mean = np.einsum("kj,kjp->kp", share, first)
    curve = np.einsum("kj,kjp,kjq->pq", share, first, first) - mean.T @ mean
    design, last = nodes.design, share * nodes.factor
    curve[:-1, :-1] += np.einsum("kj,kjp,kjq->pq", share * d_mu2, design, design)
    mixed = np.einsum("kj,kjp->p", last * d_mutau, design)
    curve[:-1, -1] += mixed
    curve[-1, :-1] += mixed
    curve[-1, -1] += float(np.sum(last * nodes.factor * d_tau2))
    return float(np.sum(top + np.log(total))), mean.sum(axis=0), curve


def _seen(x: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Return between which logits each study's likelihood is more than a trace, by halving."""
    share = np.clip(x / n, 1e-12, 1 - 1e-12)
    best = np.log(share) - np.log1p(-share)
    highest = _loglik(best, x, n)
    ends = []
    for side in (-1.0, 1.0):
        inner, outer = best.copy(), np.full(x.size, side * FARTHEST)
        for _ in range(50):
            middle = (inner + outer) / 2
            near = highest - _loglik(middle, x, n) < DEPTH
            inner, outer = np.where(near, middle, inner), np.where(near, outer, middle)
        ends.append(outer)
    return ends[0], ends[1]


def _loglik(eta: Floats, x: Floats, n: Floats) -> Floats:
    out: Floats = x * log_expit(eta) + (n - x) * log_expit(-eta)
    return out
