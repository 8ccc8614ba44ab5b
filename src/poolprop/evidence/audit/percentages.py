"""Percentages that stand beside their counts, and denominators that leave patients out."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_DOWN, Decimal

from poolprop.evidence.audit.figures import AS_PRINTED, INFERRED, of_the_row
from poolprop.evidence.audit.finding import Finding, by_points
from poolprop.evidence.audit.printed import (
    Printed,
    counts_that_fit,
    percentage,
    show_percent,
    totals_that_fit,
)
from poolprop.evidence.load import Evidence
from poolprop.evidence.tables import Outcome

SHOWN = 3  # counts or denominators that a finding spells out


def percentages(evidence: Evidence) -> Iterator[Finding]:
    """Recompute every percentage whose counts the source gives."""
    for row in evidence.outcomes.values():
        if row.percent_reported is None or row.events is None or row.total is None:
            continue
        if row.record_type not in INFERRED:
            printed = Printed("=", row.percent_reported)
            yield _percentage(row, printed, row.events, row.total, evidence.source_of(row))


def _percentage(row: Outcome, printed: Printed, events: int, total: int, source_id: str) -> Finding:
    exact = percentage(events, total)
    agrees = printed.fits(exact)
    return Finding(
        **of_the_row(row, source_id, "percentage"),
        printed=f"{events}/{total} ({printed}%)",
        recomputed=show_percent(events, total, printed.places),
        verdict="agrees" if agrees else "contradicts",
        severity="" if agrees else by_points(exact - printed.value),
        detail=_rounding(printed, exact) if agrees else _misfit(printed, exact, events, total),
    )


def _rounding(printed: Printed, exact: Decimal) -> str:
    if exact % printed.unit != printed.unit / 2:
        return "The percentage is that of its counts."
    rule = "up" if printed.value > exact else "down"
    return f"A half was rounded {rule}."


def _misfit(printed: Printed, exact: Decimal, events: int, total: int) -> str:
    if exact.quantize(printed.unit, ROUND_DOWN) == printed.value:
        return "The percentage was cut off, not rounded."
    counts = counts_that_fit(printed, total)[:SHOWN]
    of_total = f"{printed}% of {total} would be {' or '.join(map(str, counts))}"
    totals = totals_that_fit(printed, events)[:SHOWN]
    of_events = f"; {events} is {printed}% of {' or '.join(map(str, totals))}" if totals else ""
    return f"{of_total if counts else f'No count of {total} gives {printed}%'}{of_events}."


def denominators(evidence: Evidence) -> Iterator[Finding]:
    """Find percentages of an arm's evaluable patients where more were enrolled.

    Nothing is wrong with that, but a reader should see what the share of all would be.
    """
    for row in evidence.outcomes.values():
        arm = evidence.arms[row.arm_id]
        if row.record_type not in AS_PRINTED or row.events is None or row.total is None:
            continue
        enrolled, evaluable = arm.n_enrolled, arm.n_evaluable
        if row.percent_reported is None or enrolled is None or row.total != evaluable:
            continue
        if enrolled > evaluable:
            yield _denominator(row, row.events, row.total, enrolled, evidence.source_of(row))


def _denominator(row: Outcome, events: int, total: int, enrolled: int, source_id: str) -> Finding:
    missing = enrolled - total
    difference = percentage(events, total) - percentage(events, enrolled)
    return Finding(
        **of_the_row(row, source_id, "denominator"),
        printed=f"{events}/{total} of {enrolled} enrolled",
        recomputed=show_percent(events, enrolled),
        verdict="not_decidable",
        severity=by_points(difference),
        detail=f"{missing} of the {enrolled} patients of the arm "
        f"{'is' if missing == 1 else 'are'} not in the denominator.",
    )
