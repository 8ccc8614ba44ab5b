"""One sheet of a spreadsheet as rows of cells, each with the number that people see beside it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from poolprop.errors import DataError

MAX_BYTES = 50_000_000
MAX_ROWS = 20_000
MAX_COLUMNS = 500

Cell = str | int | float | bool | date | datetime | time | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A rectangle of cells."""

    file: str  # as people call it, also in name
    name: str  # empty where a file has no sheets
    rows: list[tuple[int, list[Cell]]]  # number of the row in the file, from 1, and its cells
    notes: list[str]  # what was done to read it, for people
    points: str = ""  # mark of the decimals that the format itself fixes

    def origin(self, row: int) -> str:
        """Name a row as people would look it up."""
        sheet = f", sheet {self.name}" if self.name else ""
        return f"{self.file}{sheet}, row {row}"

    def where(self, row: int, column: str = "") -> str:
        """Name a cell as messages do."""
        sheet = f"[{self.name}]" if self.name else ""
        return f"{self.file}{sheet}:{row}" + (f":{column}" if column else "")


def tidy(text: str) -> str:
    """Make all blanks one plain space; drop what cannot be seen."""
    if text.isascii():
        return " ".join(text.split())
    seen = "".join(
        " " if unicodedata.category(mark) == "Zs" or mark in "\t\r\n\v\f" else mark
        for mark in text
        if unicodedata.category(mark) != "Cf"
    )
    return " ".join(seen.split())


def tidied(sheet: Sheet) -> Sheet:
    """Return a sheet with the texts of its cells tidied."""
    rows: list[tuple[int, list[Cell]]] = [
        (row, [tidy(cell) if isinstance(cell, str) else cell for cell in cells])
        for row, cells in sheet.rows
    ]
    return replace(sheet, rows=rows)


def is_empty(cell: Cell) -> bool:
    """Tell whether a cell holds nothing, or nothing but blanks."""
    return not cell.strip() if isinstance(cell, str) else cell is None


def as_text(cell: Cell) -> str:
    """Return a cell as the name that it is: text as it stands, numbers as a spreadsheet shows."""
    if cell is None or isinstance(cell, str):
        return cell or ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def cell_at(cells: Sequence[Cell], column: int) -> Cell:
    """Return the cell of a column; None where the row is shorter."""
    return cells[column] if column < len(cells) else None


def text_at(cells: Sequence[Cell], column: int) -> str:
    """Return the text of the cell of a column as it stands; empty where the row is shorter."""
    return as_text(cell_at(cells, column))


def said_at(cells: Sequence[Cell], column: int) -> str:
    """Return the text of the cell of a column, tidied."""
    return tidy(text_at(cells, column))


def letters(index: int) -> str:
    """Return the letters of a column, counted from 0: A, B, ..., Z, AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def bounded(rows: Iterator[tuple[int, list[Cell]]], file: str) -> list[tuple[int, list[Cell]]]:
    """Return the rows that hold anything.

    Raises DataError if there are more than anyone keeps studies in.
    """
    kept: list[tuple[int, list[Cell]]] = []
    for number, cells in rows:
        while len(cells) > MAX_COLUMNS and cells[-1] in (None, ""):
            cells.pop()
        if len(cells) > MAX_COLUMNS:
            raise too_large(file, f"row {number} has {len(cells)} cells, more than {MAX_COLUMNS}")
        if not all(map(is_empty, cells)):
            kept.append((number, cells))
        if len(kept) > MAX_ROWS + 1:  # and a heading
            raise too_large(file, f"more than {MAX_ROWS} rows")
    return kept


def too_large(file: str, problem: str) -> DataError:
    """Return the error for what is no table of studies."""
    hint = "Keep the studies only, one a row; many data sets in one table are for pool-many."
    return DataError(problem, where=file, hint=hint)
