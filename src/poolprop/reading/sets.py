"""Many data sets in one long table: which set each row belongs to, its events and its total.

Names of sets are text from the first byte to the last; nothing is guessed of them. The rows are
read one after another, so that millions of them fit.
"""

from __future__ import annotations

import io
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import TypeGuard

from poolprop.errors import DataError, PoolpropError
from poolprop.reading.cells import PLAIN, Unclear, decimal_mark
from poolprop.reading.headings import EVENTS, Heading, heading
from poolprop.reading.marks import figures
from poolprop.reading.read import OLD_EXCEL, ZIP, sheet_of
from poolprop.reading.sheet import Cell, Sheet, as_text, cell_at, is_empty
from poolprop.reading.source import Source, take
from poolprop.reading.text import read_text

MAX_BYTES = 300_000_000
PARQUET = b"PAR1"
FIRST = 200  # rows that show the heading and the mark of decimals
Rows = Iterator[tuple[int, list[Cell]]]


@dataclass(slots=True)
class Sets:
    """The rows of a table of data sets: ``0 <= events <= total``, ``1 <= total <= 1e9``.

    ``names`` are text, or whole numbers where a Parquet file declares them; ``notes`` say what
    people must know of how the table was read.
    """

    names: list[str | int] = field(default_factory=list)
    events: array[int] = field(default_factory=lambda: array("q"))
    total: array[int] = field(default_factory=lambda: array("q"))
    notes: list[str] = field(default_factory=list)


def read_sets(
    path: Path,
    by: str,
    wanted: Mapping[str, str],
    *,
    sheet: str = "",
    encoding: str = "",
    decimal: str = "",
) -> Sets:
    """Read a table of data sets: text, workbook or Parquet; ``-`` is standard input.

    ``by`` names the column that tells the sets apart, ``wanted`` those of ``events`` and ``total``
    where the headings do not say them. Raises DataError at the first fault, with file, row and
    column.
    """
    table, rest = _open(take(path, MAX_BYTES), sheet, encoding)
    if not table.rows:
        raise DataError("the table is empty", where=table.file, hint="It needs a header and rows.")
    head = heading(table, wanted, EVENTS)
    column = head.find(by, table)
    body = table.rows[head.last + 1 :]
    points = decimal or table.points or _points(body, head, table)
    found = Sets(notes=[*table.notes, *head.found(wanted)])
    without: dict[int, str | int] = {}
    known: dict[str, str] = {}  # one copy of each name
    for row, cells in chain(body, rest):
        if len(cells) > len(head.names):
            head.refuse_beyond(row, cells, table)
        pair = _pair(row, cells, head, points, table)
        name = _name(cell_at(cells, column), row, by, table)
        if pair is None:
            without[row] = name
            continue
        found.names.append(known.setdefault(name, name) if isinstance(name, str) else name)
        found.events.append(pair[0])
        found.total.append(pair[1])
    if not found.names:
        row = table.rows[head.last][0]
        hint = "Add at least one study below the heading."
        raise DataError("the table has no rows with counts", where=table.where(row + 1), hint=hint)
    found.notes += _left_out(without, found.names)
    return found


PARQUET_NAME = "Parquet"


def _open(source: Source, sheet: str, encoding: str) -> tuple[Sheet, Rows]:
    """Return the first rows of a table, and the others one after another."""
    content = source.content
    if content.startswith(PARQUET):
        return _parquet(source)
    if content.startswith((ZIP, OLD_EXCEL)) or sheet:
        return sheet_of(source, sheet, encoding, exact=True), iter(())
    text = read_text(content, source.name, encoding)
    records: Rows = ((line, [*cells]) for line, cells in text.records())
    filled = ((line, cells) for line, cells in records if not all(map(is_empty, cells)))
    first = list(islice(filled, FIRST))
    return Sheet(file=source.name, name="", rows=first, notes=text.notes), filled


