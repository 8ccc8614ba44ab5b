"""What the reader of one fit of a likelihood model wants besides its columns."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

import numpy as np
from scipy.special import betaincinv

from poolprop.stats._types import Floats
from poolprop.stats.answers.bayes import bayes, bayes_prediction
from poolprop.stats.answers.columns import EXTENDED, Row, pooled_result, shares
from poolprop.stats.answers.options import Options
from poolprop.stats.answers.results import Interval, Later, PoolResult
from poolprop.stats.answers.spread import credible_spread
from poolprop.stats.fits.empirical_bayes import StudyEffects, glmm_study_effects
from poolprop.stats.fits.glmm_design import information_of
from poolprop.stats.fits.heterogeneity import FROM_TAU2, OF_LOGITS, Heterogeneity, typical_variance
from poolprop.stats.fits.maxima import common_deviance
from poolprop.stats.likelihoods.links import LINKS, LOG_SQRT_2PI, Link
from poolprop.stats.measures import effect_sizes
from poolprop.stats.numeric.distributions import chi_square_pvalue, t_quantile
from poolprop.stats.numeric.wls import intercept
from poolprop.stats.sets import Sets

WORDS = {
    "wald": "Wald interval",
    "t": "Wald interval with Student's t, k - {p} degrees of freedom",
    "profile": "profile-likelihood interval, chi-square cut",
    "profile-ck": "profile-likelihood interval, small-sample cut c_k",
    "small-lr": "likelihood-ratio interval for few studies",
    "bootstrap-lr": "likelihood-ratio interval calibrated by bootstrap under each null value",
}


def glmm_result(x: Floats, n: Floats, row: Row, options: Options) -> PoolResult:
    """Return the fit of ``mu`` to ``k >= 2`` studies as a result."""
    method = f"binomial-normal GLMM, {options.link} link, ML, {interval_words(options)}"
    posterior = Later(partial(bayes, x, n, options.prior))
    prediction = _prediction(x, row, options, posterior)
    spread = Later(partial(credible_spread, x, n, options, row.tau2, posterior))
    known = spread if options.link == "logit" else None
    return result_of_mean(x, n, row, options, prediction, method, known)


def result_of_mean(
    x: Floats, n: Floats, row: Row, options: Options, prediction: tuple[Later | None, str],
    method: str, spread: Later | None = None,
) -> PoolResult:  # fmt: skip
    """Return a fit of one mean, with its intervals, as a result."""
    link, mu, tau = LINKS[options.link], row.estimate, math.sqrt(row.tau2)
    effects = Later(partial(_study_effects, x, n, mu, tau, link))
    return pooled_result(
        x,
        n,
        options,
        row,
        method=method,
        heterogeneity=Later(partial(deviance, x, n, row.tau2, link)),
        weights=Later(partial(information_shares, x, n, mu, tau, link)),
        prediction=prediction,
        marginal=Later(partial(marginal_mean, mu, tau, link)),
        tau2_p=tau2_test(row.loglik, row.common),
        effects=effects if math.isfinite(mu) else None,
        spread=spread,
    )


def information_shares(
    x: Floats, n: Floats, mu: float, tau: float, link: Link
) -> tuple[float, ...]:
    """Return each study's share of the information about ``mu``."""
    return shares(information_of(x, n, mu, tau, link))


def interval_words(options: Options, parameters: int = 1) -> str:
    """Return the name of the interval, with seed and replicates if it is bootstrapped."""
    words = WORDS[options.ci].format(p=parameters)
    if options.ci != "bootstrap-lr":
        return words
    return f"{words} ({options.replicates} replicates, seed {options.seed})"


def _study_effects(x: Floats, n: Floats, mu: float, tau: float, link: Link) -> StudyEffects:
    effect, se = glmm_study_effects(x, n, mu, tau, link)
    return StudyEffects.of(effect, se, link.inverse(effect))


def tau2_test(loglik: float, common: float) -> float:
    """Return the p value of ``tau2 = 0``: half the chi-square tail, since 0 is a boundary."""
    ratio = max(0.0, 2 * (loglik - common))
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


def deviance(x: Floats, n: Floats, tau2: float, link: Link) -> Heterogeneity:
    """Return the likelihood-ratio Q of the common-effect model against one parameter a study.

    I2 and H2 set ``tau2`` against the typical sampling variance of the (corrected) logits; they
    are given for the logit link only, whose scale that is.
    """
    df, events = x.size - 1, float(x.sum())
    q = float(common_deviance(Sets.of(x, n))[0])
    i2, h2, definition = None, None, FROM_TAU2
    if link.name == "logit" and 0 < events < float(n.sum()) and df:
        typical = typical_variance(effect_sizes(x, n, "PLO")[1], intercept(x.size))
        i2, h2, definition = tau2 / (tau2 + typical), 1 + tau2 / typical, OF_LOGITS
    p = chi_square_pvalue(q, df)
    return Heterogeneity(q=q, q_df=df, q_p=p, i2=i2, h2=h2, i2_definition=definition)


