"""Adverse events: pooled where enough studies share term, grade and denominator."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from poolprop.report import few, prose
from poolprop.report.context import Context, Section
from poolprop.report.drawing import Plot, PlotRow
from poolprop.report.figures import (
    Figure,
    axis_label,
    counts,
    crossing,
    figure,
    headers,
    interval_row,
)
from poolprop.report.formats import MISSING, Policy, level
from poolprop.report.tables import Cell, Column, Table, TableRow, cell
from poolprop.report.values import Record, Sentence, join, policy_of, quote, quote_range, separated

# Grades that the table has of each event.
MAIN = ("any", "3-5")


@dataclass(frozen=True, slots=True, kw_only=True)
class Safety:
    """How events were chosen, the pooled ones as plots, and all of them as a table.

    ``figure`` has a row for each grade of a pooled event; its studies are in the table.
    """

    rule: Sentence
    notes: tuple[str, ...]
    figure: Figure | None
    table: Table


def section(context: Context) -> Section | None:
    """Return the section; None if the plan or the results have no adverse events."""
    events: list[Record] = context.results.safety.get("events", [])
    if not events:
        return None
    pooled = _by_term(context, [e for e in events if e["result"] is not None and e["k"] > 1])
    body = Safety(
        rule=_rule(context, events, pooled),
        notes=tuple(_notes(context, pooled)),
        figure=_figure(context, pooled) if pooled else None,
        table=_table(context, events),
    )
    return Section(id="safety", title="Safety", body=body)


def _by_term(context: Context, events: list[Record]) -> list[Record]:
    """Sort by term as the vocabulary does, then by grade: any first, then as the vocabulary."""
    terms = list(dict.fromkeys(event["outcome"] for event in events))
    grades = ["any", *context.terms.get("grade", {})]

    def place(event: Record) -> tuple[int, int, str]:
        grade = event["grade"]
        rank = grades.index(grade) if grade in grades else len(grades)
        return terms.index(event["outcome"]), rank, grade

    return sorted(events, key=place)


def _policy(context: Context) -> Policy:
    return policy_of(context.results.safety)


def _rule(context: Context, events: list[Record], pooled: list[Record]) -> Sentence:
    plan = context.settings.safety
    if plan is None:
        return ()
    least = max(plan.min_studies, 2)
    basis = context.term("denominator_basis", plan.denominator)
    text = (
        f"Denominator: {basis}. An adverse event was pooled where at least {least} studies report "
        "the same term and grade; zero-event studies were included. "
    )
    n, of = len(pooled), len(events)
    if not n:
        text += "No event met this, so none was pooled: the table has each as reported."
    else:
        text += f"This holds for {n} of {of} {prose.plural(of, 'combination')} of term and grade"
        text += "; the others are in the table as reported." if n < of else "."
    return (f"{text} Unreported events were treated as missing, not as zero.",)


def _notes(context: Context, pooled: list[Record]) -> list[str]:
    notes = []
    if any(few.leader(context, event) == "companion." for event in pooled):
        notes.append(few.leads(context))
    if any(few.too_wide(context, event) for event in pooled):
        notes.append(few.WIDE)
    return notes


def _figure(context: Context, pooled: list[Record]) -> Figure:
    shown, people = [], context.settings.review.participants
    for label, events in groupby(pooled, key=lambda event: str(event["label"])):
        shown += [PlotRow(kind="heading", label=label), *(_dot(context, e) for e in events)]
    plot = Plot(
        id="plot-safety",
        title="Adverse events reported by several studies, by grade",
        headers=headers(
            context.settings.level, _policy(context), label="Adverse event and grade", weight=False
        ),
        rows=tuple(shown),
        axis_label=axis_label(_policy(context)).replace("total", people),
    )
    of = level(context.settings.level)
    caption = (
        f"Dot: pooled share of {people}. Thick line: {of} interval of it; thin line with caps: "
        f"{of} prediction interval, where the share in a new study is expected. k: studies that "
        "report it."
    )
    return figure(plot, (f"{caption} {prose.CROSSING}" if crossing(shown) else caption,))


def _dot(context: Context, event: Record) -> PlotRow:
    grade, k = context.term("grade", event["grade"]), event["k"]
    lead = few.of_group(context, event)
    return interval_row(event, few.leader(context, event), grade, f"k = {k}", lead=lead)


def _table(context: Context, events: list[Record]) -> Table:
    of = level(context.settings.level)
    columns = (
        Column(title="Adverse event"),
        Column(title="Grade", filter=True),
        Column(title="k", numeric=True, help="number of arms or cohorts that report it"),
        Column(title="Events/total", numeric=True),
        Column(title=f"Share ({of} CI)", numeric=True, help="pooled, or one study's own"),
        Column(title=f"{of} prediction", numeric=True),
        Column(title="Studies", room="long"),
    )
    listed = _listed(events)
    rows = tuple(TableRow(cells=_cells(context, e), anchor=e["id"]) for e in listed)
    note = ("Every grade that a study reports: results/tables/safety.csv.",)
    return Table(
        id="table-safety",
        caption="Adverse events",
        columns=columns,
        rows=rows,
        note=(note,) if len(listed) < len(events) else (),
    )


def _listed(events: list[Record]) -> list[Record]:
    """Return what several studies report, and of each other event any grade and the severe ones.

    The grades of one study are sums of one another; of an event without these the first stands.
    """
    first: dict[str, str] = {}
    for event in events:
        first.setdefault(event["outcome"], event["id"])
    kept = {event["outcome"] for event in events if event["k"] > 1 or event["grade"] in MAIN}
    return [
        event
        for event in events
        if event["k"] > 1
        or event["grade"] in MAIN
        or (event["outcome"] not in kept and event["id"] == first[event["outcome"]])
    ]


def _cells(context: Context, event: Record) -> tuple[Cell, ...]:
    studies: list[Sentence] = [(str(study["label"]),) for study in event["studies"]]
    if len(studies) > 1:  # of one study the counts stand in the row
        studies = [join(study["label"], " ", counts(study)) for study in event["studies"]]
    return (
        cell(event["label"]),
        cell(context.term("grade", event["grade"])),
        cell(quote(event, "k", "count")),
        cell(counts(event)),
        *_share(context, event),
        cell(separated(studies, "; ")),
    )


def _share(context: Context, event: Record) -> tuple[Cell, Cell]:
    """Return estimate with interval, and prediction; of one study its own, of too few nothing."""
    if event["k"] == 1:
        study, ci = event["studies"][0], f"intervals.{context.settings.study_interval}"
        share = quote(study, "proportion", "percent")
        return cell(share, " (", quote_range(study, ci), ")"), cell(MISSING)
    if event["result"] is None or not (prefix := few.shown(context, event)):
        return cell(MISSING), cell(MISSING)
    share = quote(event, f"{prefix}proportion", "percent")
    by = " Bayesian" if prefix == "companion." else ""
    return (
        cell(share, " (", quote_range(event, f"{prefix}ci"), ")", by),
        cell(quote_range(event, f"{prefix}prediction")),
    )
