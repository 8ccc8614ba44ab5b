"""Pooling by the Bayesian binomial-normal model, as an answer."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from scipy.special import logit

from poolprop.stats._types import Floats
from poolprop.stats.answers.answer import Answer
from poolprop.stats.answers.bayes import bayes
from poolprop.stats.answers.notes import prior_words
from poolprop.stats.answers.options import Options
from poolprop.stats.answers.pool_glmm import common_loglik, deviance
from poolprop.stats.answers.results import Interval
from poolprop.stats.answers.spread import credible_spread
from poolprop.stats.fits.glmm_design import information_of
from poolprop.stats.fits.heterogeneity import OF_LOGITS, Heterogeneity, typical_variance
from poolprop.stats.likelihoods.links import LINKS
from poolprop.stats.measures import effect_sizes
from poolprop.stats.numeric.wls import intercept


def pool_bayes(x: Floats, n: Floats, options: Options) -> Answer:
    """Report the posterior median of ``expit(mu)`` with its credible interval."""
    posterior = bayes(x, n, options.prior)
    median, ci = posterior.median, posterior.interval(options.level)
    tau = float(posterior.tau_quantiles(0.5)[0])
    prior = prior_words(options.prior)
    prediction = posterior.prediction(options.level) if options.prediction == "bayes" else None
    information = information_of(x, n, float(logit(median)), tau, LINKS["logit"])
    return Answer(
        estimate=float(logit(median)),
        se=posterior.sd_mu,
        tau2=tau**2,
        ci=Interval(lower=float(logit(ci.lower)), upper=float(logit(ci.upper))),
        proportion=median,
        ci_proportion=ci,
        prediction=prediction,
        prediction_method=f"Bayesian, {prior}" if prediction else "",
        method=f"Bayesian binomial-normal, logit link, {prior}, central credible interval",
        heterogeneity=_spread(x, n, tau),
        loglik=None,
        weights=information / information.sum(),
        converged=True,
        notes=[],
        marginal_mean=posterior.marginal_mean,
        spread_by=partial(credible_spread, x, n, options, tau**2, posterior),
    )


def _spread(x: Floats, n: Floats, tau: float) -> Heterogeneity:
    link = LINKS["logit"]
    q = deviance(x, n, common_loglik(x, n, link), tau**2, link)
    if q.i2 is not None:
        return q
    typical = typical_variance(effect_sizes(x, n, "PLO")[1], intercept(x.size))
    share, ratio = tau**2 / (tau**2 + typical), 1 + tau**2 / typical
    return replace(q, i2=share, h2=ratio, i2_definition=OF_LOGITS)
