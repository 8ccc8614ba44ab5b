"""One pooled proportion: the door to every model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from poolprop.stats._types import Floats
from poolprop.stats.answers.bayes_columns import bayes_results
from poolprop.stats.answers.columns import Row, pooled_result, shares
from poolprop.stats.answers.models import MODELS, single_studies
from poolprop.stats.answers.options import Options, resolve
from poolprop.stats.answers.pool_glmm import betabinom_result, glmm_result
from poolprop.stats.answers.pool_two_step import two_step_result
from poolprop.stats.answers.results import Later, PoolResult
from poolprop.stats.fits.heterogeneity import Heterogeneity
from poolprop.stats.inputs import counts
from poolprop.stats.priors import Prior
from poolprop.stats.sets import Sets


def pool(
    events: ArrayLike,
    total: ArrayLike,
    model: str = "glmm",
    measure: str = "PLO",
    tau2: str | None = None,
    ci: str | None = None,
    level: float = 0.95,
    *,
    link: str = "logit",
    prediction: str | None = None,
    tau_prior: Prior | None = None,
    correction: str = "only0",
    inversion: str = "harmonic",
    tau2_value: float | None = None,
    seed: int = 20260101,
    replicates: int = 2000,
) -> PoolResult:
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
        model=model,
        measure=measure,
        link=link,
        tau2=tau2,
        ci=ci,
        level=level,
        prediction=prediction,
        tau_prior=tau_prior,
        correction=correction,
        inversion=inversion,
        tau2_value=tau2_value,
        seed=seed,
        replicates=replicates,
    )
    return pool_sets(Sets.of(x, n), options)[0]


def pool_sets(sets: Sets, options: Options) -> list[PoolResult]:
    """Return the result of :func:`pool` for each data set, fitted at once."""
    out: list[PoolResult] = []
    alone = sets.size == 1
    if options.tau2_value is not None or not np.count_nonzero(alone):
        return list(_answered(sets, options))
    parts = {False: _answered(sets.take(~alone), options), True: _alone(sets.take(alone), options)}
    for one in alone.tolist():
        out.append(next(parts[one]))
    return out


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
