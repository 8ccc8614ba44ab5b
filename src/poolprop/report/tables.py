"""Tables: what a template needs to write one, and how result files become rows."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

from poolprop.report.formats import MISSING, level
from poolprop.report.values import (
    Piece,
    Record,
    Sentence,
    Value,
    join,
    look_up,
    quote,
    quote_range,
    quote_within,
    spell,
)

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

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]
    note: tuple[Sentence, ...] = ()

    @property
    def tall(self) -> bool:
        """Whether it is too long to stand open on the page at full height."""
        return len(self.rows) > TALL


def cell(*parts: Piece | Sentence) -> Cell:
    """Return a cell that is sorted by its first number, or else by its text.

    Where an estimate is missing, the limit beside it is none: such a cell is sorted last.
    """
    content = join(*parts)
    if content and isinstance(content[0], str) and content[0].startswith(f"{MISSING} "):
        return Cell(content=content)
    first = next((piece for piece in content if isinstance(piece, Value)), None)
    return Cell(content=content, sort=first.raw if first else spell(content))


def result_columns(first: str, level_of: float) -> tuple[Column, ...]:
    """Return the columns that describe a pooled result, after one named ``first``."""
    interval = f"{level(level_of)} CI"
    return (
        Column(title=first),
        Column(title="Estimate", numeric=True, help="pooled, or one study's own if k is one"),
        Column(title=interval, numeric=True, help="confidence interval of the pooled value"),
        Column(
            title=f"{level(level_of)} prediction",
            numeric=True,
            help="where the proportion of a new study like these is expected",
        ),
        Column(title="k", numeric=True, help="number of arms or cohorts pooled"),
        Column(title="Events/total", numeric=True),
        Column(
            title="τ²",
            numeric=True,
            help="between-study variance on the model's scale, with its interval (of the GLMM a "
            "credible one)",
        ),
        Column(
            title="I²",
            numeric=True,
            help="share of the variation beyond chance, with the interval that goes with τ²'s",
        ),
    )


def result_cells(owner: Record, prefix: str = "") -> tuple[Cell, ...]:
    """Return the cells of :func:`result_columns` but the first; two studies show no spread."""
    events = quote(owner, f"{prefix}events", "count")
    many = look_up(owner, f"{prefix}k") > 2
    return (
        cell(quote(owner, f"{prefix}proportion", "percent")),
        cell(quote_range(owner, f"{prefix}ci")),
        cell(quote_range(owner, f"{prefix}prediction")),
        cell(quote(owner, f"{prefix}k", "count")),
        cell(events, "/", quote(owner, f"{prefix}total", "count")),
        cell(quote_within(owner, f"{prefix}tau2", "number") if many else MISSING),
        cell(quote_within(owner, f"{prefix}i2", "share") if many else MISSING),
    )


def text_table(
    name: str, caption: str, titles: Sequence[str], rows: Sequence[Sequence[str]]
) -> Table:
    """Return a table of text; columns of numbers and of long texts are set as such."""
    columns = tuple(_text_column(title, [row[i] for row in rows]) for i, title in enumerate(titles))
    body = tuple(TableRow(cells=tuple(cell(text) for text in row)) for row in rows)
    return Table(id=name, caption=caption, columns=columns, rows=body)


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
