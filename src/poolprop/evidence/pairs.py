"""Figures that both arms of one study report alike: the data of two-arm comparisons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations, product
from typing import NamedTuple

from poolprop.evidence.fingerprints import digest_of
from poolprop.evidence.load import Evidence
from poolprop.evidence.tables import Arm, Outcome
from poolprop.plan import Comparisons

Fact = tuple[str, str, str, str, str]


class _Wanted(NamedTuple):
    """Which figures of two arms are compared."""

    outcomes: tuple[str, ...]
    denominators: tuple[str, ...]
    record_types: tuple[str, ...]


# Columns of results/comparisons/data.csv: arm 1 has the regimen, arm 2 compares.
COLUMNS = (
    "study_id", "label", "outcome", "outcome_label", "population", "population_label",
    "timepoint_label", "denominator_label", "arm1_label", "arm2_label", "outcome1_id",
    "outcome2_id", "events1", "total1", "events2", "total2", "record_label", "locator",
)  # fmt: skip


def pairs(evidence: Evidence, plan: Comparisons) -> Iterator[dict[str, str | int]]:
    """Yield each figure that a regimen arm and a comparator arm of one study share, then schedules.

    Both must have outcome, grade, population, timepoint and denominator in common; arms that
    share patients are no comparison.
    """
    wanted = _Wanted(plan.outcomes, (plan.denominator,), plan.record_types)
    both = product(_arms(evidence, "regimen"), _arms(evidence, "comparator"))
    yield from _pairs(evidence, wanted, both)
    if parts := plan.schedules:
        wanted = _Wanted(parts.outcomes, parts.denominators, plan.record_types)
        yield from _pairs(evidence, wanted, combinations(_arms(evidence, "schedule"), 2))


def pairs_fingerprint(evidence: Evidence, plan: Comparisons | None) -> str:
    """Return a digest of the figures that are compared."""
    return digest_of((), map(repr, pairs(evidence, plan) if plan else ()))


def _pairs(
    evidence: Evidence, wanted: _Wanted, arms: Iterable[tuple[Arm, Arm]]
) -> Iterator[dict[str, str | int]]:
    for first, second in arms:
        same = first.study_id == second.study_id
        if same and not set(first.overlap_group) & set(second.overlap_group):
            others = {_fact(row): row for row in _usable(evidence, wanted, second)}
            for row in _usable(evidence, wanted, first):
                if other := others.get(_fact(row)):
                    yield _row(evidence, first, second, row, other)


def _arms(evidence: Evidence, role: str) -> list[Arm]:
    return [arm for arm in evidence.arms.values() if arm.role == role]


def _usable(evidence: Evidence, plan: _Wanted, arm: Arm) -> list[Outcome]:
    return [
        row
        for row in evidence.outcomes.values()
        if row.arm_id == arm.arm_id
        and row.outcome in plan.outcomes
        and row.denominator_basis in plan.denominators
        and row.record_type in plan.record_types
        and row.events is not None
    ]


def _fact(row: Outcome) -> Fact:
    return (row.outcome, row.grade, row.population, row.timepoint, row.denominator_basis)


def _row(
    evidence: Evidence, regimen: Arm, comparator: Arm, first: Outcome, second: Outcome
) -> dict[str, str | int]:
    kinds = dict.fromkeys(evidence.label("record_type", r.record_type) for r in (first, second))
    return {
        "study_id": regimen.study_id,
        "label": evidence.studies[regimen.study_id].label,
        "outcome": first.outcome,
        "outcome_label": evidence.label("outcome", first.outcome),
        "population": first.population,
        "population_label": evidence.label("population", first.population),
        "timepoint_label": evidence.label("timepoint", first.timepoint),
        "denominator_label": evidence.label("denominator_basis", first.denominator_basis),
        "arm1_label": regimen.label,
        "arm2_label": comparator.label,
        "outcome1_id": first.outcome_id,
        "outcome2_id": second.outcome_id,
        "events1": first.events or 0,
        "total1": first.total or 1,
        "events2": second.events or 0,
        "total2": second.total or 1,
        "record_label": "; ".join(kinds),
        "locator": first.locator,
    }