def no_pyarrow(where: str) -> PoolpropError:
    """Return the error for Parquet without the package that reads and writes it."""
    problem = "Parquet files need the package pyarrow, which is not installed"
    hint = "Install it: python -m pip install pyarrow; or use a .csv file."
    return PoolpropError(problem, where=where, hint=hint)


def _parquet(source: Source) -> tuple[Sheet, Rows]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise no_pyarrow(source.name) from None
    try:
        table = pq.read_table(io.BytesIO(source.content))
        columns = [column.to_pylist() for column in table.columns]
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        hint = "It needs a header and rows."
        raise DataError(f"not a table: {reason}", where=source.name, hint=hint) from None
    names: list[Cell] = [str(name) for name in table.column_names]
    rows = ((i, [*cells]) for i, cells in enumerate(zip(*columns, strict=True), start=1))
    sheet = Sheet(file=source.name, name=PARQUET_NAME, rows=[(0, names)], notes=[], points=".")
    return sheet, rows


def _points(body: Sequence[tuple[int, list[Cell]]], head: Heading, table: Sheet) -> str:
    columns = [head.roles[role] for role in ("events", "total") if role in head.roles]
    try:
        return decimal_mark([cells[i] for _, cells in body for i in columns if i < len(cells)])
    except Unclear as unclear:
        where = table.where(table.rows[head.last][0])
        raise DataError(unclear.problem, where=where, hint=unclear.hint) from None


def _name(cell: Cell, row: int, by: str, table: Sheet) -> str | int:
    name = cell if table.name == PARQUET_NAME and type(cell) is int else as_text(cell)
    if name == "":
        hint = "Each study belongs to a data set."
        raise DataError(f"the row has no {by}", where=table.where(row, by), hint=hint)
    return name


def _pair(
    row: int, cells: Sequence[Cell], head: Heading, points: str, table: Sheet
) -> tuple[int, int] | None:
    """Return events and total of a row; None where it has no count."""
    cell, other = _cell(cells, head, "events"), _cell(cells, head, "total")
    if _is_plain(cell) and _is_plain(other):
        return _possible(int(cell), int(other), row, head, table)
    role = "events"
    try:
        first = figures(cell, points).read
        role = "total"
        total = first.total
        if total is None:
            total = figures(other, points).read.events
    except Unclear as unclear:
        where = table.where(row, head.called(head.roles[role]))
        raise DataError(unclear.problem, where=where, hint=unclear.hint) from None
    if first.events is not None and total is None and "total" not in head.roles:
        raise head.without_total(table)
    if first.events is None or total is None:
        return None
    return _possible(first.events, total, row, head, table)


def _possible(x: int, n: int, row: int, head: Heading, table: Sheet) -> tuple[int, int]:
    if not (x <= n and n >= 1):
        raise DataError(
            f"events is {x} but total is {n}",
            where=table.where(row, head.called(head.roles["events"])),
            hint="Events must lie between 0 and total, and total must be at least 1.",
        )
    return x, n


def _cell(cells: Sequence[Cell], head: Heading, role: str) -> Cell:
    column = head.roles.get(role, len(cells))
    cell = cell_at(cells, column)
    return None if isinstance(cell, float) and cell != cell else cell  # NaN: nothing is there


def _is_plain(cell: Cell) -> TypeGuard[str]:
    return isinstance(cell, str) and len(cell) <= PLAIN and cell.isascii() and cell.isdigit()


def _left_out(without: Mapping[int, str | int], kept: Iterable[str | int]) -> list[str]:
    if not without:
        return []
    left = set(kept)
    lost = [repr(name) for name in dict.fromkeys(without.values()) if name not in left]
    gone = f"; nothing is left of {', '.join(lost[:5])}" if lost else ""
    rows = "1 row has" if len(without) == 1 else f"{len(without)} rows have"
    return [f"{rows} no counts, the first in line {next(iter(without))}: left out{gone}"]
