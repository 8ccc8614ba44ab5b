"""Proportions without counts from a table that somebody brings: an estimate and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from poolprop.errors import DataError
from poolprop.reading.cells import Unclear, count, decimal_mark, is_missing, percentage
from poolprop.reading.headings import Heading, columns_called, heading
from poolprop.reading.sheet import Cell, Sheet, cell_at, text_at

COLUMNS = ("estimate", "se", "ci_lower", "ci_upper", "n_effective")
COUNTS = ("events", "total")
SHARED = ("estimate", "se", "ci_lower", "ci_upper")  # in one unit
Row = dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """Rows of estimates, and of counts where a row has them.

    A row has ``events`` and ``total``, or what it has of ``estimate``, ``se``, ``ci_lower``,
    ``ci_upper`` (shares of 1) and ``n_effective``. Levels, studies and notes are as in
    :class:`poolprop.importing.counts.Counts`.
    """

    rows: tuple[Row, ...]
    where: tuple[str, ...]  # file and row of each
    levels: tuple[str, ...]
    studies: tuple[str, ...]
    notes: tuple[str, ...]


def estimates_in(
    found: Sheet,
    wanted: Mapping[str, str],
    by: str | None = None,
    *,
    decimal: str = "",
    percent_as: str = "",
) -> Estimates | None:
    """Read a sheet of estimates; None if it has no column of estimates.

    ``wanted`` names columns by heading or letter: ``estimate``, ``se``, ``ci_lower``, ``ci_upper``,
    ``n_effective``, ``events``, ``total``, ``study``; those called so need not be named. ``by``
    names a column of levels, ``percent_as`` says what estimates of 1 or less are: ``shares`` or
    ``percent``. Raises DataError at the first cell that is unclear, with file, row and column.
    """
    called = columns_called(found, COLUMNS) if "events" not in wanted else set()
    if "estimate" not in (called | set(wanted)):
        return None
    head = heading(found, {**{name: name for name in called}, **wanted}, [frozenset({"estimate"})])
    column = head.find(by, found) if by else None
    body = [(row, cells) for row, cells in found.rows[head.last + 1 :] if any(_full(cells, head))]
    if not body:
        hint = "Add at least one study below the heading."
        raise DataError("the table has no rows with estimates", where=found.file, hint=hint)
    rows = _numbers(body, head, found, decimal or found.points)
    rows, note = _as_shares(rows, percent_as, head.names[head.roles["estimate"]])
    names = head.roles.get("study")
    studies = tuple("" if names is None else text_at(cells, names) for _, cells in body)
    return Estimates(
        rows=tuple(rows),
        where=tuple(found.where(row) for row, _ in body),
        levels=() if column is None else tuple(text_at(cells, column) for _, cells in body),
        studies=studies if any(studies) else (),
        notes=(*found.notes, note),
    )


def _full(cells: Sequence[Cell], head: Heading) -> list[bool]:
    used = [head.roles[name] for name in ("estimate", "events") if name in head.roles]
    return [not is_missing(cells[i]) for i in used if i < len(cells)]


def _numbers(
    body: Sequence[tuple[int, list[Cell]]], head: Heading, sheet: Sheet, points: str
) -> list[Row]:
    columns = {
        name: head.roles[name] for name in (*COLUMNS, "events", "total") if name in head.roles
    }
    figures = [cells[i] for _, cells in body for i in columns.values() if i < len(cells)]
    try:
        points = points or decimal_mark(figures) or "."
    except Unclear as unclear:
        raise DataError(unclear.problem, where=sheet.file, hint=unclear.hint) from None
    rows: list[Row] = []
    for row, cells in body:
        numbers: Row = {}
        for name, column in columns.items():
            cell = cell_at(cells, column)
            try:
                read: Any = (count if name in COUNTS else percentage)(cell, points)
            except Unclear as unclear:
                where = sheet.where(row, head.names[column])
                raise DataError(unclear.problem, where=where, hint=unclear.hint) from None
            if read is not None:
                numbers[name] = float(read)
        counted: Row = {name: numbers.pop(name) for name in COUNTS if name in numbers}
        # Counts say more than an estimate of them; a total alone says nothing of its precision.
        rows.append(counted if len(counted) == 2 else numbers)
    return rows


def _as_shares(rows: Sequence[Row], percent_as: str, name: str) -> tuple[list[Row], str]:
    """Return the estimates as shares of 1, and what they were taken for."""
    largest = max((row["estimate"] for row in rows if "estimate" in row), default=0.0)
    said = percent_as or ("percent" if largest > 1 else "shares")
    asked = f"all are 1 or less in column {name!r}; otherwise --percent-as percent"
    note = "estimates are percentages" if largest > 1 else f"estimates are shares of 1 ({asked})"
    if percent_as:
        note = f"estimates are {'percentages' if said == 'percent' else 'shares of 1'}, as told"
    if said == "shares":
        return list(rows), note
    return [
        {key: value / 100 if key in SHARED else value for key, value in row.items()} for row in rows
    ], note
