"""Counts to pool at once from a table that somebody brings, read as ``import`` reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from poolprop.errors import DataError
from poolprop.importing.understand import Entry, understand
from poolprop.reading.headings import COUNTS, Heading, heading
from poolprop.reading.read import read_sheet
from poolprop.reading.sheet import Cell, Sheet, as_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Events and totals of the studies, in the order of the table.

    Attributes
    ----------
    events, total : tuple of int
        ``0 <= events <= total``, ``total >= 1``.
    levels : tuple of str
        The level of each study as the table has it; empty without a column to split by.
    notes : tuple of str
        What people must know of how the table was read.
    """

    events: tuple[int, ...]
    total: tuple[int, ...]
    levels: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def by_level(self) -> dict[str, tuple[list[int], list[int]]]:
        """Return events and totals of each level, in order of appearance."""
        groups: dict[str, tuple[list[int], list[int]]] = {}
        for level, x, n in zip(self.levels, self.events, self.total, strict=False):
            events, total = groups.setdefault(level, ([], []))
            events.append(x)
            total.append(n)
        return groups


class CountErrors(DataError):
    """All faults of a table, one line each."""

    def __init__(self, lines: Iterable[str]) -> None:
        Exception.__init__(self, "\n".join(lines))


def read_counts(
    path: Path,
    wanted: Mapping[str, str],
    by: str | None = None,
    *,
    sheet: str = "",
    encoding: str = "",
    decimal: str = "",
) -> Counts:
    """Read the counts of a table.

    Parameters
    ----------
    path : Path
        A text table or a workbook; ``-`` is standard input.
    wanted : mapping of str to str
        Columns of ``events`` and ``total`` by heading or letter, where headings do not say them.
    by : str, optional
        Column of levels, by heading or letter.
    sheet, encoding, decimal : str
        Sheet of a workbook, encoding of a text table, mark of decimals; empty to find out.

    Raises
    ------
    DataError
        If the table cannot be read, or a cell is unclear: with file, row and column.
    """
    found = read_sheet(path, sheet, encoding, exact=True)
    head = heading(found, wanted, COUNTS)
    column = head.find(by, found) if by else None
    understood = understand(found, head, {}, {}, decimal, study_needed=False, repeats="say")
    faults = [*understood.problems, *_impossible(understood.entries, head, found)]
    if faults:
        raise CountErrors(faults)
    full = [e for e in understood.entries if e.events is not None and e.total is not None]
    if not full:
        raise _nothing(understood.entries, head, found)
    cells = dict(found.rows)
    return Counts(
        events=tuple(entry.events or 0 for entry in full),
        total=tuple(entry.total or 0 for entry in full),
        levels=() if column is None else tuple(_text(cells[e.row], column) for e in full),
        notes=(*head.found(wanted), *understood.notes, *_without_counts(understood.entries)),
    )


def _text(cells: list[Cell], column: int) -> str:
    return as_text(cells[column]) if column < len(cells) else ""


def _impossible(entries: Iterable[Entry], head: Heading, sheet: Sheet) -> list[str]:
    column = head.roles.get("events", head.roles.get("percent", 0))
    return [
        f"{sheet.where(e.row, head.called(column))}: events is {e.events} but total is {e.total}. "
        "Events must lie between 0 and total, and total must be at least 1."
        for e in entries
        if e.events is not None and e.total is not None and not (e.events <= e.total >= 1)
    ]


def _nothing(entries: Iterable[Entry], head: Heading, sheet: Sheet) -> DataError:
    if "total" not in head.roles and any(entry.events is not None for entry in entries):
        return head.without_total(sheet)
    row = sheet.rows[head.last][0] + 1
    hint = "Add at least one study below the heading."
    return DataError("the table has no rows with counts", where=sheet.where(row), hint=hint)


def _without_counts(entries: Iterable[Entry]) -> list[str]:
    """Say which rows are not pooled, and which counts the sheet did not state."""
    entries = list(entries)
    lost = [entry.row for entry in entries if entry.events is None or entry.total is None]
    back = [entry.row for entry in entries if entry.counted_back]
    notes = []
    for rows, one, many in (
        (lost, "has no count and is left out", "have no counts and are left out"),
        (back, "has the only count that gives its percentage",
         "have the only counts that give their percentages"),
    ):  # fmt: skip
        if rows:
            listed = ", ".join(map(str, rows[:5])) + (" and more" if len(rows) > 5 else "")
            notes.append(f"row {listed} {one}" if len(rows) == 1 else f"rows {listed} {many}")
    return notes
