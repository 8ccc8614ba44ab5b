"""How the answer moves: other estimands, other models, one study left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from poolprop.report import prose
from poolprop.report.context import Context, Section, answered, primary_result
from poolprop.report.drawing import Plot, PlotRow
from poolprop.report.figures import Figure, crossing, figure, headers, interval_row, marks
from poolprop.report.naming import model_name, one_line
from poolprop.report.read import EndpointResults
from poolprop.report.tables import Column, Table, TableRow, cell, result_cells, result_columns
from poolprop.report.values import Record, Sentence, quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One way of asking how far the answer moves."""

    id: str
    title: str
    figure: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointPanels:
    """The panels of one endpoint, and the grid of every estimand by every model."""

    id: str
    title: str
    panels: tuple[Panel, ...]
    grid: Table | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """All endpoints."""

    endpoints: tuple[EndpointPanels, ...]


def section(context: Context) -> Section | None:
    """Return the section; None if nothing was varied."""
    found = [_endpoint(context, *parts) for parts in answered(context)]
    shown = tuple(endpoint for endpoint in found if endpoint.panels)
    if not shown:
        return None
    return Section(id="sensitivity", title="Sensitivity", body=Sensitivity(endpoints=shown))


def _endpoint(
    context: Context, endpoint: EndpointResults, estimand: Record, result: Record
) -> EndpointPanels:
    meta = endpoint.pool["endpoint"]
    panels = [
        _estimands(context, endpoint, result),
        _models(context, meta, estimand, result),
        _omissions(context, endpoint, result),
    ]
    return EndpointPanels(
        id=f"sensitivity-{meta['id']}",
        title=meta["label"],
        panels=tuple(panel for panel in panels if panel is not None),
        grid=_grid(context, endpoint),
    )


def _plot(
    context: Context, meta: Record, name: str, title: str, label: str, rows: Sequence[PlotRow],
    at: float,
) -> Plot:  # fmt: skip
    return Plot(
        id=f"plot-{name}",
        title=title,
        description="; ".join(row.summary for row in rows),
        headers=headers(context.settings.level, rows[0].policy, label=label, weight=False),
        rows=tuple(rows),
        reference=at,
        axis=context.axis(meta["id"]),
    )


def _estimands(context: Context, endpoint: EndpointResults, result: Record) -> Panel | None:
    meta = endpoint.pool["endpoint"]
    pairs = [(e, primary_result(e)) for e in endpoint.pool["estimands"]]
    shown = [(e, found) for e, found in pairs if found is not None]
    if len(shown) < 2:
        return None
    rows = [interval_row(found, "", e["label"], _detail(e)) for e, found in shown]
    name = f"estimands-{meta['id']}"
    title = f"{meta['short']}: other estimands"
    plot = _plot(context, meta, name, title, "Estimand", rows, result["proportion"])
    table = Table(
        id=f"table-{name}",
        caption=title,
        columns=result_columns("Estimand", context.settings.level),
        rows=tuple(TableRow(cells=(cell(e["label"]), *result_cells(found))) for e, found in shown),
    )
    return Panel(
        id=name, title="Other estimands", figure=figure(plot, _legend(context, rows), table)
    )


def _detail(estimand: Record) -> str:
    k = f"k = {estimand['k']}"
    return f"primary, {k}" if estimand["estimand"] == "primary" else k


def _models(context: Context, meta: Record, estimand: Record, result: Record) -> Panel | None:
    results = estimand["results"]
    if len(results) < 2 or prose.single(result):
        return None
    rows = [interval_row(r, "", *model_name(r)) for r in results]
    name = f"models-{meta['id']}"
    title = f"{meta['short']}: other models"
    plot = _plot(context, meta, name, title, "Model", rows, result["proportion"])
    columns = result_columns("Model", context.settings.level)
    words = Column(title="Method in full", room="long"), Column(title="Notes", room="long")
    table = Table(
        id=f"table-{name}",
        caption=title,
        columns=(*columns, *words),
        rows=tuple(_model_row(r) for r in results),
    )
    return Panel(id=name, title="Other models", figure=figure(plot, _legend(context, rows), table))


def _model_row(result: Record) -> TableRow:
    notes = " ".join(result["notes"])
    return TableRow(
        cells=(
            cell(one_line(result)),
            *result_cells(result),
            cell(prose.symbols(result["method"])),
            cell(notes),
        ),
        anchor="" if result["role"] == "primary" else result["id"],
        strong=result["role"] == "primary",
    )


def _grid(context: Context, endpoint: EndpointResults) -> Table | None:
    """Return the companion models of the estimands that have no panel of their own."""
    meta = endpoint.pool["endpoint"]
    others = [e for e in endpoint.pool["estimands"] if e["estimand"] != "primary"]
    rows = [
        TableRow(
            cells=(cell(e["label"]), cell(one_line(r)), *result_cells(r)),
            anchor=r["id"],
        )
        for e in others
        for r in e["results"]
        if r["role"] != "primary" and not prose.single(r)
    ]
    if not rows:
        return None
    first, *rest = result_columns("Estimand", context.settings.level)
    return Table(
        id=f"table-grid-{meta['id']}",
        caption=f"{meta['short']}: other estimands by other models",
        columns=(first, Column(title="Model"), *rest),
        rows=tuple(rows),
    )


def _omissions(context: Context, endpoint: EndpointResults, result: Record) -> Panel | None:
    rows = endpoint.influence.get("leave_one_out", [])
    if len(rows) < prose.LEAST_FOR_SPREAD:
        return None  # without one of two studies the other is left, as the forest plot shows it
    meta = endpoint.pool["endpoint"]
    name = f"omissions-{meta['id']}"
    title = f"{meta['short']}: leaving out one study at a time"
    lines = [interval_row(row, "result.", f"Without {row['omitted']}") for row in rows]
    plot = _plot(context, meta, name, title, "Left out", lines, result["proportion"])
    columns = result_columns("Left out", context.settings.level)
    table = Table(
        id=f"table-{name}",
        caption=title,
        columns=(*columns, Column(title="Change, points", numeric=True)),
        rows=tuple(_omission_row(row) for row in rows),
    )
    caption = prose.omission(rows)
    return Panel(id=name, title="Leave one out", figure=figure(plot, caption, table))


def _omission_row(row: Record) -> TableRow:
    change = cell(quote(row, "change", "signed-points"))
    return TableRow(
        cells=(cell(row["omitted"]), *result_cells(row, "result."), change), anchor=row["id"]
    )


def _legend(context: Context, rows: Sequence[PlotRow]) -> Sentence:
    text = f"{marks(rows, context.settings.level)} The dashed line marks the primary result."
    return (f"{text} {prose.CROSSING}" if crossing(rows) else text,)
