"""Pooling by the beta-binomial model, as an answer about the mean proportion."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import betaincinv, expit, logit

from poolprop.stats._types import Floats
from poolprop.stats.answer import Answer
from poolprop.stats.bayes import bayes
from poolprop.stats.betabinom import ROOT_MAX, BetaBinomialFit, fit_betabinom, likelihood
from poolprop.stats.distributions import chi_square_pvalue, profile_cut, t_quantile
from poolprop.stats.glmm import fit_glmm
from poolprop.stats.glmm_intervals import ONE_SIDED
from poolprop.stats.heterogeneity import Heterogeneity
from poolprop.stats.links import LINKS
from poolprop.stats.options import Options
from poolprop.stats.pool_glmm import boundary_note, deviance
from poolprop.stats.profile import REACH, Profile, mu_limits
from poolprop.stats.results import Interval
from poolprop.stats.wls import intercept

WORDS = {
    "wald": "Wald interval",
    "t": "Wald interval with Student's t, k - 1 degrees of freedom",
    "profile": "profile-likelihood interval, chi-square cut",
    "profile-ck": "profile-likelihood interval, small-sample cut c_k",
}
NO_WALD = "A Wald interval does not exist here: the profile interval is given."
# Roots of theta from which a thorough search of the profile starts.
PROFILE_STARTS = (0.0, 0.1, 0.5, 2.0, 20.0)


def pool_betabinom(x: Floats, n: Floats, options: Options) -> Answer:
    """Fit the beta-binomial model to ``k >= 2`` studies and report the mean proportion."""
    fit = fit_betabinom(x, n)
    notes = [boundary_note(fit.mu)] if math.isinf(fit.mu) else []
    ci = _interval(x, n, fit, options, notes)
    p = float(expit(fit.mu))
    prediction, words = _prediction(x, n, fit, options)
    # Information about pi of a study: n / (1 + (n - 1) rho), up to a common factor.
    information = n / (1 + (n - 1) * fit.rho)
    ratio = max(0.0, 2 * (fit.loglik - fit.loglik_common))
    return Answer(
        estimate=fit.mu,
        se=fit.se,
        # The delta method's between-study variance on the logit scale.
        tau2=fit.rho / (p * (1 - p)) if 0 < p < 1 else 0.0,
        ci=ci,
        proportion=p,
        ci_proportion=Interval(lower=float(expit(ci.lower)), upper=float(expit(ci.upper))),
        prediction=prediction,
        prediction_method=words,
        method=f"beta-binomial, ML, {WORDS[options.ci]}",
        heterogeneity=_spread(x, n, fit),
        loglik=fit.loglik,
        weights=information / information.sum(),
        converged=fit.converged,
        notes=notes,
        marginal_mean=p,
        tau2_p=0.5 * chi_square_pvalue(ratio, 1) if ratio > 0 else 1.0,
    )


def _interval(
    x: Floats, n: Floats, fit: BetaBinomialFit, options: Options, notes: list[str]
) -> Interval:
    k = x.size
    if options.ci in ("wald", "t") and math.isfinite(fit.se):
        df = math.inf if options.ci == "wald" else k - 1
        half = t_quantile(options.level, df) * fit.se
        return Interval(lower=fit.mu - half, upper=fit.mu + half)
    cut = profile_cut(options.level, k, small_sample=options.ci in ("t", "profile-ck"))
    if math.isinf(fit.mu):
        # The likelihood is highest as theta grows: each study is then one draw, pi^k in all.
        limit = float(logit(math.exp(-cut / (2 * k)))) * math.copysign(1, fit.mu)
        return Interval(lower=min(fit.mu, limit), upper=max(fit.mu, limit))
    if options.ci in ("wald", "t"):
        notes.append(NO_WALD)
    profile = betabinom_profile(x, n, fit)
    lower, upper = mu_limits(profile, cut)
    if math.isinf(lower) or math.isinf(upper):
        notes.append(ONE_SIDED)
    return Interval(lower=lower, upper=upper)


def betabinom_profile(x: Floats, n: Floats, fit: BetaBinomialFit) -> Profile:
    """Return the likelihood as :mod:`poolprop.stats.profile` takes it."""
    return Profile(
        evaluate=likelihood(x, n),
        mu=fit.mu,
        second=math.sqrt(fit.theta),
        loglik=fit.loglik,
        reach=REACH["logit"],
        top=ROOT_MAX,
        starts=PROFILE_STARTS,
    )


def _prediction(
    x: Floats, n: Floats, fit: BetaBinomialFit, options: Options
) -> tuple[Interval | None, str]:
    if options.prediction == "none":
        return None, ""
    if options.prediction == "bayes":
        words = f"Bayesian, {options.prior} prior on tau, uniform prior on the median proportion"
        return bayes(x, n, options.prior).prediction(options.level), words
    p = float(expit(fit.mu))
    words = "quantiles of the fitted beta distribution, its parameters taken as known"
    if fit.theta < 1e-12 or p in (0.0, 1.0):
        return Interval(lower=p, upper=p), words
    tail = (1 - options.level) / 2
    limits = betaincinv(p / fit.theta, (1 - p) / fit.theta, np.array([tail, 1 - tail]))
    return Interval(lower=float(limits[0]), upper=float(limits[1])), words


def _spread(x: Floats, n: Floats, fit: BetaBinomialFit) -> Heterogeneity:
    """Return the likelihood-ratio Q; ``rho`` is the model's own share of variation."""
    link = LINKS["logit"]
    q = deviance(x, n, fit_glmm(x, n, intercept(x.size), link, common=True), link)
    return Heterogeneity(
        q=q.q, q_df=q.q_df, q_p=q.q_p, i2=fit.rho, h2=None, i2_definition="intra-class correlation"
    )
