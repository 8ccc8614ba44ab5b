"""What a cell of a real spreadsheet may mean: counts, fractions, percentages, or nothing.

A cell that could mean two things is refused with both, never guessed.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from poolprop.reading.sheet import Cell, tidy

MISSING = frozenset(
    {
        "", "na", "n/a", "n.a.", "n. a.", "nr", "n.r.", "not reported", "not available", "none",
        "null", "nan", "-", "--", "\N{EN DASH}", "\N{EM DASH}", "?", ".", "..", "...", "#n/a",
        "missing", "unknown", "nd", "n.d.", "k.a.",
    }
)  # fmt: skip
LARGEST = 10**9
PLAIN = 9  # digits that are a count without further thought
# What 12/21 becomes in a spreadsheet and in the CSV that it writes: 21-Dec, Dec-21, 21. Dez.
DATE = re.compile(r"\d{1,2}[-. ]{1,2}[A-Za-z\u00c0-\u024f]{3,4}\.?|[A-Za-z]{3}[- ]\d{1,2}")
AS_TEXT = "Write it anew with the cell's format set to text, such as 12/21."
NUMBER = r"(\d[\d.,' \N{RIGHT SINGLE QUOTATION MARK}]*)"
OF = re.compile(
    rf"{NUMBER}(?:/|of|out of|von|sur|de)\s*{NUMBER}(?:[(\[]\s*{NUMBER}%?\s*[)\]])?", re.IGNORECASE
)
PERCENT_OF = re.compile(rf"{NUMBER}%\s*[(\[]\s*{NUMBER}(?:/|of)\s*{NUMBER}[)\]]", re.IGNORECASE)
COUNT_PERCENT = re.compile(rf"{NUMBER}[(\[]\s*{NUMBER}%?\s*[)\]]")
PERCENT = re.compile(rf"{NUMBER}%")
GROUPED = re.compile(
    r"\d{1,3}(?:([ '\N{RIGHT SINGLE QUOTATION MARK}])\d{3})(?:\1\d{3})*(?:[.,]\d+)?"
)
MANY_GROUPS = re.compile(r"\d{1,3}(?:(,\d{3}){2,}(\.\d+)?|(\.\d{3}){2,}(,\d+)?)")
MIXED = re.compile(r"\d{1,3}(?:(,\d{3})+\.\d+|(\.\d{3})+,\d+)")
MARK = re.compile("[.,]")
ONE_MARK = re.compile(r"(\d+)([.,])(\d+)")


class Unclear(Exception):
    """A cell that cannot be read as what its column holds."""

    def __init__(self, problem: str, hint: str) -> None:
        self.problem, self.hint = problem, hint
        super().__init__(problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one cell says; None where it says nothing of the kind."""

    events: int | None = None
    total: int | None = None
    percent: Decimal | None = None


def is_missing(cell: Cell) -> bool:
    """Tell whether a cell says that there is nothing."""
    return cell is None or (isinstance(cell, str) and tidy(cell).casefold() in MISSING)


def number(text: str, points: str) -> Decimal:
    """Read a number as people write it, with marks of decimals and thousands.

    ``points`` is the mark of decimals, ``.`` or ``,``; empty if it is not known. Raises Unclear if
    it is no number, or could be two.
    """
    text = text.strip()
    said = repr(text if len(text) <= 60 else text[:57] + "...")
    if not text.isascii() and any(mark.isdigit() and not mark.isascii() for mark in text):
        raise Unclear(f"{said} has digits of another script", "Write the digits 0 to 9.")
    if GROUPED.fullmatch(text):
        text = re.sub(r"[ '\N{RIGHT SINGLE QUOTATION MARK}]", "", text)
    if text.isascii() and text.isdigit():
        return _bounded(text)
    if MANY_GROUPS.fullmatch(text) or MIXED.fullmatch(text):
        thousands = min((mark for mark in ",." if mark in text), key=text.index)
        if points == thousands:
            raise Unclear(f"{text!r} does not fit the decimal mark {points!r}", DECIMAL)
        return _bounded(text.replace(thousands, "").replace(",", "."))
    if found := ONE_MARK.fullmatch(text):
        return _one_mark(text, *found.groups(), points=points)
    if DATE.fullmatch(text):
        raise Unclear(f"{said} looks like a date that a spreadsheet made of a fraction", AS_TEXT)
    raise Unclear(f"{said} is not a number", "Write plain digits, or NR if it is not reported.")


