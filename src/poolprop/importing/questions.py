"""What a sheet leaves open as a whole: totals, rows of one study, marks, cells without a level."""

from __future__ import annotations

from collections.abc import Sequence

from poolprop.formats import counted
from poolprop.importing.entries import Entry, rows_text
from poolprop.importing.rows import Draft
from poolprop.reading.cells import Unclear, count
from poolprop.reading.headings import Heading
from poolprop.reading.sheet import Cell, cell_at, said_at

Body = Sequence[tuple[int, list[Cell]]]


def without_total(entries: Sequence[Entry], body: Body, head: Heading, place: str) -> list[str]:
    """Refuse counts of which nothing says of how many, with the columns that may say so."""
    bare = [entry for entry in entries if entry.events is not None and entry.total is None]
    if not bare:
        return []
    if "total" in head.roles or len(bare) < len(entries):
        return [f"{place}: events without a total in row {rows_text(bare)}. Write the total."]
    events = {entry.row: entry.events or 0 for entry in entries}
    rows = [(events[row], cells) for row, cells in body if row in events]
    fit = [
        head.called(column)
        for column, name in enumerate(head.names)
        if name and column not in head.roles.values() and _may_be_total(column, rows)
    ]
    hint = f"It may be {' or '.join(fit)}. " if fit else ""
    listed = ", ".join(head.called(i) for i, name in enumerate(head.names) if name)
    return [
        f"{place}: no column holds the totals. {hint}Name it with --total. "
        f"The columns are: {listed[:400]}"
    ]


def _may_be_total(column: int, rows: Sequence[tuple[int, list[Cell]]]) -> bool:
    try:
        totals = [(events, count(cell_at(cells, column), "")) for events, cells in rows]
    except Unclear:
        return False
    return all(total is not None and 0 < total >= events for events, total in totals)


def repeated(entries: Sequence[Entry], body: Body, head: Heading) -> str:
    """Say that studies have several rows, and which column tells their rows apart."""
    rows: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        if entry.study:
            rows.setdefault((entry.study, entry.year), []).append(entry)
    several = [group for group in rows.values() if len(group) > 1]
    if not several:
        return ""
    first = several[0]
    said = (
        f"{len(entries)} rows are {counted(len(rows), 'study', 'studies')}: {first[0].study!r} "
        f"stands in rows {rows_text(first)}"
    )
    cells = dict(body)
    for column, name in enumerate(head.names):
        if name and column not in head.roles.values():
            values = {
                (entry.study, entry.year, said_at(cells[entry.row], column)) for entry in entries
            }
            if len(values) == len(entries):
                example = said_at(cells[first[0].row], column)
                return (
                    f"{said}; {head.called(column)} tells them apart. Rows of one study may share "
                    f'patients: keep one kind of them: --keep "{name}={example}"'
                )
    return f"{said}. Tell them apart in the study's name, or keep one kind: --keep COLUMN=VALUE"


def marks_taken_off(drafts: Sequence[Draft]) -> list[str]:
    """Say once which marks were taken off, and which intervals were not taken."""
    notes = []
    marked = [draft for draft in drafts if draft.marks]
    if marked:
        shown = ", ".join(repr(draft.marks[0]) for draft in marked[:3])
        rows = rows_text([draft.entry for draft in marked])
        notes.append(f"marks of footnotes and words were taken off figures: {shown} (rows {rows})")
    loose = [draft for draft in drafts if draft.loose]
    if loose:
        rows = rows_text([draft.entry for draft in loose])
        notes.append(
            f"intervals that do not say they are of 95% were not taken: {loose[0].loose[0]!r} "
            f"(rows {rows})"
        )
    return notes


def without_level(drafts: Sequence[Draft]) -> list[str]:
    """Say which texts in a column of levels were read as not reported."""
    found: dict[tuple[str, str], list[Entry]] = {}
    for draft in drafts:
        for one in draft.missing:
            found.setdefault(one, []).append(draft.entry)
    return [
        f"{said!r} in {name!r} is read as not reported (rows {rows_text(rows)})"
        for (name, said), rows in found.items()
    ]
