"""The studies: what they are and whom they treated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from poolprop.plan.columns import factor_column, factors_in, label_column
from poolprop.report.context import Context, Section
from poolprop.report.formats import MISSING, plain
from poolprop.report.tables import Table, text_table

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Studies:
    """The table of studies."""

    table: Table


def section(context: Context) -> Section | None:
    """Return the section; None if the results hold no table of studies."""
    rows = context.results.studies
    if not rows:
        return None
    columns = (*COLUMNS[:2], *_factors(rows[0]), *COLUMNS[2:])
    present = [column for column in columns if any(row.get(column[0]) for row in rows)]
    table = text_table(
        "table-studies",
        "Characteristics of the studies; NR: not reported",
        [title for _, title, _ in present],
        [[_text(context, row, name, field) for name, _, field in present] for row in rows],
    )
    return Section(id="studies", title="Studies", body=Studies(table=table))


def _factors(row: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return the columns of the review's own factors."""
    return [(factor_column(name), plain(name), name) for name in factors_in(row)]


def _text(context: Context, row: Mapping[str, str], name: str, field: str) -> str:
    """Return a cell, in words where the table or the vocabulary has them."""
    label = label_column(field) if name == factor_column(field) else f"{name}_label"
    text = row.get(label) or row.get(name, "")
    if not text:
        return MISSING
    return context.term(field, text) if field and text == row.get(name) else text
