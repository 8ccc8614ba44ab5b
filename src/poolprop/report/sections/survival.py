"""Survival as the sources report it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from poolprop.report.context import Context, Section
from poolprop.report.formats import EN_DASH, MISSING, plain
from poolprop.report.tables import Table, text_table

TITLES = ("Study", "Endpoint", "Figure", "At, months", "Value", "Interval", "n", "Patients", "Note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Survival:
    """The table of survival figures."""

    table: Table


def section(context: Context) -> Section | None:
    """Return the section; None if no survival figure was extracted."""
    rows = [row for row in context.results.survival if row["record_type"] != "conflicting"]
    if not rows:
        return None
    table = text_table(
        "table-survival",
        "Survival figures as reported; intervals as printed",
        TITLES,
        [_cells(context, row) for row in rows],
    )
    return Section(id="survival", title="Survival", body=Survival(table=table))


def _cells(context: Context, row: Mapping[str, str]) -> list[str]:
    return [
        row["study_label"],
        row["endpoint"].upper(),
        plain(row["statistic"]),
        row["time_months"].removesuffix(".0") or MISSING,
        f"{row['value']} {row['unit']}".strip() or MISSING,
        _interval(row["ci_lower"], row["ci_upper"]),
        row["n"] or MISSING,
        context.term("population", row["population"]),
        row["note"] or MISSING,
    ]


def _interval(lower: str, upper: str) -> str:
    ends = [end.removesuffix(".0") for end in (lower, upper)]
    return EN_DASH.join(ends) if all(ends) else MISSING
