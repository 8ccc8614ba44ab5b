"""What each model returns for many data sets: columns of the answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poolprop.stats._types import Bools, Floats
from poolprop.stats.answers.notes import NO_MAXIMUM, TWO_STUDIES
from poolprop.stats.sets import Sets

Words = NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Answers about many data sets, as :class:`poolprop.PoolResult` names them; shape (b,).

    ``low`` and ``high`` are the limits on the model's scale, ``common`` is the log-likelihood
    without between-study variance.
    """

    proportion: Floats
    ci_lower: Floats
    ci_upper: Floats
    estimate: Floats
    se: Floats
    tau2: Floats
    loglik: Floats
    converged: Bools
    notes: Words
    low: Floats
    high: Floats
    common: Floats


TABLE = Columns.__slots__[:9]


def answers(
    sets: Sets,
    shares: tuple[Floats, Floats, Floats],
    model: tuple[Floats, Floats, Floats, Floats],
    converged: Bools,
    notes: Words,
    ends: tuple[Floats, Floats],
    common: Floats | None = None,
) -> Columns:
    """Return columns from proportion and limits, and estimate, se, tau2 and log-likelihood.

    ``ends`` are the limits on the model's scale, ``common`` the log-likelihood at a tau2 of 0.

    The interval is widened by rounding error at most, so that it holds the estimate.
    """
    proportion, lower, upper = shares
    estimate, se, tau2, loglik = model
    add_note(notes, ~converged, NO_MAXIMUM)
    for i in (sets.size == 2).nonzero()[0]:
        notes[i] = f"{TWO_STUDIES}\n{notes[i]}".rstrip()
    return Columns(
        proportion=proportion,
        ci_lower=np.fmin(lower, proportion),
        ci_upper=np.fmax(upper, proportion),
        estimate=estimate,
        se=np.where(np.isfinite(se), se, np.nan),
        tau2=tau2,
        loglik=loglik,
        converged=converged,
        notes=notes,
        low=ends[0],
        high=ends[1],
        common=np.full(sets.count, np.nan) if common is None else common,
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
    return Columns(
        **{
            name: np.full(count, np.nan)
            for name in Columns.__slots__
            if name not in ("converged", "notes")
        },
        converged=np.zeros(count, dtype=bool),
        notes=no_words(count),
    )


def put(out: Columns, where: Bools | NDArray[np.intp], part: Columns) -> None:
    """Write the answers about some data sets into their places."""
    for name in Columns.__slots__:
        getattr(out, name)[where] = getattr(part, name)
