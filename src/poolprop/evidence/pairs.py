"""Figures that both arms of one study report alike: the data of two-arm comparisons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypedDict

from poolprop.evidence.load import Evidence
from poolprop.evidence.tables import Arm, Outcome
from poolprop.settings import Comparisons

Fact = tuple[str, str, str, str, str]


class PairRow(TypedDict):
    """One row of ``results/comparisons/data.csv``: arm 1 has the regimen, arm 2 compares."""

    study_id: str
    label: str
    outcome: str
    outcome_label: str
    population: str
    population_label: str
    timepoint_label: str
    denominator_label: str
    arm1_label: str
    arm2_label: str
    outcome1_id: str
    outcome2_id: str
    events1: int
    total1: int
    events2: int
    total2: int
    record_label: str
    locator: str


def pairs(evidence: Evidence, plan: Comparisons) -> Iterator[PairRow]:
    """Yield each figure that a regimen arm and a comparator arm of one study share.

    Both must have outcome, grade, population, timepoint and denominator in common; arms that
    share patients are no comparison.
    """
    for regimen in _arms(evidence, "regimen"):
        for comparator in _arms(evidence, "comparator"):
            same = regimen.study_id == comparator.study_id
            if same and not set(regimen.overlap_group) & set(comparator.overlap_group):
                yield from _of_arms(evidence, plan, regimen, comparator)


def _arms(evidence: Evidence, role: str) -> list[Arm]:
    return [arm for arm in evidence.arms.values() if arm.role == role]


def _of_arms(
    evidence: Evidence, plan: Comparisons, regimen: Arm, comparator: Arm
) -> Iterator[PairRow]:
    others = {_fact(row): row for row in _usable(evidence, plan, comparator)}
    for first in _usable(evidence, plan, regimen):
        if second := others.get(_fact(first)):
            yield _row(evidence, regimen, comparator, first, second)


def _usable(evidence: Evidence, plan: Comparisons, arm: Arm) -> list[Outcome]:
    return [
        row
        for row in evidence.outcomes.values()
        if row.arm_id == arm.arm_id
        and row.outcome in plan.outcomes
        and row.denominator_basis == plan.denominator
        and row.record_type in plan.record_types
        and row.events is not None
    ]


def _fact(row: Outcome) -> Fact:
    return (row.outcome, row.grade, row.population, row.timepoint, row.denominator_basis)


def _row(
    evidence: Evidence, regimen: Arm, comparator: Arm, first: Outcome, second: Outcome
) -> PairRow:
    kinds = dict.fromkeys(evidence.label("record_type", r.record_type) for r in (first, second))
    return PairRow(
        study_id=regimen.study_id,
        label=evidence.studies[regimen.study_id].label,
        outcome=first.outcome,
        outcome_label=evidence.label("outcome", first.outcome),
        population=first.population,
        population_label=evidence.label("population", first.population),
        timepoint_label=evidence.label("timepoint", first.timepoint),
        denominator_label=evidence.label("denominator_basis", first.denominator_basis),
        arm1_label=regimen.label,
        arm2_label=comparator.label,
        outcome1_id=first.outcome_id,
        outcome2_id=second.outcome_id,
        events1=first.events or 0,
        total1=first.total or 1,
        events2=second.events or 0,
        total2=second.total or 1,
        record_label="; ".join(kinds),
        locator=first.locator,
    )
