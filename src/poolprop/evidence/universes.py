"""Every data set that a defensible choice of data leads to.

A choice has levels: those of the endpoint's estimands, of the decisions on discrepancies, and of
the studies that might be left out. Every level of one choice meets every level of the others. What
cannot be selected is kept with its reason.

References
----------
Voracek M, Kossmeier M, Tran US (2019). Which data to meta-analyze, and how? A specification-curve
and multiverse-analysis approach to meta-analysis. Zeitschrift für Psychologie 227(1):64-82.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from poolprop.errors import DataError
from poolprop.evidence.levels import Choice, levels_of_estimands, selection_of
from poolprop.evidence.load import Evidence
from poolprop.evidence.select import bases, select
from poolprop.evidence.supplements import RiskOfBias
from poolprop.evidence.tables import Discrepancy, Outcome
from poolprop.plan import Endpoint, LeftOut, Multiverse, Selection
from poolprop.plan.models import NOBODY

AS_DECIDED, ALL_OTHERWISE = "as_decided", "all_otherwise"
OVERALL = "overall"


@dataclass(frozen=True, slots=True, kw_only=True)
class Universe:
    """One combination of choices of data."""

    levels: dict[str, str]  # the level of each choice
    rows: tuple[Outcome, ...]  # empty if the combination is invalid
    reason: str = ""  # why it is invalid; empty if it is not


@dataclass(frozen=True, slots=True, kw_only=True)
class Universes:
    """All combinations, and the choices that they are made of."""

    choices: tuple[Choice, ...]
    combinations: tuple[Universe, ...]


def universes(evidence: Evidence, endpoint: Endpoint, plan: Multiverse) -> Universes:
    """Enumerate the data sets of an endpoint, the primary analysis first.

    The estimands give the levels; the primary one is the first level of each choice.
    """
    choices = levels_of_estimands(evidence, endpoint, plan.vary)
    bases = [
        _base(evidence, endpoint, choices, levels)
        for levels in product(*(choice.levels for choice in choices))
    ]
    decisions = _decisions(evidence, bases, plan)
    leave = _left_out(evidence, plan.left_out)
    found = [
        _varied(base, decided, decision, omitted, studies, plan.min_studies)
        for base in bases
        for decided, decision in decisions.items()
        for omitted, studies in leave.items()
    ]
    labels = {AS_DECIDED: "as decided", ALL_OTHERWISE: "all decided otherwise"}
    by_decision = Choice(
        key="discrepancies",
        label="Contradictions in the sources",
        levels={name: labels.get(name, f"{name} otherwise") for name in decisions},
    )
    by_study = Choice(
        key="left_out",
        label="Studies left out",
        levels={name: plan.left_out[name].label if name != NOBODY else "none" for name in leave},
    )
    varied = (choice for choice in (by_decision, by_study) if len(choice.levels) > 1)
    return Universes(choices=(*choices, *varied), combinations=tuple(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
    """What one selection gives, before decisions and omissions."""

    levels: dict[str, str]
    selection: Selection
    rows: tuple[Outcome, ...]
    reason: str


def _base(
    evidence: Evidence, endpoint: Endpoint, choices: Sequence[Choice], levels: Sequence[str]
) -> _Base:
    names = {choice.key: level for choice, level in zip(choices, levels, strict=True)}
    selection = selection_of(endpoint, choices, names)
    try:
        rows, reason = select(evidence, selection).rows, ""
    except DataError as error:
        rows, reason = (), error.problem
    return _Base(levels=names, selection=selection, rows=rows, reason=reason)


Change = tuple[tuple[Outcome, Outcome | None], ...]  # alternative, and what it replaces


def _decisions(
    evidence: Evidence, bases: Sequence[_Base], plan: Multiverse
) -> dict[str, tuple[Change, ...]]:
    """Return the ways to decide: as decided, each discrepancy otherwise, all of them otherwise."""
    if "discrepancies" not in plan.vary:
        return {AS_DECIDED: ()}
    single: dict[str, tuple[Change, ...]] = {}
    for discrepancy in evidence.discrepancies:
        for name, change in _scenarios(evidence, discrepancy):
            if any(_apply(base, (change,)) != base.rows for base in bases):
                single[name] = (change,)
    together = tuple(change for changes in single.values() for change in changes)
    extra = {ALL_OTHERWISE: together} if len(single) > 1 else {}
    return {AS_DECIDED: (), **single, **extra}


def _scenarios(evidence: Evidence, discrepancy: Discrepancy) -> Iterator[tuple[str, Change]]:
    """Yield each alternative reading of a discrepancy, as in ``alternatives.csv``."""
    others = [evidence.outcomes[key] for key in discrepancy.alternative_outcome_ids]
    usable = [other for other in others if other.events is not None and other.total is not None]
    if discrepancy.outcome_ids:
        pairs = zip(discrepancy.outcome_ids, others, strict=False)
        change = tuple((b, evidence.outcomes[a]) for a, b in pairs if b in usable)
        if change:
            yield discrepancy.discrepancy_id, change
        return
    for other in usable:
        name = discrepancy.discrepancy_id
        yield (f"{name}/{other.outcome_id}" if len(usable) > 1 else name), ((other, None),)


def _apply(base: _Base, changes: Sequence[Change]) -> tuple[Outcome, ...]:
    """Return the rows of a data set after some decisions went the other way."""
    rows = list(base.rows)
    for alternative, replaced in (pair for change in changes for pair in change):
        if replaced is not None:
            rows = [alternative if row is replaced else row for row in rows]
        elif _fits(base, alternative, rows):
            rows.append(alternative)
    return tuple(rows)


def _fits(base: _Base, row: Outcome, rows: Sequence[Outcome]) -> bool:
    """Return whether a cohort could be added: same outcome and denominator, arm not there yet."""
    wanted = base.selection
    return (
        bool(rows)
        and row.outcome == wanted.outcome
        and row.denominator_basis in bases(wanted)
        and not wanted.where
        and all(row.arm_id != other.arm_id for other in rows)
    )


def _left_out(evidence: Evidence, plan: Mapping[str, LeftOut]) -> dict[str, frozenset[str]]:
    """Return, for each way to leave studies out, the arms that go."""
    judged = overall_risks(evidence)
    out = {NOBODY: frozenset[str]()}
    for name, rule in plan.items():
        studies = {
            key
            for key, study in evidence.studies.items()
            if key in rule.studies
            or study.design in rule.design
            or study.publication_type in rule.publication_type
            or judged.get(key) in rule.risk_of_bias
        }
        out[name] = frozenset(a for a, arm in evidence.arms.items() if arm.study_id in studies)
    return out


def overall_risks(evidence: Evidence, endpoint: str = "") -> dict[str, str]:
    """Return the overall risk of bias of each study that was judged.

    A row ``overall_ENDPOINT`` is of that endpoint alone, and counts before ``overall``.
    """
    rows = [r for r in evidence.supplements.get("risk_of_bias", ()) if isinstance(r, RiskOfBias)]
    found = {row.study_id: row.adjudicated for row in rows if row.item == OVERALL}
    own = {row.study_id: row.adjudicated for row in rows if row.item == f"{OVERALL}_{endpoint}"}
    return {**found, **own}


def _varied(
    base: _Base, decided: str, changes: Sequence[Change], omitted: str, arms: frozenset[str],
    least: int,
) -> Universe:  # fmt: skip
    levels = base.levels | {"discrepancies": decided, "left_out": omitted}
    rows = tuple(row for row in _apply(base, changes) if row.arm_id not in arms)
    if base.reason:
        return Universe(levels=levels, rows=(), reason=base.reason)
    if len(rows) < least:
        found = "no cohort" if not rows else f"{len(rows)} of at least {least} cohorts"
        return Universe(levels=levels, rows=(), reason=f"too few data: {found}")
    return Universe(levels=levels, rows=rows)


def plain(found: Universes) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return choices and combinations as plain records, for the engine's side."""
    choices = [{"key": c.key, "label": c.label, "levels": c.levels} for c in found.choices]
    combinations = [
        {
            "levels": one.levels,
            "reason": one.reason,
            "rows": [
                {"arm_id": row.arm_id, "outcome_id": row.outcome_id, "events": row.events,
                 "total": row.total} for row in one.rows
            ],
        }
        for one in found.combinations
    ]  # fmt: skip
    return choices, combinations


SET_COLUMNS = ["set", "outcome_id", "study_id", "arm_id", "label", "events", "total"]


def set_rows(evidence: Evidence, sets: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the rows of each distinct data set for ``multiverse_sets.csv``."""
    for one in sets:
        for key in one["rows"]:
            row = evidence.outcomes[key]
            study = evidence.study_of(row.arm_id)
            values = (
                one["id"], key, study.study_id, row.arm_id, study.label, row.events, row.total
            )  # fmt: skip
            yield dict(zip(SET_COLUMNS, values, strict=True))
