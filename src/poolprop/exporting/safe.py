"""Cells that a spreadsheet shows as they are: never run, and no count read as a date."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from poolprop import spreadsheet

UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# What a number is called that has a zero before it, such as 007, is a name.
PADDED = re.compile(r"-?0\d")
MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
# What spreadsheets read as a date or a time: 9/12, 3-4, 1.5.2020, 2019-05, 12:30, MAR1, 5 May.
DATE = re.compile(
    rf"\s*(\d{{1,4}}\s*[/.:-]\s*\d{{1,4}}(\s*[/.:-]\s*\d{{1,4}})?|\d+\s+\d+/\d+"
    rf"|{MONTH}[\s/.-]*\d{{1,4}}|\d{{1,4}}[\s/.-]*{MONTH}([\s/.-]*\d{{1,4}})?)\s*",
    re.IGNORECASE,
)
# A double keeps this many digits of a whole number, whatever they are.
MOST_DIGITS = 15


def is_number(text: str) -> bool:
    """Tell whether a cell is a plain number, with nothing that reading it would lose.

    ``007`` and a registry number of 16 digits are names, and so is a decimal with more digits
    than a double holds.
    """
    if not spreadsheet.is_number(text) or PADDED.match(text):
        return False
    digits = text.lstrip("-")
    if digits.isdigit():
        return len(digits) <= MOST_DIGITS
    return Decimal(repr(float(text))) == Decimal(text)


def harmless(text: str) -> str:
    """Return a cell for a CSV file: an apostrophe stands before what would run or be a date."""
    text = UNPRINTABLE.sub(" ", text)
    dated = DATE.fullmatch(text) and not spreadsheet.is_number(text)
    return f"'{text}" if dated else spreadsheet.harmless(text)


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """Return a table as CSV with harmless cells."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([harmless(column) for column in columns])
    writer.writerows([harmless(row[column]) for column in columns] for row in rows)
    return buffer.getvalue()
