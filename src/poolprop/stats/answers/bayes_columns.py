"""Posteriors of many data sets as columns, and as results.

Each data set needs a grid of its own, fitted to its posterior, so that nothing but the rules of
quadrature can be shared. :mod:`poolprop.stats.analyses.posterior_grid` shares one grid among data
sets of like size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from scipy.special import logit

from poolprop.stats._types import Floats
from poolprop.stats.answers.bayes import bayes, bayes_prediction
from poolprop.stats.answers.columns import (
    Columns,
    Row,
    answers,
    no_words,
    pooled_result,
    prior_words,
)
from poolprop.stats.answers.options import Options
from poolprop.stats.answers.pool_glmm import deviance, information_shares
from poolprop.stats.answers.posterior import Posterior
from poolprop.stats.answers.results import Later, PoolResult
from poolprop.stats.answers.spread import credible_spread
from poolprop.stats.fits.heterogeneity import OF_LOGITS, Heterogeneity, typical_variance
from poolprop.stats.inputs import fraction
from poolprop.stats.likelihoods.links import LINKS
from poolprop.stats.measures import effect_sizes
from poolprop.stats.numeric.wls import intercept
from poolprop.stats.sets import Sets

LIMITS = ("prediction_lower", "prediction_upper")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked of posteriors beyond the columns that every model has.

    Limits of a new study's true proportion; the chance that the median study's, and a new
    study's, exceeds each proportion in ``above``.
    """

    prediction: bool = False
    above: tuple[float, ...] = ()

    @property
    def columns(self) -> list[str]:
        """Names of the further columns."""
        chances = [f"{who}_{at:g}" for at in self.above for who in ("above", "new_above")]
        return [*(LIMITS if self.prediction else ()), *chances]


def wanted(prediction: bool, above: Sequence[float]) -> Wanted:
    """Return what is asked, checked."""
    return Wanted(prediction=prediction, above=tuple(fraction(each, "above") for each in above))


def bayes_sets(
    sets: Sets, options: Options, asked: Wanted | None = None
) -> tuple[Columns, dict[str, Floats], list[Posterior]]:
    """Return the columns of ``model="bayes"`` (``k >= 2``), further ones, and the posteriors."""
    asked = asked or Wanted()
    posteriors = [bayes(x, n, options.prior) for x, n in sets.each()]
    rows = [_row(posterior, options.level, asked) for posterior in posteriors]
    values = np.array(rows).reshape(sets.count, 5 + len(asked.columns)).T
    median, lower, upper, sd, tau = values[:5]
    found = answers(
        sets, (median, lower, upper), (logit(median), sd, tau**2, np.full(sets.count, np.nan)),
        np.ones(sets.count, dtype=bool), no_words(sets.count), (logit(lower), logit(upper)),
    )  # fmt: skip
    return found, dict(zip(asked.columns, values[5:], strict=True)), posteriors


def _row(posterior: Posterior, level: float, asked: Wanted) -> list[float]:
    interval = posterior.interval(level)
    tau = float(posterior.tau_quantiles(0.5)[0])
    row = [posterior.median, interval.lower, interval.upper, posterior.sd_mu, tau]
    if asked.prediction:
        new = posterior.prediction(level)
        row += [new.lower, new.upper]
    for at in asked.above:
        row += [posterior.prob_above(at), posterior.prob_new_above(at)]
    return row


def bayes_results(sets: Sets, options: Options) -> list[PoolResult]:
    """Return posterior medians of ``expit(mu)`` with credible intervals as results."""
    found, _, posteriors = bayes_sets(sets, options)
    prior, link = prior_words(options.prior), LINKS["logit"]
    out = []
    for i, (x, n) in enumerate(sets.each()):
        row, posterior = Row.of(found, i), Later.of(posteriors[i])
        tau = float(np.sqrt(row.tau2))
        asked = options.prediction == "bayes"
        result = pooled_result(
            x,
            n,
            options,
            row,
            method=f"Bayesian binomial-normal, logit link, {prior}, central credible interval",
            heterogeneity=Later(partial(_heterogeneity, x, n, row.tau2)),
            weights=Later(partial(information_shares, x, n, row.estimate, tau, link)),
            prediction=bayes_prediction(posterior, options) if asked else (None, ""),
            marginal=Later(partial(getattr, posteriors[i], "marginal_mean")),
            spread=Later(partial(credible_spread, x, n, options, row.tau2, posterior)),
        )
        out.append(result)
    return out


def _heterogeneity(x: Floats, n: Floats, tau2: float) -> Heterogeneity:
    link = LINKS["logit"]
    q = deviance(x, n, tau2, link)
    if q.i2 is not None:
        return q
    typical = typical_variance(effect_sizes(x, n, "PLO")[1], intercept(x.size))
    share, ratio = tau2 / (tau2 + typical), 1 + tau2 / typical
    return replace(q, i2=share, h2=ratio, i2_definition=OF_LOGITS)
