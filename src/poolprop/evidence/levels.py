"""The choices of data that an endpoint's estimands make, each with its levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from poolprop.evidence.load import Evidence
from poolprop.plan import Endpoint, Estimand, Selection

# What an estimand decides, and the fields of the plan that say it.
FIELDS = {
    "outcome": ("outcome",),
    "denominator": ("denominator",),
    "timepoints": ("timepoints",),
    "cohorts": ("populations", "roles", "where"),
    "record_types": ("record_types",),
}
LABELS = {
    "outcome": "Outcome",
    "denominator": "Denominator",
    "timepoints": "Time of assessment",
    "cohorts": "Patients",
    "record_types": "Kinds of figures",
}
AS_PRIMARY = "as in the primary analysis"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One choice: its key and name, and the names of its levels by their key, primary first."""

    key: str
    label: str
    levels: dict[str, str]


def levels_of_estimands(
    evidence: Evidence, endpoint: Endpoint, vary: Sequence[str]
) -> tuple[Choice, ...]:
    """Return the choices in which the estimands of an endpoint differ.

    A level is called after the first estimand that has it, in the words of the vocabulary. ``vary``
    names the choices to make; of others only the primary estimand's level is taken.
    """
    found = []
    for key in (key for key in FIELDS if key in vary):
        levels = {
            name: _label(evidence, key, estimand, endpoint.estimands["primary"])
            for name, estimand in _distinct(endpoint, key).items()
        }
        if len(levels) > 1:
            found.append(Choice(key=key, label=LABELS[key], levels=levels))
    return tuple(found)


def selection_of(
    endpoint: Endpoint, choices: Sequence[Choice], levels: Mapping[str, str]
) -> Selection:
    """Return the selection that some levels stand for; the rest is the primary estimand's."""
    changes: dict[str, Any] = {}
    for choice in choices:
        estimand = _distinct(endpoint, choice.key)[levels[choice.key]]
        changes |= {field: getattr(estimand, field) for field in FIELDS[choice.key]}
    return endpoint.estimands["primary"].model_copy(update=changes)


def _distinct(endpoint: Endpoint, key: str) -> dict[str, Estimand]:
    """Return the estimands that bring a new level, by the level's key; the primary one first."""
    names = ["primary", *(name for name in endpoint.estimands if name != "primary")]
    seen: dict[str, tuple[str, Estimand]] = {}
    for name in names:
        estimand = endpoint.estimands[name]
        value = repr([getattr(estimand, field) for field in FIELDS[key]])
        seen.setdefault(value, (_key(key, name, estimand), estimand))
    return dict(seen.values())


def _key(key: str, name: str, estimand: Estimand) -> str:
    """Return a short stable key: what is chosen, or the estimand that brings it."""
    if key in ("outcome", "denominator"):
        return str(getattr(estimand, key))
    return ",".join(estimand.timepoints) if key == "timepoints" else name


def _label(evidence: Evidence, key: str, estimand: Estimand, primary: Estimand) -> str:
    if key == "outcome":
        return evidence.label("outcome", estimand.outcome)
    if key == "denominator":
        return evidence.label("denominator_basis", estimand.denominator)
    if key == "timepoints":
        return ", else ".join(evidence.label("timepoint", term) for term in estimand.timepoints)
    if key == "record_types":
        return _record_types(evidence, estimand, primary)
    return _cohorts(evidence, estimand, primary)


def _record_types(evidence: Evidence, estimand: Estimand, primary: Estimand) -> str:
    def words(one: Estimand, other: Estimand) -> str:
        terms = [term for term in one.record_types if term not in other.record_types]
        return ", ".join(evidence.label("record_type", term) for term in terms)

    added, dropped = words(estimand, primary), words(primary, estimand)
    parts = [f"also: {added}" if added else "", f"without: {dropped}" if dropped else ""]
    return "; ".join(filter(None, parts)) or AS_PRIMARY


def _cohorts(evidence: Evidence, estimand: Estimand, primary: Estimand) -> str:
    """Say how the patients differ from those of the primary estimand."""
    parts = [
        f"{factor.replace('_', ' ')}: " + " or ".join(evidence.label(factor, t) for t in terms)
        for factor, terms in estimand.where.items()
        if primary.where.get(factor) != terms
    ]
    if estimand.roles != primary.roles:
        parts.append("arms: " + ", ".join(evidence.label("role", t) for t in estimand.roles))
    if estimand.populations != primary.populations and estimand.where == primary.where:
        terms = [evidence.label("population", t) for t in estimand.populations]
        parts.append("figures for: " + ", else ".join(terms))
    return "; ".join(parts) or AS_PRIMARY
