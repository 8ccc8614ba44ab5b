"""Pooling by the binomial-normal model: its estimate, intervals and prediction as an answer."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import xlogy

from poolprop.stats.answer import Answer
from poolprop.stats.bayes import bayes
from poolprop.stats.bootstrap_lr import bootstrap_interval
from poolprop.stats.distributions import chi_square_pvalue, profile_cut, t_quantile
from poolprop.stats.glmm import TAU_BOUNDARY, GlmmFit, fit_glmm, likelihood
from poolprop.stats.heterogeneity import FROM_TAU2, Heterogeneity, typical_variance
from poolprop.stats.inputs import Floats
from poolprop.stats.links import LINKS, LOG_SQRT_2PI, Link
from poolprop.stats.measures import effect_sizes
from poolprop.stats.options import Options
from poolprop.stats.profile import REACH, TAU_TOP, Profile, boundary_limit, mu_limits
from poolprop.stats.quadrature import log_choose
from poolprop.stats.results import Interval
from poolprop.stats.wls import intercept

WORDS = {
    "wald": "Wald interval",
    "t": "Wald interval with Student's t, k - 1 degrees of freedom",
    "profile": "profile-likelihood interval, chi-square cut",
    "profile-ck": "profile-likelihood interval, small-sample cut c_k",
    "bootstrap-lr": "likelihood-ratio interval calibrated by bootstrap under each null value",
}


def pool_glmm(x: Floats, n: Floats, options: Options) -> Answer:
    """Fit the binomial-normal model to ``k >= 2`` studies and report ``mu``."""
    link = LINKS[options.link]
    fit = fit_glmm(x, n, intercept(x.size), link)
    mu, notes = float(fit.beta[0]), []
    if fit.separated:
        notes.append(boundary_note(mu))
    if fit.runaway:
        notes.append(
            "The likelihood rises with tau without end (each study is near 0 % or 100 %): estimate "
            f"and interval take tau <= {TAU_BOUNDARY:g}."
        )
    ci = _interval(x, n, fit, options, notes)
    prediction, words = _prediction(x, n, fit, options, notes)
    return Answer(
        estimate=mu,
        se=math.sqrt(fit.cov[0, 0]) if np.isfinite(fit.cov[0, 0]) else math.nan,
        tau2=fit.tau**2,
        ci=ci,
        proportion=_proportion(mu, link),
        ci_proportion=Interval(
            lower=_proportion(ci.lower, link), upper=_proportion(ci.upper, link)
        ),
        prediction=prediction,
        prediction_method=words,
        method=f"binomial-normal GLMM, {link.name} link, ML, {interval_words(options)}",
        heterogeneity=deviance(x, n, fit, link),
        loglik=fit.loglik,
        weights=fit.information / fit.information.sum(),
        converged=fit.converged,
        notes=notes,
        marginal_mean=marginal_mean(mu, fit.tau, link),
        tau2_p=tau2_test(fit),
    )


def interval_words(options: Options) -> str:
    """Return the name of the interval, with seed and replicates if it is bootstrapped."""
    words = WORDS[options.ci]
    if options.ci != "bootstrap-lr":
        return words
    return f"{words} ({options.replicates} replicates, seed {options.seed})"


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
    if link.name != "logit" or fit.separated:
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


def _proportion(eta: float, link: Link) -> float:
    return float(eta > 0) if math.isinf(eta) else float(link.inverse(np.float64(eta)))


def _interval(x: Floats, n: Floats, fit: GlmmFit, options: Options, notes: list[str]) -> Interval:
    mu, ci = float(fit.beta[0]), options.ci
    if ci in ("wald", "t") and np.isfinite(fit.cov[0, 0]):
        df = math.inf if ci == "wald" else x.size - 1
        half = t_quantile(options.level, df) * math.sqrt(fit.cov[0, 0])
        return Interval(lower=mu - half, upper=mu + half)
    if ci in ("wald", "t"):
        notes.append(
            "A Wald interval does not exist here: the profile interval (chi-square) is given."
        )
    link = LINKS[options.link]
    cut = profile_cut(options.level, x.size, small_sample=ci == "profile-ck")
    plain = profile_ci(x, n, fit, link, cut, notes)
    if ci != "bootstrap-lr":
        return plain
    profile = glmm_profile(x, n, fit, link)
    return bootstrap_interval(
        profile, n, plain, options.level, cut, options.seed, options.replicates
    )


def glmm_profile(x: Floats, n: Floats, fit: GlmmFit, link: Link) -> Profile:
    """Return the likelihood as :mod:`poolprop.stats.profile` takes it."""
    return Profile(
        evaluate=likelihood(x, n, intercept(x.size), link),
        mu=float(fit.beta[0]),
        second=fit.tau,
        loglik=fit.loglik,
        reach=REACH[link.name],
        top=TAU_BOUNDARY if fit.runaway else TAU_TOP,
    )


def profile_ci(
    x: Floats, n: Floats, fit: GlmmFit, link: Link, cut: float, notes: list[str]
) -> Interval:
    """Return the profile-likelihood interval of ``mu``; remarks are added to ``notes``."""
    mu = float(fit.beta[0])
    profile = glmm_profile(x, n, fit, link)
    if fit.separated:
        # One patient in four times as many would be near the boundary indeed.
        share = 1 / (4 * n.sum() + 4)
        inside = float(link.forward(np.float64(share if mu < 0 else 1 - share)))
        limit, bounded = boundary_limit(profile, cut, x.size, inside)
        if bounded:
            notes.append(
                "So few studies bound the proportion only if tau is bounded: the limit takes "
                f"tau <= {TAU_BOUNDARY:g}."
            )
        return Interval(lower=min(mu, limit), upper=max(mu, limit))
    lower, upper = mu_limits(profile, cut)
    if np.isinf(lower) or np.isinf(upper):
        notes.append("The likelihood excludes no proportion on one side: the interval ends there.")
    return Interval(lower=lower, upper=upper)


def _prediction(
    x: Floats, n: Floats, fit: GlmmFit, options: Options, notes: list[str]
) -> tuple[Interval | None, str]:
    kind, k = options.prediction, x.size
    if kind == "none":
        return None, ""
    if kind == "bayes":
        if options.link != "logit":
            notes.append("No prediction interval: the Bayesian model has the logit link only.")
            return None, ""
        words = f"Bayesian, {options.prior} prior on tau, uniform prior on the median proportion"
        return bayes(x, n, options.prior).prediction(options.level), words
    df = {"normal": math.inf, "hts": float(k - 2), "hts-k1": float(k - 1)}[kind]
    if df < 1 or not np.isfinite(fit.cov[0, 0]):
        notes.append("No prediction interval: too few studies, or no standard error.")
        return None, ""
    mu, link = float(fit.beta[0]), LINKS[options.link]
    half = t_quantile(options.level, df) * math.sqrt(fit.cov[0, 0] + fit.tau**2)
    words = "normal" if math.isinf(df) else f"Student's t, {df:g} degrees of freedom"
    limits = Interval(lower=_proportion(mu - half, link), upper=_proportion(mu + half, link))
    return limits, f"plug-in, {words}"