def common_loglik(x: Floats, n: Floats, link: Link) -> float:
    """Return the log-likelihood of one proportion for all, all constants included."""
    share = x.sum() / n.sum()
    if share in (0.0, 1.0):
        return 0.0
    eta = np.full(x.size, link.forward(share))
    return float(np.sum(link.parts(eta, x, n)[0] + link.constant(x, n)))


def saturated_loglik(x: Floats, n: Floats, link: Link = LINKS["logit"]) -> float:
    """Return the log-likelihood with a proportion for each study, all constants included."""
    return float(np.sum(link.highest(x, n) + link.constant(x, n)))


def plug_in_prediction(
    row: Row, options: Options, df: int, notes: list[str]
) -> tuple[Later | None, str]:
    """Return normal or Student's t limits for a new study's proportion, and their name."""
    freedom = {"normal": math.inf, "hts": df - 1.0, "hts-k1": float(df)}[options.prediction]
    if freedom < 1 or not math.isfinite(row.se):
        notes.append("No prediction interval: too few studies, or no standard error.")
        return None, ""
    half = t_quantile(options.level, freedom) * math.sqrt(row.se**2 + row.tau2)
    words = "normal" if math.isinf(freedom) else f"Student's t, {freedom:g} degrees of freedom"
    low, high, link = row.estimate - half, row.estimate + half, LINKS[options.link]
    return Later(partial(_as_proportions, low, high, link)), f"plug-in, {words}"


def _as_proportions(low: float, high: float, link: Link) -> Interval:
    lower, upper = link.inverse(np.array([low, high])).tolist()
    return Interval(lower=lower, upper=upper)


def _prediction(
    x: Floats, row: Row, options: Options, posterior: Later
) -> tuple[Later | None, str]:
    if options.prediction == "none":
        return None, ""
    if options.prediction != "bayes":
        return plug_in_prediction(row, options, x.size - 1, row.notes)
    if options.link != "logit":
        row.notes.append("No prediction interval: the Bayesian model has the logit link only.")
        return None, ""
    later, words = bayes_prediction(posterior, options)
    # A proportion of all studies less sure than that of one more study would make no sense.
    held = Interval(lower=row.ci_lower, upper=row.ci_upper)
    return Later(partial(_extended, later, held)), f"{words}, {EXTENDED}"


def _extended(prediction: Later, held: Interval) -> Interval:
    """Return a prediction interval, extended to hold the confidence interval beside it."""
    found: Interval = prediction()
    return Interval(lower=min(found.lower, held.lower), upper=max(found.upper, held.upper))


def betabinom_result(x: Floats, n: Floats, row: Row, options: Options) -> PoolResult:
    """Return the fit of the mean proportion to ``k >= 2`` studies as a result."""
    p = row.proportion
    # tau2 is the delta method's between-study variance on the logit scale, rho / (p (1 - p)).
    rho = row.tau2 * p * (1 - p)
    return pooled_result(
        x,
        n,
        options,
        row,
        method=f"beta-binomial, ML, {interval_words(options)}",
        heterogeneity=Later(partial(_intra_class, x, n, rho)),
        weights=Later(partial(_beta_weights, n, rho)),
        prediction=_beta_prediction(x, n, p, rho, options),
        marginal=Later.of(p),
        tau2_p=tau2_test(row.loglik, row.common),
    )


def _beta_weights(n: Floats, rho: float) -> tuple[float, ...]:
    """Return shares of the information about pi, n / (1 + (n - 1) rho) up to a common factor."""
    return shares(n / (1 + (n - 1) * rho))


def _beta_prediction(
    x: Floats, n: Floats, p: float, rho: float, options: Options
) -> tuple[Later | None, str]:
    if options.prediction == "none":
        return None, ""
    if options.prediction == "bayes":
        return bayes_prediction(Later(partial(bayes, x, n, options.prior)), options)
    words = "quantiles of the fitted beta distribution, its parameters taken as known"
    return Later(partial(_beta_interval, p, rho, options.level)), words


def _beta_interval(p: float, rho: float, level: float) -> Interval:
    if rho < 1e-12 or p in (0.0, 1.0):
        return Interval(lower=p, upper=p)
    tail, size = (1 - level) / 2, (1 - rho) / rho
    limits = betaincinv(p * size, (1 - p) * size, np.array([tail, 1 - tail]))
    return Interval(lower=float(limits[0]), upper=float(limits[1]))


def _intra_class(x: Floats, n: Floats, rho: float) -> Heterogeneity:
    """Return the likelihood-ratio Q; ``rho`` is the model's own share of variation."""
    link = LINKS["logit"]
    q = deviance(x, n, 0.0, link)
    return replace(q, i2=rho, h2=None, i2_definition="intra-class correlation")
