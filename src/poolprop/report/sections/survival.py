"""Survival: rates at fixed times as forest plots, medians, and every figure as reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from poolprop.report import few, prose, quoted
from poolprop.report.context import Context, Section
from poolprop.report.drawing import Plot, PlotRow
from poolprop.report.figures import Figure, estimate, figure, pooled_rows, span
from poolprop.report.formats import EN_DASH, MISSING, level, plain
from poolprop.report.tables import Cell, Column, Table, TableRow, cell, text_table
from poolprop.report.values import Record, Sentence, quote, quote_range

TITLES = ("Study", "Endpoint", "Figure", "At, months", "Value", "Interval", "n", "Patients", "Note",
          "Row")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One endpoint: its rates by time as a figure, what to know of it, what was left out."""

    id: str
    title: str
    figure: Figure | None
    notes: tuple[str, ...]
    left_out: Table | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Survival:
    """Endpoints with pooled rates, the medians, and the table of all figures."""

    endpoints: tuple[Endpoint, ...]
    medians: Table | None
    table: Table | None


def section(context: Context) -> Section | None:
    """Return the section; None if no survival figure was extracted."""
    rows = [row for row in context.results.survival if row["record_type"] != "conflicting"]
    times: list[Record] = context.results.survival_pool.get("times", [])
    medians: list[Record] = context.results.survival_pool.get("medians", [])
    if not rows and not times:
        return None
    names = dict.fromkeys(time["endpoint"] for time in times)
    body = Survival(
        endpoints=tuple(
            _endpoint(context, [time for time in times if time["endpoint"] == name])
            for name in names
        ),
        medians=_medians(medians) if medians else None,
        table=_reported(context, rows) if rows else None,
    )
    return Section(id="survival", title="Survival", body=body)


def _endpoint(context: Context, times: list[Record]) -> Endpoint:
    name, label = times[0]["endpoint"], times[0]["label"]
    shown = [time for time in times if time["k"]]
    return Endpoint(
        id=f"survival-{name}",
        title=label,
        figure=_figure(context, shown) if shown else None,
        notes=tuple(note for time in times for note in _notes(context, time)),
        left_out=_left_out(times),
    )


def _notes(context: Context, time: Record) -> list[str]:
    at = f"At {time['time_months']:g} months"
    if not time["k"]:
        reason = "no study reports a rate that the plan admits"
        return [f"{at}: {reason}."]
    notes = [f"{at}: {note}" for note in time["notes"]]
    if time["result"] is None:
        notes.append(f"{at}: fewer studies than the plan asks for; not pooled.")
    elif time["k"] > 1 and few.too_wide(context, time):
        notes.append(f"{at}: {few.WIDE[0].lower()}{few.WIDE[1:]}")
    return notes


def _figure(context: Context, times: list[Record]) -> Figure:
    of = level(context.settings.level)
    rows = [row for time in times for row in _panel(context, time)]
    plot = Plot(
        id=f"plot-survival-{times[0]['endpoint']}",
        title=f"{times[0]['label']} at fixed times",
        headers={"label": "Study", "counts": "Patients", "estimate": f"% ({of} CI)"},
        rows=tuple(rows),
        axis_label="% alive and, where the endpoint says so, without event",
    )
    return figure(plot, _caption(context, times, rows), _table(context, times))


def _panel(context: Context, time: Record) -> list[PlotRow]:
    """Return heading, studies and the pooled rate of one time; one study has no diamond."""
    k = time["k"]
    title = f"At {time['time_months']:g} months ({k} {prose.plural(k, 'study')})"
    rows = [PlotRow(kind="heading", label=title)]
    rows += [_study(time, i) for i in range(k)]
    if k > 1 and time["result"] is not None and few.shown(context, time):
        rows.append(_pooled(context, time))
    rows[-1] = quoted.ticked(rows[-1], quoted.beside(context, time["id"], ""))
    return rows


def _study(time: Record, i: int) -> PlotRow:
    study = time["studies"][i]
    return PlotRow(
        kind="study",
        label=study["label"],
        detail="; ".join(filter(None, (study["arm_label"], study["group_label"]))),
        counts=(quote(study, "n", "count"),) if study["n"] is not None else (),
        estimate=estimate(study, "ci"),
        at=study["proportion"],
        share=study["weight"] if time["k"] > 1 else None,
        ci=span(study, "ci"),
    )


def _pooled(context: Context, time: Record) -> PlotRow:
    patients = (quote(time, "total", "count"),) if time["total"] is not None else ()
    lead = few.direct(time, few.leader(context, time))
    return pooled_rows(lead, patients, context.settings.level)[0]


