"""Outcomes nested in one another as one model: response, remission, no residual disease.

Each stage is a proportion of the stage before (continuation ratios), so that a category never
holds more patients than the one around it, in an estimate, in a draw and in a prediction.

References
----------
Fienberg SE, Mason WM (1979). Identification and estimation of age-period-cohort models in the
analysis of discrete archival data. Sociological Methodology 10:1-67.
Agresti A (2010). Analysis of ordinal categorical data, 2nd ed., sections 4.2 and 10.3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats
from poolprop.stats.analyses.nested_fit import Fitted, separate_effects, shared_effect
from poolprop.stats.answers.results import Interval
from poolprop.stats.answers.shown import Shown, plain
from poolprop.stats.inputs import choice, fraction, patients

EFFECTS: dict[str, Callable[[Floats, float], Fitted]] = {
    "separate": separate_effects,
    "shared": shared_effect,
}
FEWEST = 2


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Stage(Shown):
    """One stage of nested outcomes.

    ``k``, ``events`` and ``total`` count the studies that report it with the stage before.
    ``proportion`` is of the patients of the stage before, in the median study: maximum and profile
    likelihood; ``tau`` is the between-study standard deviation of that logit. ``whole`` is of all
    patients: median and interval of the average study's, and where a new study's is expected.
    Credible with separate effects; with a shared one the parameters are taken as known, so that
    there is no ``whole_ci``.
    """

    name: str
    k: int
    events: int
    total: int
    proportion: float
    ci: Interval
    tau: float
    whole: float
    whole_ci: Interval | None
    whole_prediction: Interval


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NestedOutcomes(Shown):
    """A joint model of nested outcomes.

    Attributes
    ----------
    stages : tuple of Stage
        The widest first.
    effects : str
        ``separate`` or ``shared``.
    loglik : float
        Maximum of the log-likelihood, all constants included.
    parameters : int
        Their number.
    level : float
        Of all intervals.
    method : str
        In words.
    """

    stages: tuple[Stage, ...]
    effects: str
    loglik: float
    parameters: int
    level: float
    method: str
    fitted: Fitted

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {name: plain(getattr(self, name)) for name in self.__slots__ if name != "fitted"}

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each stage."""
        return [
            {
                "stage": one.name,
                "k": one.k,
                "proportion": one.proportion,
                "ci_lower": one.ci.lower,
                "ci_upper": one.ci.upper,
                "tau": one.tau,
                "whole_proportion": one.whole,
            }
            for one in self.stages
        ]

    def predict(self, n: int) -> Floats:
        """Return the probabilities of 0 to ``n`` patients in each stage of a new study.

        Returns
        -------
        ndarray, shape (stages, n + 1)
        """
        return self.fitted.predict(patients(n))

    def draw(self, n: int, size: int, seed: int) -> Floats:
        """Return simulated new studies of ``n`` patients: numbers in each stage, never rising.

        Returns
        -------
        ndarray, shape (size, stages)
        """
        return self.fitted.draw(patients(n), size, np.random.default_rng(seed))


def nested_outcomes(
    numbers: ArrayLike, names: Sequence[str] = (), *, effects: str = "separate", level: float = 0.95
) -> NestedOutcomes:
    """Fit nested outcomes as a chain of proportions of one another.

    ``x_is ~ Bin(x_i,s-1, p_is)``, ``logit p_is = beta_s + u_is``, with ``u_is`` normal and
    independent over stages (``separate``), or one ``u_i`` for all stages of a study
    (``shared``).

    Parameters
    ----------
    numbers : array_like, shape (k, stages + 1)
        Patients of each study, then those in each stage, each within the one before; NaN where
        a study does not report it. What stands after a stage that is missing is not used.
    names : sequence of str
        Of the stages.
    effects : {"separate", "shared"}
        How studies differ.
    level : float
        Of all intervals.

    Returns
    -------
    NestedOutcomes
        With separate effects each stage is a binomial-normal model, and what is said of all
        patients comes from the product of its posteriors; a shared effect is fitted by maximum
        likelihood.

    Raises
    ------
    EstimationError
        If a stage holds more patients than the one before, or fewer than two studies report it.

    Examples
    --------
    >>> found = nested_outcomes([[21, 12, 5], [110, 91, 75], [12, 11, 9], [13, 12, 12]])
    >>> [f"{stage.proportion:.2f}" for stage in found.stages]
    ['0.81', '0.81']
    """
    choice(effects, "effects", EFFECTS)
    table = _checked(numbers)
    stages = table.shape[1] - 1
    called = tuple(names) or tuple(f"stage {i}" for i in range(1, stages + 1))
    if len(called) != stages:
        raise EstimationError(
            f"{len(called)} names for {stages} stages",
            where="names",
            hint="Give one name for each column after the first.",
        )
    fitted = EFFECTS[effects](table, fraction(level, "level"))
    made = [
        Stage(
            name=name,
            k=int(known.sum()),
            events=int(table[known, s + 1].sum()),
            total=int(table[known, s].sum()),
            **fitted.stage(s, level),
        )
        for s, name in enumerate(called)
        if (known := np.isfinite(table[:, s + 1])) is not None
    ]
    return NestedOutcomes(
        stages=tuple(made), effects=effects, loglik=fitted.loglik,
        parameters=stages + (stages if effects == "separate" else 1), level=level,
        method=fitted.method, fitted=fitted,
    )  # fmt: skip


def _checked(numbers: ArrayLike) -> Floats:
    """Return the table with everything after a missing stage missing."""
    table = np.array(numbers, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] < 2:
        raise EstimationError(
            f"numbers have the shape {table.shape}",
            where="numbers",
            hint="Give a row for each study: its patients, then those in each stage.",
        )
    gone = np.cumsum(np.isnan(table), axis=1) > 0
    table[gone] = np.nan
    for i, row in enumerate(table):
        told = row[~np.isnan(row)]
        if told.size == 0 or np.any(told < 0) or np.any(told % 1) or np.any(np.diff(told) > 0):
            raise EstimationError(
                f"numbers are {', '.join(f'{value:g}' for value in row)}",
                where=f"study {i + 1}",
                hint="Whole numbers are needed, none above the one before.",
            )
    for s in range(1, table.shape[1]):
        if np.count_nonzero(np.isfinite(table[:, s]) & (table[:, s - 1] > 0)) < FEWEST:
            raise EstimationError(
                f"fewer than {FEWEST} studies report stage {s}",
                where="numbers",
                hint="Leave that stage out.",
            )
    return table
