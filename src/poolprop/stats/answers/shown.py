"""What every result offers beside its fields: plain values, a frame, lines, a table, one line.

All of it is made from ``to_dict`` and ``rows``; a result whose fields are not what a reader wants
has its own. ``to_dict``, ``rows`` and ``to_frame`` have every digit; texts follow
:mod:`poolprop.formats`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from html import escape
from importlib import import_module
from typing import Any, ClassVar

import numpy as np

from poolprop.errors import EstimationError
from poolprop.formats import count, level, number, p_value, policy_for, share


@dataclass(slots=True, kw_only=True)
class Given:
    """The call behind a result: the public function, its values by study, its other arguments.

    ``dropped`` says which rows were left out because a value is missing; ``kept`` are the places,
    in what was typed, of the others (None: all). ``design`` turns new rows into moderators, where a
    formula was given.
    """

    function: str
    columns: dict[str, Any]
    options: dict[str, Any]
    names: tuple[str, ...] | None = None
    dropped: tuple[str, ...] = ()
    kept: Any = None
    design: Any = None

    def again(self, **changes: Any) -> Any:
        """Return the result of the same call with other options."""
        call = getattr(import_module("poolprop"), self.function)
        named = {} if self.names is None else {"study": self.names}
        return call(**self.columns, **(named | self.options | changes))


LONGEST = 160


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Shown:
    """A frozen dataclass with slots that inherits from this can be printed and tabulated.

    ``given`` holds the studies and choices, where a public function made the result.
    """

    given: Given | None = field(default=None, compare=False)
    # The field whose items are the rows, and their columns, where the fields themselves are not.
    ROWS: ClassVar[tuple[str, tuple[str, ...]]] = "", ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; numbers that are not finite as ``None``."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each study (or subset) where all numbers are by study, else one."""
        items, columns = self.ROWS
        if items:
            found = [flat(plain(each)) for each in getattr(self, items)]
            return [{name: each.get(name) for name in columns} for each in found]
        record = flat(self.to_dict())
        lists = {name: cell for name, cell in record.items() if isinstance(cell, list)}
        if not by_study(record):
            return [{name: cell for name, cell in record.items() if name not in lists}]
        return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]

    def to_frame(self) -> Any:
        """Return :meth:`rows` as a pandas DataFrame."""
        import pandas as pd

        rows, names = self.rows(), self.given.names if self.given else None
        if names and len(names) == len(rows) and by_study(flat(self.to_dict())):
            return pd.DataFrame(rows, index=pd.Index(names, name="study"))
        return pd.DataFrame(rows)

    def summary_frame(self) -> Any:
        """Return :meth:`to_frame`, under the name that statsmodels uses."""
        return self.to_frame()

    def conf_int(self) -> Any:
        """Return the limits of :meth:`summary_frame`, under the name that statsmodels uses."""
        found = self.summary_frame()
        limits = [name for name in ("ci_lower", "ci_upper") if name in found.columns]
        if not limits:
            columns = ", ".join(map(str, found.columns))
            raise EstimationError(f"{type(self).__name__} has no confidence interval",
                                  where="conf_int", hint=f"It has {columns}.")  # fmt: skip
        return found[limits].rename(columns={"ci_lower": "lower", "ci_upper": "upper"})

    def summary(self) -> str:
        """Return a line for each value, or a table of the rows."""
        found = self.rows()
        if len(found) > 1:
            return aligned(self._named(found))
        return "\n".join(f"{name}: {text}" for name, text in told(found[0]).items())

    def _named(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return rows with the study's name first, where studies have names."""
        index = self.to_frame().index
        if index.name != "study":
            return rows
        return [{"study": name} | row for name, row in zip(index, rows, strict=True)]

    def __repr__(self) -> str:
        """Return one line."""
        row = flat(self.to_dict())
        texts = told(row)
        text = ", ".join(
            f"{name} {texts[name]}" for name, cell in row.items() if cell not in (None, "", [])
        )
        shown = text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
        return f"<{type(self).__name__} {shown}>"

    def _repr_html_(self) -> str:
        found, caption = self.rows(), type(self).__name__
        if len(found) > 1:
            found = self._named(found)
            return html_table(caption, [(None, told(row).values()) for row in found], [*found[0]])
        return html_table(caption, [(name, [text]) for name, text in told(found[0]).items()])


def html_table(
    caption: str, rows: Iterable[tuple[str | None, Iterable[str]]], head: Sequence[str] = ()
) -> str:
    """Return an HTML table of rows, each with a heading of its own or ``None``, and cells."""
    lines = [
        ("" if name is None else f'<th scope="row">{escape(name)}</th>')
        + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        for name, cells in rows
    ]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    names = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    top = f"<thead><tr>{names}</tr></thead>" if names else ""
    return f"<table><caption>{escape(caption)}</caption>{top}<tbody>{body}</tbody></table>"


def plain(value: Any) -> Any:
    """Return a value that JSON can hold."""
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
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


# What a proportion is called, and the limits that stand beside it on the same scale.
PROPORTIONS = ("proportion", "rate")
LIMITS = ("ci_lower", "ci_upper", "prediction_lower", "prediction_upper")


def told(row: Mapping[str, Any]) -> dict[str, str]:
    """Return the values of a row as a reader wants them; names say what kind of number each is."""
    return {name: _words(cell, name, row) for name, cell in row.items()}


def aligned(rows: list[dict[str, Any]]) -> str:
    """Return rows as text with a heading, columns aligned to the right."""
    table = [list(rows[0]), *(list(told(row).values()) for row in rows)]
    wide = [max(map(len, column)) for column in zip(*table, strict=True)]
    return "\n".join(
        "  ".join(text.rjust(width) for text, width in zip(line, wide, strict=True))
        for line in table
    )


def p_words(p: float) -> str:
    """Return a p value with its relation: ``p = 0.03``, ``p < 0.001``."""
    text = p_value(p)
    return f"p {text}" if text[0] in "<>" else f"p = {text}"


def _words(cell: Any, name: str, row: Mapping[str, Any]) -> str:
    if isinstance(cell, list):
        return f"({len(cell)} values)"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return count(cell)
    if not isinstance(cell, float):
        return "none" if cell is None else str(cell)
    parts = name.split("_")
    if parts[-1] == "p":
        return p_value(cell)
    if parts[-1] == "df" and cell.is_integer():
        return count(cell)
    if parts[-1] == "level":
        return level(cell)
    return share(cell) if "i2" in parts else _proportion(cell, name, row) or number(cell)


def _proportion(cell: float, name: str, row: Mapping[str, Any]) -> str:
    """Return a proportion, or a limit of one, on the scale that it asks for; else nothing."""
    ending = next((one for one in (*PROPORTIONS, *LIMITS) if name.endswith(one)), None)
    if ending is None:
        return ""
    before = name.removesuffix(ending)
    of = next((row[f"{before}{one}"] for one in PROPORTIONS if f"{before}{one}" in row), None)
    if not isinstance(of, float):
        return ""
    policy = policy_for([of], [1])
    kind = "prediction" if ending.startswith("prediction") else "ci"
    low, high = (row.get(f"{before}{kind}_{end}") for end in ("lower", "upper"))
    centre = None if ending in PROPORTIONS or kind == "prediction" else of
    return f"{policy.number(cell, low, high, centre)}{policy.unit}"
