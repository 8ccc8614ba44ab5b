"""Two-arm studies: contrasts within the study."""

from __future__ import annotations

from dataclasses import dataclass

from poolprop.report.context import Context, Section
from poolprop.report.formats import MISSING, level
from poolprop.report.tables import Cell, Column, Table, TableRow, cell
from poolprop.report.values import Record, Sentence, join, look_up, quote, quote_range, separated


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparisons:
    """The table of contrasts."""

    table: Table


def section(context: Context) -> Section | None:
    """Return the section; None without a two-arm study."""
    found: list[Record] = context.results.comparisons.get("comparisons", [])
    if not found:
        return None
    interval = f"({level(context.settings.level)} CI)"
    columns = (
        Column(title="Figure"),
        Column(title="Study"),
        Column(title="Regimen", numeric=True),
        Column(title="Comparator", numeric=True),
        Column(title=f"Difference, points {interval}", numeric=True),
        Column(title=f"Risk ratio {interval}", numeric=True),
        Column(title=f"Odds ratio {interval}", numeric=True),
        Column(title="p", numeric=True, help="Fisher's exact test, two-sided"),
        Column(title="Arms", room="long"),
        Column(title="Figures are"),
    )
    table = Table(
        id="table-comparisons",
        caption="Regimen against comparator within studies",
        columns=columns,
        rows=tuple(TableRow(cells=_cells(one), anchor=one["id"]) for one in found),
    )
    return Section(id="comparisons", title="Two-arm studies", body=Comparisons(table=table))


def _cells(one: Record) -> tuple[Cell, ...]:
    return (
        cell(f"{one['outcome_label']}, {one['population_label']}"),
        cell(one["label"]),
        cell(_arm(one, "1")),
        cell(_arm(one, "2")),
        cell(_contrast(one, "risk_difference", "signed-points")),
        cell(_contrast(one, "risk_ratio", "number")),
        cell(_contrast(one, "odds_ratio", "number")),
        cell(quote(one, "p", "p")),
        cell(f"{one['arm1_label']}; {one['arm2_label']}"),
        cell(one["record_label"]),
    )


def _arm(one: Record, which: str) -> Sentence:
    share = quote(one, f"proportion{which}", "percent")
    events, total = (quote(one, f"{part}{which}", "count") for part in ("events", "total"))
    return join(share, " (", events, "/", total, ")")


def _contrast(one: Record, name: str, form: str) -> Sentence:
    """Quote a contrast with its interval; an em dash where the counts define none."""
    if look_up(one, f"{name}.estimate") is None:
        return (MISSING,)
    estimate = quote(one, f"{name}.estimate", form)
    if look_up(one, f"{name}.ci") is None:
        return (estimate,)
    if form != "signed-points":
        return join(estimate, " (", quote_range(one, f"{name}.ci", form), ")")
    # A dash between two signs could be read as a third.
    ends = (quote(one, f"{name}.ci.{end}", form) for end in ("lower", "upper"))
    return join(estimate, " (", separated(tuple(ends), " to "), ")")
