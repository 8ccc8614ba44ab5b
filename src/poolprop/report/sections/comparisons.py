"""Two-arm studies: contrasts within the study."""

from __future__ import annotations

from poolprop.report.context import Context, Section
from poolprop.report.contrasts import FISHER, arm_counts
from poolprop.report.formats import MISSING, level
from poolprop.report.tables import Field, Table, numbers, table, texts
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


def section(context: Context) -> Section | None:
    """Return the section; None without a two-arm study."""
    found: list[Record] = context.results.comparisons.get("comparisons", [])
    if not found:
        return None
    interval = f"({level(context.settings.level)} CI)"
    body = (
        "Within-study contrasts; not pooled. Without randomisation a difference may have other "
        "causes.",
        table("table-comparisons", "Arms compared within studies", found, _fields(interval),
              anchor="id"),
        _strata(context, interval),
    )  # fmt: skip
    return Section(id="comparisons", title="Arms and schedules compared", body=body)


def _fields(interval: str) -> tuple[Field, ...]:
    return (
        texts("Figure", lambda one: f"{one['outcome_label']}, {one['population_label']}"),
        texts("Study", "label"),
        numbers("First arm", lambda one: arm_counts(one, "1"),
                about="the regimen, or the first schedule"),
        numbers("Second arm", lambda one: arm_counts(one, "2"),
                about="the comparator, or the other schedule"),
        _contrasted(f"Difference, points {interval}", "risk_difference", "signed-points"),
        _contrasted(f"Risk ratio {interval}", "risk_ratio"),
        _contrasted(f"Odds ratio {interval}", "odds_ratio"),
        numbers("p", "p", "p", about=FISHER),
        texts("Arms", lambda one: f"{one['arm1_label']}; {one['arm2_label']}", room="long"),
        texts("Figures are", "record_label"),
    )  # fmt: skip


def _strata(context: Context, interval: str) -> Table | None:
    """Return what the strata of a population say together; None where none are declared."""
    found: list[Record] = context.results.comparisons.get("strata", [])
    fields = (
        texts("Figure", lambda one: f"{one['outcome_label']}: {'; '.join(one['parts'])}"),
        texts("Study", "label"),
        _contrasted(f"Odds ratio in common {interval}", "common"),
        numbers("p", "common.p", "p", about="Exact test given the margins, two-sided"),
        _contrasted(f"First over second odds ratio {interval}", "between"),
        numbers("p of a difference",
                lambda one: quote(one, "between.p", "p") if one["between"] else MISSING,
                about="Zelen's exact test, two-sided"),
    )  # fmt: skip
    caption = "Arms compared within strata of one study"
    return table("table-comparison-strata", caption, found, fields, anchor="id") if found else None


def _contrasted(title: str, name: str, form: str = "ratio") -> Field:
    return numbers(title, lambda one: _contrast(one, name, form))


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
