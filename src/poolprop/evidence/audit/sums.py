"""Counts that must add up: the parts that a claim names, and their whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from poolprop.evidence.audit.claims import Claim
from poolprop.evidence.audit.figures import (
    Figure,
    claims_of,
    figure_of,
    outcome_ids,
    without_counts,
)
from poolprop.evidence.audit.finding import Finding, Severity, by_points
from poolprop.evidence.load import Evidence


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
        finding_id=f"{claim.claim_id}/sum",
        source_id=claim.source_id,
        subject=claim.claim_id,
        outcome_ids=outcome_ids([*parts, whole]),
        kind="sum",
        printed=f"{' + '.join(map(str, parts))} for {whole}",
        recomputed=str(sum(counts)),
        verdict="agrees" if fine else "contradicts",
        severity="" if fine else miss(sum(counts), expected, whole.total or parts[0].total),
        detail=_detail(sum(counts), expected, fine),
        locator=claim.locator,
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


def _detail(found: int, expected: int, fine: bool) -> str:
    if fine:
        return "The parts add up."
    if found == expected:
        return "The counts add up, their denominators do not."
    return f"The parts give {found}, the whole is {expected}."
