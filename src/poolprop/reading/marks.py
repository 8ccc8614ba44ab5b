"""Cells with more than a figure: marks of footnotes, nouns, intervals, bounds and ranges.

Whatever can only mean one thing is read, and the mark is told. ``<5`` is no count and never read
as one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from decimal import Decimal

from poolprop.reading.cells import Reading, Unclear, is_missing, percentage, reading
from poolprop.reading.sheet import Cell

NUMBER = r"\d+(?:[.,]\d+)?"
SIGNS = "*\N{DAGGER}\N{DOUBLE DAGGER}\N{SECTION SIGN}\N{PILCROW SIGN}\N{DOUBLE VERTICAL LINE}#"
# A footnote's letter, or its signs and superscripts, after a figure or a closing bracket.
MARK = re.compile(rf"(.*[\d)\]%])(\s?\^?[a-f]|\s*\[[a-f]\]|\s*[{re.escape(SIGNS)}]+)", re.DOTALL)
LEADING = re.compile(r"[nN]\s*=\s*(?=\d)")
NOUN = re.compile(r"(\d+\s*(?:/|of|out of|von|sur|de)\s*\d+)\s+[^\W\d_]{3,}(?: [^\W\d_]{3,}){0,3}")
INEXACT = re.compile(
    rf"(?:[<>~\N{{LESS-THAN OR EQUAL TO}}\N{{GREATER-THAN OR EQUAL TO}}\N{{ALMOST EQUAL TO}}]=?"
    rf"|ca\.?|about|approx\.?|approximately|less than|more than|over|under)\s*{NUMBER}\s*%?"
    rf"|{NUMBER}\s*(?:-|\N{{EN DASH}}|to)\s*{NUMBER}\s*%?|{NUMBER}\+",
    re.IGNORECASE,
)
INTERVAL = re.compile(
    rf"(?P<before>.*?\d.*?)\s*[(\[;,]\s*"
    rf"(?P<name>(?:(?P<level>\d\d(?:\.\d)?)\s*%\s*)?(?:C\.?I\.?|CrI|KI|IC)?\s*[:,=]?\s*)"
    rf"(?P<lower>{NUMBER})\s*%?\s*(?:-|\N{{EN DASH}}|\N{{EM DASH}}|to|bis|;|,)\s*"
    rf"(?P<upper>{NUMBER})\s*%?\s*[)\]]",
    re.IGNORECASE,
)
SEVERAL = re.compile(rf"{NUMBER}\s*%(?:\s*[,;/]?\s*{NUMBER}\s*%)+")
EXACT = "Look the count up, or take all such cells as not reported: --inexact nr"


class Inexact(Unclear):
    """A cell with a bound or a range instead of a figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a cell says."""

    read: Reading
    lower: Decimal | None = None  # limits of an interval that is called 95 %
    upper: Decimal | None = None
    several: tuple[Decimal, ...] = ()  # percentages, where the cell has more than one
    mark: str = ""  # the cell, if a mark of a footnote or the like was taken off
    loose: str = ""  # the cell, if it has an interval that does not say it is of 95 %


def unmarked(text: str) -> str:
    """Take off what cannot be part of a figure.

    Examples
    --------
    >>> [unmarked(text) for text in ("12*", "7 a", "n = 12", "7 of 20 patients", "12/21 (57.1 %)#")]
    ['12', '7', '12', '7 of 20', '12/21 (57.1 %)']
    """
    text = LEADING.sub("", text, count=1)
    figure = text
    while figure and _superscript(figure[-1]):
        figure = figure[:-1].rstrip()
    text = figure or text
    while found := MARK.fullmatch(text):
        text = found[1].rstrip()
    if found := NOUN.fullmatch(text):
        text = found[1]
    return text


def _superscript(mark: str) -> bool:
    return unicodedata.decomposition(mark).startswith("<super>")


def figures(cell: Cell, points: str, *, percent: bool = False) -> Figures:
    """Read a cell of counts, or with ``percent`` one of percentages.

    Raises Inexact if the cell gives a bound or a range; Unclear if it could mean two things, or
    nothing of the kind.
    """
    if not isinstance(cell, str) or is_missing(cell):
        return Figures(read=_read(cell, points, percent=percent))
    text = unmarked(cell)
    mark = cell if text != cell else ""
    if SEVERAL.fullmatch(text):
        several = [percentage(one, points) for one in re.findall(NUMBER, text)]
        return Figures(read=Reading(), several=tuple(filter(None, several)), mark=mark)
    if INEXACT.fullmatch(text):
        raise Inexact(f"{text[:40]!r} is not an exact figure", EXACT)
    if found := INTERVAL.fullmatch(text):
        return replace(_with_interval(found, points, percent=percent), mark=mark)
    return Figures(read=_read(text, points, percent=percent), mark=mark)


def _read(cell: Cell, points: str, *, percent: bool) -> Reading:
    if not percent:
        return reading(cell, points)
    if isinstance(cell, str) and "/" in cell:
        return reading(cell, points)
    return Reading(percent=percentage(cell, points))


def _with_interval(found: re.Match[str], points: str, *, percent: bool) -> Figures:
    """Read a figure with an interval; one that does not say it is of 95 % is not kept."""
    before = found["before"]
    before += ")" * (before.count("(") - before.count(")")) + "]" * (
        before.count("[") - before.count("]")
    )
    read = _read(before.strip(), points, percent=percent)
    lower, upper = percentage(found["lower"], points), percentage(found["upper"], points)
    if read.percent is None or lower is None or upper is None or not lower <= read.percent <= upper:
        raise Unclear(
            f"{found[0][:40]!r} has a range that is not an interval of its percentage",
            "Write events and total, or the percentage alone.",
        )
    if found["level"] == "95" or (not found["level"] and re.search("[CK]", found["name"], re.I)):
        return Figures(read=read, lower=lower, upper=upper)
    return Figures(read=read, loose=found[0])
