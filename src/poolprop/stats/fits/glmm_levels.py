"""A mean for each level and one ``tau`` for all: the binomial-normal model of subgroups.

Given ``tau`` the levels are independent, so that the log-likelihood of one level's mean and
``tau``, maximised over the means of the others, is its own log-likelihood plus a function of
``tau`` alone. A level without events, or without non-events, has its maximum at an infinite mean,
where its log-likelihood is 0 whatever ``tau``: there it says nothing about ``tau``. At a finite
mean, as its limit is, it does, and there it is counted.

References
----------
Stijnen T, Hamza TH, Özdemir P (2010). Random effects meta-analysis of event outcome in the
framework of the generalized linear mixed model. Statistics in Medicine 29(29):3046-3067.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from poolprop.stats._types import Bools, Floats, Ints
from poolprop.stats.design import Labels, group_design
from poolprop.stats.fits.climb import ascend
from poolprop.stats.fits.glmm_design import fit_glmm
from poolprop.stats.fits.walks import TAU_TOP
from poolprop.stats.likelihoods.binomial_normal import BinomialNormal
from poolprop.stats.likelihoods.links import Link
from poolprop.stats.sets import Sets


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelsFit:
    """The joint maximum.

    Attributes
    ----------
    means : dict of str to float
        By level, in order of first appearance, on the link's scale; may be infinite.
    cov : ndarray, shape (levels, levels)
        Their covariances, in the same order; NaN where a mean is infinite.
    tau : float
        The between-study standard deviation that the levels share.
    loglik : float
        Maximum of the log-likelihood of all studies, all constants included.
    converged, runaway : bool
        As in :class:`poolprop.stats.fits.glmm_design.GlmmFit`.
    """

    means: dict[str, float]
    cov: Floats
    tau: float
    loglik: float
    converged: bool
    runaway: bool

    @property
    def variances(self) -> dict[str, float]:
        """Variance of each mean, NaN of an infinite one."""
        return dict(zip(self.means, np.diag(self.cov).tolist(), strict=True))


def fit_levels(x: Floats, n: Floats, labels: Labels, link: Link) -> LevelsFit:
    """Fit a mean for each level and one ``tau``.

    Parameters
    ----------
    x, n : ndarray, shape (k,)
        Events and totals.
    labels : ndarray of str, shape (k,)
        The level of each study.
    link : Link
        The link function.
    """
    sign = {level: _sign(x[labels == level], n[labels == level]) for level in labels}
    inside = np.array([side == 0 for side in sign.values()])
    means = np.array([side * np.inf if side else 0.0 for side in sign.values()])
    cov = np.full((len(sign), len(sign)), np.nan)
    pick = np.array([sign[level] == 0 for level in labels])
    if not pick.any():
        known = dict(zip(sign, means.tolist(), strict=True))
        return LevelsFit(means=known, cov=cov, tau=0.0, loglik=0.0, converged=True, runaway=False)
    fit = fit_glmm(x[pick], n[pick], group_design(labels[pick]), link)
    means[inside], cov[np.ix_(inside, inside)] = fit.beta, fit.cov
    return LevelsFit(
        means=dict(zip(sign, means.tolist(), strict=True)),
        cov=cov,
        tau=fit.tau,
        loglik=fit.loglik,
        converged=fit.converged,
        runaway=fit.runaway,
    )


def _sign(x: Floats, n: Floats) -> int:
    """Return -1 without events, 1 without non-events, else 0."""
    return int(np.array_equal(x, n)) - int(not x.any())


@dataclass(frozen=True, slots=True)
class LevelLikelihood:
    """The likelihood of one level's mean and ``tau``, maximised over the other levels' means.

    Attributes
    ----------
    own : BinomialNormal
        The level's own studies, once for each climb.
    others : tuple of (BinomialNormal, float)
        Those of each other level with a finite mean, and that mean.
    """

    own: BinomialNormal
    others: tuple[tuple[BinomialNormal, float], ...]

    def take(self, which: Bools | Ints) -> LevelLikelihood:
        """Return the likelihood for some of the climbs."""
        others = tuple((problem.take(which), mu) for problem, mu in self.others)
        return LevelLikelihood(self.own.take(which), others)

    def derivatives(self, theta: Floats, fine: Bools) -> Floats:
        """Return log-likelihood, score and second derivatives, shape (6, b)."""
        out = self.own.derivatives(theta, fine)
        for problem, mu in self.others:
            value, slope, bend = over_mean(problem, mu, theta[1])
            out[0] += value
            out[2] += slope
            out[5] += bend
        return out

    def at_zero(self, mu: Floats) -> tuple[Floats, Floats]:
        """Return the log-likelihood without variance, and its second derivative by ``tau``."""
        rows = self.derivatives(np.stack([mu, 0 * mu]), np.ones(mu.size, dtype=bool))
        return rows[0], rows[5]

    def constants(self) -> Floats:
        """Return what is left out of each log-likelihood."""
        return self.own.constants() + sum(each.constants() for each, _ in self.others)


def level_likelihood(
    x: Floats, n: Floats, labels: Labels, level: str, fit: LevelsFit, link: Link
) -> tuple[LevelLikelihood, float]:
    """Return the likelihood of one level's mean and ``tau``, and what it approaches far out.

    Returns
    -------
    problem : LevelLikelihood
        Of one climb.
    distant : float
        Its value at any mean as ``tau`` grows; see :mod:`poolprop.stats.fits.profile`.
    """

    def of(name: str) -> BinomialNormal:
        return BinomialNormal(Sets.of(x[labels == name], n[labels == name]), link)

    others = tuple(
        (of(name), mu) for name, mu in fit.means.items() if name != level and math.isfinite(mu)
    )
    top = np.array([TAU_TOP])
    far = sum(float(over_mean(problem, mu, top)[0][0]) for problem, mu in others)
    return LevelLikelihood(of(level), others), far - float(np.sum(labels == level)) * math.log(2)


def over_mean(problem: BinomialNormal, mu: float, tau: Floats) -> tuple[Floats, Floats, Floats]:
    """Return a level's log-likelihood maximised over its mean, and two derivatives in ``tau``.

    At the maximum the first derivative is the partial one, and the second is reduced by what
    the mean's moving along gives.

    Parameters
    ----------
    problem : BinomialNormal
        The level, once for each value of ``tau``.
    mu : float
        Where to start.
    tau : ndarray, shape (b,)
        Values of ``tau``.
    """
    start, free = np.stack([np.full(tau.size, mu), tau]), np.array([True, False])
    found = ascend(problem, start, np.inf, free=free, thorough=True)
    h_mu2, h_mutau, h_tau2 = found.hessian
    return found.loglik, found.score[1], h_tau2 - h_mutau**2 / h_mu2
