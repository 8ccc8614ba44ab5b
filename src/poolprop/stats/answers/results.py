"""What the engine returns: frozen, on named scales, ready for JSON."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Any

from poolprop.formats import Policy
from poolprop.stats.answers.shown import Shown
from poolprop.stats.answers.told import Pooled
from poolprop.stats.fits.empirical_bayes import StudyEffects
from poolprop.stats.fits.heterogeneity import Heterogeneity

# What the scale of a measure is called, and under which names the limits of a value stand.
SCALES = {
    "PR": "proportion", "PLN": "log", "PLO": "logit", "PAS": "arcsine", "PFT": "double arcsine",
}  # fmt: skip
LIMITS = {"ci": "ci", "prediction": "prediction", "estimate": "ci_estimate"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A closed interval, lower bound first; bounds may be infinite on a model's scale."""

    lower: float
    upper: float

    def __post_init__(self) -> None:
        if not self.lower <= self.upper:  # NaN fails as well
            raise ValueError(f"interval ({self.lower}, {self.upper}) is not ordered")

    def __iter__(self) -> Iterator[float]:
        """Yield both bounds: ``lower, upper = fit.ci``."""
        return iter((self.lower, self.upper))

    @property
    def width(self) -> float:
        """Length of the interval."""
        return self.upper - self.lower

    def on_scale(self, policy: Policy) -> str:
        """Return an interval of shares of 1 as text, with its unit."""
        return f"{policy.interval(self.lower, self.upper, dash=' to ')}{policy.unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Intervals of ``tau2``, on the model's scale squared, and of the I2 that rises with it.

    ``method`` in words: credible with its prior, profile likelihood, Q-profile.
    """

    tau2_ci: Interval
    i2_ci: Interval
    method: str


class Later:
    """A value that is worked out when it is first asked for, and kept."""

    __slots__ = ("_value", "_work")

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work: Callable[[], Any] | None = work
        self._value: Any = None

    @classmethod
    def of(cls, value: Any) -> Later:
        """Return a value that is known already."""
        return cls(partial(_itself, value))

    def __call__(self) -> Any:
        """Return the value."""
        if self._work is not None:
            self._value, self._work = self._work(), None
        return self._value

    def __eq__(self, other: object) -> bool:
        """Whether the values are equal."""
        return isinstance(other, Later) and bool(self() == other())

    def __hash__(self) -> int:
        """Return the hash of the value."""
        return hash(self())


def _itself(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PoolResult(Pooled, Shown):
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
        It is worked out when asked for, as are ``weights``, ``marginal_mean``, ``spread``,
        ``study_effects``, I2, H2 and Q: the fields that end in ``_by`` do so.
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
    studies : int or None
        Number of studies where some have several rows, of which ``k`` counts all.
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
    prediction_by: Later | None
    prediction_method: str
    tau2: float
    heterogeneity_by: Later
    loglik: float | None
    converged: bool
    notes: tuple[str, ...]
    method: str
    weights_by: Later
    marginal_by: Later | None = None
    tau2_p: float | None = None
    effects_by: Later | None = field(default=None, compare=False)
    spread_by: Later | None = field(default=None, compare=False)
    studies: int | None = None

    @property
    def i2(self) -> float | None:
        """Share of the variation that is beyond chance, 0 to 1."""
        return self._chance.i2

    @property
    def h2(self) -> float | None:
        """Ratio of the variation to that of chance."""
        return self._chance.h2

    @property
    def i2_definition(self) -> str:
        """What I2 and H2 were made from."""
        return self._chance.i2_definition

    @property
    def q(self) -> float | None:
        """Statistic of the test of homogeneity."""
        return self._chance.q

    @property
    def q_df(self) -> int:
        """Its degrees of freedom."""
        return self._chance.q_df

    @property
    def q_p(self) -> float | None:
        """Its p value."""
        return self._chance.q_p

    @property
    def _chance(self) -> Heterogeneity:
        found: Heterogeneity = self.heterogeneity_by()
        return found

    @property
    def prediction(self) -> Interval | None:
        """The prediction interval of a new study's proportion."""
        return self.prediction_by() if self.prediction_by else None

    @property
    def weights(self) -> tuple[float, ...]:
        """Share of each study in the information about the estimate."""
        out: tuple[float, ...] = self.weights_by()
        return out

    @property
    def marginal_mean(self) -> float | None:
        """The population-averaged proportion, of one-step models."""
        return self.marginal_by() if self.marginal_by else None

    @property
    def spread(self) -> Spread | None:
        """Intervals of ``tau2`` and I2, which an estimate of 0 never stands without.

        Credible ones of the GLMM (logit link) and of the Bayesian model, Q-profile or profile
        likelihood of two-step models; ``None`` for the others.
        """
        return self.spread_by() if self.spread_by else None

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

    @property
    def estimate_scale(self) -> str:
        """Name of the model's scale, which ``estimate``, ``se`` and ``ci_estimate`` are on."""
        return self.link or SCALES.get(self.measure, self.measure)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON, each limit beside what it is a limit of.

        ``proportion`` with ``ci_lower`` and ``ci_upper`` (and ``prediction_lower``,
        ``prediction_upper``) are shares of 1; ``estimate`` with ``estimate_lower`` and
        ``estimate_upper`` are on the scale that ``estimate_scale`` names. Infinite values are
        None. The nested ``ci``, ``ci_estimate`` and ``prediction`` of :meth:`record` stay for
        one more release.
        """
        record = self.record()
        for name, held in LIMITS.items():
            limits = record[held] or {"lower": None, "upper": None}
            record |= {f"{name}_lower": limits["lower"], f"{name}_upper": limits["upper"]}
        return record | {"estimate_scale": self.estimate_scale}

    def record(self) -> dict[str, Any]:
        """Return the result as result files hold it (``docs/results.md``); infinite as None."""
        left_out = ["given", "weights_by", "marginal_by", "tau2_p", "effects_by", "spread_by"]
        left_out += ["studies"] if self.studies is None else []
        names = [each.name for each in fields(self) if each.name not in left_out]
        names[names.index("prediction_by")] = "prediction"
        place = names.index("heterogeneity_by")
        names[place : place + 1] = ["i2", "i2_definition", "h2", "q", "q_df", "q_p"]
        record = {name: _plain(getattr(self, name)) for name in [*names, "tau"]}
        spread = self.spread
        return record | {
            "tau2_ci": _plain(spread.tau2_ci) if spread else None,
            "i2_ci": _plain(spread.i2_ci) if spread and self.i2 is not None else None,
            "tau2_ci_method": spread.method if spread else "",
            "notes": list(self.notes),
        }

    def rows(self) -> list[dict[str, Any]]:
        """Return the result as one row; intervals as two columns each."""
        record = self.to_dict()
        nested = {name: record.pop(name) for name in LIMITS.values()}["ci_estimate"]
        record |= {f"ci_estimate_{end}": nested[end] for end in ("lower", "upper")}  # old names
        record["notes"] = " ".join(record["notes"])
        return [record]


def _plain(value: Any) -> Any:
    if isinstance(value, Interval):
        return {"lower": _plain(value.lower), "upper": _plain(value.upper)}
    return None if isinstance(value, float) and not math.isfinite(value) else value
