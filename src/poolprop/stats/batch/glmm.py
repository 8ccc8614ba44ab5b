"""Maximum likelihood of the binomial-normal model for thousands of data sets at once.

The same maxima as :func:`poolprop.stats.glmm.fit_glmm`. The maximum at ``tau = 0`` has a closed
form; where the likelihood rises there with ``tau`` one climb finds the maximum, elsewhere climbs
from several starts look for a higher one inside.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.special import xlogy

from poolprop.stats._types import Floats
from poolprop.stats.batch.binomial_normal import BinomialNormal
from poolprop.stats.batch.highest import Flat, Maxima, Starts, boundary, fill, maximise
from poolprop.stats.batch.sets import Sets, rectangular
from poolprop.stats.glmm import STARTS, TAU_MAX, fit_glmm
from poolprop.stats.links import Link
from poolprop.stats.quadrature import log_choose
from poolprop.stats.wls import intercept

GlmmMany = Maxima


def fit_glmm_many(x: Floats, n: Floats, link: Link) -> GlmmMany:
    """Fit the model to data sets of equally many studies.

    Parameters
    ----------
    x, n : ndarray, shape (b, k)
        Events and totals.
    link : Link
        The link function.
    """
    return fit_sets(rectangular(x, n), link)


def fit_sets(sets: Sets, link: Link) -> GlmmMany:
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
    score, info = link.derivatives(sets.spread(mu), sets.x, sets.n)
    return Flat(
        mu=mu,
        loglik=xlogy(events, share) + xlogy(patients - events, 1 - share),
        h_mu2=-sets.total(info),
        h_tau2=sets.total(score * score - info),
    )


def _fit_inside(sets: Sets, link: Link) -> GlmmMany:
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
    flat = flat_maximum(sets, link)
    fit, hard = maximise(BinomialNormal(sets, link), sets, flat, starts, TAU_MAX)
    constant = sets.total(log_choose(sets.x, sets.n))
    fit = replace(fit, loglik=fit.loglik + constant, loglik_common=fit.loglik_common + constant)
    for i in np.flatnonzero(hard):
        _replace(fit, int(i), sets, link)
    return fit


def moment_start(sets: Sets, shown: Floats, link: Link) -> tuple[Floats, Floats]:
    """Return DerSimonian and Laird's estimates of ``mu`` and ``tau`` on the link's scale."""
    share = (sets.x + 0.5) / (sets.n + 1)
    weight = sets.n * link.derivatives(shown, share, np.ones_like(share))[1]
    total, square = sets.total(weight), sets.total(weight * weight)
    mean = sets.total(weight * shown) / total
    q = sets.total(weight * (shown - sets.spread(mean)) ** 2)
    lost = np.where(sets.size > 1, total - square / total, 1.0)
    tau2 = np.maximum(0.0, (q - (sets.size - 1)) / lost)
    weight = 1 / (1 / weight + sets.spread(tau2))
    return sets.total(weight * shown) / sets.total(weight), np.sqrt(tau2)


def _replace(fit: GlmmMany, i: int, sets: Sets, link: Link) -> None:
    """Put the single engine's answer in the place of one that did not settle."""
    only = np.zeros(sets.count, dtype=bool)
    only[i] = True
    one = sets.take(only)
    found = fit_glmm(one.x, one.n, intercept(one.x.size), link)
    fit.mu[i], fit.tau[i], fit.loglik[i] = found.beta[0], found.tau, found.loglik
    fit.se[i] = np.sqrt(found.cov[0, 0])
    fit.runaway[i], fit.converged[i] = found.runaway, found.converged
