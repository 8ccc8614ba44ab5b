"""Percentages without counts: which counts fit, and whether any do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from poolprop.evidence.audit.claims import Claim
from poolprop.evidence.audit.figures import (
    INFERRED,
    claims_of,
    figure_of,
    of_claim,
    of_the_claim,
    of_the_row,
    outcome_ids,
)
from poolprop.evidence.audit.finding import Finding, Severity, Verdict
from poolprop.evidence.audit.printed import Printed, counts_that_fit, ratios_that_fit
from poolprop.evidence.load import Evidence
from poolprop.evidence.tables import Outcome

Ratio = tuple[int, int]
SHOWN = 6  # solutions that a finding spells out


def count_findings(evidence: Evidence) -> Iterator[Finding]:
    """Find the counts behind every percentage whose count the source does not give.

    These are claims, rows without a count, and rows whose count we calculated back. A
    percentage that takes part in a joint constraint or shares a denominator is judged there,
    unless it is impossible on its own or has one solution.
    """
    elsewhere = {
        term
        for kind in ("joint", "shared_denominator")
        for claim in claims_of(evidence, kind)
        for term in claim.terms
    }
    for claim in claims_of(evidence, "percent_only"):
        if printed := claim.figure:
            finding = _of_claim(claim, printed, evidence)
            if claim.claim_id not in elsewhere or finding.verdict != "not_decidable":
                yield finding
    claimed = {term for claim in claims_of(evidence, "percent_only") for term in claim.terms}
    for row in evidence.outcomes.values():
        solved = row.record_type in INFERRED or row.events is None
        if row.percent_reported is None or row.total is None or row.outcome_id in claimed:
            continue
        if solved:
            yield _of_row(row, row.percent_reported, row.total, evidence.source_of(row))


def _of_claim(claim: Claim, printed: Printed, evidence: Evidence) -> Finding:
    held = of_claim(claim, evidence)
    solutions = ratios_that_fit(printed, claim.totals, claim.events)
    ours = str(held) if held.group and held.group not in solutions else ""
    verdict, severity = judge(len(solutions), ours)
    what = f"{printed}% of {show_totals(claim.totals)}"
    if claim.events is not None:
        what += f", with {claim.events} events"
    return Finding(
        **of_the_claim(claim, "count", held.outcome_ids),
        printed=what,
        recomputed=show_ratios(solutions[: SHOWN + 1]),
        verdict=verdict,
        severity=severity,
        detail=_detail(len(solutions), ours, what),
    )


def _of_row(row: Outcome, percent: Decimal, total: int, source_id: str) -> Finding:
    printed = Printed("=", percent)
    counts = counts_that_fit(printed, total)
    ours = "" if row.events is None or row.events in counts else f"{row.events}/{total}"
    verdict, severity = judge(len(counts), ours)
    what = f"{printed}% of {total}"
    return Finding(
        **of_the_row(row, source_id, "count"),
        printed=what,
        recomputed=show_ratios([(count, total) for count in counts[: SHOWN + 1]]),
        verdict=verdict,
        severity=severity,
        detail=_detail(len(counts), ours, what),
    )


def judge(solutions: int, ours: str) -> tuple[Verdict, Severity]:
    """Judge a number of solutions, and the counts our table holds if they are none of them."""
    if not solutions:
        return "impossible", "high"
    if ours:
        return "contradicts", "medium"
    return ("unique_count" if solutions == 1 else "not_decidable"), ""


def _detail(solutions: int, ours: str, what: str) -> str:
    if not solutions:
        return f"No counts make {what}."
    if ours:
        return f"Our table holds {ours}, which is none of the counts that fit."
    return "One count fits." if solutions == 1 else f"{solutions} counts fit."


def shared_findings(evidence: Evidence) -> Iterator[Finding]:
    """Find the denominators that several percentages can share."""
    in_joint = {term for claim in claims_of(evidence, "joint") for term in claim.terms}
    for claim in claims_of(evidence, "shared_denominator"):
        if claim.claim_id not in in_joint:
            yield _shared(claim, evidence)


def _shared(claim: Claim, evidence: Evidence) -> Finding:
    figures = [figure_of(term, evidence) for term in claim.terms]
    percents = [figure.percent for figure in figures if figure.percent is not None]
    solutions = [
        (total, counts)
        for total in claim.totals
        if all(counts := [counts_that_fit(percent, total) for percent in percents])
    ]
    verdict: Verdict = "not_decidable" if len(solutions) > 1 else "unique_count"
    shown = "; ".join(
        ", ".join(f"{' or '.join(map(str, fit))}/{total}" for fit in counts)
        for total, counts in solutions[:SHOWN]
    )
    shares = ", ".join(f"{percent}%" for percent in percents)
    return Finding(
        **of_the_claim(claim, "shared_denominator", outcome_ids(figures)),
        printed=f"{shares} of {show_totals(claim.totals)}",
        recomputed=shown or "none",
        verdict=verdict if solutions else "impossible",
        severity="medium" if len(solutions) == 1 else "" if solutions else "high",
        detail=f"Denominators that fit all of them: "
        f"{show_totals(tuple(total for total, _ in solutions)) or 'none'}.",
    )


def show_ratios(solutions: Sequence[Ratio]) -> str:
    """Write solutions, the first few of them if there are many."""
    text = "; ".join(f"{events}/{total}" for events, total in solutions[:SHOWN])
    return (text + ("; ..." if len(solutions) > SHOWN else "")) or "none"


def show_totals(totals: tuple[int, ...]) -> str:
    """Write whole numbers with runs as ranges: ``1-7, 12``."""
    runs: list[list[int]] = []
    for total in totals:
        if runs and total == runs[-1][-1] + 1:
            runs[-1].append(total)
        else:
            runs.append([total])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