def _caption(context: Context, times: list[Record], rows: list[PlotRow]) -> Sentence:
    text = "Squares are studies with their own intervals, printed or approximated."
    if any(row.ticks for row in rows):
        text += f" {quoted.TICKS}"
    pooled = [time for time in times if time["k"] > 1 and time["result"] is not None]
    if not pooled:
        return (f"{text} No time has more than one study, so nothing is pooled.",)
    text += " Diamonds are pooled on the scale of log(−log S)."
    bayesian = any(few.leader(context, time) == "companion." for time in pooled)
    return (f"{text} {few.leads(context)}" if bayesian else text,)


def _table(context: Context, times: list[Record]) -> Table:
    of = level(context.settings.level)
    columns = (
        Column(title="At, months"),
        Column(title="Study"),
        Column(title="Patients", numeric=True),
        Column(title="%", numeric=True),
        Column(title=f"{of} CI", numeric=True),
        Column(title=f"{of} prediction", numeric=True),
        Column(title="Variance or method", room="long"),
        Column(title="Where in the source", room="long"),
    )
    rows = [row for time in times for row in (*_study_rows(time), *_result_rows(context, time))]
    caption = f"{times[0]['label']} at fixed times, studies and pooled"
    name = f"table-survival-{times[0]['endpoint']}"
    return Table(id=name, caption=caption, columns=columns, rows=tuple(rows))


def _study_rows(time: Record) -> list[TableRow]:
    return [
        TableRow(
            cells=(
                cell(f"{time['time_months']:g}"),
                cell(study["label"]),
                cell(quote(study, "n", "count")),
                cell(quote(study, "proportion", "percent")),
                cell(quote_range(study, "ci")),
                cell(MISSING),
                cell(study["variance_label"]),
                cell(study["locator"]),
            ),
            anchor=study["id"],
        )
        for study in time["studies"]
    ]


def _result_rows(context: Context, time: Record) -> list[TableRow]:
    if time["k"] < 2 or time["result"] is None or not few.shown(context, time):
        return []
    named = (("Pooled", "result", time["id"]), ("Pooled, Bayesian", "companion", ""))
    return [
        TableRow(
            cells=(
                cell(f"{time['time_months']:g}"),
                cell(label),
                cell(quote(time, "total", "count")),
                cell(quote(time, f"{part}.proportion", "percent")),
                cell(quote_range(time, f"{part}.ci")),
                cell(quote_range(time, f"{part}.prediction")),
                cell(prose.symbols(time[part]["method"])),
                cell(MISSING),
            ),
            anchor=anchor,
            strong=f"{part}." == few.leader(context, time),
        )
        for label, part, anchor in named
        if time[part] is not None
    ]


def _left_out(times: list[Record]) -> Table | None:
    rows = [
        (f"{time['time_months']:g}", one["label"], one["arm_label"], f"{one['value']}%",
         one["reason"])
        for time in times
        for one in time["excluded"]
    ]  # fmt: skip
    if not rows:
        return None
    name, label = times[0]["endpoint"], times[0]["label"]
    titles = ("At, months", "Study", "Arm", "Rate", "Why not")
    return text_table(f"table-survival-left-{name}", f"{label}: rates not used", titles, rows)


def _medians(medians: list[Record]) -> Table:
    columns = (
        Column(title="Study"),
        Column(title="Endpoint"),
        Column(title="Patients", room="long"),
        Column(title="n", numeric=True),
        Column(title="Median, months", numeric=True),
        Column(title="Interval, months", numeric=True),
        Column(title="Where in the source", room="long"),
    )
    rows = tuple(TableRow(cells=_median_cells(one), anchor=one["id"]) for one in medians)
    caption = "Median times as reported; no median is pooled"
    return Table(id="table-survival-medians", caption=caption, columns=columns, rows=rows)


def _median_cells(one: Record) -> tuple[Cell, ...]:
    reached = one["months"] is not None
    return (
        cell(one["label"]),
        cell(one["endpoint_label"]),
        cell(f"{one['arm_label']}: {one['population_label']}"),
        cell(quote(one, "n", "count")),
        cell(quote(one, "months", "months") if reached else plain(one["value"]).lower()),
        cell(quote_range(one, "ci", "months")),
        cell(one["locator"]),
    )


def _reported(context: Context, rows: list[Mapping[str, str]]) -> Table:
    return text_table(
        "table-survival",
        "All survival figures as reported; intervals as printed",
        TITLES,
        [_cells(context, row) for row in rows],
    )


def _cells(context: Context, row: Mapping[str, str]) -> list[str]:
    return [
        row["study_label"],
        row["endpoint"].upper(),
        plain(row["statistic"]),
        row["time_months"].removesuffix(".0") or MISSING,
        f"{plain(row['value'])} {row['unit']}".strip() or MISSING,
        _interval(row["ci_lower"], row["ci_upper"]),
        row["n"] or MISSING,
        context.term("population", row["population"]),
        row["note"] or MISSING,
        row["survival_id"],
    ]


def _interval(lower: str, upper: str) -> str:
    ends = [end.removesuffix(".0") for end in (lower, upper)]
    return EN_DASH.join(ends) if all(ends) else MISSING
