"""Tables: what a template needs to write one, and how result files become rows."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, ClassVar

from poolprop.report.formats import MISSING
from poolprop.report.values import Piece, Sentence, Value, join, quote, quote_range, spell

TALL = 20
SORT_DIGITS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its title, whether it holds numbers, and what the title means.

    ``room`` is the class that gives long texts a wide column: ``long`` or ``longest``.
    ``filter`` offers its values as a choice above the table.
    """

    title: str
    numeric: bool = False
    room: str = ""
    help: str = ""
    filter: bool = False

    @property
    def term(self) -> str:
        """The id of the glossary's entry on the title; the same title may mean two things."""
        digest = hashlib.sha256(f"{self.title}: {self.help}".encode()).hexdigest()[:6]
        return f"term-{digest}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell, and the key by which its column is sorted."""

    content: Sentence
    sort: str = ""

    @property
    def key(self) -> str | None:
        """The key as the page carries it: None where the first number or the text is the key."""
        first = next((piece.raw for piece in self.content if isinstance(piece, Value)), None)
        if self.sort == (spell(self.content).strip() if first is None else first):
            return None
        if _is_number(self.sort) and math.isfinite(float(self.sort)):
            return f"{float(self.sort):.{SORT_DIGITS}g}"
        return self.sort


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """A row; ``anchor`` is its element id, for deep links; the first cell is its header."""

    cells: tuple[Cell, ...]
    anchor: str = ""
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table; ``note`` stands below it."""

    block: ClassVar[str] = "table"
    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]
    note: tuple[Sentence, ...] = ()

    @property
    def tall(self) -> bool:
        """Whether it is too long to stand open on the page at full height."""
        return len(self.rows) > TALL


Content = Cell | Sentence | Piece
Make = Callable[[Any], Content]
Field = tuple[Column, Make]


def cell(*parts: Piece | Sentence) -> Cell:
    """Return a cell that is sorted by its first number, or else by its text.

    Where an estimate is missing, the limit beside it is none: such a cell is sorted last.
    """
    content = join(*parts)
    if content and isinstance(content[0], str) and content[0].startswith(f"{MISSING} "):
        return Cell(content=content)
    first = next((piece for piece in content if isinstance(piece, Value)), None)
    return Cell(content=content, sort=first.raw if first else spell(content))


def texts(
    title: str, content: str | Make, *, room: str = "", about: str = "", filtered: bool = False
) -> Field:
    """Return a column of words: a field of each record, or what a function makes of a record."""
    make: Make = content if callable(content) else lambda one: one[content] or MISSING
    return Column(title=title, room=room, help=about, filter=filtered), make


def numbers(title: str, content: str | Make, form: str = "", *, about: str = "") -> Field:
    """Return a column of numbers: a field quoted in a format, or what a function makes."""
    make: Make = content if callable(content) else lambda one: quote(one, content, form)
    return Column(title=title, numeric=True, help=about), make


def ranges(title: str, field: str, form: str = "percent", *, about: str = "") -> Field:
    """Return a column of intervals."""
    return numbers(title, lambda one: quote_range(one, field, form), about=about)


def table(
    name: str,
    caption: str,
    records: Iterable[Any],
    fields: Iterable[Field],
    *,
    anchor: str | Callable[[Any], str] = "",
    strong: Callable[[Any], bool] = lambda one: False,
    note: tuple[Sentence, ...] = (),
) -> Table:
    """Return a table with a row for each record; ``anchor`` is the field of its address."""
    columns, makers = zip(*fields, strict=True)
    address = anchor if callable(anchor) else lambda one: str(one[anchor]) if anchor else ""
    rows = (
        TableRow(
            cells=tuple(_cell(make(one)) for make in makers),
            anchor=address(one),
            strong=strong(one),
        )
        for one in records
    )
    return Table(id=name, caption=caption, columns=columns, rows=tuple(rows), note=note)


def _cell(content: Content) -> Cell:
    if isinstance(content, Cell):
        return content
    return cell(*content) if isinstance(content, tuple) else cell(content)


def listed(
    name: str, caption: str, rows: Iterable[Any], columns: Mapping[str, str | Callable[[Any], str]]
) -> Table:
    """Return rows as a table of text: titles, and the field or the function that fills each.

    Columns of numbers and of long texts are set as such.
    """
    held = list(rows)
    filled = {title: [_text(content, row) for row in held] for title, content in columns.items()}
    body = zip(*filled.values(), strict=True)
    return Table(
        id=name,
        caption=caption,
        columns=tuple(_text_column(title, texts) for title, texts in filled.items()),
        rows=tuple(TableRow(cells=tuple(map(cell, texts))) for texts in body),
    )


def by_place(titles: Sequence[str]) -> dict[str, Callable[[Any], str]]:
    """Return the columns of rows that are lists: each title takes the cell of its place."""
    return {title: itemgetter(place) for place, title in enumerate(titles)}


def _text(content: str | Callable[[Any], str], row: Any) -> str:
    return content(row) if callable(content) else row[content] or MISSING


# Cells that say that there is no number, and texts that deserve a wide column.
BLANK = {"", MISSING, "NR"}
LONG, LONGEST = 60, 200


def _text_column(title: str, texts: Sequence[str]) -> Column:
    told = [text for text in texts if text not in BLANK]
    numeric = bool(told) and all(_is_number(text) for text in told)
    longest = max((len(text) for text in told), default=0)
    room = "longest" if longest > LONGEST else "long" if longest > LONG else ""
    return Column(title=title, numeric=numeric, room=room)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
