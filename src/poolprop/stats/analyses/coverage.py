"""What intervals cover in simulated repetitions of a set of studies, whose true ``mu`` is known.

A profile interval covers the truth where the profile has fallen there by no more than the cut,
and a bootstrap-calibrated one where the test of the truth does not reject: no limits are needed,
except for widths, which a share of the data sets is enough for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from poolprop.stats._types import Bools, Floats
from poolprop.stats.analyses.posterior_grid import posterior_many, table_cells
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
from poolprop.stats.priors import HalfNormal
from poolprop.stats.sets import rectangular

LOGIT = LINKS["logit"]
TWO_STEP = {
    "dl-wald": ("DL", "wald"),
    "hksj": ("REML", "hksj"),
    "hksj-adhoc": ("REML", "hksj-adhoc"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What one method did in each data set, shape (B,): whether its interval holds the true ``mu``.

    ``width`` is its length on the proportion scale, NaN where it was not computed; an interval
    that does not exist has ``failed`` and covers nothing.
    """

    covered: Bools
    width: Floats
    failed: Bools


@dataclass(frozen=True, slots=True, kw_only=True)
class AtTruth:
    """Fits of many data sets, and their likelihoods at the true ``mu``.

    ``free`` and ``bounded`` hold the log-likelihood at the truth maximised over ``tau``, and that
    ``tau``, which is at most ``TAU_TOP`` or ``TAU_BOUNDARY``.
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
    """Return what the GLMM's Wald and profile intervals do, ``x`` and ``n`` of shape (B, k).

    Limits of profile intervals are computed only for data sets that are ``measured`` (B,).
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
    """Return where the bootstrap-calibrated test of ``replicates`` sets keeps the truth.

    It never rejects what the chi-square profile interval holds, so that only data sets beyond it
    need a bootstrap. ``x`` and ``n`` are (B, k), ``seeds`` (B,).
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


# Limits of profile intervals, for their widths, are computed for one data set in so many.
MEASURED = 4
# The table of likelihoods behind the credible intervals grows with the studies' sizes: beyond so
# many cells (0.8 GB, a minute) they are left out.
LARGEST = 100_000_000

# Laws of a study's logit, of mean 0 and standard deviation 1.
LAWS: dict[str, Callable[[np.random.Generator, tuple[int, int]], Floats]] = {
    "normal": lambda random, shape: random.standard_normal(shape),
    "skewed": lambda random, shape: 1 - random.exponential(size=shape),
    "two-point": lambda random, shape: np.where(random.random(shape) < 0.5, -1.0, 1.0),
    "heavy-tailed": lambda random, shape: random.standard_t(3, shape) / math.sqrt(3),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """What one method did over the simulated data sets.

    ``coverage`` is the share whose interval holds the truth (no interval does not), ``error`` its
    Monte-Carlo standard error by the rule of succession, so that a share of 0 or 1 has one too;
    ``width`` is the mean length on the proportion scale, None where it was not computed.
    """

    coverage: float
    error: float
    width: float | None
    failed: int


def simulate(
    n: Floats, mu: float, taus: Sequence[float], laws: Sequence[str] | None = None, *,
    level: float, replicates: int, seed: int, bootstrap: int,
) -> list[dict[str, Covered]]:  # fmt: skip
    """Repeat studies of totals ``n`` (k,), ``k >= 2``, under known truths; apply each interval.

    ``mu`` is the true median-study logit; each of ``taus`` has its law of :data:`LAWS` (normal by
    default), ``replicates`` data sets and a seed sequence of its own (PCG64). ``bootstrap`` data
    sets calibrate ``bootstrap-lr``; 0 leaves it out. Returned for each ``tau``: results by method,
    ``bayes`` only where its table of likelihoods has at most ``LARGEST`` cells.
    """
    sizes = np.sort(np.asarray(n, dtype=np.float64))
    seeds = np.random.SeedSequence(seed).spawn(len(taus))
    laws = laws or ["normal"] * len(taus)
    drawn = [
        _draw(sizes, mu, tau, law, replicates, one)
        for tau, law, one in zip(taus, laws, seeds, strict=True)
    ]
    x = np.concatenate(drawn)
    n_all = np.broadcast_to(sizes, x.shape)
    truth = at_truth(x, n_all, mu)
    measured = np.arange(len(x)) % MEASURED == 0
    trials = glmm_trials(x, n_all, truth, level, measured) | wald_trials(x, n_all, mu, level)
    if bootstrap:
        own = np.concatenate([one.spawn(1)[0].generate_state(replicates) for one in seeds])
        trials["bootstrap-lr"] = bootstrap_trial(x, n_all, truth, level, own, bootstrap)
    tail = (1 - level) / 2
    if table_cells(x, n_all, [HalfNormal()]) <= LARGEST:
        posterior = posterior_many(x, n_all, [HalfNormal()], [tail, 1 - tail])[0]
        trials["bayes"] = credible_trial(posterior, mu)
    parts = [slice(i * replicates, (i + 1) * replicates) for i in range(len(taus))]
    return [{name: _summary(trial, part) for name, trial in trials.items()} for part in parts]


def _draw(
    n: Floats, mu: float, tau: float, law: str, replicates: int, seed: np.random.SeedSequence
) -> Floats:
    random = np.random.Generator(np.random.PCG64(seed))
    eta = mu + tau * LAWS[law](random, (replicates, n.size))
    out: Floats = random.binomial(n.astype(np.int64), expit(eta)).astype(np.float64)
    return out


def _summary(trial: Trial, part: slice) -> Covered:
    covered, width = trial.covered[part], trial.width[part]
    known = width[np.isfinite(width)]
    # Laplace's rule: (hits + 1) / (trials + 2).
    share = (float(covered.sum()) + 1) / (covered.size + 2)
    return Covered(
        coverage=float(covered.mean()),
        error=math.sqrt(share * (1 - share) / covered.size),
        width=float(known.mean()) if known.size else None,
        failed=int(trial.failed[part].sum()),
    )
