"""Contradictions of the sources: what is printed, what was decided, and what that does."""

from __future__ import annotations

from collections.abc import Mapping

from poolprop.report.context import Context
from poolprop.report.formats import MISSING
from poolprop.report.tables import Cell, Column, Table, TableRow, cell
from poolprop.report.values import Record, Sentence, join, policy_of, quote, separated

TRIVIAL = "trivial"
# Column of discrepancies.csv, and its title.
TEXTS = (
    ("printed", "Printed", "long"),
    ("recomputed", "Recomputed", "long"),
    ("decision", "Decision", "long"),
    ("reason", "Reason", "longest"),
    ("locator", "Where in the source", "long"),
)


def contradictions(
    context: Context, names: Mapping[str, str], *, trivial: bool = False
) -> list[Table]:
    """Return the table of contradictions; none if there are none.

    Parameters
    ----------
    context : Context
        Results, plan and vocabulary.
    names : mapping
        Name of each source.
    trivial : bool
        Those that touch no figure, which are folded away; all others if false.
    """
    rows = context.results.discrepancies
    if not rows:
        return []
    found = _effects(context)
    shown = [column for column in TEXTS if any(row.get(column[0]) for row in rows)]
    columns = (
        Column(title="No."),
        Column(title="Source", filter=True),
        Column(title="Severity", filter=True),
        Column(
            title="Effect on estimates",
            room="long",
            help="change in percentage points had it been decided otherwise; of the primary "
            "estimate, or of others where it does not touch that",
        ),
        *(Column(title=title, room=room) for _, title, room in shown),
        Column(title="Found by", filter=True),
    )
    apart = [row for row in rows if (row.get("severity") == TRIVIAL) is trivial]
    if not apart:
        return []
    return [
        Table(
            id="table-trivial" if trivial else "table-discrepancies",
            caption="Slips that touch no figure" if trivial else "Contradictions and decisions",
            columns=columns,
            rows=tuple(_row(row, shown, names, found) for row in apart),
        )
    ]


def _row(
    row: Mapping[str, str],
    shown: list[tuple[str, str, str]],
    names: Mapping[str, str],
    found: Mapping[str, list[Sentence]],
) -> TableRow:
    texts = [cell(row.get(name) or MISSING) for name, _, _ in shown]
    source = row.get("source_id", "")
    return TableRow(
        cells=(
            cell(row["discrepancy_id"]),
            cell(names.get(source) or source),
            _severity(row),
            cell(_effect(row, found)),
            *texts,
            cell(row.get("found_by", "") or MISSING),
        ),
        anchor=f"contradiction/{row['discrepancy_id']}",
    )


def _severity(row: Mapping[str, str]) -> Cell:
    """Sort by how grave it is, not by the alphabet."""
    order = {"high": "1", "medium": "2", "low": "3"}
    word = row.get("severity_label") or row.get("severity", "")
    return Cell(content=(word,), sort=order.get(row.get("severity", ""), "4"))


def _effect(row: Mapping[str, str], found: Mapping[str, list[Sentence]]) -> Sentence:
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
