"""The models that answer for many data sets at once, as :func:`poolprop.pool` does for one."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.special import expit, logit

from poolprop.stats._types import Floats
from poolprop.stats.answers.bayes_columns import bayes_sets
from poolprop.stats.answers.columns import (
    ALONE,
    COMPARISON,
    NO_WALD_BETA,
    ONE_SIDED,
    OUT_OF_RANGE,
    RUNAWAY,
    Columns,
    Words,
    add_note,
    answers,
    boundary_note,
    correction_note,
    empty_columns,
    no_words,
    put,
)
from poolprop.stats.answers.mean_intervals import bootstrapped, cuts, mean_intervals, wald
from poolprop.stats.answers.options import Options
from poolprop.stats.fits.betabinom import betabinom_limits, fit_betabinom_sets
from poolprop.stats.fits.glmm import fit_sets
from poolprop.stats.fits.one_proportion import study_intervals
from poolprop.stats.fits.two_step import NO_INTERVAL, pool_ragged
from poolprop.stats.likelihoods.binomial_normal import BinomialNormal
from poolprop.stats.likelihoods.links import LINKS
from poolprop.stats.measures import MEASURES, back_transform, effect_sizes, effects_of
from poolprop.stats.sets import Sets

Model = Callable[[Sets, Options], Columns]


def many(sets: Sets, options: Options) -> Columns:
    """Answer about each data set; one of a single study is answered as itself."""
    out, alone = empty_columns(sets.count), sets.size == 1
    if alone.any():
        put(out, alone, single_studies(sets.take(alone), options.level))
    if not alone.all():
        put(out, ~alone, MODELS[options.model](sets.take(~alone), options))
    return out


def single_studies(sets: Sets, level: float) -> Columns:
    """Return studies as themselves, with exact intervals."""
    lower, upper = study_intervals(sets.x, sets.n, "clopper-pearson", level)
    share = sets.x / sets.n
    _, vi = effect_sizes(sets.x, sets.n, "PLO")
    notes = no_words(sets.count)
    add_note(notes, np.ones(sets.count, dtype=bool), ALONE)
    se = np.where((share > 0) & (share < 1), np.sqrt(vi), np.nan)
    with np.errstate(divide="ignore"):
        model = (logit(share), se, np.zeros(sets.count), np.full(sets.count, np.nan))
        ends = logit(lower), logit(upper)
    sure = np.ones(sets.count, dtype=bool)
    return answers(sets, (share, lower, upper), model, sure, notes, ends)


def two_step(sets: Sets, options: Options) -> Columns:
    """Pool effect sizes."""
    yi, vi = effects_of(sets.x, sets.n, options.measure, options.correction)
    size = sets.size / sets.total(1 / sets.n) if options.measure == "PFT" else math.inf
    return of_effects(yi, vi, sets, options, size, _cautions(sets, options))


def of_effects(
    yi: Floats, vi: Floats, sets: Sets, options: Options, size: Floats | float, notes: Words
) -> Columns:
    """Pool effect sizes on the scale ``options.measure``, which ``size`` inverts (``PFT``)."""
    ci = options.ci if np.count_nonzero(sets.size > 1) else "wald"
    choices = options.tau2, ci, options.level, options.tau2_value
    fit, means = pool_ragged(yi, vi, sets.size, *choices)
    if options.inversion == "variance":
        size = sets.total(1 / (vi + sets.spread(fit.tau2))) / 4
    limits = np.array([fit.estimate, fit.ci_lower, fit.ci_upper])
    proportion, lower, upper = back_transform(limits, options.measure, size)
    if options.measure != "PLO":  # each logit is one of a proportion
        lowest, highest = MEASURES[options.measure].bounds(size)
        add_note(notes, (fit.ci_lower < lowest) | (fit.ci_upper > highest), OUT_OF_RANGE)
    found = answers(
        sets, (proportion, lower, upper), (fit.estimate, fit.se, fit.tau2, fit.loglik),
        np.ones(sets.count, dtype=bool), notes, (fit.ci_lower, fit.ci_upper), means=means,
    )  # fmt: skip
    if ci == "kr" and np.count_nonzero(lost := np.isnan(fit.estimate)):
        found.converged[lost], found.notes[lost] = False, f"{NO_INTERVAL}."
    return found


def _cautions(sets: Sets, options: Options) -> Words:
    """Return the warnings that two-step models earn where they are known to under-cover."""
    notes = no_words(sets.count)
    share = sets.x / sets.n
    rare = (share < 0.2) | (share > 0.8)
    if not np.count_nonzero(rare):
        return notes
    none_or_all = (share == 0) | (share == 1)
    add_note(notes, sets.any(none_or_all | (rare & (sets.n < 40))), COMPARISON)
    if not np.count_nonzero(none_or_all):
        return notes
    empty = sets.total(none_or_all + 0.0)
    if MEASURES[options.measure].corrected and options.correction != "none":
        for count in np.unique(empty[empty > 0].astype(np.intp)).tolist():
            add_note(notes, empty == count, correction_note(count))
    return notes


def glmm(sets: Sets, options: Options) -> Columns:
    """Fit the binomial-normal model."""
    link = LINKS[options.link]
    fit, problem = fit_sets(sets, link), BinomialNormal(sets, link)
    notes = no_words(sets.count)
    for side in (-1, 1):
        add_note(notes, fit.side == side, boundary_note(side * math.inf))
    add_note(notes, fit.runaway, RUNAWAY)
    distant = -sets.size * np.log(2)
    limits = mean_intervals(problem, fit, options, sets.size, sets.total(sets.n), distant, notes)
    if options.ci == "bootstrap-lr":
        totals = np.split(sets.n, np.cumsum(sets.size)[:-1])
        limits = bootstrapped(problem, fit, totals, limits, options)
    constants = problem.constants()
    return answers(
        sets,
        (link.inverse(fit.mu), link.inverse(limits[0]), link.inverse(limits[1])),
        (fit.mu, fit.se, fit.tau**2, fit.loglik + constants),
        fit.converged,
        notes,
        limits,
        fit.loglik_common + constants,
    )


def beta_binomial(sets: Sets, options: Options) -> Columns:
    """Fit the beta-binomial model."""
    fit = fit_betabinom_sets(sets)
    notes = no_words(sets.count)
    for side in (-1, 1):
        add_note(notes, fit.side == side, boundary_note(side * math.inf))
    lower, upper, profiled = wald(fit.mu, fit.se, sets.size, options)
    if profiled.any():
        inside = profiled & (fit.side == 0)
        if options.ci in ("wald", "t"):
            add_note(notes, inside, NO_WALD_BETA)
        some, best = sets.take(profiled), fit.take(profiled)
        # Where Student's interval does not exist its small-sample counterpart stands in.
        cut = cuts(some.size, options, small=options.ci in ("t", "profile-ck"))
        lower[profiled], upper[profiled] = betabinom_limits(some, best, cut)
        add_note(notes, inside & (np.isinf(lower) | np.isinf(upper)), ONE_SIDED)
    p, theta = expit(fit.mu), fit.tau**2
    rho = theta / (1 + theta)
    variance = p * (1 - p)
    tau2 = np.where(variance > 0, rho / np.where(variance > 0, variance, 1.0), 0.0)
    constants = sets.total(LINKS["logit"].constant(sets.x, sets.n))
    return answers(
        sets, (p, expit(lower), expit(upper)), (fit.mu, fit.se, tau2, fit.loglik + constants),
        fit.converged, notes, (lower, upper), fit.loglik_common + constants,
    )  # fmt: skip


MODELS: dict[str, Model] = {
    "two-step": two_step,
    "common": two_step,
    "glmm": glmm,
    "beta-binomial": beta_binomial,
    "bayes": lambda sets, options: bayes_sets(sets, options)[0],
}
