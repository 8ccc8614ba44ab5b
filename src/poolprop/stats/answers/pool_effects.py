"""One pooled proportion from effect sizes and their variances: no counts needed."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from poolprop.errors import EstimationError
from poolprop.stats.answers.columns import Row, add_note, no_words
from poolprop.stats.answers.models import of_effects
from poolprop.stats.answers.options import INTERVALS, resolve
from poolprop.stats.answers.pool_two_step import result_of_effects
from poolprop.stats.answers.results import PoolResult
from poolprop.stats.estimates import SCALES
from poolprop.stats.inputs import choice, effects
from poolprop.stats.likelihoods.normal import Means
from poolprop.stats.measures import MEASURES
from poolprop.stats.sets import Sets

MODELS = ("two-step", "common")
NEEDS_COUNTS = "The {} model needs the events and the total of each study, and has only estimates"
WITHOUT_COUNTS = "Pooled from effect sizes and their variances, for which no counts are needed."


def pool_effects(
    yi: ArrayLike,
    vi: ArrayLike,
    measure: str = "PLO",
    tau2: str | None = None,
    ci: str | None = None,
    level: float = 0.95,
    *,
    model: str = "two-step",
    prediction: str | None = None,
    tau2_value: float | None = None,
    seed: int = 20260101,
    replicates: int = 2000,
) -> PoolResult:
    """Pool effect sizes of proportions by a weighted mean.

    Parameters
    ----------
    yi, vi : array_like, shape (k,)
        Effect sizes and sampling variances, from :func:`poolprop.estimate_effects` or
        :func:`poolprop.effect_sizes` (or both, one after the other).
    measure : {"PLO", "PLN", "PR", "PAS"}
        The scale they are on; ``PFT`` cannot be inverted without totals.
    tau2, ci, level, prediction, tau2_value, seed, replicates
        As for the two-step models of :func:`poolprop.pool`; ``prediction="bayes"`` needs counts.
    model : {"two-step", "common"}
        Random effects, or a common effect.

    Returns
    -------
    PoolResult
        With ``events`` and ``total`` None. One estimate is returned as itself with its Wald
        interval on the scale.

    Raises
    ------
    EstimationError
        If the model needs counts, an effect lies where no proportion has it, or a choice is not
        valid.

    References
    ----------
    DerSimonian R, Laird N (1986). Controlled Clinical Trials 7(3):177-188.

    Examples
    --------
    >>> yi, vi = [-1.99, -0.80, -1.21], [0.036, 0.055, 0.041]
    >>> fit = pool_effects(yi, vi)
    >>> f"{fit.proportion:.3f} ({fit.ci.lower:.3f} to {fit.ci.upper:.3f})"
    '0.207 (0.055 to 0.540)'
    """
    if model in INTERVALS and model not in MODELS:
        raise EstimationError(
            NEEDS_COUNTS.format(model), where="model", hint="Use model='two-step'."
        )
    choice(model, "model", MODELS)
    choice(measure, "measure", SCALES)
    if prediction == "bayes":
        raise EstimationError(
            "prediction is 'bayes'", where="prediction", hint="It needs counts; use 'hts'."
        )
    y, v = effects(yi, vi)
    _require_range(y, measure)
    options = resolve(
        model=model,
        measure=measure,
        tau2=tau2,
        ci="wald" if y.size == 1 and tau2_value is None else ci,
        level=level,
        prediction="none" if y.size == 1 else prediction,
        tau2_value=tau2_value,
        seed=seed,
        replicates=replicates,
    )
    if y.size == 1 and tau2_value is None:
        options = replace(options, tau2="EE")
    none, notes = np.zeros_like(y), no_words(1)
    add_note(notes, np.ones(1, dtype=bool), WITHOUT_COUNTS)
    row = Row.of(of_effects(y, v, Sets.of(none, none), options, math.inf, notes))
    found = result_of_effects(Means.of(y, v), none, none, row, options, math.inf)
    found = replace(found, events=None, total=None)
    if y.size > 1 or tau2_value is not None:
        return found
    note = "One study: its own estimate with its own interval; nothing is pooled."
    return replace(
        found,
        model="single-study",
        tau2_method="none",
        notes=(note,),
        method=f"a single study, Wald interval, {MEASURES[measure].name}",
    )


def _require_range(y: np.ndarray, measure: str) -> None:
    lowest, highest = MEASURES[measure].bounds(math.inf)
    bad = (y < lowest) | (y > highest)
    if bad.any():
        i = int(np.flatnonzero(bad)[0])
        raise EstimationError(
            f"yi is {y[i]:g}, which no proportion has on the scale {measure}",
            where=f"study {i + 1}",
            hint="estimate_effects gives yi and vi on a scale.",
        )
