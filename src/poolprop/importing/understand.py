"""From cells to studies: what was understood, what was left out, and what is unclear."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

from poolprop.reading.cells import (
    Reading,
    Unclear,
    count,
    decimal_mark,
    is_missing,
    percentage,
    reading,
)
from poolprop.reading.headings import Heading
from poolprop.reading.sheet import Cell, Sheet

SUMS = frozenset({"total", "totals", "sum", "overall", "pooled", "all studies", "summe", "gesamt"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One study of the sheet."""

    row: int
    study: str
    events: int | None
    total: int | None
    percent: Decimal | None
    counted_back: bool = False
    year: str = ""
    doi: str = ""
    factors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """All studies of the sheet, in its order, and what people must know about the rest."""

    entries: tuple[Entry, ...]
    notes: tuple[str, ...]
    problems: tuple[str, ...]


def understand(
    sheet: Sheet,
    head: Heading,
    factors: Mapping[str, int],
    keep: Mapping[int, str],
    points: str = "",
) -> Understood:
    """Read the rows below the heading.

    Parameters
    ----------
    sheet : Sheet
        The cells.
    head : Heading
        Which column holds what.
    factors : mapping of str to int
        Column of each factor.
    keep : mapping of int to str
        Rows are kept only where these columns hold these texts.
    points : str
        The mark of decimals; empty to see it from the cells.

    Returns
    -------
    Understood
        With ``problems``, one line each, where a cell is unclear: then nothing may be written.
    """
    body = sheet.rows[head.last + 1 :]
    notes = list(sheet.notes)
    try:
        points = points or sheet.points or decimal_mark(_figures(body, head))
    except Unclear as unclear:
        place = sheet.where(sheet.rows[head.last][0])
        return Understood(
            entries=(), notes=(), problems=(f"{place}: {unclear.problem}. {unclear.hint}",)
        )
    entries: list[Entry] = []
    problems: list[str] = []
    for row, cells in body:
        line = _Row(sheet, head, row, cells, points, problems)
        if reason := line.left_out(keep):
            notes.append(f"row {row} is left out: {reason}")
        elif entry := line.entry(factors):
            entries.append(entry)
    problems += _twice(entries, sheet)
    if not entries and not problems:
        place = sheet.where(sheet.rows[head.last][0])
        problems.append(f"{place}: no study stands below the heading. Check the file.")
    entries, scaled = _as_percent(entries)
    notes += scaled
    return Understood(entries=tuple(entries), notes=tuple(notes), problems=tuple(problems))


def _figures(body: Sequence[tuple[int, list[Cell]]], head: Heading) -> list[Cell]:
    columns = [head.roles[role] for role in ("events", "total", "percent") if role in head.roles]
    return [cells[i] for _, cells in body for i in columns if i < len(cells)]


