"""What each model returns for many data sets, columns; and one row of them as a result."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from poolprop.stats._types import Bools, Floats
from poolprop.stats.answers.options import Options
from poolprop.stats.answers.results import Interval, Later, PoolResult
from poolprop.stats.fits.glmm import TAU_BOUNDARY
from poolprop.stats.likelihoods.normal import Means
from poolprop.stats.sets import Sets

Words = NDArray[np.object_]

# What a reader must know of an answer: each sentence once.
ALONE = "One study: its own proportion with its exact interval; nothing is pooled."
TWO_STUDIES = (
    "Two studies: between-study variance is hardly identified; read the interval with care."
)
NO_MAXIMUM = "The likelihood has no proper maximum: read estimate and tau2 with caution."
RUNAWAY = (
    "The likelihood rises with tau without end (each study is near 0% or 100%): the estimate, "
    f"and an interval from its profile, take tau <= {TAU_BOUNDARY:g}."
)
NO_WALD = "A Wald interval does not exist here: the profile interval (chi-square) is given."
NO_WALD_BETA = "A Wald interval does not exist here: the profile interval is given."
ONE_SIDED = "The likelihood excludes no proportion on one side: the interval ends there."
BOUNDED = (
    "So few studies bound the proportion only if tau is bounded: the limit takes "
    f"tau <= {TAU_BOUNDARY:g}."
)
STRETCHED = (
    "Studies differ more than pooling can mean (tau above 3: a factor of e^12 between most odds): "
    "the interval takes tau as at most 3."
)
EXTENDED = "never narrower than the confidence interval"
COMPARISON = (
    "For comparison only: two-step intervals cover less than they say when a study has no "
    "event or no non-event, or a proportion beyond 20-80% with fewer than 40 patients."
)
OUT_OF_RANGE = "A confidence limit left the possible range and was set to the end of it."


def boundary_note(mu: float) -> str:
    """Return the note of data in which all or none of the patients had the event."""
    what, end = ("No patient", "lower") if mu < 0 else ("Every patient", "upper")
    return (
        f"{what} had the event: the estimate is at the boundary, heterogeneity cannot be seen, "
        f"and the interval is one-sided (its {end} limit is the boundary)."
    )


def correction_note(empty: int) -> str:
    """Return the note of how many studies had an empty cell."""
    studies = "study" if empty == 1 else "studies"
    return f"1/2 was added to both cells of {empty} {studies} with an empty cell."


def prior_words(prior: object) -> str:
    """Return the priors of the Bayesian model in words."""
    return f"{prior} prior on tau, uniform prior on the median proportion"


class Columns(NamedTuple):
    """Answers about many data sets, as :class:`poolprop.PoolResult` names them; shape (b,).

    ``low`` and ``high`` are the limits on the model's scale, ``common`` is the log-likelihood
    without between-study variance. ``means`` are the effects that a two-step answer about a single
    data set was made from.
    """

    proportion: Floats
    ci_lower: Floats
    ci_upper: Floats
    estimate: Floats
    se: Floats
    tau2: Floats
    loglik: Floats
    low: Floats
    high: Floats
    common: Floats
    converged: Bools
    notes: Words
    means: Means | None = None


TABLE = (*Columns._fields[:7], "converged", "notes")


class Row(NamedTuple):
    """The answer about one data set, named as in :class:`Columns`."""

    proportion: float
    ci_lower: float
    ci_upper: float
    estimate: float
    se: float
    tau2: float
    loglik: float
    low: float
    high: float
    common: float
    converged: bool
    notes: list[str]
    means: Means | None

    @classmethod
    def of(cls, found: Columns, i: int = 0) -> Row:
        """Return the answer about one of the data sets."""
        notes = [note for note in found.notes[i].split("\n") if note]
        numbers = [column.item(i) for column in found[:10]]
        return cls._make([*numbers, found.converged.item(i), notes, found.means])


def answers(
    sets: Sets, shares: tuple[Floats, Floats, Floats],
    model: tuple[Floats, Floats, Floats, Floats], converged: Bools, notes: Words,
    ends: tuple[Floats, Floats], common: Floats | None = None, means: Means | None = None,
) -> Columns:  # fmt: skip
    """Return columns from proportion and limits, and estimate, se, tau2 and log-likelihood.

    ``ends`` are the limits on the model's scale, ``common`` the log-likelihood at a tau2 of 0. The
    interval is widened by rounding error at most, so that it holds the estimate.
    """
    proportion, lower, upper = shares
    estimate, se, tau2, loglik = model
    add_note(notes, ~converged, NO_MAXIMUM)
    for i in (sets.size == 2).nonzero()[0]:
        notes[i] = f"{TWO_STUDIES}\n{notes[i]}".rstrip()
    return Columns(
        proportion,
        np.fmin(lower, proportion),
        np.fmax(upper, proportion),
        estimate,
        np.where(np.isfinite(se), se, np.nan),
        tau2,
        loglik,
        *ends,
        np.full(sets.count, np.nan) if common is None else common,
        converged,
        notes,
        means,
    )


def no_words(count: int) -> Words:
    """Return empty notes."""
    out = np.empty(count, dtype=object)
    out[:] = ""
    return out


def add_note(notes: Words, where: Bools, text: str) -> None:
    """Add a sentence, on a line of its own, to the notes of some data sets."""
    for i in where.nonzero()[0]:
        notes[i] = f"{notes[i]}\n{text}" if notes[i] else text


def empty_columns(count: int) -> Columns:
    """Return columns without answers yet: not a number, and not converged."""
    numbers = [np.full(count, np.nan) for _ in range(10)]
    return Columns._make([*numbers, np.zeros(count, dtype=bool), no_words(count), None])


def put(out: Columns, where: Bools | NDArray[np.intp], part: Columns) -> None:
    """Write the answers about some data sets into their places."""
    for whole, some in zip(out[:12], part[:12], strict=True):
        whole[where] = some


def pooled_result(
    x: Floats, n: Floats, options: Options, row: Row, *, method: str, heterogeneity: Later,
    weights: Later, prediction: tuple[Later | None, str] = (None, ""),
    marginal: Later | None = None, tau2_p: float | None = None, effects: Later | None = None,
    spread: Later | None = None,
) -> PoolResult:  # fmt: skip
    """Return the answer about studies as the public result, with what only its reader wants.

    That is worked out later: Q, I2, H2; shares (k,) that sum to 1; the population-averaged
    proportion; each study drawn towards the mean; the intervals of ``tau2`` and I2. ``prediction``
    is an interval with its name, ``tau2_p`` the p value of the likelihood ratio of ``tau2 = 0``.
    """
    return PoolResult(
        model=options.model,
        measure=options.measure,
        link=options.link if options.measure == "PLO" else "",
        tau2_method=options.tau2,
        ci_method=options.ci,
        level=options.level,
        k=x.size,
        events=int(np.add.reduce(x)),
        total=int(np.add.reduce(n)),
        estimate=row.estimate,
        se=row.se if math.isfinite(row.se) else None,
        ci_estimate=Interval(lower=row.low, upper=row.high),
        proportion=row.proportion,
        ci=Interval(lower=row.ci_lower, upper=row.ci_upper),
        prediction_by=prediction[0],
        prediction_method=prediction[1],
        tau2=row.tau2,
        heterogeneity_by=heterogeneity,
        loglik=None if math.isnan(row.loglik) else row.loglik,
        converged=row.converged,
        notes=tuple(row.notes),
        method=method,
        weights_by=weights,
        marginal_by=marginal,
        tau2_p=tau2_p,
        effects_by=effects,
        spread_by=spread,
    )


def shares(information: Floats) -> tuple[float, ...]:
    """Return each study's share of the information."""
    out: tuple[float, ...] = tuple((information / np.add.reduce(information)).tolist())
    return out
