"""The studies: how they were found, what they are and whom they treated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from poolprop.plan.columns import factor_column, factors_in, label_column
from poolprop.report.context import Context, Section
from poolprop.report.curated import Row
from poolprop.report.formats import MISSING, plain
from poolprop.report.tables import listed
from poolprop.report.values import Record

# Column of studies.csv, its title, and the vocabulary's field where a cell is a code.
COLUMNS = (
    ("label", "Study", ""),
    ("design", "Design", "design"),
    ("regimen", "Regimen", ""),
    ("n_enrolled", "Enrolled", ""),
    ("n_treated", "Treated", ""),
    ("n_evaluable", "Evaluable", ""),
    ("age_median", "Median age", ""),
    ("follow_up_months_median", "Follow-up, months", ""),
    ("country", "Country", ""),
    ("registry_id", "Registry", ""),
    ("source_citation", "Source", ""),
    ("note", "Remarks", ""),
)


def section(context: Context) -> Section | None:
    """Return the table of studies; None if the results hold none."""
    rows = context.results.studies
    if not rows:
        return None
    columns = (*COLUMNS[:2], *_factors(rows[0]), *COLUMNS[2:])
    shown: dict[str, Callable[[Row], str]] = {
        title: partial(_text, context, name, field)
        for name, title, field in columns
        if any(row.get(name) for row in rows)
    }
    caption = "Characteristics of the studies; NR: not reported"
    return Section(
        id="studies", title="Studies", body=(listed("table-studies", caption, rows, shown),)
    )


def _factors(row: Row) -> list[tuple[str, str, str]]:
    """Return the columns of the review's own factors."""
    return [(factor_column(name), plain(name), name) for name in factors_in(row)]


def _text(context: Context, name: str, field: str, row: Row) -> str:
    """Return a cell, in words where the table or the vocabulary has them."""
    label = label_column(field) if name == factor_column(field) else f"{name}_label"
    text = row.get(label) or row.get(name, "")
    if not text:
        return MISSING
    return context.term(field, text) if field and text == row.get(name) else text


def flow(context: Context) -> Section | None:
    """Return the section; None if the review has no flow."""
    rows = context.results.flow
    if not rows:
        return None
    out = [row for row in rows if row["kind"] == "out"]
    boxes = [
        _box(row, [_box(one) for one in out if one["from_box"] == row["box"]])
        for row in rows
        if row["kind"] == "on"
    ]
    caption = "The numbers add up from box to box; that is checked before every run."
    if any(not row["count"].isdigit() for row in rows):
        caption += " A number that nobody documented is said to be unknown, not guessed."
    return Section(id="flow", title="Study selection", body={"boxes": boxes, "caption": caption})


def _box(row: Row, out: Sequence[Record] = ()) -> Record:
    """Return reports or studies that go on, and those that leave here."""
    count = f"n = {row['count']}" if row["count"].isdigit() else "number not known"
    return {"label": row["label"], "count": count, "note": row["note"], "out": out}
