"""Counts that must add up: parts that a claim names, arms of a study, grades of an event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from poolprop.evidence.audit.claims import Claim
from poolprop.evidence.audit.figures import (
    AS_PRINTED,
    Figure,
    claims_of,
    figure_of,
    of_outcome,
    of_the_claim,
    outcome_ids,
    without_counts,
)
from poolprop.evidence.audit.finding import Finding, Severity, by_points
from poolprop.evidence.load import Evidence
from poolprop.evidence.tables import Arm, Outcome


def sum_findings(evidence: Evidence) -> Iterator[Finding]:
    """Add up the parts of every claimed sum.

    Sums over percentages whose counts must first be found belong to the joint constraints.
    """
    in_joint = {term for claim in claims_of(evidence, "joint") for term in claim.terms}
    for claim in claims_of(evidence, "sum"):
        if claim.claim_id in in_joint:
            continue
        parts = [figure_of(term, evidence) for term in claim.terms]
        whole = figure_of(claim.whole or claim.printed, evidence)
        counts = [part.count for part in parts if part.count is not None]
        if whole.count is None or len(counts) < len(parts):
            yield without_counts(claim, [*parts, whole])
            continue
        yield _claimed(claim, parts, whole, counts, whole.count)


def claimed_sums(evidence: Evidence) -> set[frozenset[str]]:
    """Return what claims say must add up; the checks of arms and grades leave it to them."""
    return {frozenset((*claim.terms, claim.whole)) for claim in claims_of(evidence, "sum")}


def _claimed(
    claim: Claim, parts: list[Figure], whole: Figure, counts: list[int], expected: int
) -> Finding:
    fine = sum(counts) == expected and totals_fit(parts, whole)
    return Finding(
        **of_the_claim(claim, "sum", outcome_ids([*parts, whole])),
        printed=f"{' + '.join(map(str, parts))} for {whole}",
        recomputed=str(sum(counts)),
        verdict="agrees" if fine else "contradicts",
        severity="" if fine else miss(sum(counts), expected, whole.total or parts[0].total),
        detail=_detail(sum(counts), expected, fine),
    )


def totals_fit(parts: Sequence[Figure], whole: Figure) -> bool:
    """Tell whether denominators add up, or are one and the same.

    Subgroups divide the patients, so their denominators add up; categories divide the
    events, so they share one. With plain numbers there is nothing to compare.
    """
    totals = [part.total for part in parts if part.total is not None]
    if whole.total is None or len(totals) < len(parts):
        return True
    return sum(totals) == whole.total or set(totals) == {whole.total}


def miss(found: int, expected: int, total: int | None) -> Severity:
    """Suggest a severity for a sum that is off: in points of the denominator, if there is one."""
    return by_points(100 * (found - expected) / total) if total else "medium"


def _detail(found: int, expected: int, fine: bool, noun: str = "parts") -> str:
    if fine:
        return f"The {noun} add up."
    if found == expected:
        return "The counts add up, their denominators do not."
    return f"The {noun} give {found}, the whole is {expected}."


def _of_the_parts(
    whole: Outcome, parts: list[Outcome], source_id: str, kind: str
) -> dict[str, Any]:
    """Return what a finding on a row and the rows that make it up says of them."""
    ids = [row.outcome_id for row in parts]
    return {
        "finding_id": f"{whole.outcome_id}/{kind}/{'+'.join(ids)}",
        "source_id": source_id,
        "subject": whole.outcome_id,
        "outcome_ids": (whole.outcome_id, *ids),
        "kind": kind,
    }


# role of the whole -> roles of what it may be divided into
PARTS = {"combined": {"regimen", "comparator"}, "regimen": {"schedule"}}


def arm_findings(evidence: Evidence) -> Iterator[Finding]:
    """Compare the printed counts of whole arms with those of the arms they consist of."""
    by_arm: dict[str, dict[tuple[str, ...], list[Outcome]]] = defaultdict(lambda: defaultdict(list))
    for row in evidence.outcomes.values():
        if row.events is not None and row.record_type in AS_PRINTED:
            by_arm[row.arm_id][_same_fact(row)].append(row)
    claimed = claimed_sums(evidence)
    for whole in evidence.arms.values():
        parts = parts_of(whole, evidence)
        for fact, rows in by_arm[whole.arm_id].items() if parts else ():
            choices = [by_arm[part.arm_id][fact] for part in parts]
            for row, *chosen in product(rows, *choices):
                finding = _of_arms(row, chosen, evidence.source_of(row))
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


def _same_fact(row: Outcome) -> tuple[str, ...]:
    return row.population, row.outcome, row.grade, row.timepoint, row.denominator_basis


def _of_arms(whole: Outcome, parts: list[Outcome], source_id: str) -> Finding:
    found, expected = sum(row.events or 0 for row in parts), whole.events or 0
    sizes_fit = totals_fit([of_outcome(row) for row in parts], of_outcome(whole))
    fine = found == expected and sizes_fit
    return Finding(
        **_of_the_parts(whole, parts, source_id, "arms"),
        printed=" + ".join(f"{row.events}/{row.total}" for row in parts)
        + f" for {whole.events}/{whole.total}",
        recomputed=f"{found}/{sum(row.total or 0 for row in parts)}",
        verdict="agrees" if fine else "contradicts",
        severity="" if fine else miss(found, expected, whole.total),
        detail=_detail(found, expected, fine, "arms"),
        locator="; ".join(dict.fromkeys(row.locator for row in [whole, *parts])),
    )


ALL_GRADES = frozenset(range(1, 6))


def grade_findings(evidence: Evidence) -> Iterator[Finding]:
    """Compare every printed band of grades with the printed bands inside it.

    Each patient counts once, at the worst grade. So bands that together make up a wider one
    must give its count, and bands that make up a part of it must not exceed it.
    """
    groups: dict[tuple[str, ...], list[Outcome]] = defaultdict(list)
    for row in evidence.outcomes.values():
        if band(row.grade) and row.events is not None and row.record_type in AS_PRINTED:
            groups[
                row.arm_id, row.population, row.outcome, row.timepoint, row.denominator_basis
            ].append(row)
    claimed = claimed_sums(evidence)
    for rows in groups.values():
        for whole in rows:
            for parts in divisions(whole, rows):
                finding = _of_grades(whole, parts, evidence.source_of(whole))
                if finding and frozenset(finding.outcome_ids) not in claimed:
                    yield finding


def band(grade: str) -> frozenset[int]:
    """Return the grades that a label such as ``3-5`` covers; none if it is no band."""
    if grade == "any":
        return ALL_GRADES
    ends = grade.split("-")
    if not all(end in {"1", "2", "3", "4", "5"} for end in ends) or len(ends) > 2:
        return frozenset()
    return frozenset(range(int(ends[0]), int(ends[-1]) + 1))


def divisions(whole: Outcome, rows: list[Outcome]) -> Iterator[list[Outcome]]:
    """Yield every choice of two or more bands inside ``whole`` that no band could join."""
    inside = [row for row in rows if band(row.grade) < band(whole.grade)]

    def extend(
        chosen: list[Outcome], covered: frozenset[int], start: int
    ) -> Iterator[list[Outcome]]:
        free = [row for row in inside if not band(row.grade) & covered]
        if not free and len(chosen) > 1:
            yield chosen
        for index in range(start, len(inside)):
            row = inside[index]
            if not band(row.grade) & covered:
                yield from extend([*chosen, row], covered | band(row.grade), index + 1)

    yield from extend([], frozenset(), 0)


def _of_grades(whole: Outcome, parts: list[Outcome], source_id: str) -> Finding | None:
    found, expected = sum(row.events or 0 for row in parts), whole.events or 0
    complete = frozenset().union(*(band(row.grade) for row in parts)) == band(whole.grade)
    fine = found == expected or (not complete and found < expected)
    if fine and not complete and found < expected:
        return None
    grade = "any grade" if whole.grade == "any" else f"grade {whole.grade}"
    return Finding(
        **_of_the_parts(whole, parts, source_id, "grades"),
        printed=" + ".join(f"{row.events} of grade {row.grade}" for row in parts)
        + f" for {expected} of {grade}",
        recomputed=str(found),
        verdict="agrees" if fine else "contradicts",
        severity="" if fine else miss(found, expected, whole.total),
        detail="The grades add up." if fine else f"The grades give {found}, not {expected}.",
        locator=whole.locator if fine else "; ".join(dict.fromkeys(r.locator for r in parts)),
    )
