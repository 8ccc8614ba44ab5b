"""Rows that do not agree with each other: a curator's slip, or a source that contradicts itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from poolprop.evidence.audit.findings import unsettled
from poolprop.evidence.coherence import slips
from poolprop.evidence.load import Evidence
from poolprop.evidence.problems import Problem
from poolprop.settings import Settings


def siblings(settings: Settings, evidence: Evidence) -> Iterator[Problem]:
    """Find rows that do not fit the other rows of the same patients."""
    for slip in slips(evidence):
        line = evidence.lines["outcomes", slip.outcome_id]
        file = f"{settings.data}/outcomes.csv"
        yield Problem(file, line, slip.column, f"{slip.outcome_id}: {slip.problem}", slip.hint)


def undecided(settings: Settings, evidence: Evidence) -> Iterator[Problem]:
    """Find contradictions between rows and claims that no row of discrepancies.csv settles."""
    for one in unsettled(evidence):
        tables = ("outcomes", "survival", "claims")
        table = next((name for name in tables if (name, one.subject) in evidence.lines), "claims")
        line = evidence.lines.get((table, one.subject), 1)
        problem = f"{one.subject}: {one.printed} {one.verdict}; recomputed {one.recomputed}"
        hint = "Correct the row, or settle what the source contradicts in discrepancies.csv."
        yield Problem(f"{settings.data}/{table}.csv", line, "-", problem, hint)


RULES: dict[str, Callable[[Settings, Evidence], Iterator[Problem]]] = {
    "siblings": siblings,
    "undecided": undecided,
}
