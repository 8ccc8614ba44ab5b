"""Subgroups that share one between-study variance."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats
from poolprop.stats.answers.columns import RUNAWAY, Row, add_note, answers, boundary_note, no_words
from poolprop.stats.answers.mean_intervals import mean_intervals
from poolprop.stats.answers.options import Options, resolve
from poolprop.stats.answers.pool import pool
from poolprop.stats.answers.pool_glmm import (
    common_loglik,
    interval_words,
    plug_in_prediction,
    result_of_mean,
)
from poolprop.stats.answers.results import Later, PoolResult
from poolprop.stats.design import Labels, group_design
from poolprop.stats.fits.glmm_levels import LevelLikelihood, LevelsFit, fit_levels, level_likelihood
from poolprop.stats.fits.maxima import Maxima
from poolprop.stats.fits.tau2 import estimate_tau2
from poolprop.stats.likelihoods.links import LINKS
from poolprop.stats.measures import effect_sizes
from poolprop.stats.sets import Sets

NO_PREDICTION = (
    "No prediction interval: the Bayesian one is of a level pooled alone; ask for "
    "prediction='hts-k1' or 'normal' under a common tau2."
)


def levels_with_common_tau2(
    x: Floats, n: Floats, labels: Labels, as_pool: dict[str, Any]
) -> dict[str, PoolResult]:
    """Pool each level with the ``tau2`` of one model that has a mean for each level."""
    options = resolve(**as_pool)
    if options.model == "glmm":
        return _glmm_levels(x, n, labels, options)
    if options.model != "two-step":
        raise EstimationError(
            f"model is {options.model!r}",
            where="common_tau2",
            hint="A common tau2 is for model='glmm' and model='two-step'.",
        )
    yi, vi = effect_sizes(x, n, options.measure, correction=options.correction)
    tau2 = estimate_tau2(yi, vi, group_design(labels), options.tau2)
    return {
        level: pool(x[labels == level], n[labels == level], tau2_value=tau2, **as_pool)
        for level in dict.fromkeys(labels)
    }


def _glmm_levels(x: Floats, n: Floats, labels: Labels, options: Options) -> dict[str, PoolResult]:
    """Fit all levels jointly, and make each level's interval with ``tau`` and the others free."""
    link, levels = LINKS[options.link], tuple(dict.fromkeys(labels))
    if options.ci == "bootstrap-lr":
        raise EstimationError(
            "ci is 'bootstrap-lr'", where="ci", hint="Under a common tau2 take 'profile-ck'."
        )
    if len(levels) == x.size:
        raise EstimationError(
            f"{x.size} studies in {len(levels)} levels leave nothing to estimate tau2 from",
            where="common_tau2",
            hint="Join levels, or take common_tau2=False.",
        )
    fit = fit_levels(x, n, labels, link)
    return {level: _level(x, n, labels, level, fit, options) for level in levels}


def _level(
    x: Floats, n: Floats, labels: Labels, level: str, fit: LevelsFit, options: Options
) -> PoolResult:
    own, link = labels == level, LINKS[options.link]
    problem, distant = level_likelihood(x, n, labels, level, fit, link)
    best = _as_maximum(problem, level, fit)
    notes = no_words(1)
    if best.side[0]:
        add_note(notes, best.side != 0, boundary_note(fit.means[level]))
    add_note(notes, best.runaway, RUNAWAY)
    size, parameters = np.array([x.size]), len(fit.means)
    patients, far = np.array([n[own].sum()]), np.array([distant])
    low, high = mean_intervals(problem, best, options, size, patients, far, notes, parameters)
    mu, common = np.array([fit.means[level]]), common_loglik(x[own], n[own], link)
    found = answers(
        Sets.of(x[own], n[own]),
        (link.inverse(mu), link.inverse(low), link.inverse(high)),
        (mu, best.se, best.tau**2, np.array([fit.loglik])),
        best.converged,
        notes,
        (low, high),
        np.array([common]),
    )
    row = Row.of(found)
    prediction: tuple[Later | None, str] = None, ""
    if options.prediction == "bayes":
        row.notes.append(NO_PREDICTION)
    elif options.prediction != "none":
        prediction = plug_in_prediction(row, options, x.size - parameters, row.notes)
    words = interval_words(options, parameters)
    method = f"binomial-normal GLMM, {link.name} link, ML, tau2 common to all levels, {words}"
    return result_of_mean(x[own], n[own], row, options, prediction, method)


def _as_maximum(problem: LevelLikelihood, level: str, fit: LevelsFit) -> Maxima:
    """Return one level of the joint fit as a maximum of its own likelihood."""
    mu = fit.means[level]
    loglik = np.array([fit.loglik]) - problem.constants()
    return Maxima(
        mu=np.array([mu]), se=np.sqrt([fit.variances[level]]), tau=np.array([fit.tau]),
        loglik=loglik, loglik_common=loglik,
        side=np.array([0 if math.isfinite(mu) else math.copysign(1, mu)], dtype=np.int8),
        runaway=np.array([fit.runaway]), converged=np.array([fit.converged]),
        rival=np.zeros(1, dtype=bool),
    )  # fmt: skip
