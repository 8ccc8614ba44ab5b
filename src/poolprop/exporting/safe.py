"""Cells that a spreadsheet shows and never runs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

from poolprop import spreadsheet
from poolprop.spreadsheet import is_number

__all__ = ["UNPRINTABLE", "csv_text", "harmless", "is_number"]
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def harmless(text: str) -> str:
    """Return a cell for a CSV file of other programs, on one line of print."""
    return spreadsheet.harmless(UNPRINTABLE.sub(" ", text))


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """Return a table as CSV with harmless cells."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([harmless(column) for column in columns])
    writer.writerows([harmless(row[column]) for column in columns] for row in rows)
    return buffer.getvalue()
