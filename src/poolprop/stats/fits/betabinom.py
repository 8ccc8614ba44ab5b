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

import numpy as np
from scipy.special import expit, logit

from poolprop.stats._types import Bools, Floats, Ints
from poolprop.stats.fits.glmm import moment_start
from poolprop.stats.fits.maxima import Flat, Maxima, Starts, boundary, bounded, fill, maximise
from poolprop.stats.fits.walks import REACH, Walks, both_limits
from poolprop.stats.likelihoods.beta_binomial import BetaBinomial, level_of
from poolprop.stats.likelihoods.links import LINKS
from poolprop.stats.sets import Sets

STARTS = (0.1, 0.5, 2.0)
# Roots of theta from which other branches of a profile are looked for.
PROFILE_STARTS = (0.1, 0.5, 2.0, 20.0)
# theta = 1e6: every study's true proportion is 0 or 1.
ROOT_MAX = 1e3


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
    level = level_of(largest)
    return [np.flatnonzero(which & (level == value)) for value in np.unique(level[which])]


def _fit_inside(sets: Sets) -> Maxima:
    problem = BetaBinomial.of(sets)
    events, patients = sets.total(sets.x), sets.total(sets.n)
    share = events / patients
    mu = logit(share)
    loglik, bend = problem.at_zero(mu)
    flat = Flat(mu=mu, loglik=loglik, h_mu2=-patients * share * (1 - share), h_tau2=bend)
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
