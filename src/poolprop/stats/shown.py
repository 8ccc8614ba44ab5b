"""What every result offers beside its fields: plain values, a frame, lines, a table, one line.

All of it is made from ``to_dict`` and ``rows``; a result whose fields are not what a reader wants
has its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from html import escape
from typing import Any

import numpy as np

from poolprop.wording import fixed

LONGEST = 160


class Shown:
    """A frozen dataclass with slots that inherits from this can be printed and tabulated."""

    __slots__: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; numbers that are not finite as ``None``."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each study (or subset) where all numbers are by study, else one."""
        record = flat(self.to_dict())
        lists = {name: cell for name, cell in record.items() if isinstance(cell, list)}
        if not by_study(record):
            return [{name: cell for name, cell in record.items() if name not in lists}]
        return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]

    def to_frame(self) -> Any:
        """Return :meth:`rows` as a pandas DataFrame."""
        import pandas as pd

        return pd.DataFrame(self.rows())

    def summary(self) -> str:
        """Return a line for each value, or a table of the rows."""
        found = self.rows()
        if len(found) > 1:
            return str(self.to_frame().to_string())
        return "\n".join(f"{name}: {words(cell)}" for name, cell in found[0].items())

    def __repr__(self) -> str:
        """Return one line."""
        cells = [
            f"{name} {words(cell)}"
            for name, cell in flat(self.to_dict()).items()
            if cell not in (None, "", [])
        ]
        text = ", ".join(cells)
        shown = text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
        return f"<{type(self).__name__} {shown}>"

    def _repr_html_(self) -> str:
        found, caption = self.rows(), type(self).__name__
        if len(found) > 1:
            return html_table(caption, [(None, row.values()) for row in found], list(found[0]))
        return html_table(caption, [(name, [cell]) for name, cell in found[0].items()])


def html_table(
    caption: str, rows: Iterable[tuple[str | None, Iterable[Any]]], head: Sequence[str] = ()
) -> str:
    """Return an HTML table of rows, each with a heading of its own or ``None``, and cells."""
    lines = [
        ("" if name is None else f'<th scope="row">{escape(name)}</th>')
        + "".join(f"<td>{escape(words(cell))}</td>" for cell in cells)
        for name, cells in rows
    ]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    names = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    top = f"<thead><tr>{names}</tr></thead>" if names else ""
    return f"<table><caption>{escape(caption)}</caption>{top}<tbody>{body}</tbody></table>"


def percent(value: float) -> str:
    """Return a share of 1 in percent with one decimal, without the sign."""
    return fixed(100 * value, 1)


def plain(value: Any) -> Any:
    """Return a value that JSON can hold."""
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def flat(record: dict[str, Any]) -> dict[str, Any]:
    """Return nested records as one, names joined by ``_``; rows of booleans as digits."""
    found: dict[str, Any] = {}
    for name, cell in record.items():
        if isinstance(cell, dict):
            found |= {f"{name}_{key}": item for key, item in flat(cell).items()}
        elif isinstance(cell, list) and cell and isinstance(cell[0], list):
            found[name] = ["".join(str(int(item)) for item in row) for row in cell]
        else:
            found[name] = cell
    return found


def by_study(record: dict[str, Any]) -> bool:
    """Whether all numbers of a record are in lists of one length."""
    lengths = {len(cell) for cell in record.values() if isinstance(cell, list)}
    single = any(
        isinstance(cell, int | float) and not isinstance(cell, bool) for cell in record.values()
    )
    return len(lengths) == 1 and not single


def words(cell: Any) -> str:
    """Return a value as a reader wants it."""
    if isinstance(cell, list):
        return f"({len(cell)} values)"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return f"{cell:.4g}"
    return "none" if cell is None else str(cell)
