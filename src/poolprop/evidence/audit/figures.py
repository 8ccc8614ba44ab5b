"""What a term of a claim stands for: a row of outcomes, another claim, or plain numbers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from poolprop.evidence.audit.claims import Claim
from poolprop.evidence.audit.finding import Finding
from poolprop.evidence.audit.printed import Printed
from poolprop.evidence.load import Evidence
from poolprop.evidence.tables import Outcome

# Counts of such rows were solved from percentages: that they give them back proves nothing.
INFERRED = ("back_calculated", "reconstructed")
# What the source itself prints, be it right or wrong.
AS_PRINTED = ("reported", "conflicting")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A proportion, or a plain number, that a claim refers to; counts as far as known."""

    name: str  # the term itself
    events: int | None = None
    total: int | None = None
    number: Decimal | None = None
    percent: Printed | None = None  # as the source prints it
    outcome_ids: tuple[str, ...] = ()  # rows of outcomes.csv behind it

    @property
    def group(self) -> tuple[int, int] | None:
        """Events and total, if both are known."""
        if self.events is None or self.total is None:
            return None
        return self.events, self.total

    @property
    def count(self) -> int | None:
        """The count, or the plain number if it is whole."""
        if self.events is None and self.number is not None and self.number % 1 == 0:
            return int(self.number)
        return self.events

    def __str__(self) -> str:
        if self.number is not None:
            return str(self.number)
        return f"{'?' if self.events is None else self.events}/{self.total or '?'}"


def figure_of(term: str, evidence: Evidence) -> Figure:
    """Return what a term stands for; the tables were checked, so it stands for something."""
    if row := evidence.outcomes.get(term):
        return of_outcome(row)
    if claim := evidence.claims.get(term):
        return of_claim(claim, evidence)
    if "/" in term:
        events, total = term.split("/")
        return Figure(name=term, events=int(events), total=int(total))
    return Figure(name=term, number=Decimal(term))


def of_outcome(row: Outcome) -> Figure:
    """Return the figure of a row of outcomes."""
    return Figure(
        name=row.outcome_id,
        events=row.events,
        total=row.total,
        percent=None if row.percent_reported is None else Printed("=", row.percent_reported),
        outcome_ids=(row.outcome_id,),
    )


def of_claim(claim: Claim, evidence: Evidence) -> Figure:
    """Return the figure of a percentage: its counts are those of the row that holds it."""
    rows = [evidence.outcomes[term] for term in claim.terms if term in evidence.outcomes]
    events, total = claim.events, None
    if rows:
        events, total = rows[0].events, rows[0].total
    elif len(claim.totals) == 1:
        total = claim.totals[0]
    return Figure(
        name=claim.claim_id,
        events=events,
        total=total,
        percent=claim.figure,
        outcome_ids=tuple(row.outcome_id for row in rows),
    )


def outcome_ids(figures: list[Figure]) -> tuple[str, ...]:
    """Return the rows behind several figures, each once, in order."""
    return tuple(dict.fromkeys(name for figure in figures for name in figure.outcome_ids))


def claims_of(evidence: Evidence, kind: str) -> list[Claim]:
    """Return the claims of one kind in the order of the table."""
    return [claim for claim in evidence.claims.values() if claim.kind == kind]


def of_the_claim(claim: Claim, kind: str, ids: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return what every finding on a claim says of it; ``ids`` are the rows behind it."""
    return {
        "finding_id": f"{claim.claim_id}/{kind}",
        "source_id": claim.source_id,
        "subject": claim.claim_id,
        "outcome_ids": ids,
        "kind": kind,
        "locator": claim.locator,
    }


def of_the_row(row: Outcome, source_id: str, kind: str) -> dict[str, Any]:
    """Return what every finding on one row of outcomes says of it."""
    return {
        "finding_id": f"{row.outcome_id}/{kind}",
        "source_id": source_id,
        "subject": row.outcome_id,
        "outcome_ids": (row.outcome_id,),
        "kind": kind,
        "locator": row.locator,
    }


def without_counts(claim: Claim, figures: list[Figure]) -> Finding:
    """Return the finding on a claim about figures whose counts nobody knows."""
    unknown = [figure.name for figure in figures if figure.count is None]
    return Finding(
        **of_the_claim(claim, claim.kind, outcome_ids(figures)),
        printed=claim.printed,
        recomputed="",
        verdict="not_decidable",
        severity="",
        detail=f"No counts are known for {', '.join(unknown) or 'the whole'}.",
    )
