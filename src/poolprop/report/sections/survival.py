"""Survival: rates at fixed times as forest plots, medians, and every figure as reported."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from poolprop.formats import plural
from poolprop.report import prose, quoted, small_k
from poolprop.report.blocks import Folded, Items, Part
from poolprop.report.context import Context, Section
from poolprop.report.curated import Row
from poolprop.report.drawing.rows import Plot, PlotRow
from poolprop.report.figures import Figure, estimate, figure, pooled_rows, span
from poolprop.report.formats import EN_DASH, MISSING, level, plain
from poolprop.report.tables import Table, listed, numbers, ranges, table, texts
from poolprop.report.values import Piece, Record, Sentence, quote, quote_range

TITLE = "Survival"
ABOUT = (
    "Rates of single arms at fixed times. Combined arms, subsets and post-baseline groups were not "
    "pooled."
)


def section(context: Context) -> Section | None:
    """Return the section; None if no survival figure was extracted."""
    rows = [row for row in context.results.survival if row["record_type"] != "conflicting"]
    times: list[Record] = context.results.survival_pool.get("times", [])
    medians: list[Record] = context.results.survival_pool.get("medians", [])
    if not rows and not times:
        return None
    names = dict.fromkeys(time["endpoint"] for time in times)
    parts = (_part(context, [time for time in times if time["endpoint"] == name]) for name in names)
    body = (
        ABOUT,
        *parts,
        _medians(medians) if medians else None,
        Folded(_reported(context, rows)) if rows else None,
    )
    return Section(id="survival", title=TITLE, body=body)


def _part(context: Context, times: list[Record]) -> Part:
    shown, left_out = [time for time in times if time["k"]], _left_out(times)
    blocks = (
        _figure(context, shown) if shown else None,
        Items(tuple(note for time in times for note in _notes(context, time))),
        Folded(left_out, "Rates that were not used, and why") if left_out else None,
    )
    return Part(f"survival-{times[0]['endpoint']}", times[0]["label"], blocks, of=TITLE)


def _notes(context: Context, time: Record) -> list[str]:
    at = f"At {time['time_months']:g} months"
    if not time["k"]:
        reason = "no study reports a rate that the plan admits"
        return [f"{at}: {reason}."]
    notes = [f"{at}: {note}" for note in time["notes"]]
    if time["result"] is None:
        notes.append(f"{at}: fewer studies than the plan asks for; not pooled.")
    elif time["k"] > 1 and small_k.too_wide(context, time):
        notes.append(f"{at}: {small_k.SEE_STUDIES[0].lower()}{small_k.SEE_STUDIES[1:]}")
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
    title = f"At {time['time_months']:g} months ({k} {plural(k, 'study')})"
    rows = [PlotRow(kind="heading", label=title)]
    rows += [_study(time, i) for i in range(k)]
    if k > 1 and time["result"] is not None and small_k.path_shown(context, time):
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
    lead = small_k.direct(time, small_k.path_of(context, time))
    return pooled_rows(lead, patients, context.settings.level)[0]


def _caption(context: Context, times: list[Record], rows: list[PlotRow]) -> Sentence:
    text = "Squares are studies with their own intervals, printed or approximated."
    if any(row.ticks for row in rows):
        text += f" {quoted.TICKS}"
    pooled = [time for time in times if time["k"] > 1 and time["result"] is not None]
    if not pooled:
        return (f"{text} No time has more than one study, so nothing is pooled.",)
    text += " Diamonds are pooled on the scale of log(−log S)."
    bayesian = any(small_k.path_of(context, time) == "companion." for time in pooled)
    return (f"{text} {small_k.rule_told(context)}" if bayesian else text,)


def _table(context: Context, times: list[Record]) -> Table:
    """Return studies and pooled rates: each row is a time with what is told of it."""
    of, first = level(context.settings.level), times[0]
    rows = [row for time in times for row in _rows(context, time)]
    fields = (
        texts("At, months", lambda row: f"{row.time['time_months']:g}"),
        texts("Study", lambda row: row.label),
        numbers("Patients", lambda row: quote(row.owner, row.patients, "count")),
        numbers("%", lambda row: quote(row.owner, f"{row.path}proportion", "percent")),
        numbers(f"{of} CI", lambda row: quote_range(row.owner, f"{row.path}ci")),
        numbers(f"{of} prediction",
                lambda row: quote_range(row.owner, f"{row.path}prediction")
                if row.path else MISSING),
        texts("Variance or method", lambda row: row.method, room="long"),
        texts("Where in the source", lambda row: row.locator, room="long"),
    )  # fmt: skip
    return table(
        f"table-survival-{first['endpoint']}",
        f"{first['label']} at fixed times, studies and pooled",
        rows,
        fields,
        anchor=lambda row: row.anchor,
        strong=lambda row: row.strong,
    )


class _Row(NamedTuple):
    """A study or a pooled value at a time: whose numbers, at which path, and what is said."""

    time: Record
    owner: Record
    label: str
    patients: str
    path: str
    method: str
    locator: str
    anchor: str
    strong: bool = False


def _rows(context: Context, time: Record) -> Iterator[_Row]:
    for one in time["studies"]:
        yield _Row(
            time, one, one["label"], "n", "", one["variance_label"], one["locator"], one["id"]
        )
    if time["k"] < 2 or time["result"] is None or not small_k.path_shown(context, time):
        return
    leading = small_k.path_of(context, time)
    named = (("Pooled", "result", time["id"]), ("Pooled, Bayesian", "companion", ""))
    for label, part, anchor in named:
        if time[part] is not None:
            path, method = f"{part}.", prose.symbols(time[part]["method"])
            yield _Row(time, time, label, "total", path, method, MISSING, anchor, path == leading)


def _left_out(times: list[Record]) -> Table | None:
    rows = [(time, one) for time in times for one in time["excluded"]]
    columns = {
        "At, months": lambda row: f"{row[0]['time_months']:g}",
        "Study": lambda row: row[1]["label"],
        "Arm": lambda row: row[1]["arm_label"],
        "Rate": lambda row: f"{row[1]['value']}%",
        "Why not": lambda row: row[1]["reason"],
    }
    name, caption = (
        f"table-survival-left-{times[0]['endpoint']}",
        f"{times[0]['label']}: rates not used",
    )
    return listed(name, caption, rows, columns) if rows else None


def _medians(medians: list[Record]) -> Table:
    def months(one: Record) -> Piece:
        reached = one["months"] is not None
        return quote(one, "months", "months") if reached else plain(one["value"]).lower()

    fields = (
        texts("Study", "label"),
        texts("Endpoint", "endpoint_label"),
        texts("Patients", lambda one: f"{one['arm_label']}: {one['population_label']}",
              room="long"),
        numbers("n", "n", "count"),
        numbers("Median, months", months),
        ranges("Interval, months", "ci", "months"),
        texts("Where in the source", "locator", room="long"),
    )  # fmt: skip
    caption = "Median times as reported; no median is pooled"
    return table("table-survival-medians", caption, medians, fields, anchor="id")


def _reported(context: Context, rows: list[Row]) -> Table:
    columns: dict[str, str | Callable[[Row], str]] = {
        "Study": "study_label",
        "Endpoint": lambda row: row["endpoint"].upper(),
        "Figure": lambda row: plain(row["statistic"]),
        "At, months": lambda row: row["time_months"].removesuffix(".0") or MISSING,
        "Value": lambda row: f"{plain(row['value'])} {row['unit']}".strip() or MISSING,
        "Interval": lambda row: _interval(row["ci_lower"], row["ci_upper"]),
        "n": "n",
        "Patients": lambda row: context.term("population", row["population"]),
        "Note": "note",
        "Row": "survival_id",
    }
    caption = "All survival figures as reported; intervals as printed"
    return listed("table-survival", caption, rows, columns)


def _interval(lower: str, upper: str) -> str:
    ends = [end.removesuffix(".0") for end in (lower, upper)]
    return EN_DASH.join(ends) if all(ends) else MISSING
