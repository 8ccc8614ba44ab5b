"""What intervals cover in simulated data sets whose true ``mu`` is known.

A profile interval covers the truth where the profile has fallen there by no more than the cut,
and a bootstrap-calibrated one where the test of the truth does not reject: no limits are needed,
except for widths, which a share of the data sets is enough for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from poolprop.stats._types import Bools, Floats
from poolprop.stats.answers.mean_intervals import small_lr
from poolprop.stats.fits.bootstrap import Draws, critical_value
from poolprop.stats.fits.glmm import TAU_BOUNDARY, fit_glmm_many
from poolprop.stats.fits.maxima import Maxima
from poolprop.stats.fits.profile import profile_at, profile_limits_many
from poolprop.stats.fits.two_step import two_step_many
from poolprop.stats.fits.walks import TAU_TOP
from poolprop.stats.likelihoods.binomial_normal import BinomialNormal
from poolprop.stats.likelihoods.links import LINKS
from poolprop.stats.likelihoods.tabulated import LikelihoodGrid
from poolprop.stats.numeric.distributions import profile_cut, t_quantile
from poolprop.stats.sets import rectangular

LOGIT = LINKS["logit"]
TWO_STEP = {
    "dl-wald": ("DL", "wald"),
    "hksj": ("REML", "hksj"),
    "hksj-adhoc": ("REML", "hksj-adhoc"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What one method did in each data set; every array has shape (B,).

    Attributes
    ----------
    covered : ndarray of bool
        Whether the interval holds the true ``mu``; no interval does not.
    width : ndarray
        Its length on the proportion scale; NaN where it was not computed.
    failed : ndarray of bool
        Whether there was no interval.
    """

    covered: Bools
    width: Floats
    failed: Bools


@dataclass(frozen=True, slots=True, kw_only=True)
class AtTruth:
    """Fits of many data sets, and their likelihoods at the true ``mu``.

    Attributes
    ----------
    mu : float
        The truth.
    fit : Maxima
        The maxima.
    free, bounded : tuple of ndarray
        The log-likelihood at the truth maximised over ``tau``, and that ``tau``, which is at most
        ``TAU_TOP`` or ``TAU_BOUNDARY``.
    """

    mu: float
    fit: Maxima
    free: tuple[Floats, Floats]
    bounded: tuple[Floats, Floats]

    def drop(self, cut: float, k: int) -> Floats:
        """Return by how much twice the profile has fallen at the truth.

        ``tau`` is bounded as the interval with that cut bounds it: see
        :func:`poolprop.stats.fits.profile.needs_bound`.
        """
        few = (self.fit.side != 0) & (cut / 2 >= k * np.log(2))
        loglik = np.where(few | self.fit.runaway, self.bounded[0], self.free[0])
        out: Floats = np.maximum(0.0, 2 * (self.fit.loglik - loglik))
        return out


def wald_trials(x: Floats, n: Floats, mu: float, level: float) -> dict[str, Trial]:
    """Return what two-step intervals do: DL with Wald, REML with HKSJ and ad hoc HKSJ."""
    out = {}
    for name, (tau2, ci) in TWO_STEP.items():
        fit = two_step_many(x, n, "PLO", tau2, ci, level)
        out[name] = _symmetric(fit.estimate, 0.5 * (fit.ci_upper - fit.ci_lower), mu)
    return out


def glmm_trials(
    x: Floats, n: Floats, truth: AtTruth, level: float, measured: Bools
) -> dict[str, Trial]:
    """Return what the GLMM's Wald and profile intervals do.

    Parameters
    ----------
    x, n : ndarray, shape (B, k)
        Events and totals.
    truth : AtTruth
        Their fits and what the likelihood falls to at the truth.
    level : float
        Nominal level.
    measured : ndarray of bool, shape (B,)
        For which data sets the limits of profile intervals are computed, for their widths.
    """
    k, fit = x.shape[1], truth.fit
    out = {}
    for name in ("profile", "profile-ck"):
        cut = profile_cut(level, k, small_sample=name == "profile-ck")
        drop = truth.drop(cut, k)
        width = np.full(len(x), np.nan)
        if measured.any():
            lower, upper = profile_limits_many(
                x[measured], n[measured], fit.take(measured), cut, LOGIT
            )
            width[measured] = expit(upper) - expit(lower)
        out[name] = Trial(covered=drop <= cut, width=width, failed=~np.isfinite(drop))
    out["small-lr"] = _steady(x, n, fit, truth.mu, level)
    for name, df in (("glmm-wald", math.inf), ("glmm-t", k - 1)):
        # Where there is no standard error the engine gives the chi-square profile interval.
        half, none = t_quantile(level, df) * fit.se, ~np.isfinite(fit.se)
        wald = _symmetric(fit.mu, half, truth.mu)
        out[name] = Trial(
            covered=np.where(none, out["profile"].covered, wald.covered),
            width=np.where(none, out["profile"].width, wald.width),
            failed=none & out["profile"].failed,
        )
    return out