DECIMAL = "Say which mark the decimals have: --decimal . or --decimal ,"


def _one_mark(text: str, before: str, mark: str, after: str, *, points: str) -> Decimal:
    grouped = len(after) == 3 and len(before) <= 3 and not before.startswith("0")
    if not points and grouped:
        raise Unclear(f"{text!r} could be {before}{after} or {before}.{after}", DECIMAL)
    if points in ("", mark):
        return _bounded(f"{before}.{after}")
    if grouped:
        return _bounded(before + after)
    raise Unclear(f"{text!r} does not fit the decimal mark {points!r}", DECIMAL)


def _bounded(text: str) -> Decimal:
    if len(text) > 20 or Decimal(text) > LARGEST:
        raise Unclear(f"{text[:24]!r} is too large a number", "Correct the cell.")
    return Decimal(text)


def count(cell: Cell, points: str) -> int | None:
    """Read a whole number; None where the cell says that there is none.

    Raises Unclear if it is anything but a whole number from 0 to 1,000,000,000.
    """
    if isinstance(cell, str) and len(cell) <= PLAIN and cell.isascii() and cell.isdigit():
        return int(cell)
    if is_missing(cell):
        return None
    value = _value(cell, points)
    if value != value.to_integral_value():
        raise Unclear(f"{cell!r} is not a whole number", "Write the count.")
    return int(value)


def percentage(cell: Cell, points: str) -> Decimal | None:
    """Read a percentage, with or without its sign, with the decimals that it is written with."""
    if is_missing(cell):
        return None
    if isinstance(cell, str):
        cell = tidy(cell).removesuffix("%")
    return _value(cell, points)


def _value(cell: Cell, points: str) -> Decimal:
    if isinstance(cell, bool):
        raise Unclear(f"{cell!r} is a truth value, not a number", "Write the number.")
    if isinstance(cell, datetime | date | time):
        raise Unclear(f"the spreadsheet turned the cell into the date {cell}", AS_TEXT)
    if isinstance(cell, int | float):
        if not math.isfinite(cell) or not 0 <= cell <= LARGEST:
            raise Unclear(f"{cell!r} is out of range", "Correct the cell.")
        return Decimal(repr(cell)) if isinstance(cell, float) else Decimal(cell)
    text = tidy(str(cell))
    if text.startswith("#"):
        raise Unclear(f"{text[:20]!r} is an error of the spreadsheet", "Correct its formula.")
    return number(text, points)


def reading(cell: Cell, points: str) -> Reading:
    """Read a cell that may hold events, events of a total, a percentage, or several of them.

    Examples
    --------
    >>> reading("12/21 (57%)", ".")
    Reading(events=12, total=21, percent=Decimal('57'))
    """
    if not isinstance(cell, str) or cell.isdigit() or is_missing(cell):
        return Reading(events=count(cell, points))
    cell = tidy(cell)
    for pattern, names in (
        (OF, ("events", "total", "percent")),
        (PERCENT_OF, ("percent", "events", "total")),
        (COUNT_PERCENT, ("events", "percent")),
        (PERCENT, ("percent",)),
    ):
        if found := pattern.fullmatch(cell):
            parts = dict(zip(names, found.groups(), strict=True))
            percent = parts.get("percent")
            return Reading(
                events=count(parts["events"].strip(), points) if "events" in parts else None,
                total=count(parts["total"].strip(), points) if "total" in parts else None,
                percent=percentage(percent.strip(), points) if percent else None,
            )
    return Reading(events=count(cell, points))


def decimal_mark(cells: list[Cell]) -> str:
    """Return the mark of decimals that the cells show beyond doubt; empty if they show none.

    Raises Unclear if some cells show one and some the other.
    """
    shown = set()
    for cell in cells:
        if not isinstance(cell, str) or not MARK.search(cell):
            continue
        for text in re.findall(r"\d[\d.,]*\d", cell):
            if MIXED.fullmatch(text):
                shown.add(max(".,", key=text.rindex))
            elif (one := ONE_MARK.fullmatch(text)) and (
                len(one[3]) != 3 or len(one[1]) > 3 or one[1].startswith("0")
            ):
                shown.add(one[2])
    if len(shown) == 2:
        raise Unclear("some cells have decimal points and some decimal commas", DECIMAL)
    return shown.pop() if shown else ""
