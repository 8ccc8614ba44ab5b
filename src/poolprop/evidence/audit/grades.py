"""Adverse events by grade: narrower bands of grades must add up to the wider ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from poolprop.evidence.audit.figures import AS_PRINTED
from poolprop.evidence.audit.finding import Finding
from poolprop.evidence.audit.sums import claimed_sums, miss
from poolprop.evidence.load import Evidence
from poolprop.evidence.tables import Outcome

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
                finding = _finding(whole, parts, evidence.source_of(whole))
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


def _finding(whole: Outcome, parts: list[Outcome], source_id: str) -> Finding | None:
    found, expected = sum(row.events or 0 for row in parts), whole.events or 0
    complete = frozenset().union(*(band(row.grade) for row in parts)) == band(whole.grade)
    fine = found == expected or (not complete and found < expected)
    if fine and not complete and found < expected:
        return None
    names = "+".join(row.outcome_id for row in parts)
    return Finding(
        finding_id=f"{whole.outcome_id}/grades/{names}",
        source_id=source_id,
        subject=whole.outcome_id,
        outcome_ids=(whole.outcome_id, *(row.outcome_id for row in parts)),
        kind="grades",
        printed=" + ".join(f"{row.events} of grade {row.grade}" for row in parts)
        + f" for {expected} of {_name(whole.grade)}",
        recomputed=str(found),
        verdict="agrees" if fine else "contradicts",
        severity="" if fine else miss(found, expected, whole.total),
        detail="The grades add up." if fine else f"The grades give {found}, not {expected}.",
        locator=whole.locator if fine else "; ".join(dict.fromkeys(r.locator for r in parts)),
    )


def _name(grade: str) -> str:
    return "any grade" if grade == "any" else f"grade {grade}"
