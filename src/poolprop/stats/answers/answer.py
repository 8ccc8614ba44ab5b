"""What a model hands to :func:`poolprop.pool`, before it becomes a :class:`PoolResult`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from poolprop.stats._types import Floats
from poolprop.stats.answers.notes import NO_MAXIMUM, TWO_STUDIES
from poolprop.stats.answers.options import Options
from poolprop.stats.answers.results import Interval, PoolResult, Spread
from poolprop.stats.fits.empirical_bayes import StudyEffects
from poolprop.stats.fits.heterogeneity import Heterogeneity

Inverse = Callable[[float], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One model's answer, on the model's scale but for ``prediction``.

    Attributes
    ----------
    estimate, se, tau2 : float
        On the model's scale; ``se`` is NaN where there is none.
    ci : Interval
        Confidence or credible interval, on the model's scale.
    proportion : float
        The estimate as a proportion.
    ci_proportion : Interval
        The interval as proportions.
    prediction : Interval or None
        In [0, 1].
    prediction_method, method : str
        In words.
    heterogeneity : Heterogeneity
        Q, I2, H2.
    loglik : float or None
        With all constants.
    weights : ndarray, shape (k,)
        Shares that sum to 1.
    converged : bool
        Whether the estimate solves its equations.
    notes : list of str
        What a reader must know.
    marginal_mean : float or None
        Population-averaged proportion, where the model has one of its own.
    tau2_p : float or None
        P value of the likelihood-ratio test of ``tau2 = 0``.
    effects_by : callable or None
        What draws each study towards the mean, where the model does that.
    spread_by : callable or None
        What gives the intervals of ``tau2`` and I2, where the model has them.
    """

    estimate: float
    se: float
    tau2: float
    ci: Interval
    proportion: float
    ci_proportion: Interval
    prediction: Interval | None
    prediction_method: str
    method: str
    heterogeneity: Heterogeneity
    loglik: float | None
    weights: Floats
    converged: bool
    notes: list[str]
    marginal_mean: float | None = None
    tau2_p: float | None = None
    effects_by: Callable[[], StudyEffects] | None = None
    spread_by: Callable[[], Spread | None] | None = None


def pooled_result(x: Floats, n: Floats, options: Options, answer: Answer) -> PoolResult:
    """Return a model's answer about studies as the public result."""
    spread = answer.heterogeneity
    first = [TWO_STUDIES] if x.size == 2 and TWO_STUDIES not in answer.notes else []
    notes = first + answer.notes
    if not answer.converged and NO_MAXIMUM not in notes:
        notes.append(NO_MAXIMUM)
    return PoolResult(
        model=options.model,
        measure=options.measure,
        link=options.link if options.measure == "PLO" else "",
        tau2_method=options.tau2,
        ci_method=options.ci,
        level=options.level,
        k=x.size,
        events=int(x.sum()),
        total=int(n.sum()),
        estimate=answer.estimate,
        se=answer.se if math.isfinite(answer.se) else None,
        ci_estimate=answer.ci,
        proportion=answer.proportion,
        ci=_around(answer.ci_proportion, answer.proportion),
        prediction=answer.prediction,
        prediction_method=answer.prediction_method,
        tau2=answer.tau2,
        i2=spread.i2,
        i2_definition=spread.i2_definition,
        h2=spread.h2,
        q=spread.q,
        q_df=spread.q_df,
        q_p=spread.q_p,
        loglik=answer.loglik,
        converged=answer.converged,
        notes=tuple(notes),
        method=answer.method,
        weights=tuple(answer.weights.tolist()),
        marginal_mean=answer.marginal_mean,
        tau2_p=answer.tau2_p,
        effects_by=answer.effects_by,
        spread_by=answer.spread_by,
    )


def _around(interval: Interval, value: float) -> Interval:
    """Return the interval widened by rounding error at most, so that it holds the estimate."""
    return Interval(lower=min(interval.lower, value), upper=max(interval.upper, value))
