"""How the answer moves: other estimands, other models, one study left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from markupsafe import Markup

from poolprop.report import prose, small_k
from poolprop.report.blocks import Block, Folded, Heading, Part
from poolprop.report.context import Context, Section, primary_estimand, primary_result
from poolprop.report.drawing.rows import Plot, PlotRow
from poolprop.report.figures import (
    Figure,
    crossing,
    figure,
    headers,
    interval_row,
    marks,
    spread_titles,
)
from poolprop.report.formats import MISSING, level
from poolprop.report.naming import model_name, one_line
from poolprop.report.read import EndpointResults
from poolprop.report.tables import Content, Table, listed, numbers, ranges, table, texts
from poolprop.report.values import Record, Sentence, join, policy_of, quote, quote_within

TITLE = "Sensitivity"
EVERY = Markup("Every estimand by every model: <code>results/tables/pool.csv</code>.")
FEW_MODELS = "Other models: too few studies to compare them"


def section(context: Context) -> Section | None:
    """Return the section; None if nothing was varied."""
    found = (_part(context, endpoint) for endpoint in context.results.endpoints)
    parts = tuple(part for part in found if any(part.blocks))
    return Section(id="sensitivity", title=TITLE, body=(EVERY, *parts)) if parts else None


def _part(context: Context, endpoint: EndpointResults) -> Part:
    """Return each way of asking how far the answer moves, with its heading."""
    meta, estimand = endpoint.pool["endpoint"], primary_estimand(endpoint)
    result = primary_result(estimand)
    panels = {"Other estimands": _estimands(context, endpoint, result)}
    if result is not None:
        panels["Other models"] = _models(context, meta, estimand, result)
        panels["Leave one out"] = _omissions(context, endpoint, result)
    blocks: list[Block | None] = []
    for title, drawn in panels.items():
        if drawn is not None:
            blocks += [Heading(title, meta["label"], drawn.id.removeprefix("plot-")), drawn]
    models = _few(context, endpoint)
    blocks.append(Folded(models, FEW_MODELS) if models else None)
    return Part(f"sensitivity-{meta['id']}", meta["label"], tuple(blocks), of=TITLE)


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


def _estimands(context: Context, endpoint: EndpointResults, result: Record | None) -> Figure | None:
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
    return figure(plot, _legend(context, rows))


def _estimand(
    context: Context, endpoint: EndpointResults, estimand: Record, result: Record
) -> PlotRow:
    """Return what stands for an estimand, by the one rule for few studies."""
    lead = small_k.of_estimand(context, endpoint, estimand["estimand"], result)
    name = "primary, " if estimand["estimand"] == "primary" else ""
    detail = f"{name}k = {estimand['k']}{', Bayesian' if lead.bayesian else ''}"
    return interval_row(result, "", estimand["label"], detail, own=True, lead=lead)


def _why(estimand: Record) -> str:
    return " ".join(estimand["notes"]) or "No study reports it."


def _models(context: Context, meta: Record, estimand: Record, result: Record) -> Figure | None:
    results = estimand["results"]
    if len(results) < 2 or result["k"] < small_k.LEAST_MODELS:
        return None
    rows = [interval_row(r, "", *model_name(r), own=True) for r in results]
    rows[0] = replace(rows[0], anchor="")  # the primary result has its place in the summary
    name = f"models-{meta['id']}"
    title = f"{meta['short']}: other models"
    plot = _plot(context, meta, name, title, "Model", rows, result["proportion"])
    methods = listed(
        f"table-{name}",
        f"{title}: methods in full",
        results,
        {
            "Model": one_line,
            "Method in full": lambda one: prose.symbols(one["method"]),
            "Notes": lambda one: " ".join(one["notes"]),
        },
    )
    return figure(plot, _legend(context, rows), methods)


def _few(context: Context, endpoint: EndpointResults) -> Table | None:
    """Return the other models of an outcome with too few studies to draw them."""
    meta, primary = endpoint.pool["endpoint"], primary_estimand(endpoint)
    if primary["k"] >= small_k.LEAST_MODELS:
        return None
    others = [one for one in primary["results"] if one["role"] != "primary"]
    rows = [one for one in others if not prose.single(one)]
    of = level(context.settings.level)

    def spread(field: str, form: str) -> Callable[[Record], Content]:
        """Quote a measure of how studies differ; two studies show none."""
        return lambda one: quote_within(one, field, form) if one["k"] > 2 else MISSING

    fields = (
        texts("Model", one_line),
        numbers("Estimate", "proportion", "percent",
                about="pooled, or one study's own if k is one"),
        ranges(f"{of} CI", "ci", about="confidence interval of the pooled value"),
        ranges(f"{of} prediction", "prediction",
               about="where the proportion of a new study like these is expected"),
        numbers("k", "k", "count", about="number of arms or cohorts pooled"),
        numbers("Events/total",
                lambda one: (quote(one, "events", "count"), "/", quote(one, "total", "count"))),
        numbers("τ²", spread("tau2", "number"),
                about="between-study variance on the model's scale, with its interval (of the GLMM "
                "a credible one)"),
        numbers("I²", spread("i2", "share"),
                about="share of the variation beyond chance, with the interval that goes with "
                "τ²'s"),
    )  # fmt: skip
    name, caption = f"table-models-{meta['id']}", f"{meta['short']}: other models"
    return table(name, caption, rows, fields, anchor="id") if rows else None


def _omissions(context: Context, endpoint: EndpointResults, result: Record) -> Figure | None:
    rows = small_k.left_out(context, endpoint)
    if not rows:
        return None
    meta = endpoint.pool["endpoint"]
    name = f"omissions-{meta['id']}"
    title = f"{meta['short']}: leaving out one study at a time"
    lines = [_omission(row) for row in small_k.most(rows, "change")]
    plot = _plot(context, meta, name, title, "Left out", lines, result["proportion"],
                 "Change, points")  # fmt: skip
    return figure(plot, _listed(rows))


def _listed(rows: list[Record]) -> Sentence:
    if len(rows) <= small_k.MOST_LISTED:
        return prose.omission(rows)
    more = (
        f" Shown: the {small_k.MOST_LISTED} studies of {len(rows)} that move it most; the others "
        "are in results/tables/influence.csv."
    )
    return join(prose.omission(rows), more)


def _omission(row: Record) -> PlotRow:
    made = interval_row(row, "result.", f"Without {row['omitted']}", own=True)
    change: Sentence = (quote(row, "change", "signed-points"),)
    return replace(made, after=(*made.after, change))


def _legend(context: Context, rows: Sequence[PlotRow]) -> Sentence:
    text = f"{marks(rows, context.settings.level)} The dashed line marks the primary result."
    return (f"{text} {prose.CROSSING}" if crossing(rows) else text,)
