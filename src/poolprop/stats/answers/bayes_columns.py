"""Posteriors of many data sets as columns: exactly what single calls give.

Each data set needs a grid of its own, fitted to its posterior, so that nothing but the rules of
quadrature can be shared; what is left out is what a single answer adds for its reader (weights,
heterogeneity, the population's average), three quarters of its time.
:mod:`poolprop.stats.analyses.posterior_grid` shares one grid among data sets of like size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import logit

from poolprop.stats._types import Floats
from poolprop.stats.answers.bayes import bayes
from poolprop.stats.answers.columns import Columns, answers, no_words
from poolprop.stats.answers.options import Options
from poolprop.stats.answers.posterior import Posterior
from poolprop.stats.inputs import fraction
from poolprop.stats.sets import Sets

LIMITS = ("prediction_lower", "prediction_upper")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked of posteriors beyond the columns that every model has.

    Attributes
    ----------
    prediction : bool
        Limits of a new study's true proportion.
    above : tuple of float
        Proportions; asked is the chance that the median study's, and a new study's, exceeds each.
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
) -> tuple[Columns, dict[str, Floats]]:
    """Return the columns of :func:`poolprop.pool` with ``model="bayes"``, and further ones.

    Parameters
    ----------
    sets : Sets
        Of two studies at least.
    options : Options
        Prior and level.
    asked : Wanted, optional
        Which further columns.
    """
    asked = asked or Wanted()
    rows, stop = [], np.cumsum(sets.size)
    for first, last in zip(stop - sets.size, stop, strict=True):
        posterior = bayes(sets.x[first:last], sets.n[first:last], options.prior)
        rows.append(_row(posterior, options.level, asked))
    values = np.array(rows).reshape(sets.count, 5 + len(asked.columns)).T
    median, lower, upper, sd, tau = values[:5]
    found = answers(
        sets,
        (median, lower, upper),
        (logit(median), sd, tau**2, np.full(sets.count, np.nan)),
        np.ones(sets.count, dtype=bool),
        no_words(sets.count),
        (logit(lower), logit(upper)),
    )
    return found, dict(zip(asked.columns, values[5:], strict=True))


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
