"""Estimates by level of each factor: between studies, within studies, over moderators."""

from __future__ import annotations

from dataclasses import dataclass, replace

from poolprop.report import few, gates, prose
from poolprop.report.context import Context, Section, factors
from poolprop.report.contrasts import contrast_table, regression_table
from poolprop.report.drawing import Plot, PlotRow
from poolprop.report.figures import (
    Figure,
    axis_label,
    figure,
    headers,
    interval_row,
    panel,
)
from poolprop.report.read import EndpointResults
from poolprop.report.tables import Table
from poolprop.report.values import Record, Sentence, join, policy_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgroup:
    """One endpoint by one factor."""

    id: str
    title: str
    figure: Figure
    test: Sentence
    within: Table | None
    within_note: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderators:
    """The meta-regressions of one endpoint, and why others are absent."""

    id: str
    title: str
    table: Table | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgroups:
    """All of them, and the warning that goes with them."""

    subgroups: tuple[Subgroup, ...]
    moderators: tuple[Moderators, ...]


def section(context: Context) -> Section | None:
    """Return the section by subgroup; None if the plan has no subgroups."""
    found = tuple(
        _subgroup(context, endpoint, factor)
        for endpoint in context.results.endpoints
        for factor in factors(endpoint)
    )
    moderators = tuple(
        _moderators(context, endpoint)
        for endpoint in context.results.endpoints
        if endpoint.subgroups.get("regressions")
    )
    if not (found or moderators):
        return None
    body = Subgroups(subgroups=found, moderators=moderators)
    return Section(id="subgroups", title="Subgroup analyses", body=body)


def _moderators(context: Context, endpoint: EndpointResults) -> Moderators:
    meta, records = endpoint.pool["endpoint"], endpoint.subgroups["regressions"]
    name = f"table-regression-{meta['id']}"
    return Moderators(
        id=f"regression-{meta['id']}",
        title=f"{meta['short']}: meta-regression",
        table=regression_table(records, context.settings.level, name),
        notes=tuple(record["note"] for record in records if record["note"]),
    )


def _subgroup(context: Context, endpoint: EndpointResults, factor: Record) -> Subgroup:
    meta = endpoint.pool["endpoint"]
    name = f"{meta['id']}-{factor['factor']}"
    interval = context.settings.study_interval
    if gates.studywise(factor["levels"]):
        rows = [
            row
            for record in factor["levels"]
            for row in panel(
                record, record["label"], interval, few.shown(context, record), anchor=True
            )
        ]
    else:  # a line each is enough for single studies, and for more than can be read
        rows = [_line(context, record) for record in factor["levels"]]
    if line := prose.between_line(factor):
        rows.append(PlotRow(kind="note", label="", note=line))
    plot = Plot(
        id=f"plot-subgroup-{name}",
        title=f"{meta['label']} by {factor['label'].lower()}",
        headers=headers(context.settings.level, policy_of(meta), weight=False),
        rows=tuple(rows),
        axis=context.axis(endpoint.id),
        axis_label=f"{meta['short']}, {axis_label(policy_of(meta))}",
    )
    return Subgroup(
        id=factor["id"],
        title=f"{meta['short']} by {factor['label'].lower()}{_estimand(context, meta, factor)}",
        figure=figure(plot, _caption(context, factor), ref=factor["id"]),
        test=prose.between(factor),
        within=contrast_table(
            factor,
            context.settings.level,
            f"table-within-{name}",
            f"{meta['short']} by {factor['label'].lower()}, within studies",
        ),
        within_note=factor["contrast_note"] if factor["contrasts"] else "",
        notes=tuple(_notes(factor)),
    )


def _line(context: Context, record: Record) -> PlotRow:
    k, prefix = record["k"], few.leader(context, record)
    detail = record["studies"][0]["label"] if k == 1 else f"{k} studies"
    row = interval_row(record, prefix, record["label"], detail, lead=few.of_group(context, record))
    return replace(row, anchor=record["id"])


def _estimand(context: Context, meta: Record, factor: Record) -> str:
    """Name the estimand that is split where it is not the primary one."""
    key = factor["estimand"]
    if key == "primary":
        return ""
    label = context.settings.endpoints[meta["id"]].estimands[key].label
    return f" ({label[0].lower()}{label[1:]})"


def _caption(context: Context, factor: Record) -> Sentence:
    levels = factor["levels"]
    several = [record for record in levels if record["k"] >= prose.LEAST_FOR_SPREAD]
    text: Sentence = ()
    if any(record["k"] == 1 for record in levels):
        text = ("A level with one study is shown as that study and has no diamond.",)
    if any(few.leader(context, record) == "companion." for record in levels):
        text = join(text, " " if text else "", few.leads(context))
    if any(not few.of_group(context, record).told for record in levels):
        text = join(text, " " if text else "", few.WIDE)
    told = {prose.definition(record["result"]) for record in several} - {""}
    return join(text, " " if text else "", *(f"I²: {one}." for one in sorted(told)))


def _notes(factor: Record) -> list[str]:
    """Return what a reader must know about the levels; the caption speaks of one or two studies."""
    levels = [
        f"{record['label']}: {note}"
        for record in factor["levels"]
        for note in (*record["notes"], *few.further(record["result"]["notes"]))
    ]
    within = [
        f"Within studies: {note}" for record in factor["contrasts"] for note in record["notes"]
    ]
    return [*levels, *within]