class _Row:
    """One row of the sheet, read cell by cell; faults are added to a list as they are met."""

    def __init__(
        self,
        sheet: Sheet,
        head: Heading,
        row: int,
        cells: list[Cell],
        points: str,
        problems: list[str],
    ) -> None:
        self.sheet, self.head, self.row = sheet, head, row
        self.cells, self.points, self.problems = cells, points, problems

    def cell(self, role: str) -> Cell:
        """Return the cell of a role; None where the sheet has no such column."""
        column = self.head.roles.get(role, len(self.cells))
        return self.cells[column] if column < len(self.cells) else None

    def text(self, column: int) -> str:
        """Return a cell as text; whole numbers without a decimal part."""
        cell = self.cells[column] if column < len(self.cells) else None
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        return "" if is_missing(cell) else str(cell)

    def left_out(self, keep: Mapping[int, str]) -> str:
        """Say why the row is no study; empty if it is one."""
        for column, wanted in keep.items():
            if self.text(column).casefold() != wanted.casefold():
                return f"{self.head.called(column)} is {self.text(column)!r}"
        name = self.text(self.head.roles["study"])
        if name.casefold().rstrip(":") in SUMS:
            return f"{name!r} is a sum"
        if all(is_missing(self.cell(role)) for role in ("events", "total", "percent")):
            return "it has no figures" if name else "it is empty"
        return ""

    def read(self, role: str, how: Callable[[Cell, str], Any]) -> Any:
        """Read the cell of a role; a fault is noted and reads as None."""
        try:
            return how(self.cell(role), self.points)
        except Unclear as unclear:
            column = self.head.called(self.head.roles[role])
            place = self.sheet.where(self.row, column)
            self.problems.append(f"{place}: {unclear.problem}. {unclear.hint}")
            return None

    def entry(self, factors: Mapping[str, int]) -> Entry | None:
        """Return the study of the row, or None if a cell is unclear."""
        before = len(self.problems)
        study = self.text(self.head.roles["study"])
        if not study:
            place = self.sheet.where(self.row, self.head.called(self.head.roles["study"]))
            self.problems.append(f"{place}: figures without a study. Name the study.")
        first: Reading = self.read("events", reading) or Reading()
        total = first.total if first.total is not None else self.read("total", count)
        percent = first.percent
        if percent is None:
            percent = self.read("percent", percentage)
        if len(self.problems) > before:
            return None
        events, back = first.events, False
        if events is None and percent is not None and total:
            events, back = counted_back(percent, total), True
        return Entry(
            row=self.row,
            study=study,
            events=events,
            total=total,
            percent=percent,
            counted_back=back and events is not None,
            year=self.text(self.head.roles["year"])[:4] if "year" in self.head.roles else "",
            doi=self.text(self.head.roles["doi"]) if "doi" in self.head.roles else "",
            factors={name: self.text(column) for name, column in factors.items()},
        )


def counted_back(percent: Decimal, total: int) -> int | None:
    """Return the one count that gives a printed percentage; None if none or several do."""
    step = Decimal(1).scaleb(min(0, int(percent.as_tuple().exponent)))
    near = int(percent * total / 100)
    fitting = [
        x
        for x in range(max(0, near - 2 - total // 100), min(total, near + 3 + total // 100) + 1)
        if percent
        in {
            (Decimal(100 * x) / total).quantize(step, how)
            for how in (ROUND_HALF_UP, ROUND_HALF_EVEN)
        }
    ]
    return fitting[0] if len(fitting) == 1 else None


def _twice(entries: Sequence[Entry], sheet: Sheet) -> list[str]:
    first: dict[str, int] = {}
    problems = []
    for entry in entries:
        key = f"{entry.study} {entry.year}".casefold()
        if key in first:
            place = sheet.where(entry.row)
            problems.append(
                f"{place}: {entry.study!r} stands already in row {first[key]}. Tell the two apart "
                "in the study's name, or keep one kind of rows with --keep COLUMN=VALUE."
            )
        first.setdefault(key, entry.row)
    return problems


def _as_percent(entries: list[Entry]) -> tuple[list[Entry], list[str]]:
    """Excel stores 57% as 0.57: where all counts say so, the column is read as shares."""
    both = [e for e in entries if None not in (e.events, e.total, e.percent) and not e.counted_back]
    shares = [e for e in both if e.percent is not None and e.percent <= 1 and e.events]
    if not shares or len(shares) < len([e for e in both if e.events]):
        return entries, []
    if any(abs(float(e.percent or 0) - (e.events or 0) / (e.total or 1)) > 0.011 for e in shares):
        return entries, []
    hundred = Decimal(100)
    changed = [
        _with_percent(e, None if e.percent is None else e.percent * hundred) for e in entries
    ]
    return changed, ["the percentages are stored as shares of one and were multiplied by 100"]


def _with_percent(entry: Entry, percent: Decimal | None) -> Entry:
    from dataclasses import replace

    rounded = None if percent is None else round(percent, 1).normalize()
    return replace(entry, percent=rounded)