def _steady(x: Floats, n: Floats, fit: Maxima, mu: float, level: float) -> Trial:
    """Return what the interval for few studies does."""
    sets = rectangular(x, n)
    cut = np.full(len(x), profile_cut(level, x.shape[1], small_sample=True))
    lower, upper = small_lr(
        BinomialNormal(sets, LOGIT), fit, cut, LOGIT, sets.size, sets.total(sets.n),
        -sets.size * np.log(2),
    )  # fmt: skip
    return Trial(
        covered=(lower <= mu) & (mu <= upper),
        width=expit(upper) - expit(lower),
        failed=np.isnan(lower + upper),
    )


def bootstrap_trial(
    x: Floats, n: Floats, truth: AtTruth, level: float, seeds: NDArray[np.uint32], replicates: int
) -> Trial:
    """Return where the bootstrap-calibrated test keeps the truth.

    It never rejects what the chi-square profile interval holds, so that only data sets beyond it
    need a bootstrap.

    Parameters
    ----------
    x, n : ndarray, shape (B, k)
        Events and totals.
    truth : AtTruth
        Their fits and what the likelihood falls to at the truth.
    level : float
        Nominal level.
    seeds : ndarray of int, shape (B,)
        One for each data set.
    replicates : int
        Data sets drawn in each bootstrap.
    """
    floor = profile_cut(level, x.shape[1], small_sample=False)
    drop = 2 * (truth.fit.loglik - truth.bounded[0])
    covered = drop <= floor
    # Half of a typical interval of the largest data sets: the grid is dense within.
    width = float(np.clip(2 * np.sqrt(4 / n.sum(axis=1).max() + 0.3 / x.shape[1]), 0.3, 3.0))
    largest = n[np.argmax(n.sum(axis=1))]
    grid = LikelihoodGrid(largest, truth.mu, width, TAU_BOUNDARY)
    for i in np.flatnonzero(~covered).tolist():
        draws, tau = Draws(np.sort(n[i]), int(seeds[i]), replicates), float(truth.bounded[1][i])
        covered[i] = drop[i] <= critical_value(grid, draws, truth.mu, tau, level, floor)
    return Trial(covered=covered, width=np.full(len(x), np.nan), failed=~np.isfinite(drop))


def credible_trial(quantiles: Floats, mu: float) -> Trial:
    """Return what a credible interval does, from quantiles of shape (B, q) of ``expit(mu)``."""
    lower, upper = quantiles[:, 0], quantiles[:, -1]
    return Trial(
        covered=(lower <= expit(mu)) & (expit(mu) <= upper),
        width=upper - lower,
        failed=~np.isfinite(upper - lower),
    )


def at_truth(x: Floats, n: Floats, mu: float) -> AtTruth:
    """Fit data sets of shape (B, k), and maximise over ``tau`` at the true ``mu``."""
    fit = fit_glmm_many(x, n, LOGIT)
    free = profile_at(x, n, fit, mu, LOGIT, TAU_TOP)
    beyond = free[1] > TAU_BOUNDARY
    bounded = free[0].copy(), free[1].copy()
    if beyond.any():
        held = profile_at(x[beyond], n[beyond], fit.take(beyond), mu, LOGIT, TAU_BOUNDARY)
        bounded[0][beyond], bounded[1][beyond] = held
    return AtTruth(mu=mu, fit=fit, free=free, bounded=bounded)


def _symmetric(estimate: Floats, half: Floats, mu: float) -> Trial:
    failed = ~np.isfinite(half)
    with np.errstate(invalid="ignore"):
        covered = np.abs(estimate - mu) <= half
        width = expit(estimate + half) - expit(estimate - half)
    return Trial(covered=covered & ~failed, width=np.where(failed, np.nan, width), failed=failed)
