"""Intervals of means of likelihood models: Wald where one exists, else by the profile."""

from __future__ import annotations

import math

import numpy as np

from poolprop.stats._types import Bools, Floats, Ints
from poolprop.stats.answers.columns import BOUNDED, NO_WALD, ONE_SIDED, STRETCHED, Words, add_note
from poolprop.stats.answers.options import Options
from poolprop.stats.fits.bootstrap import bootstrap_interval
from poolprop.stats.fits.climb import Likelihoods
from poolprop.stats.fits.integrated import integrated_limits
from poolprop.stats.fits.maxima import Maxima
from poolprop.stats.fits.profile import mean_limits, needs_bound
from poolprop.stats.likelihoods.links import LINKS, Link
from poolprop.stats.numeric.distributions import profile_cut, t_quantile
from poolprop.stats.priors import HalfNormal

# Of the interval for few studies: largest tau of a profile; prior on tau and multiples of c_k for
# two and three studies.
TAU_MOST = 3.0
FEW_PRIOR, FEW = HalfNormal(1.0), {2: 0.85, 3: 1.10}


def wald(
    mu: Floats, se: Floats, size: Ints, options: Options, parameters: int = 1
) -> tuple[Floats, Floats, Bools]:
    """Return Wald limits, and where the profile is to be asked: all if that is the method."""
    if options.ci not in ("wald", "t"):
        return np.full(mu.shape, np.nan), np.full(mu.shape, np.nan), np.ones(mu.shape, dtype=bool)
    sizes, place = np.unique(size, return_inverse=True)
    normal = options.ci == "wald"
    quantile = np.array(
        [
            t_quantile(options.level, math.inf if normal else max(1.0, float(k - parameters)))
            for k in sizes.tolist()
        ]
    )[place]
    absent = ~np.isfinite(se)
    if not normal:
        absent |= size <= parameters
    half = quantile * np.where(absent, 0.0, se)
    return mu - half, mu + half, absent


def cuts(size: Ints, options: Options, *, small: bool, parameters: int = 1) -> Floats:
    """Return by how much twice each log-likelihood may fall."""
    sizes, place = np.unique(size, return_inverse=True)
    each = [
        profile_cut(options.level, k, small_sample=small, parameters=parameters)
        for k in sizes.tolist()
    ]
    return np.array(each)[place]


def mean_intervals(
    problem: Likelihoods, fit: Maxima, options: Options, size: Ints, patients: Floats,
    distant: Floats, notes: Words, parameters: int = 1,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Return limits on the link's scale; remarks are added to ``notes``.

    ``size`` (b,) counts the studies that ``tau`` is estimated from, ``parameters`` the means fitted
    to them; ``patients`` and ``distant`` are those of :func:`fits.profile.mean_limits`.
    """
    link = LINKS[options.link]
    lower, upper, profiled = wald(fit.mu, fit.se, size, options, parameters)
    if not profiled.any():
        return lower, upper
    if options.ci in ("wald", "t"):
        add_note(notes, profiled, NO_WALD)
    best, far = fit.take(profiled), distant[profiled]
    small = options.ci in ("profile-ck", "small-lr")
    cut = cuts(size[profiled], options, small=small, parameters=parameters)
    if options.ci == "small-lr":
        few = parameters == 1
        lower, upper = small_lr(problem, fit, cut, link, size, patients, distant, few=few)
        endless = np.isinf(lower) | np.isinf(upper)
        far = (fit.side == 0) & (fit.tau > TAU_MOST) & ~(np.isin(size, list(FEW)) & few)
        add_note(notes, far, STRETCHED)
        add_note(notes, (fit.side == 0) & endless, ONE_SIDED)
        return lower, upper
    lower[profiled], upper[profiled] = mean_limits(
        problem.take(profiled), best, cut, link, patients[profiled], far
    )
    bounded = np.zeros(size.shape, dtype=bool)
    bounded[profiled] = needs_bound(best, cut, far)
    add_note(notes, bounded, BOUNDED)
    endless = np.isinf(lower) | np.isinf(upper)
    add_note(notes, profiled & (fit.side == 0) & endless, ONE_SIDED)
    return lower, upper


def small_lr(
    problem: Likelihoods, fit: Maxima, cut: Floats, link: Link, size: Ints, patients: Floats,
    distant: Floats, *, few: bool = True,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Return limits of the likelihood-ratio interval for few studies, on the link's scale.

    From four studies on the profile with ``tau`` up to ``TAU_MOST``, cut at ``c_k``; for two and
    three (unless ``few`` is off, where several means share ``tau``) the likelihood averaged over
    ``FEW_PRIOR``, cut at ``FEW`` times ``c_k``. Chosen by simulation
    (``docs/decisions/0021-default-interval-again.md``).
    """
    lower, upper = np.full(cut.size, np.nan), np.full(cut.size, np.nan)
    apart = np.isin(size, list(FEW)) & few
    if apart.any():
        factor = np.array([FEW[k] for k in size[apart].tolist()])
        lower[apart], upper[apart] = integrated_limits(
            problem.take(apart), fit.take(apart), factor * cut[apart], link, FEW_PRIOR,
            size[apart], patients[apart],
        )  # fmt: skip
    if not apart.all():
        rest = ~apart
        lower[rest], upper[rest] = mean_limits(
            problem.take(rest), fit.take(rest), cut[rest], link, patients[rest], distant[rest],
            most=TAU_MOST,
        )  # fmt: skip
    return lower, upper


def bootstrapped(
    problem: Likelihoods,
    fit: Maxima,
    totals: list[Floats],
    plain: tuple[Floats, Floats],
    options: Options,
) -> tuple[Floats, Floats]:
    """Return limits calibrated by bootstrap, of one data set after the other."""
    lower, upper = plain[0].copy(), plain[1].copy()
    cut = profile_cut(options.level, 1, small_sample=False)
    for i, n in enumerate(totals):
        lower[i], upper[i] = bootstrap_interval(
            problem.take(np.array([i])), fit.take(np.array([i])), n,
            (float(lower[i]), float(upper[i])), options.level, cut, options.seed,
            options.replicates,
        )  # fmt: skip
    return lower, upper
