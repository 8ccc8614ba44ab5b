"""Counts from a plain table that somebody brings along, perhaps with a column to split by."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from poolprop.errors import DataError
from poolprop.hints import did_you_mean

MAX_LINES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Events and totals of the studies, in the order of the table.

    Attributes
    ----------
    events, total : tuple of int
        ``0 <= events <= total``, ``total >= 1``.
    levels : tuple of str
        The level of each study; empty without a column to split by.
    """

    events: tuple[int, ...]
    total: tuple[int, ...]
    levels: tuple[str, ...]

    def by_level(self) -> dict[str, tuple[list[int], list[int]]]:
        """Return events and totals of each level, in order of appearance."""
        groups: dict[str, tuple[list[int], list[int]]] = {}
        for level, x, n in zip(self.levels, self.events, self.total, strict=False):
            events, total = groups.setdefault(level, ([], []))
            events.append(x)
            total.append(n)
        return groups


def read_counts(path: Path, events: str, total: str, by: str | None) -> Counts:
    """Read two columns of whole numbers, and one of levels.

    Raises
    ------
    DataError
        At the first fault, with file, row and column.
    """
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise DataError("no such file", where=str(path), hint="Check the name.") from None
    except (UnicodeDecodeError, OSError, ValueError):
        raise DataError("not a UTF-8 text table", where=str(path), hint="Save it as CSV.") from None
    if text.count("\n") > MAX_LINES:
        hint = "Many data sets in one table are a task for pool_many."
        raise DataError(f"more than {MAX_LINES} lines", where=str(path), hint=hint)
    try:
        return _read(
            csv.DictReader(io.StringIO(text, newline=""), strict=True), path, events, total, by
        )
    except csv.Error as error:
        raise DataError(
            f"not a CSV table ({error})", where=str(path), hint="Check its quotes."
        ) from None


def _read(
    reader: csv.DictReader[str], path: Path, events: str, total: str, by: str | None
) -> Counts:
    for column in filter(None, (events, total, by)):
        _require(column, list(reader.fieldnames or ()), path)
    x, n, levels = [], [], []
    for row in reader:
        line = reader.line_num
        n.append(_whole(row[total], path, line, total))
        x.append(_whole(row[events], path, line, events))
        if not (x[-1] <= n[-1] and n[-1] >= 1):
            raise DataError(
                f"events is {x[-1]} but total is {n[-1]}",
                where=f"{path}:{line}:{events}",
                hint="Events must lie between 0 and total, and total must be at least 1.",
            )
        if by:
            levels.append(row[by] or "")
    if not x:
        raise DataError(
            "the table has no rows", where=f"{path}:2:{events}", hint="Add at least one row."
        )
    return Counts(events=tuple(x), total=tuple(n), levels=tuple(levels))


def _require(column: str, columns: list[str], path: Path) -> None:
    if columns.count(column) > 1:
        raise DataError(
            "the column stands twice", where=f"{path}:1:{column}", hint="Keep one of the two."
        )
    if column not in columns:
        named = ", ".join(columns)[:400] or "none"
        hint = did_you_mean(column, columns, f"The columns are: {named}.")
        if len(columns) == 1 and column in re.split(r"[;\t|]", columns[0]):
            hint = "Save the table with commas between the cells."
        raise DataError("the column is missing", where=f"{path}:1:{column}", hint=hint)


def _whole(cell: str | None, path: Path, line: int, column: str) -> int:
    text = (cell or "").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise DataError(
            f"{text[:60]!r} is not a whole number",
            where=f"{path}:{line}:{column}",
            hint="Write plain digits.",
        )
    return int(text)
