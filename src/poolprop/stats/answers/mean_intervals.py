"""Intervals of means of likelihood models: Wald where one exists, else by the profile."""

from __future__ import annotations

import math

import numpy as np

from poolprop.stats._types import Bools, Floats, Ints
from poolprop.stats.answers.columns import Words, add_note
from poolprop.stats.answers.notes import BOUNDED, NO_WALD, ONE_SIDED
from poolprop.stats.answers.options import Options
from poolprop.stats.fits.bootstrap import bootstrap_interval
from poolprop.stats.fits.climb import Likelihoods
from poolprop.stats.fits.maxima import Maxima
from poolprop.stats.fits.profile import mean_limits, needs_bound
from poolprop.stats.likelihoods.links import LINKS
from poolprop.stats.numeric.distributions import profile_cut, t_quantile


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
    problem: Likelihoods,
    fit: Maxima,
    options: Options,
    size: Ints,
    patients: Floats,
    distant: Floats,
    notes: Words,
    parameters: int = 1,
) -> tuple[Floats, Floats]:
    """Return limits on the link's scale; remarks are added to ``notes``.

    Parameters
    ----------
    problem : Likelihoods
        Of ``(mu, tau)``.
    fit : Maxima
        Their maxima.
    options : Options
        Interval, level and link.
    size : ndarray of int, shape (b,)
        Studies that ``tau`` is estimated from.
    patients, distant
        As for :func:`poolprop.stats.fits.profile.mean_limits`.
    notes : ndarray of str
        Of each data set.
    parameters : int
        Means fitted to the studies.
    """
    link = LINKS[options.link]
    lower, upper, profiled = wald(fit.mu, fit.se, size, options, parameters)
    if not profiled.any():
        return lower, upper
    if options.ci in ("wald", "t"):
        add_note(notes, profiled, NO_WALD)
    best, far = fit.take(profiled), distant[profiled]
    small = options.ci == "profile-ck"
    cut = cuts(size[profiled], options, small=small, parameters=parameters)
    lower[profiled], upper[profiled] = mean_limits(
        problem.take(profiled), best, cut, link, patients[profiled], far
    )
    bounded = np.zeros(size.shape, dtype=bool)
    bounded[profiled] = needs_bound(best, cut, far)
    add_note(notes, bounded, BOUNDED)
    endless = np.isinf(lower) | np.isinf(upper)
    add_note(notes, profiled & (fit.side == 0) & endless, ONE_SIDED)
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
            problem.take(np.array([i])),
            fit.take(np.array([i])),
            n,
            (float(lower[i]), float(upper[i])),
            options.level,
            cut,
            options.seed,
            options.replicates,
        )
    return lower, upper
