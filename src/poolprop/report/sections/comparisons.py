"""Two-arm studies: contrasts within the study."""

from __future__ import annotations

from dataclasses import dataclass

from poolprop.report.context import Context, Section
from poolprop.report.contrasts import FISHER
from poolprop.report.formats import MISSING, level
from poolprop.report.tables import Cell, Column, Table, TableRow, cell
from poolprop.report.values import (
    Piece,
    Record,
    Sentence,
    join,
    look_up,
    quote,
    quote_range,
    separated,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparisons:
    """The table of contrasts."""

    table: Table
    strata: Table | None


def section(context: Context) -> Section | None:
    """Return the section; None without a two-arm study."""
    found: list[Record] = context.results.comparisons.get("comparisons", [])
    if not found:
        return None
    table = Table(
        id="table-comparisons",
        caption="Arms compared within studies",
        columns=_columns(f"({level(context.settings.level)} CI)"),
        rows=tuple(TableRow(cells=_cells(one), anchor=one["id"]) for one in found),
    )
    body = Comparisons(table=table, strata=_strata(context))
    return Section(id="comparisons", title="Arms and schedules compared", body=body)


def _columns(interval: str) -> tuple[Column, ...]:
    return (
        Column(title="Figure"),
        Column(title="Study"),
        Column(title="First arm", numeric=True, help="the regimen, or the first schedule"),
        Column(title="Second arm", numeric=True, help="the comparator, or the other schedule"),
        Column(title=f"Difference, points {interval}", numeric=True),
        Column(title=f"Risk ratio {interval}", numeric=True),
        Column(title=f"Odds ratio {interval}", numeric=True),
        Column(title="p", numeric=True, help=FISHER),
        Column(title="Arms", room="long"),
        Column(title="Figures are"),
    )


def _strata(context: Context) -> Table | None:
    """Return what the strata of a population say together; None where none are declared."""
    found: list[Record] = context.results.comparisons.get("strata", [])
    if not found:
        return None
    interval = f"({level(context.settings.level)} CI)"
    columns = (
        Column(title="Figure"),
        Column(title="Study"),
        Column(title=f"Odds ratio in common {interval}", numeric=True),
        Column(title="p", numeric=True, help="Exact test given the margins, two-sided"),
        Column(title=f"First over second odds ratio {interval}", numeric=True),
        Column(title="p of a difference", numeric=True, help="Zelen's exact test, two-sided"),
    )
    return Table(
        id="table-comparison-strata",
        caption="Arms compared within strata of one study",
        columns=columns,
        rows=tuple(TableRow(cells=_stratum_cells(one), anchor=one["id"]) for one in found),
    )


def _stratum_cells(one: Record) -> tuple[Cell, ...]:
    return (
        cell(f"{one['outcome_label']}: {'; '.join(one['parts'])}"),
        cell(one["label"]),
        cell(_contrast(one, "common", "ratio")),
        cell(quote(one, "common.p", "p")),
        cell(_contrast(one, "between", "ratio")),
        cell(quote(one, "between.p", "p") if one["between"] else MISSING),
    )


def _cells(one: Record) -> tuple[Cell, ...]:
    return (
        cell(f"{one['outcome_label']}, {one['population_label']}"),
        cell(one["label"]),
        cell(_arm(one, "1")),
        cell(_arm(one, "2")),
        cell(_contrast(one, "risk_difference", "signed-points")),
        cell(_contrast(one, "risk_ratio", "ratio")),
        cell(_contrast(one, "odds_ratio", "ratio")),
        cell(quote(one, "p", "p")),
        cell(f"{one['arm1_label']}; {one['arm2_label']}"),
        cell(one["record_label"]),
    )


def _arm(one: Record, which: str) -> Sentence:
    share = quote(one, f"proportion{which}", "percent")
    events, total = (quote(one, f"{part}{which}", "count") for part in ("events", "total"))
    return join(events, " of ", total, " (", share, ")")


def _contrast(one: Record, name: str, form: str) -> Sentence:
    """Quote a contrast with its interval; an em dash where the counts define none."""
    if look_up(one, name) is None:
        return (MISSING,)
    known = look_up(one, f"{name}.estimate") is not None
    estimate: Piece = quote(one, f"{name}.estimate", form) if known else MISSING
    if look_up(one, f"{name}.ci") is None:
        return (estimate,)
    if look_up(one, f"{name}.ci.upper") is None:
        return join(estimate, " (", quote(one, f"{name}.ci.lower", form), " or more)")
    if form != "signed-points":
        return join(estimate, " (", quote_range(one, f"{name}.ci", form), ")")
    # A dash between two signs could be read as a third.
    ends = (quote(one, f"{name}.ci.{end}", form) for end in ("lower", "upper"))
    return join(estimate, " (", separated(tuple(ends), " to "), ")")
