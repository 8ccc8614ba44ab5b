"""Contradictions of the sources: what is printed, what was decided, and what that does."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from poolprop.report import prose
from poolprop.report.context import Context, primary_result
from poolprop.report.curated import Row
from poolprop.report.formats import MISSING, level
from poolprop.report.read import EndpointResults
from poolprop.report.tables import Cell, Table, numbers, ranges, table, texts
from poolprop.report.values import (
    Piece,
    Record,
    Sentence,
    join,
    look_up,
    policy_of,
    quote,
    separated,
)

TRIVIAL = "trivial"
# Title of a column, its column in discrepancies.csv, and the room it needs.
TEXTS = (
    ("Printed", "printed", "long"),
    ("Recomputed", "recomputed", "long"),
    ("Decision", "decision", "long"),
    ("Reason", "reason", "longest"),
    ("Where in the source", "locator", "long"),
)


def contradictions(
    context: Context, names: Mapping[str, str], *, trivial: bool = False
) -> Table | None:
    """Return the table of contradictions by source; None without any.

    ``trivial``: those that touch no figure, which are folded away; all others if false.
    """
    rows = context.results.discrepancies
    apart = [row for row in rows if (row.get("severity") == TRIVIAL) is trivial]
    if not apart:
        return None
    found = _effects(context)
    shown = [column for column in TEXTS if any(row.get(column[1]) for row in rows)]

    def source(row: Row) -> str:
        return names.get(row.get("source_id", "")) or row.get("source_id", "")

    fields = (
        texts("No.", "discrepancy_id"),
        texts("Source", source, filtered=True),
        texts("Severity", _severity, filtered=True),
        texts(
            "Effect on estimates",
            lambda row: _effect(row, found),
            room="long",
            about="change in percentage points had it been decided otherwise; of the primary "
            "estimate, or of others where it does not touch that",
        ),
        *(texts(title, partial(_text, name), room=room) for title, name, room in shown),
        texts("Found by", partial(_text, "found_by"), filtered=True),
    )
    return table(
        "table-trivial" if trivial else "table-discrepancies",
        "Slips that touch no figure" if trivial else "Contradictions and decisions",
        apart,
        fields,
        anchor=lambda row: f"contradiction/{row['discrepancy_id']}",
    )


def _text(name: str, row: Row) -> str:
    return row.get(name) or MISSING


def _severity(row: Row) -> Cell:
    """Sort by how grave it is, not by the alphabet."""
    order = {"high": "1", "medium": "2", "low": "3"}
    word = row.get("severity_label") or row.get("severity", "")
    return Cell(content=(word,), sort=order.get(row.get("severity", ""), "4"))


def _effect(row: Row, found: Mapping[str, list[Sentence]]) -> Sentence:
    """Quote each effect; say so where no estimate uses a figure of this row."""
    effects = found.get(row["discrepancy_id"])
    return separated(effects, "; ") if effects else ("no effect on pooled estimates",)


def _effects(context: Context) -> dict[str, list[Sentence]]:
    """Return the effects on primary estimates, or failing these on others, by contradiction."""
    primary: dict[str, list[Sentence]] = {}
    other: dict[str, list[Sentence]] = {}
    for endpoint in context.results.endpoints:
        short = endpoint.pool["endpoint"]["short"]
        effects: list[Record] = endpoint.discrepancies.get("effects", [])
        for effect in effects:
            main = effect["estimand"] == "primary"
            name = short if main else f"{short}, {effect['estimand_label']}:"
            moved = quote(effect, "change", "signed-points")
            text = join(f"{name} ", *_added(effect), moved, policy_of(effect).points)
            found = primary if main else other
            found.setdefault(effect["discrepancy_id"], []).append(text)
    return other | primary


def _added(effect: Record) -> Sentence:
    """Name the counts of a cohort that the other reading would add; nothing otherwise."""
    if effect["changes"][0]["outcome_id"]:
        return ()
    events = quote(effect, "changes.0.alternative_events", "count")
    total = quote(effect, "changes.0.alternative_total", "count")
    return ("with ", events, "/", total, " added ")


def decisions(context: Context, endpoint: EndpointResults) -> Table | None:
    """Return each estimate of an endpoint had it been decided otherwise; None without any."""
    found = endpoint.discrepancies.get("effects", [])
    if not found:
        return None
    meta = endpoint.pool["endpoint"]
    reported = {e["id"]: primary_result(e) for e in endpoint.pool["estimands"]}

    def before(effect: Record) -> Piece:
        known = reported.get(effect["reference"])
        return quote(known, "proportion", "percent") if known else MISSING

    fields = (
        texts("No.", "discrepancy_id", about="number of the contradiction in the table above"),
        texts("Estimand", "estimand_label", room="long"),
        numbers("Counts used", partial(_counts, "")),
        numbers("Other reading", partial(_counts, "alternative_")),
        numbers("Reported", before),
        numbers("Otherwise", "result.proportion", "percent"),
        ranges(f"{level(context.settings.level)} CI", "result.ci"),
        numbers("Change, points", "change", "signed-points"),
    )
    name, caption = (
        f"table-decisions-{meta['id']}",
        f"{meta['short']}, had it been decided otherwise",
    )
    return table(name, caption, found, fields, anchor="id")


def _counts(prefix: str, effect: Record) -> Sentence:
    """Quote counts of each change; where the estimate uses no row of the cohort, say so."""

    def told(field: str) -> Sentence:
        if look_up(effect, f"{field}total") is None:
            return ("not used",)
        events = quote(effect, f"{field}events", "count")
        return (events, "/", quote(effect, f"{field}total", "count"))

    return separated([told(f"changes.{i}.{prefix}") for i in range(len(effect["changes"]))], "; ")


def largest(endpoint: EndpointResults) -> Sentence:
    """Say which decision moves the primary estimate most; nothing if none touches it."""
    found: list[Record] = endpoint.discrepancies.get("effects", [])
    touching = [effect for effect in found if effect["estimand"] == "primary"]
    if not touching:
        return ()
    most = max(touching, key=lambda effect: abs(effect["change"]))
    short = endpoint.pool["endpoint"]["short"]
    return join(
        f"Of the decisions that touch the primary estimate of {short}, "
        f"{most['discrepancy_id']} matters most: the other reading would move it by ",
        quote(most, "change", "signed-points"),
        f"{prose.differing(most)}.",
    )
