"""The map of the evidence: what each arm reports of each question of the plan, and in what form.

A question is an estimand, an adverse event, or a survival endpoint. Nothing is pooled here: the
map says where a figure could have been and is not, and why.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypedDict

from poolprop.evidence.estimates import MARK
from poolprop.evidence.load import Evidence
from poolprop.evidence.safety import safety_sets
from poolprop.evidence.select import preferred, usable
from poolprop.evidence.supplements import Survival as SurvivalFigure
from poolprop.evidence.survival import MEDIAN
from poolprop.evidence.tables import Arm, Outcome
from poolprop.plan import Safety, Selection, Settings, Survival

# What a row of the evidence with counts is, by how its figure came about.
FORMS = {
    "reported": "reported",
    "derived": "derived",
    "harmonised": "derived",
    "back_calculated": "percentage",
    "reconstructed": "percentage",
    "proxy": "proxy",
}
GRADES = {"any": "any grade", "NR": "grade not stated", "unspecified": "grade not stated"}
# Parts that are no endpoint; the hyphen keeps them apart from any endpoint's name.
EVENTS, RATES = "adverse-events", "survival-rates"
SPREAD = ("", "mixed", "NR")  # levels that say nothing of who is inside


class MapRow(TypedDict):
    """One cell of the map: a row of ``results/tables/evidence_map.csv``.

    ``state`` is ``reported``, ``derived`` (worked out from printed counts), ``percentage`` (only a
    percentage is printed; counts, where there are any, are inferred), ``proxy``, ``otherwise``
    (reported, but not as the question asks: ``reason``), ``missing`` (not reported), or
    ``not_applicable`` (the arm has nobody whom the question concerns).
    """

    id: str
    part: str
    part_label: str
    question: str
    question_label: str
    arm_id: str
    study_id: str
    label: str
    arm_label: str
    state: str
    events: int | None
    total: int | None
    outcome_id: str
    reason: str


def evidence_map(evidence: Evidence, settings: Settings) -> Iterator[MapRow]:
    """Yield the map cell by cell: parts, questions, then arms in the order of ``arms.csv``."""
    roles = {role for one in settings.endpoints.values() for role in one.estimands["primary"].roles}
    arms = [arm for arm in evidence.arms.values() if arm.role in roles]
    for name, endpoint in settings.endpoints.items():
        for key, estimand in endpoint.estimands.items():
            for arm in arms:
                cell = _blank(evidence, arm, (name, endpoint.label), (key, estimand.label))
                yield _asked(cell, evidence, arm, estimand)
    if settings.safety:
        yield from _safety(evidence, settings.safety, arms)
    if settings.survival:
        yield from _survival(evidence, settings.survival, arms)


def _blank(
    evidence: Evidence, arm: Arm, part: tuple[str, str], question: tuple[str, str]
) -> MapRow:
    study = evidence.study_of(arm.arm_id)
    return MapRow(
        id=f"map/{part[0]}/{question[0]}/{arm.arm_id}",
        part=part[0],
        part_label=part[1],
        question=question[0],
        question_label=question[1],
        arm_id=arm.arm_id,
        study_id=study.study_id,
        label=study.label,
        arm_label=arm.label,
        state="missing",
        events=None,
        total=None,
        outcome_id="",
        reason="",
    )


def _asked(cell: MapRow, evidence: Evidence, arm: Arm, selection: Selection) -> MapRow:
    """Fill a cell: the row that the selection uses, or why it uses none."""
    rows = [row for row in evidence.outcomes.values() if row.arm_id == arm.arm_id]
    found, reason = usable(rows, arm, selection, evidence)
    if found:
        row = preferred(found, selection)
        if row.events is None:
            return _empty(cell, "percentage", MARK)
        return _filled(cell, row)
    about = [row for row in rows if row.outcome == selection.outcome]
    if not _concerned(evidence, arm, selection, rows):
        state = "not_applicable"
    elif not about:
        state = "missing"
    elif all(row.events is None for row in about):
        state = "percentage"
    else:
        state = "otherwise"
    return _empty(cell, state, reason)


def _filled(cell: MapRow, row: Outcome) -> MapRow:
    """Return a cell with the figure that a row of the evidence gives."""
    cell["state"] = FORMS.get(row.record_type, "derived")
    cell["events"], cell["total"] = row.events, row.total
    cell["outcome_id"], cell["reason"] = row.outcome_id, row.derivation
    return cell


def _empty(cell: MapRow, state: str, reason: str) -> MapRow:
    """Return a cell without a figure, and why it has none."""
    cell["state"], cell["reason"] = state, reason
    return cell


def _concerned(evidence: Evidence, arm: Arm, selection: Selection, rows: Sequence[Outcome]) -> bool:
    """Tell whether an arm has, or may have, any of those whom a selection asks for."""
    if arm.role not in selection.roles:
        return False
    for factor, wanted in selection.where.items():
        if factor == "drug_class":
            if not set(wanted) & set(arm.drug_classes):
                return False
            continue
        owners = (arm.factors(), evidence.study_of(arm.arm_id).factors())
        own = next(filter(None, (held.get(factor, "") for held in owners)), "")
        at = {evidence.factor(row, factor) for row in rows}
        if own not in SPREAD and own not in wanted and not at & set(wanted):
            return False
    return True


def _safety(evidence: Evidence, plan: Safety, arms: Sequence[Arm]) -> Iterator[MapRow]:
    """Yield one question for each adverse event, at the grade that most arms report."""
    best: dict[str, tuple[str, dict[str, Outcome]]] = {}
    for name, chosen in safety_sets(evidence, plan):
        term, _, grade = name.partition("/")  # a grade may hold a slash
        if term not in best or len(chosen.rows) > len(best[term][1]):
            best[term] = grade, {row.arm_id: row for row in chosen.rows}
    for term, (grade, rows) in best.items():
        label = f"{evidence.label('outcome', term)} ({GRADES.get(grade, f'grade {grade}')})"
        for arm in arms:
            cell = _blank(evidence, arm, (EVENTS, "Adverse events"), (term, label))
            others = [r for r in evidence.outcomes.values()
                      if r.arm_id == arm.arm_id and r.outcome == term]  # fmt: skip
            if row := rows.get(arm.arm_id):
                yield _filled(cell, row)
            else:
                reason = "of other grades or patients only" if others else ""
                yield _empty(cell, "otherwise" if others else "missing", reason)


def _survival(evidence: Evidence, plan: Survival, arms: Sequence[Arm]) -> Iterator[MapRow]:
    """Yield one question for each survival endpoint: rates can be pooled, medians cannot."""
    figures = [row for row in evidence.supplements["survival"] if isinstance(row, SurvivalFigure)]
    for name, endpoint in plan.endpoints.items():
        for arm in arms:
            cell = _blank(evidence, arm, (RATES, "Survival"), (name, endpoint.label))
            kinds = {f.statistic for f in figures if f.arm_id == arm.arm_id and f.endpoint == name}
            if "rate" in kinds:
                yield _empty(cell, "reported", "rates at fixed times")
            elif kinds:
                reason = "a median only" if kinds == {MEDIAN} else "no rate at a fixed time"
                yield _empty(cell, "otherwise", reason)
            else:
                yield cell
