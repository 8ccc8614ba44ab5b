"""Pooling by the Bayesian binomial-normal model, as an answer."""

from __future__ import annotations

import numpy as np
from scipy.special import logit

from poolprop.stats._types import Floats
from poolprop.stats.answer import Answer
from poolprop.stats.bayes import bayes
from poolprop.stats.glmm import fit_glmm
from poolprop.stats.heterogeneity import FROM_TAU2, Heterogeneity, typical_variance
from poolprop.stats.links import LINKS
from poolprop.stats.measures import effect_sizes
from poolprop.stats.options import Options
from poolprop.stats.pool_glmm import deviance
from poolprop.stats.quadrature import moments
from poolprop.stats.results import Interval
from poolprop.stats.wls import intercept


def pool_bayes(x: Floats, n: Floats, options: Options) -> Answer:
    """Report the posterior median of ``expit(mu)`` with its credible interval."""
    posterior = bayes(x, n, options.prior)
    median, ci = posterior.median, posterior.interval(options.level)
    tau = float(posterior.tau_quantiles(0.5)[0])
    prior = f"{options.prior} prior on tau, uniform prior on the median proportion"
    prediction = posterior.prediction(options.level) if options.prediction == "bayes" else None
    at = moments(x, n, np.array(logit(median)), np.array(tau))
    information = np.maximum(-at.d_mu2, 0.0)
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
    )


def _spread(x: Floats, n: Floats, tau: float) -> Heterogeneity:
    link = LINKS["logit"]
    q = deviance(x, n, fit_glmm(x, n, intercept(x.size), link, common=True), link)
    typical = typical_variance(effect_sizes(x, n, "PLO")[1], intercept(x.size))
    return Heterogeneity(
        q=q.q,
        q_df=q.q_df,
        q_p=q.q_p,
        i2=tau**2 / (tau**2 + typical),
        h2=1 + tau**2 / typical,
        i2_definition=FROM_TAU2,
    )
