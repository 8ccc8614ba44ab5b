"""One pooled proportion, from counts or from effect sizes: the doors to every model."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats
from poolprop.stats.answers.bayes_columns import bayes_results
from poolprop.stats.answers.columns import Row, add_note, no_words, pooled_result, shares
from poolprop.stats.answers.models import MODELS, of_effects, single_studies
from poolprop.stats.answers.options import INTERVALS, Options, resolve
from poolprop.stats.answers.pool_glmm import betabinom_result, glmm_result
from poolprop.stats.answers.pool_two_step import result_of_effects, two_step_result
from poolprop.stats.answers.results import Later, PoolResult
from poolprop.stats.estimates import SCALES
from poolprop.stats.fits.empirical_bayes import StudyEffects
from poolprop.stats.fits.heterogeneity import Heterogeneity
from poolprop.stats.inputs import choice, counts, effects, refuse
from poolprop.stats.likelihoods.normal import Means
from poolprop.stats.measures import MEASURES
from poolprop.stats.priors import Prior
from poolprop.stats.sets import Sets


def pool(
    events: ArrayLike, total: ArrayLike, model: str = "glmm", measure: str = "PLO",
    tau2: str | None = None, ci: str | None = None, level: float = 0.95, *, link: str = "logit",
    prediction: str | None = None, tau_prior: Prior | None = None, correction: str = "only0",
    inversion: str = "harmonic", tau2_value: float | None = None, seed: int = 20260101,
    replicates: int = 2000,
) -> PoolResult:  # fmt: skip
    """Pool the proportions of several studies.

    Parameters
    ----------
    events, total : array_like of int, shape (k,)
        ``0 <= events <= total``, ``total >= 1``, ``k >= 1``.
    model : {"glmm", "two-step", "beta-binomial", "bayes", "common"}
        Binomial-normal maximum likelihood; weighted mean of effect sizes; beta-binomial maximum
        likelihood; Bayesian binomial-normal; weighted mean under a common effect.
    measure : {"PLO", "PLN", "PR", "PAS", "PFT"}
        Scale of a two-step model; one-step models work on the logit.
    tau2 : {"REML", "ML", "DL", "PM", "EB", "HE", "HS", "SJ"}, optional
        Estimator of a two-step model, REML by default; one-step models are fitted by ML.
    ci : str, optional
        ``"wald"`` and ``"t"`` for any model but Bayes; ``"profile"`` (chi-square cut) and
        ``"profile-ck"`` (small-sample cut) for one-step models; ``"small-lr"`` (the profile of
        ``tau`` up to 3 with the small-sample cut, and for two and three studies the likelihood
        averaged over a half-normal(1) prior on ``tau``) and ``"bootstrap-lr"`` for the GLMM;
        ``"hksj"``, ``"hksj-adhoc"`` and ``"kr"`` for two-step ones. By default ``"small-lr"``,
        ``"profile-ck"`` (beta-binomial) or ``"hksj-adhoc"``, chosen by measured coverage; Wald
        for a common effect.
    level : float
        Level of both intervals.
    link : {"logit", "probit", "cloglog"}
        Link of the GLMM.
    prediction : str, optional
        ``"bayes"`` (default of the GLMM; extended where it does not hold the confidence
        interval), ``"hts"`` (Student's t with ``k - 2``, default of
        two-step models), ``"hts-k1"`` (``k - 1``), ``"normal"``, ``"bootstrap"`` (two-step),
        ``"beta"`` (default of the beta-binomial) or ``"none"``.
    tau_prior : HalfNormal, HalfT or HalfCauchy, optional
        Prior on ``tau`` wherever Bayes is asked; half-normal with scale 1.5 by default.
    correction : {"only0", "if0all", "all", "none"}
        Continuity correction of two-step models; see :func:`poolprop.effect_sizes`.
    inversion : {"harmonic", "variance"}
        Sample size at which ``PFT`` is inverted: harmonic mean, or ``1 / (4 se^2)``.
    tau2_value : float, optional
        Take ``tau2`` as known (two-step models).
    seed, replicates : int
        Of the intervals that are bootstrapped.

    Returns
    -------
    PoolResult
        For every valid input. One study is returned as itself with its exact interval; data
        without events, or without non-events, get a boundary estimate and a one-sided interval.

    Raises
    ------
    EstimationError
        If counts or choices are not valid; the message names the argument and its value.

    References
    ----------
    Stijnen T, Hamza TH, Özdemir P (2010). Statistics in Medicine 29(29):3046-3067.
    DerSimonian R, Laird N (1986). Controlled Clinical Trials 7(3):177-188.
    ``docs/methods.md`` gives every formula.

    Examples
    --------
    >>> fit = pool([12, 91, 11, 12], [21, 110, 12, 13])
    >>> f"{fit.proportion:.3f} ({fit.ci.lower:.3f} to {fit.ci.upper:.3f})"
    '0.813 (0.504 to 0.971)'
    >>> pool([3], [9]).method
    'a single study, Clopper-Pearson interval'
    """
    x, n = counts(events, total)
    options = resolve(
        model=model, measure=measure, link=link, tau2=tau2, ci=ci, level=level,
        prediction=prediction, tau_prior=tau_prior, correction=correction, inversion=inversion,
        tau2_value=tau2_value, seed=seed, replicates=replicates,
    )  # fmt: skip
    return pool_sets(Sets.of(x, n), options)[0]


def pool_sets(sets: Sets, options: Options) -> list[PoolResult]:
    """Return the result of :func:`pool` for each data set, fitted at once."""
    ordered, order = sets.in_order()
    alone = sets.size == 1
    if options.tau2_value is not None or not np.count_nonzero(alone):
        out = list(_answered(ordered, options))
    else:
        parts = {
            False: _answered(ordered.take(~alone), options),
            True: _alone(ordered.take(alone), options),
        }
        out = [next(parts[one]) for one in alone.tolist()]
    first, places = 0, order.tolist()
    for result in out:
        mine = [place - first for place in places[first : first + result.k]]
        if mine != [*range(result.k)]:
            _as_given(result, mine)
        first += result.k
    return out


def _as_given(result: PoolResult, order: list[int]) -> None:
    """Put what a result has of each study in the order in which the studies were given."""
    for name, placed in (("weights_by", _placed), ("effects_by", _placed_effects)):
        later = getattr(result, name)
        if later is not None:
            object.__setattr__(result, name, Later(partial(placed, later, order)))


def _placed(values: Callable[[], tuple[float, ...]], order: list[int]) -> tuple[float, ...]:
    out = [0.0] * len(order)
    for place, value in zip(order, values(), strict=True):
        out[place] = value
    return tuple(out)


def _placed_effects(effects: Callable[[], StudyEffects], order: list[int]) -> StudyEffects:
    found, place = effects(), np.argsort(order)
    columns = (found.effect, found.se, found.proportion)
    return StudyEffects.of(*(np.array(column)[place] for column in columns))


def _answered(sets: Sets, options: Options) -> Iterator[PoolResult]:
    """Return the results of data sets of several studies, in order."""
    if not sets.count:
        return
    if options.model == "bayes":
        yield from bayes_results(sets, options)
        return
    columns, result = MODELS[options.model], RESULTS[options.model]
    found = columns(sets, options)
    for i, (x, n) in enumerate(sets.each()):
        yield result(x, n, Row.of(found, i), options)


def _alone(sets: Sets, options: Options) -> Iterator[PoolResult]:
    """Return single studies as themselves."""
    if not sets.count:
        return
    found = single_studies(sets, options.level)
    itself = replace(
        options, model="single-study", measure="PLO", link="logit", tau2="none",
        ci="clopper-pearson",
    )  # fmt: skip
    for i, (x, n) in enumerate(sets.each()):
        row = Row.of(found, i)
        yield pooled_result(
            x,
            n,
            itself,
            row,
            method="a single study, Clopper-Pearson interval",
            heterogeneity=Later(partial(Heterogeneity, **NOTHING)),
            weights=Later(partial(shares, np.ones(1))),
            marginal=Later.of(row.proportion),
        )


NOTHING: dict[str, Any] = {
    "q": None, "q_df": 0, "q_p": None, "i2": None, "h2": None, "i2_definition": "",
}  # fmt: skip
RESULTS: dict[str, Callable[[Floats, Floats, Row, Options], PoolResult]] = {
    "glmm": glmm_result,
    "two-step": two_step_result,
    "common": two_step_result,
    "beta-binomial": betabinom_result,
}


# Models that need no counts.
EFFECT_MODELS = ("two-step", "common")
NEEDS_COUNTS = "The {} model needs the events and the total of each study, and has only estimates"
WITHOUT_COUNTS = "Pooled from effect sizes and their variances, for which no counts are needed."


def pool_effects(
    yi: ArrayLike, vi: ArrayLike, measure: str = "PLO", tau2: str | None = None,
    ci: str | None = None, level: float = 0.95, *, model: str = "two-step",
    prediction: str | None = None, tau2_value: float | None = None, seed: int = 20260101,
    replicates: int = 2000,
) -> PoolResult:  # fmt: skip
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
    if model in INTERVALS and model not in EFFECT_MODELS:
        raise EstimationError(
            NEEDS_COUNTS.format(model), where="model", hint="Use model='two-step'."
        )
    choice(model, "model", EFFECT_MODELS)
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
    words = f"yi is {{:g}}, which no proportion has on the scale {measure}"
    refuse((y < lowest) | (y > highest), words, "estimate_effects gives yi and vi on a scale.", y)
