"""Pooling by the beta-binomial model, as an answer about the mean proportion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.special import betaincinv, expit

from poolprop.stats._types import Floats
from poolprop.stats.answers.answer import Answer
from poolprop.stats.answers.bayes import bayes
from poolprop.stats.answers.models import beta_binomial
from poolprop.stats.answers.notes import prior_words
from poolprop.stats.answers.options import Options
from poolprop.stats.answers.pool_glmm import Row, common_loglik, deviance, interval_words, tau2_test
from poolprop.stats.answers.results import Interval
from poolprop.stats.fits.heterogeneity import Heterogeneity
from poolprop.stats.likelihoods.links import LINKS
from poolprop.stats.sets import Sets


def pool_betabinom(x: Floats, n: Floats, options: Options) -> Answer:
    """Fit the beta-binomial model to ``k >= 2`` studies and report the mean proportion."""
    row = Row.of(beta_binomial(Sets.of(x, n), options))
    p = float(expit(row.estimate))
    # tau2 is the delta method's between-study variance on the logit scale, rho / (p (1 - p)).
    rho = row.tau2 * p * (1 - p)
    prediction, words = _prediction(x, n, p, rho, options)
    # Information about pi of a study: n / (1 + (n - 1) rho), up to a common factor.
    information = n / (1 + (n - 1) * rho)
    return Answer(
        estimate=row.estimate,
        se=row.se,
        tau2=row.tau2,
        ci=Interval(lower=row.low, upper=row.high),
        proportion=p,
        ci_proportion=Interval(lower=float(expit(row.low)), upper=float(expit(row.high))),
        prediction=prediction,
        prediction_method=words,
        method=f"beta-binomial, ML, {interval_words(options)}",
        heterogeneity=_spread(x, n, rho),
        loglik=row.loglik,
        weights=information / information.sum(),
        converged=row.converged,
        notes=row.notes,
        marginal_mean=p,
        tau2_p=tau2_test(row.loglik, row.common),
    )


def _prediction(
    x: Floats, n: Floats, p: float, rho: float, options: Options
) -> tuple[Interval | None, str]:
    if options.prediction == "none":
        return None, ""
    if options.prediction == "bayes":
        words = f"Bayesian, {prior_words(options.prior)}"
        return bayes(x, n, options.prior).prediction(options.level), words
    words = "quantiles of the fitted beta distribution, its parameters taken as known"
    if rho < 1e-12 or p in (0.0, 1.0):
        return Interval(lower=p, upper=p), words
    tail, size = (1 - options.level) / 2, (1 - rho) / rho
    limits = betaincinv(p * size, (1 - p) * size, np.array([tail, 1 - tail]))
    return Interval(lower=float(limits[0]), upper=float(limits[1])), words


def _spread(x: Floats, n: Floats, rho: float) -> Heterogeneity:
    """Return the likelihood-ratio Q; ``rho`` is the model's own share of variation."""
    link = LINKS["logit"]
    q = deviance(x, n, common_loglik(x, n, link), 0.0, link)
    return replace(q, i2=rho, h2=None, i2_definition="intra-class correlation")
