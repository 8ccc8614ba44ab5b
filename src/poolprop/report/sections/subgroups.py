"""Estimates by level of each factor: between studies, within studies, over moderators."""

from __future__ import annotations

from dataclasses import replace

from poolprop.report import prose, small_k
from poolprop.report.blocks import Items, Part, Text
from poolprop.report.context import Context, Section, factors
from poolprop.report.contrasts import contrast_table, regression_table
from poolprop.report.drawing.rows import Plot, PlotRow
from poolprop.report.figures import axis_label, figure, headers, interval_row, panel
from poolprop.report.read import EndpointResults
from poolprop.report.sections.groups import CAUTION
from poolprop.report.values import Record, Sentence, join, policy_of


def section(context: Context) -> Section | None:
    """Return the section by subgroup; None if the plan has no subgroups."""
    endpoints = context.results.endpoints
    parts = (
        *(_part(context, one, factor) for one in endpoints for factor in factors(one)),
        *(_moderators(context, one) for one in endpoints if one.subgroups.get("regressions")),
    )
    body = (CAUTION, *parts)
    return Section(id="subgroups", title="Subgroup analyses", body=body) if parts else None


def _moderators(context: Context, endpoint: EndpointResults) -> Part:
    """Return the meta-regressions of one endpoint, and why others are absent."""
    meta, records = endpoint.pool["endpoint"], endpoint.subgroups["regressions"]
    name = f"table-regression-{meta['id']}"
    blocks = (
        regression_table(records, context.settings.level, name),
        Items(tuple(record["note"] for record in records if record["note"])),
    )
    return Part(f"regression-{meta['id']}", f"{meta['short']}: meta-regression", blocks)


def _part(context: Context, endpoint: EndpointResults, factor: Record) -> Part:
    meta = endpoint.pool["endpoint"]
    name = f"{meta['id']}-{factor['factor']}"
    interval = context.settings.study_interval
    if small_k.studywise(factor["levels"]):
        rows = [
            row
            for record in factor["levels"]
            for row in panel(
                record, record["label"], interval, small_k.path_shown(context, record), anchor=True
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
    by = f"{meta['short']} by {factor['label'].lower()}"
    within = contrast_table(
        factor, context.settings.level, f"table-within-{name}", f"{by}, within studies"
    )
    note = f"Within-study comparisons are reported separately. {factor['contrast_note']}".strip()
    blocks = (
        Text(prose.between(factor), "test"),
        figure(plot, _caption(context, factor), ref=factor["id"]),
        *((note, within) if within else ()),
        Items(tuple(_notes(factor))),
    )
    return Part(factor["id"], f"{by}{_estimand(context, meta, factor)}", blocks)


def _line(context: Context, record: Record) -> PlotRow:
    k, prefix = record["k"], small_k.path_of(context, record)
    detail = record["studies"][0]["label"] if k == 1 else f"{k} studies"
    row = interval_row(
        record, prefix, record["label"], detail, lead=small_k.of_group(context, record)
    )
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
    if any(small_k.path_of(context, record) == "companion." for record in levels):
        text = join(text, " " if text else "", small_k.rule_told(context))
    if any(not small_k.of_group(context, record).informative for record in levels):
        text = join(text, " " if text else "", small_k.SEE_STUDIES)
    told = {prose.definition(record["result"]) for record in several} - {""}
    return join(text, " " if text else "", *(f"I²: {one}." for one in sorted(told)))


def _notes(factor: Record) -> list[str]:
    """Return what a reader must know about the levels; the caption speaks of one or two studies."""
    levels = [
        f"{record['label']}: {note}"
        for record in factor["levels"]
        for note in (*record["notes"], *small_k.other_notes(record["result"]["notes"]))
    ]
    within = [
        f"Within studies: {note}" for record in factor["contrasts"] for note in record["notes"]
    ]
    return [*levels, *within]
