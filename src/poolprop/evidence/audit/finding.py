"""What the audit finds: one judgement on one printed figure, and how much it matters."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Literal

Verdict = Literal[
    "agrees", "contradicts", "impossible", "method_differs", "unique_count", "not_decidable"
]
Severity = Literal["", "low", "medium", "high"]

# Percentage points between what is printed and what is right.
HIGH_FROM, MEDIUM_FROM = 10, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One judgement of the audit.

    ``verdict`` is ``agrees``; ``contradicts`` (the figures give something else); ``impossible`` (no
    counts give it); ``method_differs`` (another method than the one named gives it, or a sounder
    one says something else); ``unique_count`` (exactly one solution); or ``not_decidable``.
    """

    finding_id: str  # SUBJECT/KIND, the same from run to run
    source_id: str  # the document that prints the figure
    subject: str  # the row of outcomes.csv, claims.csv or survival.csv that is judged
    outcome_ids: tuple[str, ...]  # all rows that the judgement rests on or concerns
    kind: str  # what was recomputed: percentage, count, interval, p_value and so on
    printed: str  # what the source says
    recomputed: str  # what its own figures give
    verdict: Verdict
    severity: Severity  # a suggestion for the reviewers; empty where nothing is wrong
    detail: str  # one sentence
    locator: str  # where the source prints it
    discrepancy_ids: tuple[str, ...] = ()  # rows of discrepancies.csv that adjudicate it

    def row(self) -> dict[str, str]:
        """Return the finding as cells of a table."""
        cells = {name: getattr(self, name) for name in COLUMNS}
        return {k: ";".join(v) if isinstance(v, tuple) else v for k, v in cells.items()}


COLUMNS = [entry.name for entry in fields(Finding)]


def by_points(difference: Decimal | float) -> Severity:
    """Suggest a severity from a difference in percentage points."""
    points = abs(float(difference))
    return "high" if points >= HIGH_FROM else "medium" if points >= MEDIUM_FROM else "low"


def by_p(one: float, other: float, alpha: float = 0.05) -> Severity:
    """Suggest a severity from two p values: it matters on which side of ``alpha`` they are."""
    return "medium" if (one < alpha) != (other < alpha) else "low"
