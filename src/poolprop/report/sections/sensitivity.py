"""How the answer moves: other estimands, other models, one study left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from poolprop.report import few, gates, prose
from poolprop.report.context import Context, Section, primary_estimand, primary_result
from poolprop.report.drawing import Plot, PlotRow
from poolprop.report.figures import (
    Figure,
    crossing,
    figure,
    headers,
    interval_row,
    marks,
    spread_titles,
)
from poolprop.report.naming import model_name, one_line
from poolprop.report.read import EndpointResults
from poolprop.report.tables import (
    Table,
    TableRow,
    cell,
    result_cells,
    result_columns,
    text_table,
)
from poolprop.report.values import Record, Sentence, join, policy_of, quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One way of asking how far the answer moves."""

    id: str
    title: str
    figure: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointPanels:
    """The panels of one endpoint; other models of few studies stand in a table, not drawn."""

    id: str
    title: str
    panels: tuple[Panel, ...]
    models: Table | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """All endpoints."""

    endpoints: tuple[EndpointPanels, ...]


def section(context: Context) -> Section | None:
    """Return the section; None if nothing was varied."""
    found = [_endpoint(context, endpoint) for endpoint in context.results.endpoints]
    shown = tuple(endpoint for endpoint in found if endpoint.panels or endpoint.models)
    if not shown:
        return None
    return Section(id="sensitivity", title="Sensitivity", body=Sensitivity(endpoints=shown))


def _endpoint(context: Context, endpoint: EndpointResults) -> EndpointPanels:
    meta, estimand = endpoint.pool["endpoint"], primary_estimand(endpoint)
    result = primary_result(estimand)
    panels = [_estimands(context, endpoint, result)]
    if result is not None:
        panels.append(_models(context, meta, estimand, result))
        panels.append(_omissions(context, endpoint, result))
    return EndpointPanels(
        id=f"sensitivity-{meta['id']}",
        title=meta["label"],
        panels=tuple(panel for panel in panels if panel is not None),
        models=_few(context, endpoint),
    )


def _plot(
    context: Context, meta: Record, name: str, title: str, label: str, rows: Sequence[PlotRow],
    at: float | None, *more: str,
) -> Plot:  # fmt: skip
    return Plot(
        id=f"plot-{name}",
        title=title,
        headers=headers(context.settings.level, policy_of(meta), label=label, weight=False),
        rows=tuple(rows),
        after=(*spread_titles(context.settings.level), *more),
        reference=at,
        axis=context.axis(meta["id"]),
    )


def _estimands(context: Context, endpoint: EndpointResults, result: Record | None) -> Panel | None:
    meta = endpoint.pool["endpoint"]
    pairs = [(e, primary_result(e)) for e in endpoint.pool["estimands"]]
    shown = [(e, found) for e, found in pairs if found is not None]
    if len(pairs) < 2:
        return None
    summed = {primary_estimand(endpoint)["estimand"]}  # these have their place in the summary
    summed |= {*context.settings.endpoints[endpoint.id].beside}
    rows = [
        replace(
            _estimand(context, endpoint, e, found),
            anchor="" if e["estimand"] in summed else e["id"],
        )
        for e, found in shown
    ]
    rows += [
        PlotRow(kind="note", label="", note=(f"{e['label']}: {_why(e)}",), anchor=e["id"])
        for e, found in pairs
        if found is None and e["estimand"] not in summed
    ]
    name = f"estimands-{meta['id']}"
    title = f"{meta['short']}: other estimands"
    at = next((row.at for row, (e, _) in zip(rows, shown, strict=False)
               if e["estimand"] == "primary"), None)  # fmt: skip
    plot = _plot(context, meta, name, title, "Estimand", rows, at)
    return Panel(id=name, title="Other estimands", figure=figure(plot, _legend(context, rows)))


def _estimand(
    context: Context, endpoint: EndpointResults, estimand: Record, result: Record
) -> PlotRow:
    """Return what stands for an estimand, by the one rule for few studies."""
    lead = few.of_estimand(context, endpoint, estimand["estimand"], result)
    name = "primary, " if estimand["estimand"] == "primary" else ""
    detail = f"{name}k = {estimand['k']}{', Bayesian' if lead.bayesian else ''}"
    return interval_row(result, "", estimand["label"], detail, own=True, lead=lead)


def _why(estimand: Record) -> str:
    return " ".join(estimand["notes"]) or "No study reports it."


def _models(context: Context, meta: Record, estimand: Record, result: Record) -> Panel | None:
    results = estimand["results"]
    if len(results) < 2 or result["k"] < gates.MODELS:
        return None
    rows = [interval_row(r, "", *model_name(r), own=True) for r in results]
    rows[0] = replace(rows[0], anchor="")  # the primary result has its place in the summary
    name = f"models-{meta['id']}"
    title = f"{meta['short']}: other models"
    plot = _plot(context, meta, name, title, "Model", rows, result["proportion"])
    table = text_table(
        f"table-{name}",
        f"{title}: methods in full",
        ("Model", "Method in full", "Notes"),
        [(one_line(r), prose.symbols(r["method"]), " ".join(r["notes"])) for r in results],
    )
    return Panel(id=name, title="Other models", figure=figure(plot, _legend(context, rows), table))


def _few(context: Context, endpoint: EndpointResults) -> Table | None:
    """Return the other models of an outcome with too few studies to draw them."""
    meta, primary = endpoint.pool["endpoint"], primary_estimand(endpoint)
    if primary["k"] >= gates.MODELS:
        return None
    rows = [
        TableRow(cells=(cell(one_line(r)), *result_cells(r)), anchor=r["id"])
        for r in primary["results"]
        if r["role"] != "primary" and not prose.single(r)
    ]
    if not rows:
        return None
    return Table(
        id=f"table-models-{meta['id']}",
        caption=f"{meta['short']}: other models",
        columns=result_columns("Model", context.settings.level),
        rows=tuple(rows),
    )


def _omissions(context: Context, endpoint: EndpointResults, result: Record) -> Panel | None:
    rows = few.left_out(context, endpoint)
    if not rows:
        return None
    meta = endpoint.pool["endpoint"]
    name = f"omissions-{meta['id']}"
    title = f"{meta['short']}: leaving out one study at a time"
    lines = [_omission(row) for row in gates.most(rows, "change")]
    plot = _plot(context, meta, name, title, "Left out", lines, result["proportion"],
                 "Change, points")  # fmt: skip
    return Panel(id=name, title="Leave one out", figure=figure(plot, _listed(rows)))


def _listed(rows: list[Record]) -> Sentence:
    if len(rows) <= gates.LISTED:
        return prose.omission(rows)
    more = (
        f" Shown: the {gates.LISTED} studies of {len(rows)} that move it most; the others are in "
        "results/tables/influence.csv."
    )
    return join(prose.omission(rows), more)


def _omission(row: Record) -> PlotRow:
    made = interval_row(row, "result.", f"Without {row['omitted']}", own=True)
    change: Sentence = (quote(row, "change", "signed-points"),)
    return replace(made, after=(*made.after, change))


def _legend(context: Context, rows: Sequence[PlotRow]) -> Sentence:
    text = f"{marks(rows, context.settings.level)} The dashed line marks the primary result."
    return (f"{text} {prose.CROSSING}" if crossing(rows) else text,)
