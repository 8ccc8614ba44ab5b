"""One data set's answer out of a batch of them, as a :class:`PoolResult`."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from poolprop.stats._types import Floats
from poolprop.stats.answers.columns import Columns
from poolprop.stats.answers.options import Options
from poolprop.stats.answers.results import Interval, Later, PoolResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
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

    @classmethod
    def of(cls, found: Columns, i: int = 0) -> Row:
        """Return the answer about one of the data sets."""
        numbers = {name: float(getattr(found, name)[i]) for name in cls.__slots__[:-2]}
        notes = [note for note in found.notes[i].split("\n") if note]
        return cls(**numbers, converged=bool(found.converged[i]), notes=notes)


def pooled_result(
    x: Floats,
    n: Floats,
    options: Options,
    row: Row,
    *,
    method: str,
    heterogeneity: Later,
    weights: Later,
    prediction: tuple[Later | None, str] = (None, ""),
    marginal: Later | None = None,
    tau2_p: float | None = None,
    effects: Later | None = None,
    spread: Later | None = None,
) -> PoolResult:
    """Return the answer about studies as the public result, with what only its reader wants.

    Parameters
    ----------
    x, n : ndarray, shape (k,)
        Events and totals.
    options : Options
        What was asked.
    row : Row
        Estimate, interval and notes.
    method : str
        In words.
    heterogeneity, weights, marginal, effects, spread : Later
        Q, I2, H2; shares (k,) that sum to 1; the population-averaged proportion; each study drawn
        towards the mean; the intervals of ``tau2`` and I2.
    prediction : tuple
        The interval of a new study's proportion, and its name.
    tau2_p : float, optional
        P value of the likelihood-ratio test of ``tau2 = 0``.
    """
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
    out: tuple[float, ...] = tuple((information / np.sum(information)).tolist())
    return out
