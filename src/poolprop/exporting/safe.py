"""Cells that a spreadsheet shows and never runs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

RUNS = re.compile(r"^\s*[=+\-@\t\r]")
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def is_number(text: str) -> bool:
    """Tell whether a cell is a plain number."""
    return bool(NUMBER.fullmatch(text))


def harmless(text: str) -> str:
    """Return a cell for a CSV file; what a spreadsheet would run gets an apostrophe before it."""
    text = UNPRINTABLE.sub(" ", text)
    return f"'{text}" if RUNS.match(text) and not is_number(text) else text


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """Return a table as CSV with harmless cells."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([harmless(column) for column in columns])
    writer.writerows([harmless(row[column]) for column in columns] for row in rows)
    return buffer.getvalue()
