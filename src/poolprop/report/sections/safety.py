"""Adverse events: pooled where enough studies share term, grade and denominator."""

from __future__ import annotations

from dataclasses import dataclass

from poolprop.report import prose
from poolprop.report.context import Context, Section
from poolprop.report.drawing import Plot
from poolprop.report.figures import (
    Figure,
    counts,
    crossing,
    figure,
    headers,
    interval_row,
    panel,
)
from poolprop.report.formats import MISSING, level
from poolprop.report.tables import Cell, Column, Table, TableRow, cell
from poolprop.report.values import Record, Sentence, join, quote, quote_range, separated


@dataclass(frozen=True, slots=True, kw_only=True)
class Safety:
    """How events were chosen, the pooled ones as plots, and all of them as a table.

    ``figure`` has a row for each pooled event, ``forest`` its studies as well.
    """

    rule: Sentence
    figure: Figure | None
    forest: Figure | None
    table: Table


def section(context: Context) -> Section | None:
    """Return the section; None if the plan or the results have no adverse events."""
    events: list[Record] = context.results.safety.get("events", [])
    if not events:
        return None
    pooled = [event for event in events if event["result"] is not None]
    pooled.sort(key=lambda event: (-event["k"], -event["result"]["proportion"], event["id"]))
    body = Safety(
        rule=_rule(context),
        figure=_figure(context, pooled) if pooled else None,
        forest=_forest(context, pooled) if pooled else None,
        table=_table(context, events),
    )
    return Section(id="safety", title="Safety", body=body)


def _rule(context: Context) -> Sentence:
    plan = context.settings.safety
    if plan is None:
        return ()
    need = f"{plan.min_studies} {prose.plural(plan.min_studies, 'study')}"
    basis = context.term("denominator_basis", plan.denominator)
    return (
        f"Denominator: {basis}. An adverse event was pooled where at least {need} "
        f"{prose.plural(plan.min_studies, 'reports', 'report')} the same term and grade; the "
        "others are in the table only. What a study does not report is missing, not absent.",
    )


def _figure(context: Context, pooled: list[Record]) -> Figure:
    rows = [interval_row(e, "result.", e["label"], _detail(context, e)) for e in pooled]
    plot = Plot(
        id="plot-safety",
        title="Adverse events reported by several studies",
        description="; ".join(row.summary for row in rows),
        headers=headers(context.settings.level, label="Adverse event", weight=False),
        rows=tuple(rows),
    )
    of = level(context.settings.level)
    caption = (
        f"Thick line: {of} confidence interval; thin line with caps: {of} prediction interval. "
        "Most widely reported events first."
    )
    return figure(plot, (f"{caption} {prose.CROSSING}" if crossing(rows) else caption,))


def _forest(context: Context, pooled: list[Record]) -> Figure:
    rows = [
        row
        for event in pooled
        for row in panel(event, _name(context, event), context.settings.study_interval)
    ]
    plot = Plot(
        id="plot-safety-studies",
        title="Adverse events reported by several studies, study by study",
        description="; ".join(row.summary for row in rows if row.summary),
        headers=headers(context.settings.level, weight=False),
        rows=tuple(rows),
    )
    return figure(plot, ("Squares are studies with their own intervals; diamonds are pooled.",))


def _name(context: Context, event: Record) -> str:
    return f"{event['label']}, {context.term('grade', event['grade']).lower()}"


def _detail(context: Context, event: Record) -> str:
    k = event["k"]
    return f"{context.term('grade', event['grade'])}, {k} {prose.plural(k, 'study')}"


def _table(context: Context, events: list[Record]) -> Table:
    of = level(context.settings.level)
    columns = (
        Column(title="Adverse event"),
        Column(title="Grade"),
        Column(title="k", numeric=True, help="number of arms or cohorts that report it"),
        Column(title="Events/total", numeric=True),
        Column(title="Pooled", numeric=True),
        Column(title=f"{of} CI", numeric=True),
        Column(title=f"{of} prediction", numeric=True),
        Column(title="Studies", room="long"),
    )
    rows = tuple(TableRow(cells=_cells(context, e), anchor=e["id"]) for e in events)
    return Table(
        id="table-safety", caption="All adverse events by grade", columns=columns, rows=rows
    )


def _cells(context: Context, event: Record) -> tuple[Cell, ...]:
    pooled = event["result"] is not None
    studies = [join(study["label"], " ", counts(study)) for study in event["studies"]]
    return (
        cell(event["label"]),
        cell(context.term("grade", event["grade"])),
        cell(quote(event, "k", "count")),
        cell(counts(event)),
        cell(quote(event, "result.proportion", "percent") if pooled else MISSING),
        cell(quote_range(event, "result.ci") if pooled else MISSING),
        cell(quote_range(event, "result.prediction") if pooled else MISSING),
        cell(separated(studies, "; ")),
    )
