"""The models that answer for many data sets at once, as :func:`poolprop.pool` does for one."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.special import expit, logit

from poolprop.stats import pool_betabinom as betabinom
from poolprop.stats._types import Bools, Floats
from poolprop.stats.batch.bayes import bayes_sets
from poolprop.stats.batch.betabinom import betabinom_limits, fit_betabinom_sets
from poolprop.stats.batch.columns import (
    Columns,
    Words,
    add_note,
    answers,
    empty_columns,
    no_words,
    put,
)
from poolprop.stats.batch.glmm import fit_sets
from poolprop.stats.batch.profile import limits_of, needs_bound
from poolprop.stats.batch.sets import Sets
from poolprop.stats.batch.two_step import pool_ragged
from poolprop.stats.distributions import profile_cut, t_quantile
from poolprop.stats.glmm_intervals import BOUNDED, NO_WALD, ONE_SIDED
from poolprop.stats.intervals import study_intervals
from poolprop.stats.kenward_roger import NO_INTERVAL
from poolprop.stats.links import LINKS
from poolprop.stats.measures import MEASURES, back_transform, effect_sizes, effects_of
from poolprop.stats.options import Options
from poolprop.stats.pool import pool
from poolprop.stats.pool_glmm import RUNAWAY, boundary_note
from poolprop.stats.pool_two_step import COMPARISON, OUT_OF_RANGE, correction_note

Model = Callable[[Sets, Options], Columns]
# Beyond so many patients sums of products lose digits that the single engine keeps.
LARGEST = 1_000_000
ALONE = "One study: its own proportion with its exact interval; nothing is pooled."


def many(sets: Sets, options: Options) -> Columns:
    """Answer about each data set; one of a single study is answered as itself."""
    out, alone = empty_columns(sets.count), sets.size == 1
    if alone.any():
        put(out, alone, _single_studies(sets.take(alone), options.level))
    if not alone.all():
        put(out, ~alone, MODELS[options.model](sets.take(~alone), options))
    return out


def _single_studies(sets: Sets, level: float) -> Columns:
    lower, upper = study_intervals(sets.x, sets.n, "clopper-pearson", level)
    share = sets.x / sets.n
    _, vi = effect_sizes(sets.x, sets.n, "PLO")
    notes = no_words(sets.count)
    add_note(notes, np.ones(sets.count, dtype=bool), ALONE)
    se = np.where((share > 0) & (share < 1), np.sqrt(vi), np.nan)
    with np.errstate(divide="ignore"):
        model = (logit(share), se, np.zeros(sets.count), np.full(sets.count, np.nan))
    return answers(sets, (share, lower, upper), model, np.ones(sets.count, dtype=bool), notes)


def two_step(sets: Sets, options: Options) -> Columns:
    """Pool effect sizes."""
    yi, vi = effects_of(sets.x, sets.n, options.measure, options.correction)
    fit = pool_ragged(yi, vi, sets.size, options.tau2, options.ci, options.level)
    size = sets.size / sets.total(1 / sets.n)
    scale = MEASURES[options.measure]
    limits = (fit.estimate, fit.ci_lower, fit.ci_upper)
    proportion, lower, upper = (back_transform(value, options.measure, size) for value in limits)
    lowest, highest = scale.bounds(size)
    notes = _cautions(sets, scale.corrected)
    add_note(notes, (fit.ci_lower < lowest) | (fit.ci_upper > highest), OUT_OF_RANGE)
    found = answers(
        sets,
        (proportion, lower, upper),
        (fit.estimate, fit.se, fit.tau2, fit.loglik),
        np.ones(sets.count, dtype=bool),
        notes,
    )
    lost = np.isnan(fit.estimate)
    found.converged[lost], found.notes[lost] = False, f"{NO_INTERVAL}."
    return found


def _cautions(sets: Sets, corrected: bool) -> Words:
    notes = no_words(sets.count)
    share = sets.x / sets.n
    empty = sets.total(((share == 0) | (share == 1)).astype(np.float64))
    extreme = sets.total((((share < 0.2) | (share > 0.8)) & (sets.n < 40)).astype(np.float64))
    add_note(notes, (empty > 0) | (extreme > 0), COMPARISON)
    if corrected:
        for count in np.unique(empty[empty > 0].astype(np.intp)).tolist():
            add_note(notes, empty == count, correction_note(count))
    return notes


def glmm(sets: Sets, options: Options) -> Columns:
    """Fit the binomial-normal model; data sets with a huge study one by one."""
    huge = np.maximum.reduceat(sets.n, np.cumsum(sets.size) - sets.size) > LARGEST
    if not huge.any():
        return _glmm(sets, options)
    out = empty_columns(sets.count)
    put(out, huge, one_by_one(sets.take(huge), options))
    if not huge.all():
        put(out, ~huge, _glmm(sets.take(~huge), options))
    return out


def _glmm(sets: Sets, options: Options) -> Columns:
    link = LINKS[options.link]
    fit = fit_sets(sets, link)
    notes = no_words(sets.count)
    for side in (-1, 1):
        add_note(notes, fit.side == side, boundary_note(side * math.inf))
    add_note(notes, fit.runaway, RUNAWAY)
    lower, upper, profiled = _wald(sets, fit.mu, fit.se, options)
    if profiled.any():
        if options.ci in ("wald", "t"):
            add_note(notes, profiled, NO_WALD)
        some = sets.take(profiled)
        cut = cuts(some, options, small=options.ci == "profile-ck")
        best = fit.take(profiled)
        lower[profiled], upper[profiled] = limits_of(some, best, cut, link)
        bounded = np.zeros(sets.count, dtype=bool)
        bounded[profiled] = needs_bound(some, best, cut)
        add_note(notes, bounded, BOUNDED)
        endless = np.isinf(lower) | np.isinf(upper)
        add_note(notes, profiled & (fit.side == 0) & endless, ONE_SIDED)
    return answers(
        sets,
        (link.inverse(fit.mu), link.inverse(lower), link.inverse(upper)),
        (fit.mu, fit.se, fit.tau**2, fit.loglik),
        fit.converged,
        notes,
    )


def beta_binomial(sets: Sets, options: Options) -> Columns:
    """Fit the beta-binomial model."""
    fit = fit_betabinom_sets(sets)
    notes = no_words(sets.count)
    for side in (-1, 1):
        add_note(notes, fit.side == side, boundary_note(side * math.inf))
    lower, upper, profiled = _wald(sets, fit.mu, fit.se, options)
    if profiled.any():
        inside = profiled & (fit.side == 0)
        if options.ci in ("wald", "t"):
            add_note(notes, inside, betabinom.NO_WALD)
        some, best = sets.take(profiled), fit.take(profiled)
        # Where Student's interval does not exist its small-sample counterpart stands in.
        cut = cuts(some, options, small=options.ci in ("t", "profile-ck"))
        lower[profiled], upper[profiled] = betabinom_limits(some, best, cut)
        add_note(notes, inside & (np.isinf(lower) | np.isinf(upper)), ONE_SIDED)
    p, theta = expit(fit.mu), fit.tau**2
    rho = theta / (1 + theta)
    variance = p * (1 - p)
    tau2 = np.where(variance > 0, rho / np.where(variance > 0, variance, 1.0), 0.0)
    found = answers(
        sets,
        (p, expit(lower), expit(upper)),
        (fit.mu, fit.se, tau2, fit.loglik),
        fit.converged,
        notes,
    )
    lost = np.isnan(lower) | np.isnan(upper)
    if lost.any():
        put(found, lost, one_by_one(sets.take(lost), options))
    return found


def _wald(sets: Sets, mu: Floats, se: Floats, options: Options) -> tuple[Floats, Floats, Bools]:
    """Return Wald limits, and where the profile is to be asked: all if that is the method."""
    if options.ci not in ("wald", "t"):
        return np.full(mu.shape, np.nan), np.full(mu.shape, np.nan), np.ones(mu.shape, dtype=bool)
    sizes, place = np.unique(sets.size, return_inverse=True)
    wald = options.ci == "wald"
    quantile = np.array(
        [t_quantile(options.level, math.inf if wald else k - 1.0) for k in sizes.tolist()]
    )[place]
    absent = ~np.isfinite(se)
    half = quantile * np.where(absent, 0.0, se)
    return mu - half, mu + half, absent


def cuts(sets: Sets, options: Options, *, small: bool) -> Floats:
    """Return by how much twice each log-likelihood may fall."""
    sizes, place = np.unique(sets.size, return_inverse=True)
    each = [profile_cut(options.level, k, small_sample=small) for k in sizes.tolist()]
    return np.array(each)[place]


def one_by_one(sets: Sets, options: Options) -> Columns:
    """Ask the single engine about each data set: for models without a batch of their own."""
    out = empty_columns(sets.count)
    stop = np.cumsum(sets.size)
    for i, (first, last) in enumerate(zip(stop - sets.size, stop, strict=True)):
        fit = pool(
            sets.x[first:last],
            sets.n[first:last],
            model=options.model,
            link=options.link,
            ci=options.ci,
            level=options.level,
            prediction="none",
        )
        out.proportion[i], out.estimate[i], out.tau2[i] = fit.proportion, fit.estimate, fit.tau2
        out.ci_lower[i], out.ci_upper[i] = fit.ci.lower, fit.ci.upper
        out.se[i] = np.nan if fit.se is None else fit.se
        out.loglik[i] = np.nan if fit.loglik is None else fit.loglik
        out.converged[i], out.notes[i] = fit.converged, " ".join(fit.notes)
    return out


MODELS: dict[str, Model] = {
    "two-step": two_step,
    "common": two_step,
    "glmm": glmm,
    "beta-binomial": beta_binomial,
    "bayes": lambda sets, options: bayes_sets(sets, options)[0],
}
