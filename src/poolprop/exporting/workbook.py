"""An Excel workbook with a sheet for each table: numbers are numbers, names stay text."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from poolprop.exporting.packed import EPOCH, zipped
from poolprop.exporting.results import Grid
from poolprop.exporting.safe import UNPRINTABLE, is_number

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

LONGEST_CELL, LONGEST_NAME = 32_000, 31
# Columns that name things: their cells stay text, even where they look like numbers.
NAMES = re.compile(r"(^|_)(id|label|level|set|locator|doi|name|title|version)$|^(factor|label)\.")
# Significant digits that a format shows of the smallest number of its column, and how many
# decimals it may take; what is smaller is shown with a power of ten.
SHOWN, MOST_DECIMALS = 3, 9
WIDEST, NARROWEST = 48, 8
ABOUT = (
    "Proportions, their limits and weights are shares of 1, not percentages.",
    "Numbers are unrounded; the format of a column only decides what is shown of them.",
    "An empty cell means that there is no such number; NR means not reported.",
)


def workbook(tables: Mapping[str, Grid], about: Sequence[str] = ()) -> bytes:
    """Return tables as an .xlsx file, a sheet each, the same bytes for the same tables.

    ``about`` are lines at the top of the first sheet, which lists the others.
    """
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    names = _names(tables)
    _readme(book.create_sheet("readme"), tables, names, [*about, *ABOUT])
    for name, grid in tables.items():
        _fill(book.create_sheet(names[name]), grid)
    book.properties.created = book.properties.modified = datetime.datetime(*EPOCH)
    buffer = io.BytesIO()
    book.save(buffer)
    return _undated(buffer.getvalue())


def _names(tables: Iterable[str]) -> dict[str, str]:
    """Return a name for each sheet, short enough for a spreadsheet and its own."""
    found: dict[str, str] = {}
    for name in tables:
        short, n = name[:LONGEST_NAME], 1
        while short.lower() in {"readme", *(one.lower() for one in found.values())}:
            n += 1
            short = f"{name[: LONGEST_NAME - len(str(n)) - 1]}~{n}"
        found[name] = short
    return found


def _readme(
    sheet: Worksheet, tables: Mapping[str, Grid], names: Mapping[str, str], about: Sequence[str]
) -> None:
    lines: list[list[str]] = [[line] for line in about]
    lines += [[], ["sheet", "rows", "columns", "table"]]
    heading = len(lines)
    lines += [
        [names[name], str(len(grid.rows)), str(len(grid.columns)), name]
        for name, grid in tables.items()
    ]
    for r, line in enumerate(lines, start=1):
        for c, text in enumerate(line, start=1):
            _write(sheet.cell(r, c), text, number=r > heading and c in (2, 3), bold=r == heading)
    for letter, width in (("A", 34), ("B", 8), ("C", 8), ("D", 34)):
        sheet.column_dimensions[letter].width = width


def _fill(sheet: Worksheet, grid: Grid) -> None:
    from openpyxl.utils import get_column_letter

    for c, column in enumerate(grid.columns, start=1):
        texts = [row[column] for row in grid.rows]
        numbers = [] if NAMES.search(column) else [text for text in texts if is_number(text)]
        form = _format(numbers)
        _write(sheet.cell(1, c), column, bold=True)
        for r, text in enumerate(texts, start=2):
            _write(sheet.cell(r, c), text, number=bool(numbers) and is_number(text), form=form)
        widest = max(map(len, [column, *(texts if not numbers else [])]))
        sheet.column_dimensions[get_column_letter(c)].width = min(
            WIDEST, max(NARROWEST, widest + 2)
        )
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions


def _format(numbers: Sequence[str]) -> str:
    """Return a number format that shows the smallest number of a column."""
    values = [Decimal(text) for text in numbers]
    if all(value == value.to_integral_value() for value in values):
        return "0"
    smallest = min(abs(value) for value in values if value)
    decimals = max(2, SHOWN - 1 - smallest.adjusted())
    return "0.00E+00" if decimals > MOST_DECIMALS else f"0.{'0' * decimals}"


def _write(
    cell: Any, text: str, *, number: bool = False, form: str = "General", bold: bool = False
) -> None:
    """Write a cell: a number with all digits that its text has, or a text that stays one."""
    from openpyxl.styles import Font

    if number:
        cell.value, cell.data_type, cell.number_format = text, "n", form
    else:
        cell.value = UNPRINTABLE.sub(" ", text)[:LONGEST_CELL]
        cell.data_type = "s"  # else a text that begins with = would be a formula
        cell.quotePrefix = text[:1] in tuple("=+-@")
    if bold:
        cell.font = Font(bold=True)


def _undated(content: bytes) -> bytes:
    """Give each part of the archive the same date."""
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    core = "docProps/core.xml"
    return zipped(parts | {core: _fixed_modified(parts[core])})


def _fixed_modified(core: bytes) -> bytes:
    """Replace the time that saving writes into the properties."""
    return re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>1980-01-01T00:00:00Z", core)
