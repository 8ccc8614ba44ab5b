"""Parts of a study against the whole: what arms or schedules count must add up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import product

from poolprop.evidence.audit.figures import AS_PRINTED, of_outcome
from poolprop.evidence.audit.finding import Finding
from poolprop.evidence.audit.sums import claimed_sums, miss, totals_fit
from poolprop.evidence.load import Evidence
from poolprop.evidence.tables import Arm, Outcome

# role of the whole -> roles of what it may be divided into
PARTS = {"combined": {"regimen", "comparator"}, "regimen": {"schedule"}}


def arm_findings(evidence: Evidence) -> Iterator[Finding]:
    """Compare the printed counts of whole arms with those of the arms they consist of."""
    by_arm: dict[str, dict[tuple[str, ...], list[Outcome]]] = defaultdict(lambda: defaultdict(list))
    for row in evidence.outcomes.values():
        if row.events is not None and row.record_type in AS_PRINTED:
            by_arm[row.arm_id][_fact(row)].append(row)
    claimed = claimed_sums(evidence)
    for whole in evidence.arms.values():
        parts = parts_of(whole, evidence)
        for fact, rows in by_arm[whole.arm_id].items() if parts else ():
            choices = [by_arm[part.arm_id][fact] for part in parts]
            for row, *chosen in product(rows, *choices):
                finding = _finding(row, chosen, evidence.source_of(row))
                if frozenset(finding.outcome_ids) not in claimed:
                    yield finding


def parts_of(whole: Arm, evidence: Evidence) -> list[Arm]:
    """Return the arms that make up another, if their patients add up to all of its own."""
    roles = PARTS.get(whole.role, set())
    parts = [
        arm
        for arm in evidence.arms.values()
        if arm.study_id == whole.study_id and arm.role in roles and arm is not whole
    ]
    sizes = [arm.n_enrolled for arm in parts if arm.n_enrolled is not None]
    complete = len(parts) > 1 and len(sizes) == len(parts) and sum(sizes) == whole.n_enrolled
    return parts if complete else []


def _fact(row: Outcome) -> tuple[str, ...]:
    return row.population, row.outcome, row.grade, row.timepoint, row.denominator_basis


def _finding(whole: Outcome, parts: list[Outcome], source_id: str) -> Finding:
    found, expected = sum(row.events or 0 for row in parts), whole.events or 0
    add_up = found == expected
    fine = add_up and totals_fit([of_outcome(row) for row in parts], of_outcome(whole))
    names = "+".join(row.outcome_id for row in parts)
    return Finding(
        finding_id=f"{whole.outcome_id}/arms/{names}",
        source_id=source_id,
        subject=whole.outcome_id,
        outcome_ids=(whole.outcome_id, *(row.outcome_id for row in parts)),
        kind="arms",
        printed=" + ".join(f"{row.events}/{row.total}" for row in parts)
        + f" for {whole.events}/{whole.total}",
        recomputed=f"{found}/{sum(row.total or 0 for row in parts)}",
        verdict="agrees" if fine else "contradicts",
        severity="" if fine else miss(found, expected, whole.total),
        detail="The arms add up."
        if fine
        else f"The arms give {found}, the whole is {expected}."
        if not add_up
        else "The counts add up, their denominators do not.",
        locator="; ".join(dict.fromkeys(row.locator for row in [whole, *parts])),
    )
