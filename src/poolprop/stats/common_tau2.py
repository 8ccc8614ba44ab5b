"""Subgroups that share one between-study variance."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats
from poolprop.stats.answer import pooled_result
from poolprop.stats.design import Labels, group_design
from poolprop.stats.glmm import GlmmFit, climb_common
from poolprop.stats.glmm_intervals import (
    Mean,
    interval_words,
    mean_interval,
    plug_in_prediction,
)
from poolprop.stats.levels_glmm import LevelsFit, fit_levels, level_profile
from poolprop.stats.links import LINKS, Link
from poolprop.stats.measures import effect_sizes
from poolprop.stats.options import Options, resolve
from poolprop.stats.pool import pool
from poolprop.stats.pool_glmm import boundary_notes, glmm_answer
from poolprop.stats.quadrature import moments
from poolprop.stats.results import Interval, PoolResult
from poolprop.stats.tau2 import estimate_tau2
from poolprop.stats.wls import intercept

NO_PREDICTION = (
    "No prediction interval: the Bayesian one is of a level pooled alone; ask for "
    "prediction='hts-k1' or 'normal' under a common tau2."
)


def levels_with_common_tau2(
    x: Floats, n: Floats, labels: Labels, as_pool: dict[str, Any]
) -> dict[str, PoolResult]:
    """Pool each level with the ``tau2`` of one model that has a mean for each level.

    Raises
    ------
    EstimationError
        For models other than two-step and GLMM, for the bootstrapped interval, and where every
        level is one study.
    """
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
    profile, distant = level_profile(x, n, labels, level, fit, link)
    mean = Mean(
        profile=profile,
        variance=fit.variances[level],
        distant=distant,
        totals=n[own],
        k=x.size,
        parameters=len(fit.means),
    )
    alone = _as_fit(x[own], n[own], mean, fit, link)
    notes = boundary_notes(alone)
    ci = mean_interval(mean, options, notes)
    prediction: tuple[Interval | None, str] = None, ""
    if options.prediction == "bayes":
        notes.append(NO_PREDICTION)
    elif options.prediction != "none":
        prediction = plug_in_prediction(mean, options, notes)
    words = interval_words(options, mean.parameters)
    method = f"binomial-normal GLMM, {link.name} link, ML, tau2 common to all levels, {words}"
    answer = glmm_answer(x[own], n[own], alone, link, ci, prediction, method, notes)
    return pooled_result(x[own], n[own], options, answer)


def _as_fit(x: Floats, n: Floats, mean: Mean, fit: LevelsFit, link: Link) -> GlmmFit:
    """Return one level of the joint fit in the form of a fit of its own."""
    mu, nothing = mean.profile.mu, np.full((1, 1), np.nan)
    if math.isinf(mu):
        information, common = n, 0.0
    else:
        at = moments(x, n, np.full(x.size, mu), np.array(fit.tau), link)
        information = np.maximum(-at.d_mu2, 0.0)
        common = float(climb_common(x, n, intercept(x.size), link).loglik[0])
    return GlmmFit(
        beta=np.array([mu]),
        tau=fit.tau,
        loglik=fit.loglik,
        loglik_common=common,
        cov=np.array([[mean.variance]]),
        cov_fixed=nothing,
        information=information,
        converged=fit.converged,
        runaway=fit.runaway,
    )
