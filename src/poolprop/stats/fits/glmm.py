"""Maximum likelihood of the binomial-normal model, of thousands of data sets at once.

``x_i ~ Bin(n_i, p_i)`` with ``link(p_i) ~ N(mu, tau^2)``. Nothing is added to any cell. The
maximum at ``tau = 0`` has a closed form; where the likelihood rises there with ``tau`` one climb
finds the maximum, elsewhere climbs from several starts look for a higher one inside.

References
----------
Stijnen T, Hamza TH, Özdemir P (2010). Random effects meta-analysis of event outcome in the
framework of the generalized linear mixed model. Statistics in Medicine 29(29):3046-3067.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from poolprop.stats._types import Floats
from poolprop.stats.fits.maxima import Flat, Maxima, Starts, boundary, bounded, fill, maximise
from poolprop.stats.likelihoods.binomial_normal import BinomialNormal
from poolprop.stats.likelihoods.links import Link
from poolprop.stats.sets import Sets, rectangular

# Likelihoods can have a maximum at tau = 0 and a higher one inside, hence several starts.
STARTS = (0.3, 3.0)
# Beyond it an integral over z needs more nodes than memory should hold.
TAU_MAX = 100.0
# Where the likelihood rises with tau without end (studies all at 0 or 1), tau is held at this:
# nine true proportions in ten beyond 1 % or 99 %.
TAU_BOUNDARY = 5.0


def fit_glmm_many(x: Floats, n: Floats, link: Link) -> Maxima:
    """Fit the model to data sets of equally many studies: events and totals of shape (b, k)."""
    return fit_sets(rectangular(x, n), link)


def fit_sets(sets: Sets, link: Link) -> Maxima:
    """Fit the model to ragged data sets, each of ``k >= 1`` studies."""
    events, patients = sets.total(sets.x), sets.total(sets.n)
    side = (events == patients).astype(np.int8) - (events == 0)
    inside = side == 0
    out = boundary(side)
    if inside.any():
        fill(out, inside, _fit_inside(sets.take(inside), link))
    return out


def flat_maximum(sets: Sets, link: Link) -> Flat:
    """Return the maximum at ``tau = 0``: the link of the share of all patients."""
    events, patients = sets.total(sets.x), sets.total(sets.n)
    share = events / patients
    mu = link.forward(share)
    value, score, minus_info = link.parts(sets.spread(mu), sets.x, sets.n)
    rows = sets.total(np.stack([value, minus_info, score * score + minus_info]))
    return Flat(mu=mu, loglik=rows[0], h_mu2=rows[1], h_tau2=rows[2])


def _fit_inside(sets: Sets, link: Link) -> Maxima:
    shown = link.forward((sets.x + 0.5) / (sets.n + 1))
    middle = sets.total(shown) / sets.size
    spread = np.sqrt(sets.total((shown - sets.spread(middle)) ** 2) / sets.size)
    mu, tau = moment_start(sets, shown, link)
    starts = Starts(
        mu=mu,
        tau=np.maximum(tau, 0.1),
        middle=middle,
        taus=(np.clip(spread, 0.1, 20.0), *(np.full(sets.count, value) for value in STARTS)),
    )
    flat, problem = flat_maximum(sets, link), BinomialNormal(sets, link)
    fit = maximise(problem, sets, flat, starts, TAU_MAX)
    away = np.flatnonzero(fit.runaway)
    if away.size:
        held = bounded(problem, flat, starts, TAU_BOUNDARY, away)
        always = np.ones(away.size, dtype=bool)
        fill(fit, away, replace(held, runaway=always, converged=~always))
    return fit


def moment_start(sets: Sets, shown: Floats, link: Link) -> tuple[Floats, Floats]:
    """Return DerSimonian and Laird's estimates of ``mu`` and ``tau`` on the link's scale."""
    weight = sets.n * link.information(shown)
    total, square = sets.total(weight), sets.total(weight * weight)
    mean = sets.total(weight * shown) / total
    q = sets.total(weight * (shown - sets.spread(mean)) ** 2)
    lost = np.where(sets.size > 1, total - square / total, 1.0)
    tau2 = np.maximum(0.0, (q - (sets.size - 1)) / lost)
    weight = 1 / (1 / weight + sets.spread(tau2))
    return sets.total(weight * shown) / sets.total(weight), np.sqrt(tau2)
