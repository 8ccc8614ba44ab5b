"""Adverse events: pooled where enough studies share term, grade and denominator."""

from __future__ import annotations

from itertools import groupby

from poolprop.formats import plural
from poolprop.report import prose, small_k
from poolprop.report.blocks import Folded, Items
from poolprop.report.context import Context, Section
from poolprop.report.drawing.rows import Plot, PlotRow
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
from poolprop.report.tables import Content, Table, numbers, table, texts
from poolprop.report.values import Record, Sentence, join, policy_of, quote, quote_range, separated

# Grades that the table has of each event.
MAIN = ("any", "3-5")


def section(context: Context) -> Section | None:
    """Return the section; None if the plan or the results have no adverse events."""
    events: list[Record] = context.results.safety.get("events", [])
    if not events:
        return None
    pooled = _by_term(context, [e for e in events if e["result"] is not None and e["k"] > 1])
    body = (
        _rule(context, events, pooled),
        Items(tuple(_notes(context, pooled))),
        _figure(context, pooled) if pooled else None,
        Folded(_table(context, events)),
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
        text += f"This holds for {n} of {of} {plural(of, 'combination')} of term and grade"
        text += "; the others are in the table as reported." if n < of else "."
    return (f"{text} Unreported events were treated as missing, not as zero.",)


def _notes(context: Context, pooled: list[Record]) -> list[str]:
    notes = []
    if any(small_k.path_of(context, event) == "companion." for event in pooled):
        notes.append(small_k.rule_told(context))
    if any(small_k.too_wide(context, event) for event in pooled):
        notes.append(small_k.SEE_STUDIES)
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
    lead = small_k.of_group(context, event)
    return interval_row(event, small_k.path_of(context, event), grade, f"k = {k}", lead=lead)


def _table(context: Context, events: list[Record]) -> Table:
    of, rows = level(context.settings.level), _listed(events)
    fields = (
        texts("Adverse event", "label"),
        texts("Grade", lambda event: context.term("grade", event["grade"]), filtered=True),
        numbers("k", "k", "count", about="number of arms or cohorts that report it"),
        numbers("Events/total", counts),
        numbers(f"Share ({of} CI)", lambda event: _share(context, event),
                about="pooled, or one study's own"),
        numbers(f"{of} prediction", lambda event: _prediction(context, event)),
        texts("Studies", _studies, room="long"),
    )  # fmt: skip
    note = ("Every grade that a study reports: results/tables/safety.csv.",)
    return table(
        "table-safety", "Adverse events", rows, fields, anchor="id",
        note=(note,) if len(rows) < len(events) else (),
    )  # fmt: skip


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


def _studies(event: Record) -> Sentence:
    """Name the studies, each with its counts; of one study these stand in the row."""
    if event["k"] == 1:
        return (str(event["studies"][0]["label"]),)
    return separated([join(one["label"], " ", counts(one)) for one in event["studies"]], "; ")


def _pooled_at(context: Context, event: Record) -> str:
    """Return the path of the pooled value to show; empty where none is."""
    pooled = event["k"] > 1 and event["result"] is not None
    return small_k.path_shown(context, event) if pooled else ""


def _share(context: Context, event: Record) -> Content:
    """Return the estimate with its interval; of one study its own, of too few nothing."""
    owner, path, ci, by = event, _pooled_at(context, event), "ci", ""
    if event["k"] == 1:
        owner, ci = event["studies"][0], f"intervals.{context.settings.study_interval}"
    elif not path:
        return MISSING
    elif path == "companion.":
        by = " Bayesian"
    share = quote(owner, f"{path}proportion", "percent")
    return join(share, " (", quote_range(owner, f"{path}{ci}"), ")", by)


def _prediction(context: Context, event: Record) -> Content:
    path = _pooled_at(context, event)
    return quote_range(event, f"{path}prediction") if path else MISSING
