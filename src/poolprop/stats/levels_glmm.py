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

from poolprop.stats._types import Floats
from poolprop.stats.design import Labels, group_design
from poolprop.stats.glmm import TAU_BOUNDARY, fit_glmm, likelihood
from poolprop.stats.links import Link
from poolprop.stats.newton import Likelihood, climb
from poolprop.stats.profile import REACH, TAU_TOP, Profile
from poolprop.stats.wls import intercept


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
        As in :class:`poolprop.stats.glmm.GlmmFit`.
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


def level_profile(
    x: Floats, n: Floats, labels: Labels, level: str, fit: LevelsFit, link: Link
) -> tuple[Profile, float]:
    """Return the likelihood of one level's mean and ``tau``, and what it approaches far out.

    Returns
    -------
    profile : Profile
        Maximised over the means of the other levels.
    distant : float
        Its value at any mean as ``tau`` grows; see :func:`poolprop.stats.profile.boundary_limit`.
    """
    own = labels == level
    mine = likelihood(x[own], n[own], intercept(int(own.sum())), link)
    others = [
        (likelihood(x[labels == g], n[labels == g], intercept(int(np.sum(labels == g))), link), mu)
        for g, mu in fit.means.items()
        if g != level and math.isfinite(mu)
    ]

    def evaluate(theta: Floats) -> tuple[Floats, Floats, Floats]:
        value, score, hessian = mine(theta)
        for other, mu in others:
            extra, slope, bend = over_mean(other, mu, theta[:, 1])
            value = value + extra
            score[:, 1] += slope
            hessian[:, 1, 1] += bend
        return value, score, hessian

    top = TAU_BOUNDARY if fit.runaway else TAU_TOP
    far = sum(float(over_mean(other, mu, np.array([TAU_TOP]))[0][0]) for other, mu in others)
    profile = Profile(
        evaluate=evaluate,
        mu=fit.means[level],
        second=fit.tau,
        loglik=fit.loglik,
        reach=REACH[link.name],
        top=top,
    )
    return profile, far - float(own.sum()) * math.log(2)


def over_mean(evaluate: Likelihood, mu: float, tau: Floats) -> tuple[Floats, Floats, Floats]:
    """Return a level's log-likelihood maximised over its mean, and two derivatives in ``tau``.

    At the maximum the first derivative is the partial one, and the second is reduced by what
    the mean's moving along gives.

    Parameters
    ----------
    evaluate : callable
        Log-likelihood, score and hessian of lanes of ``(mu, tau)``.
    mu : float
        Where to start.
    tau : ndarray, shape (m,)
        Values of ``tau``.
    """
    start = np.column_stack([np.full(tau.size, mu), tau])
    found = climb(evaluate, start, np.array([True, False]), math.inf)
    cross = found.hessian[:, 0, 1]
    bend = found.hessian[:, 1, 1] - cross**2 / found.hessian[:, 0, 0]
    return found.loglik, found.score[:, 1], bend
