"""Maximum likelihood of the beta-binomial model, of thousands of data sets at once.

``x_i ~ Bin(n_i, p_i)``, ``p_i ~ Beta`` with mean ``pi`` and ``theta = 1 / (a + b)``; the
intra-class correlation is ``rho = theta / (1 + theta)``. Fitted in ``(logit pi, s)`` with
``theta = s^2``, in which ``theta = 0`` (the plain binomial) is an ordinary point.

References
----------
Skellam JG (1948). A probability distribution derived from the binomial distribution by regarding
the probability of success as variable between the sets of trials. JRSS B 10(2):257-261.
Griffiths DA (1973). Maximum likelihood estimation for the beta-binomial distribution.
Biometrics 29(4):637-648.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import expit, logit, xlog1py, xlogy

from poolprop.stats._types import Bools, Floats, Ints
from poolprop.stats.fits.glmm import moment_start
from poolprop.stats.fits.maxima import (
    Flat,
    Maxima,
    Starts,
    boundary,
    bounded,
    fill,
    maximise,
)
from poolprop.stats.fits.walks import REACH, Walks, both_limits
from poolprop.stats.likelihoods.links import LINKS, log_choose
from poolprop.stats.likelihoods.sums import FIRST, NODES, shared_nodes, weights_of
from poolprop.stats.sets import Sets

STARTS = (0.1, 0.5, 2.0)
# Roots of theta from which other branches of a profile are looked for.
PROFILE_STARTS = (0.1, 0.5, 2.0, 20.0)
# theta = 1e6: every study's true proportion is 0 or 1.
ROOT_MAX = 1e3
# Numbers in one array of a block, so that the arrays stay in the processor's cache.
BLOCK = 32_768


@dataclass(frozen=True, slots=True)
class SharedNodes:
    """Those sums with a row of weights for each data set: events, others, all (b, nodes)."""

    events: Floats
    others: Floats
    all: Floats

    def take(self, which: Bools | Ints) -> SharedNodes:
        """Return the sums of some data sets."""
        return SharedNodes(self.events[which], self.others[which], self.all[which])

    def derivatives(self, theta: Floats) -> Floats:
        """Return log-likelihood, score and second derivatives, shape (6, b)."""
        out = np.empty((6, theta.shape[1]))
        width = max(1, BLOCK // self.all.shape[1])
        for first in range(0, theta.shape[1], width):
            part = slice(first, first + width)
            sums = self.events[part], self.others[part], self.all[part]
            out[:, part] = _derivatives(sums, *theta[:, part])
        return out


@dataclass(frozen=True, slots=True)
class BetaBinomial:
    """Log-likelihoods in ``(logit pi, root of theta)``, without binomial coefficients.

    Attributes
    ----------
    sums : SharedNodes
        What the likelihood is made of.
    pairs : ndarray, shape (6, b)
        Sums of the counts and of their halved falling squares, which ``theta = 0`` needs, and of
        the logs of the binomial coefficients.
    """

    sums: SharedNodes
    pairs: Floats

    @classmethod
    def of(cls, sets: Sets) -> BetaBinomial:
        """Return the likelihoods of data sets."""
        x, n = sets.x, sets.n
        y = n - x
        squares = (each * (each - 1) / 2 for each in (x, y, n))
        pairs = np.stack([x, y, *squares, log_choose(x, n)])
        top = 2.0 ** float(_level(n.max()))
        rows = SharedNodes(*(weights_of(sets, counts, top) for counts in (x, y, n)))
        return cls(rows, sets.total(pairs))

    def take(self, which: Bools | Ints) -> BetaBinomial:
        """Return the likelihoods of some data sets."""
        return BetaBinomial(self.sums.take(which), self.pairs[:, which])

    def derivatives(self, theta: Floats, fine: Bools) -> Floats:
        """Return log-likelihood, score and second derivatives; they are always exact."""
        return self.sums.derivatives(theta)

    def at_zero(self, mu: Floats) -> tuple[Floats, Floats]:
        """Return the binomial log-likelihood and its second derivative by the root."""
        p, q = expit(mu), expit(-mu)
        x, y, xx, yy, nn, _ = self.pairs
        return -x * np.logaddexp(0, -mu) - y * np.logaddexp(0, mu), 2 * (xx / p + yy / q - nn)

    def constants(self) -> Floats:
        """Return the logs of the binomial coefficients, added up."""
        out: Floats = self.pairs[5]
        return out


def _derivatives(weights: tuple[Floats, ...], mu: Floats, root: Floats) -> Floats:
    theta, p, q = root * root, expit(mu), expit(-mu)
    event, other, every = (
        _sums(c, theta, w) for c, w in zip((p, q, np.ones_like(p)), weights, strict=True)
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


def _sums(c: Floats, theta: Floats, w: Floats) -> tuple[Floats, ...]:
    """Return the sums of ``log t``, ``1/t``, ``j/t``, ``1/t^2``, ``j/t^2``, ``j^2/t^2``."""
    j = _powers(w.shape[1])
    t = np.multiply.outer(theta, j[1])
    t += c[:, None]
    log = np.vecdot(np.log(t), w)
    ratio = w / t
    first = [np.vecdot(ratio, power) for power in j[:2]]
    ratio /= t
    return log, *first, *(np.vecdot(ratio, power) for power in j)


@lru_cache(maxsize=64)
def _powers(count: int) -> Floats:
    """Return 1, j and j squared at the first so many shared nodes."""
    j = shared_nodes(FIRST * 2 ** ((count - FIRST) // NODES))
    return np.stack([np.ones_like(j), j, j * j])


def fit_betabinom_sets(sets: Sets) -> Maxima:
    """Fit the model to ragged data sets; ``tau`` of the answer is the root of ``theta``."""
    events, patients = sets.total(sets.x), sets.total(sets.n)
    side = (events == patients).astype(np.int8) - (events == 0)
    out = boundary(side)
    for group in _groups(sets, side == 0):
        fill(out, group, _fit_inside(sets.take(group)))
    return out


def _groups(sets: Sets, which: Bools) -> list[Ints]:
    """Return the data sets grouped by their largest total, up to factors of 2."""
    largest = np.maximum.reduceat(sets.n, np.cumsum(sets.size) - sets.size)
    level = _level(largest)
    return [np.flatnonzero(which & (level == value)) for value in np.unique(level[which])]


def _level(largest: Floats) -> Floats:
    out: Floats = np.ceil(np.log2(np.maximum(largest, 16)))
    return out


def _fit_inside(sets: Sets) -> Maxima:
    problem = BetaBinomial.of(sets)
    events, patients = sets.total(sets.x), sets.total(sets.n)
    share = events / patients
    mu = logit(share)
    flat = Flat(
        mu=mu,
        loglik=xlogy(events, share) + xlog1py(patients - events, -share),
        h_mu2=-patients * share * (1 - share),
        h_tau2=problem.at_zero(mu)[1],
    )
    middle = logit(sets.total((sets.x + 0.5) / (sets.n + 1)) / sets.size)
    shown = logit((sets.x + 0.5) / (sets.n + 1))
    _, tau = moment_start(sets, shown, LINKS["logit"])
    start = np.clip(tau * np.sqrt(expit(middle) * expit(-middle)), 0.05, 3.0)
    taus = tuple(np.full(sets.count, value) for value in STARTS)
    starts = Starts(mu=middle, tau=start, middle=middle, taus=taus)
    fit = maximise(problem, sets, flat, starts, ROOT_MAX)
    away = np.flatnonzero(fit.runaway)
    if away.size:
        fill(fit, away, bounded(problem, flat, starts, ROOT_MAX, away))
    return fit


def betabinom_limits(sets: Sets, fit: Maxima, cut: Floats) -> tuple[Floats, Floats]:
    """Return profile-likelihood limits of the logit of the mean proportion.

    NaN where the search does not end. Data at the boundary have one limit, in closed form: the
    likelihood is highest as theta grows, each study being one draw then.
    """
    edge = logit(np.exp(-cut / (2 * sets.size)))
    lower = np.where(fit.side > 0, edge, -np.inf)
    upper = np.where(fit.side < 0, -edge, np.inf)
    for group in _groups(sets, fit.side == 0):
        lower[group], upper[group] = _limits_inside(sets.take(group), fit.take(group), cut[group])
    return lower, upper


def _limits_inside(sets: Sets, fit: Maxima, cut: Floats) -> tuple[Floats, Floats]:
    step = np.where(np.isfinite(fit.se), np.sqrt(cut) * fit.se, 0.5)
    walks = Walks(
        problem=BetaBinomial.of(sets),
        sign=np.ones(cut.size),
        inside=fit.mu,
        step=step,
        tau=np.maximum(fit.tau, 0.1),
        loglik=fit.loglik,
        cut=cut,
        top=np.full(cut.size, ROOT_MAX),
        edge=fit.side != 0,
    )
    return both_limits(walks, fit.side, REACH["logit"], PROFILE_STARTS)
