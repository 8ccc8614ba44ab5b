"""What the reader of one beta-binomial fit wants besides its columns."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
from scipy.special import betaincinv

from poolprop.stats._types import Floats
from poolprop.stats.answers.bayes import bayes, bayes_prediction
from poolprop.stats.answers.columns import Row, pooled_result, shares
from poolprop.stats.answers.options import Options
from poolprop.stats.answers.pool_glmm import common_loglik, deviance, interval_words, tau2_test
from poolprop.stats.answers.results import Interval, Later, PoolResult
from poolprop.stats.fits.heterogeneity import Heterogeneity
from poolprop.stats.likelihoods.links import LINKS


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
        heterogeneity=Later(partial(_heterogeneity, x, n, rho)),
        weights=Later(partial(_weights, n, rho)),
        prediction=_prediction(x, n, p, rho, options),
        marginal=Later.of(p),
        tau2_p=tau2_test(row.loglik, row.common),
    )


def _weights(n: Floats, rho: float) -> tuple[float, ...]:
    """Return shares of the information about pi, n / (1 + (n - 1) rho) up to a common factor."""
    return shares(n / (1 + (n - 1) * rho))


def _prediction(
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


def _heterogeneity(x: Floats, n: Floats, rho: float) -> Heterogeneity:
    """Return the likelihood-ratio Q; ``rho`` is the model's own share of variation."""
    link = LINKS["logit"]
    q = deviance(x, n, common_loglik(x, n, link), 0.0, link)
    return replace(q, i2=rho, h2=None, i2_definition="intra-class correlation")
