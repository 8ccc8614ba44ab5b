"""Every printed percentage and interval beside what its own counts give, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TypedDict

from poolprop.evidence.audit.interval_check import intervals, methods_that_give, printed_interval
from poolprop.evidence.audit.printed import Printed, percentage
from poolprop.evidence.tables import Outcome


class RecomputedRow(TypedDict):
    """One row of ``source_audit.csv``."""

    outcome_id: str
    arm_id: str
    outcome: str
    events: int
    total: int
    percent_reported: Decimal | None
    percent_recomputed: Decimal
    percent_agrees: str
    ci_lower_reported: Decimal | None
    ci_upper_reported: Decimal | None
    ci_methods: str
    locator: str


def recomputed(outcomes: Iterable[Outcome], level: float = 0.95) -> Iterator[RecomputedRow]:
    """Yield one row for each outcome whose source prints a percentage or an interval.

    ``percent_agrees`` is ``yes``, ``no`` or empty; ``ci_methods`` names every method that
    reproduces both printed limits at ``level``, or says ``none``. Outcomes without counts are
    passed over.
    """
    for row in outcomes:
        shown = printed_interval(row)
        if row.events is None or row.total is None:
            continue
        if row.percent_reported is None and shown is None:
            continue
        found = methods_that_give(shown, intervals(row.events, row.total, level)) if shown else []
        yield RecomputedRow(
            outcome_id=row.outcome_id,
            arm_id=row.arm_id,
            outcome=row.outcome,
            events=row.events,
            total=row.total,
            percent_reported=row.percent_reported,
            percent_recomputed=round(percentage(row.events, row.total), 2),
            percent_agrees=_agrees(row.events, row.total, row.percent_reported),
            ci_lower_reported=row.ci_lower_reported,
            ci_upper_reported=row.ci_upper_reported,
            ci_methods=("; ".join(found) or "none") if shown else "",
            locator=row.locator,
        )


def _agrees(events: int, total: int, printed: Decimal | None) -> str:
    if printed is None:
        return ""
    return "yes" if Printed("=", printed).fits(percentage(events, total)) else "no"
