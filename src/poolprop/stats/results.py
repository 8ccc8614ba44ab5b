"""What the engine returns: frozen, on named scales, ready for JSON."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

from poolprop.stats.empirical_bayes import StudyEffects
from poolprop.stats.shown import Shown, html_table, percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A closed interval, lower bound first; bounds may be infinite on a model's scale."""

    lower: float
    upper: float

    def __post_init__(self) -> None:
        if not self.lower <= self.upper:  # NaN fails as well
            raise ValueError(f"interval ({self.lower}, {self.upper}) is not ordered")

    @property
    def width(self) -> float:
        """Length of the interval."""
        return self.upper - self.lower

    def in_percent(self) -> str:
        """Return an interval of shares of 1 as text."""
        return f"{percent(self.lower)} to {percent(self.upper)} %"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PoolResult(Shown):
    """One pooled proportion.

    Attributes
    ----------
    model, measure, link, tau2_method, ci_method : str
        What was fitted; ``method`` is the same in words.
    k, events, total : int
        Studies, and their counts added up; ``None`` where estimates without counts were pooled.
    level : float
        Level of both intervals, as a fraction.
    estimate, se, tau2, ci_estimate : float, Interval
        On the model's scale; ``se`` is ``None`` where there is none (all or no events).
    proportion, ci, prediction : float, Interval
        In [0, 1]; ``prediction`` is ``None`` where it cannot be given, and ``notes`` say why.
    i2, h2 : float
        Share (0 to 1) and ratio of variation beyond chance, defined as ``i2_definition`` says.
    q, q_df, q_p : float
        Test of homogeneity: Cochran's Q of a two-step model; for one-step models the
        likelihood-ratio statistic of one common proportion against one for each study.
    loglik : float or None
        Log-likelihood with all constants, for likelihood models.
    converged : bool
        Whether the estimate solves its equations.
    notes : tuple of str
        What a reader must know: boundaries, few studies, what could not be given.
    weights : tuple of float
        Share of each study in the information about the estimate; they sum to 1.
    marginal_mean : float or None
        Population-averaged proportion ``E expit(mu + tau z)``, of one-step models; ``proportion``
        is that of the median study.
    tau2_p : float or None
        P value of the likelihood-ratio test of ``tau2 = 0``, of models fitted by ML.
    effects_by : callable or None
        What ``study_effects`` is worked out by, when it is asked for.
    """

    model: str
    measure: str
    link: str
    tau2_method: str
    ci_method: str
    level: float
    k: int
    events: int | None
    total: int | None
    estimate: float
    se: float | None
    ci_estimate: Interval
    proportion: float
    ci: Interval
    prediction: Interval | None
    prediction_method: str
    tau2: float
    i2: float | None
    i2_definition: str
    h2: float | None
    q: float | None
    q_df: int
    q_p: float | None
    loglik: float | None
    converged: bool
    notes: tuple[str, ...]
    method: str
    weights: tuple[float, ...]
    marginal_mean: float | None = None
    tau2_p: float | None = None
    effects_by: Callable[[], StudyEffects] | None = field(default=None, compare=False)

    @property
    def study_effects(self) -> StudyEffects | None:
        """Each study's true effect given the fitted model (empirical Bayes).

        Of the GLMM and of two-step models; ``None`` where the mean is not finite.
        """
        return self.effects_by() if self.effects_by else None

    @property
    def warnings(self) -> tuple[str, ...]:
        """The notes, under the name that other packages use."""
        return self.notes

    @property
    def tau(self) -> float:
        """Between-study standard deviation, on the model's scale."""
        return math.sqrt(self.tau2)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON, as listed in ``docs/results.md``; infinite ones as None."""
        left_out = ("weights", "marginal_mean", "tau2_p", "effects_by")
        names = [each.name for each in fields(self) if each.name not in left_out]
        record = {name: _plain(getattr(self, name)) for name in [*names, "tau"]}
        return record | {"notes": list(self.notes)}

    def rows(self) -> list[dict[str, Any]]:
        """Return the result as one row; intervals as two columns each."""
        record = self.to_dict()
        for name in ("ci", "ci_estimate", "prediction"):
            limits = record.pop(name) or {"lower": None, "upper": None}
            record |= {f"{name}_lower": limits["lower"], f"{name}_upper": limits["upper"]}
        record["notes"] = " ".join(record["notes"])
        return [record]

    def __repr__(self) -> str:
        """Return one line; :meth:`summary` says more, :meth:`to_dict` everything."""
        return (
            f"<PoolResult {percent(self.proportion)} % ({100 * self.level:g} % CI "
            f"{self.ci.in_percent()}), {self._studies()}, {self.model}>"
        )

    def _studies(self) -> str:
        counted = "without counts" if self.events is None else f"{self.events}/{self.total}"
        return f"{self.k} {'study' if self.k == 1 else 'studies'}, {counted}"

    def headline(self) -> str:
        """Return estimate, interval and counts as a line of text."""
        return (
            f"Pooled proportion {percent(self.proportion)} % ({100 * self.level:g} % CI "
            f"{self.ci.in_percent()}); {self._studies()}"
        )

    def summary(self) -> str:
        """Return the result as lines of text: estimate, method, prediction interval, notes."""
        lines = [self.headline(), self.method]
        if self.prediction is not None:
            limits = self.prediction.in_percent()
            lines.append(f"Prediction interval {limits} ({self.prediction_method})")
        return "\n".join([*lines, *self.notes])

    def _repr_html_(self) -> str:
        rows = [
            ("Studies", str(self.k)),
            ("Events / total", "none" if self.events is None else f"{self.events} / {self.total}"),
            ("Proportion", f"{percent(self.proportion)} %"),
            (f"{100 * self.level:g} % confidence interval", self.ci.in_percent()),
        ]
        if self.prediction is not None:
            name = f"{100 * self.level:g} % prediction interval"
            rows.append((name, self.prediction.in_percent()))
        if self.k > 1:
            rows.append(("tau2", f"{self.tau2:.4g}"))
        if self.i2 is not None:
            rows.append(("I2", f"{percent(self.i2)} %"))
        rows += [("Method", self.method), *(("Note", note) for note in self.notes)]
        return html_table("Pooled proportion", [(name, [value]) for name, value in rows])


def _plain(value: Any) -> Any:
    if isinstance(value, Interval):
        return {"lower": _plain(value.lower), "upper": _plain(value.upper)}
    return None if isinstance(value, float) and not math.isfinite(value) else value
