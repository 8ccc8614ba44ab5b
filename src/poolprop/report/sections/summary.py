"""The summary table: every estimand of every endpoint."""

from __future__ import annotations

from dataclasses import dataclass

from poolprop.report import prose
from poolprop.report.context import Context, Section, primary_result
from poolprop.report.formats import MISSING
from poolprop.report.read import EndpointResults
from poolprop.report.tables import Table, TableRow, cell, result_cells, result_columns
from poolprop.report.values import Record, Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One table per endpoint."""

    tables: tuple[Table, ...]


def section(context: Context) -> Section:
    """Return the section with the summary tables."""
    tables = tuple(_table(context, endpoint) for endpoint in context.results.endpoints)
    return Section(id="summary", title="Summary of results", body=Summary(tables=tables))


def _table(context: Context, endpoint: EndpointResults) -> Table:
    meta, estimands = endpoint.pool["endpoint"], endpoint.pool["estimands"]
    columns = result_columns("Estimand", context.settings.level)
    return Table(
        id=f"summary-{meta['id']}",
        caption=meta["label"],
        columns=columns,
        rows=tuple(_row(estimand, len(columns)) for estimand in estimands),
        note=_notes(estimands),
    )


def _row(estimand: Record, width: int) -> TableRow:
    result = primary_result(estimand)
    strong = estimand["estimand"] == "primary"
    if result is None:
        reason = " ".join(estimand["notes"]) or "No study reports it."
        empty = (cell(MISSING),) * (width - 1)
        cells = (cell(f"{estimand['label']} ({reason.rstrip('.')})"), *empty)
        return TableRow(cells=cells, anchor=estimand["id"], strong=strong)
    cells = (cell(estimand["label"]), *result_cells(result))
    return TableRow(cells=cells, anchor=estimand["id"], strong=strong)


def _notes(estimands: list[Record]) -> tuple[Sentence, ...]:
    """Name the scale of tau2 and the definition of I2, once each."""
    results = [
        result
        for e in estimands
        if (result := primary_result(e)) is not None and result["k"] >= prose.LEAST_FOR_SPREAD
    ]
    scales = sorted({prose.scale(r) for r in results if r["tau2"] is not None})
    definitions = sorted({prose.definition(r) for r in results} - {""})
    parts = []
    if scales:
        parts.append(f"τ² is on the {' or '.join(scales)} scale.")
    if definitions:
        parts.append(f"I²: {' or '.join(definitions)}.")
    if any(prose.crosses(r) for r in results):
        parts.append(prose.CROSSING)
    return ((" ".join(parts),),) if parts else ()
