"""Counts to pool at once from a table that somebody brings, read as ``import`` reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from poolprop.errors import DataError
from poolprop.formats import counted
from poolprop.importing.entries import Entry, rows_text
from poolprop.importing.kinds import find_heading
from poolprop.importing.understand import Answers, understand
from poolprop.reading.headings import COUNTS, Heading
from poolprop.reading.sheet import Sheet, text_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Events and totals of the studies, in the order of the table."""

    events: tuple[int, ...]  # 0 <= events <= total
    total: tuple[int, ...]  # at least 1
    levels: tuple[str, ...]  # as the table has them; empty without a column to split by
    # As the table names them, with the year; empty without a column of names.
    studies: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # what people must know of how the table was read


class CountErrors(DataError):
    """All faults of a table, one line each."""

    def __init__(self, lines: Iterable[str]) -> None:
        Exception.__init__(self, "\n".join(lines))


def counts_in(
    found: Sheet,
    wanted: Mapping[str, str],
    by: str | None = None,
    *,
    decimal: str = "",
    answers: Answers | None = None,
) -> Counts:
    """Return the counts of a sheet: text or a workbook, read cell by cell.

    ``wanted`` names columns of ``events``, ``total`` and ``study`` by heading or letter, where
    headings do not say them; a study that is asked for has rows that belong together. ``by`` names
    a column of levels. The mark of decimals is found out where empty. Raises DataError if a cell
    is unclear: with file, row and column.
    """
    head = find_heading(found, wanted, COUNTS)
    column = head.find(by, found) if by else None
    understood = understand(
        found, head, {}, {}, decimal, answers=answers, study_needed=False, repeats="allow"
    )
    if understood.problems:
        raise CountErrors(understood.problems)
    full = [e for e in understood.entries if e.events is not None and e.total is not None]
    if not full:
        raise _nothing(head, found)
    cells = dict(found.rows)
    studies = tuple(_study(entry, "study" in wanted) for entry in full)
    return Counts(
        events=tuple(entry.events or 0 for entry in full),
        total=tuple(entry.total or 0 for entry in full),
        levels=() if column is None else tuple(text_at(cells[e.row], column) for e in full),
        studies=studies if any(studies) else (),
        notes=(*head.found(wanted), *understood.notes, *_said(understood.entries)),
    )


def _study(entry: Entry, asked: bool) -> str:
    """Return the name of a row's study; authors publish more than one, in other years."""
    return f"{entry.study} {entry.year}".strip() if entry.study and not asked else entry.study


def repeats(studies: Sequence[str]) -> str:
    """Say that studies have several rows; empty if none has, or if rows have no names."""
    rows = Counter(name for name in studies if name)
    several = [name for name, number in rows.items() if number > 1]
    if not several:
        return ""
    number = len(rows) + sum(not name for name in studies)
    return (
        f"{len(studies)} rows are {counted(number, 'study', 'studies')}: {several[0]!r} stands in "
        f"{rows[several[0]]}. Rows of one study may share patients and are not independent: "
        "keep one row a study, or name the column of studies with --study"
    )


def _nothing(head: Heading, sheet: Sheet) -> DataError:
    row = sheet.rows[head.last][0] + 1
    hint = "Add at least one study below the heading."
    return DataError("the table has no rows with counts", where=sheet.where(row), hint=hint)


def _said(entries: Sequence[Entry]) -> list[str]:
    """Say which rows are not pooled, and which counts the sheet does not state."""
    lost: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.events is None or entry.total is None:
            lost.setdefault(entry.lost, []).append(entry)
    notes = [
        f"left out for want of a count: row {rows_text(rows)} ({why})" for why, rows in lost.items()
    ]
    back = [entry for entry in entries if entry.derivation]
    if back:
        notes.append(f"counts made of percentages: row {rows_text(back)}")
    return notes
