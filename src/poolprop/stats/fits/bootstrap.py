"""Likelihood-ratio limits of ``mu`` calibrated by a bootstrap under each null value.

At a value of ``mu`` the between-study ``tau`` is estimated anew, data sets are drawn from that
model, and the observed likelihood ratio is set against the quantile of theirs. All values of
``mu`` share one set of random numbers, so that the answer is a function of the data and the seed.

References
----------
Stijnen T, Hamza TH, Özdemir P (2010). Statistics in Medicine 29(29):3046-3067 (the model).
Davison AC, Hinkley DV (1997). Bootstrap Methods and their Application, sections 4.2 and 5.4.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import bdtr, expit, ndtri

from poolprop.stats._types import Floats
from poolprop.stats.fits.climb import Likelihoods
from poolprop.stats.fits.glmm import TAU_BOUNDARY
from poolprop.stats.fits.maxima import Maxima
from poolprop.stats.fits.profile import STARTS
from poolprop.stats.fits.walks import ridge
from poolprop.stats.likelihoods.links import log_choose
from poolprop.stats.likelihoods.tabulated import LikelihoodGrid

# Limits are found to this share of the distance between estimate and chi-square limit: the
# random error of 2,000 replicates is several times as large.
RESOLUTION = 5e-3
FURTHEST = 40.0


def bootstrap_interval(
    problem: Likelihoods,
    fit: Maxima,
    n: Floats,
    plain: tuple[float, float],
    level: float,
    floor: float,
    seed: int,
    replicates: int,
) -> tuple[float, float]:
    """Return the calibrated interval: never shorter than the chi-square profile interval.

    Parameters
    ----------
    problem, fit : Likelihoods, Maxima
        Likelihood of ``(mu, tau)`` of one data set and its maximum (logit link).
    n : ndarray, shape (k,)
        Totals.
    plain : tuple of float
        The chi-square profile interval; infinite limits stay.
    level : float
        Confidence level.
    floor : float
        Smallest critical value: the chi-square quantile.
    seed, replicates : int
        Of the data sets drawn; ``replicates`` is rounded up to an even number.
    """
    finite = [limit for limit in plain if np.isfinite(limit)]
    if not finite:
        return plain
    both, mu = len(finite) == 2, float(fit.mu[0])
    centre = mu if np.isfinite(mu) else finite[0]
    width = max(abs(limit - centre) for limit in finite) if np.isfinite(mu) else 1.0
    centre = (finite[0] + finite[-1]) / 2 if both else centre
    draws = Draws(np.sort(n), seed, replicates)
    grid = LikelihoodGrid(draws.n, centre, width, TAU_BOUNDARY)
    excess = _excess(problem, fit, draws, grid, level, floor)
    return _limit(excess, plain[0], -1.0, width), _limit(excess, plain[1], 1.0, width)


def _limit(excess: Callable[[float], float], plain: float, side: float, width: float) -> float:
    """Return where the observed ratio first reaches its critical value beyond ``plain``."""
    if not np.isfinite(plain) or excess(plain) >= 0:
        return plain
    from scipy.optimize import brentq  # imported here: only this interval needs it

    near, far = plain, plain + side * 0.25 * width
    while excess(far) < 0:
        near, far = far, far + 2 * (far - near)
        if abs(far) > FURTHEST:
            return side * np.inf
    return float(brentq(excess, near, far, xtol=RESOLUTION * width, rtol=1e-12))


def _excess(
    problem: Likelihoods,
    fit: Maxima,
    draws: Draws,
    grid: LikelihoodGrid,
    level: float,
    floor: float,
) -> Callable[[float], float]:
    """Return how far the observed likelihood ratio at ``mu`` exceeds its critical value."""
    top = np.array([TAU_BOUNDARY])

    def excess(mu: float) -> float:
        loglik, tau = ridge(problem, np.array([mu]), fit.tau, top, STARTS)
        observed = 2 * float(fit.loglik[0] - loglik[0])
        return observed - critical_value(grid, draws, mu, float(tau[0]), level, floor)

    return excess


def critical_value(
    grid: LikelihoodGrid, draws: Draws, mu: float, tau: float, level: float, floor: float
) -> float:
    """Return what twice the log-likelihood ratio of ``mu`` may reach.

    Parameters
    ----------
    grid : LikelihoodGrid
        For data sets no larger than those drawn.
    draws : Draws
        Of the data sets.
    mu, tau : float
        The null value, and the between-study standard deviation under it.
    level : float
        Confidence level.
    floor : float
        Smallest critical value.
    """
    ratios = grid.likelihood_ratios(draws.events(mu, tau), draws.n, mu)
    return max(floor - 1e-6, float(np.quantile(ratios, level)))


class Draws:
    """Random numbers that turn into data sets at any ``(mu, tau)``.

    They come in pairs that mirror each other, so that to count non-events instead of events
    mirrors the result. Studies are taken in order of size: their order does not matter.
    """

    def __init__(self, n: Floats, seed: int, replicates: int) -> None:
        random = np.random.Generator(np.random.PCG64(seed))
        shape = (-(-replicates // 2), n.size)
        z, u = random.standard_normal(shape), random.random(shape)
        self.n = n
        self._z, self._u = np.concatenate([z, -z]), np.concatenate([u, 1 - u])

    def events(self, mu: float, tau: float) -> Floats:
        """Return events of every study in every data set, shape (replicates, k)."""
        return binomial_quantile(self._u, self.n, expit(mu + tau * self._z))


def binomial_quantile(u: Floats, n: Floats, p: Floats) -> Floats:
    """Return the smallest ``x`` whose binomial distribution function reaches ``u``.

    A Cornish-Fisher guess, then single steps by the recurrence of the binomial probabilities.
    """
    p = np.clip(p, 1e-12, 1 - 1e-12)
    u = np.clip(u, 1e-12, 1 - 1e-12)
    n = np.broadcast_to(n, u.shape)
    z, odds = ndtri(u), p / (1 - p)
    guess = n * p + np.sqrt(n * p * (1 - p)) * z + (1 - 2 * p) * (z * z - 1) / 6
    x: Floats = np.clip(np.rint(guess), 0, n)
    cdf = bdtr(x, n.astype(np.int64), p)
    chance = np.exp(log_choose(x, n) + x * np.log(p) + (n - x) * np.log1p(-p))
    while np.any(more := (cdf < u) & (x < n)):
        chance = np.where(more, chance * (n - x) / (x + 1) * odds, chance)
        cdf, x = np.where(more, cdf + chance, cdf), x + more
    while np.any(fewer := (cdf - chance >= u) & (x > 0)):
        cdf = np.where(fewer, cdf - chance, cdf)
        chance = np.where(fewer, chance * x / (n - x + 1) / odds, chance)
        x = x - fewer
    return x
