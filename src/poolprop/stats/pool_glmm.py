"""Pooling by the binomial-normal model: its estimate, intervals and prediction as an answer."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from scipy.special import xlogy

from poolprop.stats._types import Floats
from poolprop.stats.answer import Answer
from poolprop.stats.bayes import bayes
from poolprop.stats.distributions import chi_square_pvalue
from poolprop.stats.empirical_bayes import StudyEffects, glmm_study_effects
from poolprop.stats.glmm import TAU_BOUNDARY, GlmmFit, fit_glmm
from poolprop.stats.glmm_intervals import (
    Mean,
    as_proportion,
    interval_words,
    mean_interval,
    plug_in_prediction,
    pooled_mean,
)
from poolprop.stats.heterogeneity import FROM_TAU2, Heterogeneity, typical_variance
from poolprop.stats.links import LINKS, LOG_SQRT_2PI, Link
from poolprop.stats.measures import effect_sizes
from poolprop.stats.options import Options
from poolprop.stats.quadrature import log_choose
from poolprop.stats.results import Interval
from poolprop.stats.wls import intercept

RUNAWAY = (
    "The likelihood rises with tau without end (each study is near 0 % or 100 %): estimate "
    f"and interval take tau <= {TAU_BOUNDARY:g}."
)


def pool_glmm(x: Floats, n: Floats, options: Options) -> Answer:
    """Fit the binomial-normal model to ``k >= 2`` studies and report ``mu``."""
    link = LINKS[options.link]
    fit = fit_glmm(x, n, intercept(x.size), link)
    mean = pooled_mean(x, n, fit, link)
    notes = boundary_notes(fit)
    ci = mean_interval(mean, options, notes)
    prediction, words = _prediction(x, n, mean, options, notes)
    method = f"binomial-normal GLMM, {link.name} link, ML, {interval_words(options)}"
    return glmm_answer(x, n, fit, link, ci, (prediction, words), method, notes)


def glmm_answer(
    x: Floats,
    n: Floats,
    fit: GlmmFit,
    link: Link,
    ci: Interval,
    prediction: tuple[Interval | None, str],
    method: str,
    notes: list[str],
) -> Answer:
    """Return a fit of one mean, with its intervals, as an answer."""
    mu, variance = float(fit.beta[0]), float(fit.cov[0, 0])
    return Answer(
        estimate=mu,
        se=math.sqrt(variance) if math.isfinite(variance) else math.nan,
        tau2=fit.tau**2,
        ci=ci,
        proportion=as_proportion(mu, link),
        ci_proportion=Interval(
            lower=as_proportion(ci.lower, link), upper=as_proportion(ci.upper, link)
        ),
        prediction=prediction[0],
        prediction_method=prediction[1],
        method=method,
        heterogeneity=deviance(x, n, fit, link),
        loglik=fit.loglik,
        weights=fit.information / fit.information.sum(),
        converged=fit.converged,
        notes=notes,
        marginal_mean=marginal_mean(mu, fit.tau, link),
        tau2_p=tau2_test(fit),
        effects_by=None if fit.separated else partial(_study_effects, x, n, mu, fit.tau, link),
    )


def _study_effects(x: Floats, n: Floats, mu: float, tau: float, link: Link) -> StudyEffects:
    effect, se = glmm_study_effects(x, n, mu, tau, link)
    return StudyEffects.of(effect, se, link.inverse(effect))


def boundary_notes(fit: GlmmFit) -> list[str]:
    """Say what is special about an infinite mean, or a ``tau`` that had to be bounded."""
    notes = []
    if fit.separated:
        notes.append(boundary_note(float(fit.beta[0])))
    if fit.runaway:
        notes.append(RUNAWAY)
    return notes


def boundary_note(mu: float) -> str:
    """Return the note of data in which all or none of the patients had the event."""
    what, end = ("No patient", "lower") if mu < 0 else ("Every patient", "upper")
    return (
        f"{what} had the event: the estimate is at the boundary, heterogeneity cannot be seen, "
        f"and the interval is one-sided (its {end} limit is the boundary)."
    )


def tau2_test(fit: GlmmFit) -> float:
    """Return the p value of ``tau2 = 0``: half the chi-square tail, since 0 is a boundary."""
    ratio = max(0.0, 2 * (fit.loglik - fit.loglik_common))
    return 0.5 * chi_square_pvalue(ratio, 1) if ratio > 0 else 1.0


def marginal_mean(mu: float, tau: float, link: Link) -> float:
    """Return the population-averaged proportion ``E g(mu + tau z)``, by the trapezoid rule."""
    if math.isinf(mu):
        return 0.0 if mu < 0 else 1.0
    # A step of 0.1 / tau resolves the link, and the normal density needs no finer one.
    count = 2 * math.ceil(9 / min(0.25, 0.25 / max(tau, 1e-9))) + 1
    z = np.linspace(-9, 9, count)
    density = np.exp(-0.5 * z * z - LOG_SQRT_2PI) * (z[1] - z[0])
    return float(np.sum(density * link.inverse(mu + tau * z)))


def deviance(x: Floats, n: Floats, fit: GlmmFit, link: Link) -> Heterogeneity:
    """Return the likelihood-ratio Q of the common-effect model against one parameter a study.

    I2 and H2 set ``tau2`` against the typical sampling variance of the (corrected) logits; they
    are given for the logit link only, whose scale that is.
    """
    df = x.size - 1
    q = max(0.0, 2 * (saturated_loglik(x, n) - fit.loglik_common))
    if link.name != "logit" or fit.separated or df == 0:
        return Heterogeneity(q=q, q_df=df, q_p=chi_square_pvalue(q, df), i2=None, h2=None)
    typical = typical_variance(effect_sizes(x, n, "PLO")[1], intercept(x.size))
    tau2 = fit.tau**2
    return Heterogeneity(
        q=q,
        q_df=df,
        q_p=chi_square_pvalue(q, df),
        i2=tau2 / (tau2 + typical),
        h2=1 + tau2 / typical,
        i2_definition=FROM_TAU2,
    )


def saturated_loglik(x: Floats, n: Floats) -> float:
    """Return the log-likelihood with a proportion for each study, all constants included."""
    parts = xlogy(x, x / n) + xlogy(n - x, 1 - x / n) + log_choose(x, n)
    return float(np.sum(parts))


def _prediction(
    x: Floats, n: Floats, mean: Mean, options: Options, notes: list[str]
) -> tuple[Interval | None, str]:
    if options.prediction == "none":
        return None, ""
    if options.prediction != "bayes":
        return plug_in_prediction(mean, options, notes)
    if options.link != "logit":
        notes.append("No prediction interval: the Bayesian model has the logit link only.")
        return None, ""
    words = f"Bayesian, {options.prior} prior on tau, uniform prior on the median proportion"
    return bayes(x, n, options.prior).prediction(options.level), words
