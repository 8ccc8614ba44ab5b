"""The binomial-normal model with a design: ``link(p_i) ~ N(X_i beta, tau^2)``.

References
----------
Stijnen T, Hamza TH, Özdemir P (2010). Random effects meta-analysis of event outcome in the
framework of the generalized linear mixed model. Statistics in Medicine 29(29):3046-3067.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poolprop.stats._types import Bools, Floats, Ints
from poolprop.stats.fits.climb import Summits, ascend
from poolprop.stats.fits.glmm import STARTS, TAU_BOUNDARY, TAU_MAX, fit_sets
from poolprop.stats.likelihoods.binomial_normal import BinomialNormal
from poolprop.stats.likelihoods.integrals import COARSE, EXACT, Precision, study_moments
from poolprop.stats.likelihoods.links import Link
from poolprop.stats.numeric.wls import is_intercept
from poolprop.stats.sets import Sets


@dataclass(frozen=True, slots=True, kw_only=True)
class GlmmFit:
    """The maximum of the likelihood.

    Attributes
    ----------
    beta : ndarray, shape (p,)
        Coefficients on the link's scale; infinite for data without events, or without
        non-events, in a one-column design.
    tau : float
        Between-study standard deviation.
    loglik, loglik_common : float
        Maximum of the log-likelihood, and its maximum at ``tau = 0``; all constants included.
    cov : ndarray, shape (p, p)
        From the observed information of ``(beta, tau)`` jointly; NaN where it does not exist.
    converged : bool
        Whether the score is 0 at the maximum.
    runaway : bool
        Whether the likelihood rises with ``tau`` without end, so that the maximum with ``tau`` at
        most ``TAU_BOUNDARY`` is given.
    """

    beta: Floats
    tau: float
    loglik: float
    loglik_common: float
    cov: Floats
    converged: bool
    runaway: bool = False

    @property
    def separated(self) -> bool:
        """Whether the estimate is infinite."""
        return not bool(np.all(np.isfinite(self.beta)))


@dataclass(frozen=True, slots=True)
class DesignLikelihood:
    """The log-likelihood of one data set in ``(beta, tau)``, without binomial coefficients."""

    x: Floats
    n: Floats
    design: Floats
    link: Link

    def take(self, which: Bools | Ints) -> DesignLikelihood:
        """Return itself: every climb is on the same data."""
        return self

    def derivatives(self, theta: Floats, fine: Bools) -> Floats:
        """Return log-likelihood, score and upper triangle of the hessian, in rows."""
        q, b = theta.shape
        out = np.empty((1 + q + q * (q + 1) // 2, b))
        for pick, precision in ((fine, EXACT), (~fine, COARSE)):
            if pick.any():
                out[:, pick] = self._rows(theta[:, pick], precision)
        return out

    def _rows(self, theta: Floats, precision: Precision) -> Floats:
        b = theta.shape[1]
        eta = (theta[:-1].T @ self.design.T).ravel()
        x, n, tau = np.tile(self.x, b), np.tile(self.n, b), np.repeat(theta[-1], self.x.size)
        found = study_moments(x, n, eta, tau, self.link, precision).reshape(6, b, -1)
        value, d_mu, d_tau, d_mu2, d_mutau, d_tau2 = found
        columns = list(self.design.T)
        rows = [value.sum(axis=1), *(d_mu @ column for column in columns), d_tau.sum(axis=1)]
        for i, column in enumerate(columns):
            rows += [(d_mu2 * column) @ other for other in columns[i:]]
            rows.append(d_mutau @ column)
        return np.stack([*rows, d_tau2.sum(axis=1)])

    def constant(self) -> float:
        """Return what is left out."""
        return float(self.link.constant(self.x, self.n).sum())


def fit_glmm(x: Floats, n: Floats, design: Floats, link: Link, *, common: bool = False) -> GlmmFit:
    """Fit the model to ``k >= 1`` studies.

    Parameters
    ----------
    x, n : ndarray, shape (k,)
        Events and totals.
    design : ndarray, shape (k, p)
        Of full column rank; one column of ones for a pooled proportion.
    link : Link
        The link function.
    common : bool
        Hold ``tau`` at 0: the common-effect model.

    Returns
    -------
    GlmmFit
        For every valid input. Where the design has one column and all or none of the patients
        had the event, the likelihood increases towards an infinite ``beta``.
    """
    if is_intercept(design) and (not common or x.sum() in (0, n.sum())):
        return fit_each(Sets.of(x, n), link)[0]
    problem, p = DesignLikelihood(x, n, design, link), design.shape[1]
    starts = _starts(x, n, design, link)
    start = np.append(starts[:-1, :1], [[0.0]], axis=0)
    free = np.append(np.ones(p, dtype=bool), False)
    flat = ascend(problem, start, TAU_MAX, free=free, thorough=True)
    best, runaway = flat, False
    if not common and len(x) > p:
        best = highest(ascend(problem, starts, TAU_MAX, stop=True), flat)
        if best.theta[-1, 0] >= TAU_MAX:
            starts[-1] = np.minimum(starts[-1], TAU_BOUNDARY)
            best, runaway = highest(ascend(problem, starts, TAU_BOUNDARY), flat), True
    tau, information = float(best.theta[-1, 0]), -best.matrices()[0]
    fixed = tau == 0 or runaway
    cov = inverse_information(information[:-1, :-1] if fixed else information)[:p, :p]
    return GlmmFit(
        beta=best.theta[:-1, 0],
        tau=tau,
        loglik=float(best.loglik[0]) + problem.constant(),
        loglik_common=float(flat.loglik[0]) + problem.constant(),
        # tau = 0 is an end of its range: it has no standard error to share.
        cov=cov,
        converged=bool(best.settled[0]) and not runaway,
        runaway=runaway,
    )


def fit_each(sets: Sets, link: Link) -> list[GlmmFit]:
    """Return the fits of pooled proportions, all found at once."""
    fit, constants = fit_sets(sets, link), BinomialNormal(sets, link).constants()
    return [
        GlmmFit(
            beta=fit.mu[i : i + 1],
            tau=float(fit.tau[i]),
            loglik=float(fit.loglik[i] + constants[i]),
            loglik_common=float(fit.loglik_common[i] + constants[i]),
            cov=fit.se[i : i + 1, None] ** 2,
            converged=bool(fit.converged[i]),
            runaway=bool(fit.runaway[i]),
        )
        for i in range(sets.count)
    ]


def _starts(x: Floats, n: Floats, design: Floats, link: Link) -> Floats:
    """Return starts for several climbs, shape (p + 1, starts)."""
    shown = link.forward((x + 0.5) / (n + 1))
    beta, *_ = np.linalg.lstsq(design, shown, rcond=None)
    spread = float(np.sqrt(np.mean((shown - design @ beta) ** 2)))
    taus = np.array([np.clip(spread, 0.1, 20.0), *STARTS])
    return np.vstack([np.tile(beta[:, None], taus.size), taus])


def highest(inside: Summits, flat: Summits) -> Summits:
    """Return the higher of a maximum at ``tau = 0`` and the best one inside.

    Where the likelihood curves upwards at 0 the maximum is inside, however flat.
    """
    lane = int(np.argmax(inside.loglik))
    size = 1 + abs(float(flat.loglik[0]))
    gain = float(inside.loglik[lane] - flat.loglik[0])
    upwards = float(flat.hessian[-1, 0]) > 1e-7 * size and inside.theta[-1, lane] > 0
    if not (gain > 1e-11 * size or upwards):
        return flat
    names = Summits.__slots__
    return Summits(**{name: getattr(inside, name)[..., lane : lane + 1] for name in names})


def inverse_information(information: Floats) -> Floats:
    """Return the inverse of an information matrix, or NaN if it is not positive definite."""
    values = np.linalg.eigvalsh(information)
    if not values[0] > 1e-14 * values[-1]:
        return np.full(information.shape, np.nan)
    return np.asarray(np.linalg.inv(information), dtype=np.float64)


def information_of(x: Floats, n: Floats, mu: float, tau: float, link: Link) -> Floats:
    """Return each study's observed information about its linear predictor, shape (k,)."""
    if not np.isfinite(mu):
        return np.asarray(n, dtype=np.float64)
    where = np.full(x.size, mu), np.full(x.size, tau)
    found: Floats = np.maximum(-study_moments(x, n, *where, link, EXACT)[3], 0.0)
    return found
