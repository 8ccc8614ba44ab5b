"""Excel workbooks: one sheet, values as stored, merged headings spread over their columns."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

from poolprop.errors import DataError
from poolprop.reading.sheet import Cell, Sheet, bounded, letters, tidy, too_large

MAX_UNPACKED = 30_000_000
MAX_CELLS = 2_000_000
ENTITY = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


def read_excel(content: bytes, file: str, wanted: str) -> Sheet:
    """Read one sheet of a workbook.

    Parameters
    ----------
    content : bytes
        The file.
    file : str
        How messages call it.
    wanted : str
        Name of the sheet; empty where there is only one with anything in it.

    Raises
    ------
    DataError
        If it is no workbook, is made to exhaust the machine, or the sheet is not clear.
    """
    _refuse_bombs(content, file)
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that carry no data
            book = load_workbook(io.BytesIO(content), data_only=True)
            formulas = load_workbook(io.BytesIO(content), data_only=False)
    except Exception:  # openpyxl fails in many ways on a broken file
        raise no_workbook(file) from None
    name = _choose(book, wanted, file)
    sheet, written = book[name], formulas[name]
    if sheet.max_row * sheet.max_column > MAX_CELLS:
        size = f"{sheet.max_row} rows and {sheet.max_column} columns"
        raise too_large(file, f"sheet {name!r} has {size}")
    _refuse_unstored(sheet, written, file)
    return Sheet(file=file, name=name, rows=bounded(_rows(sheet), file), notes=[], points=".")


def no_workbook(file: str) -> DataError:
    """Return the error for a file that is no .xlsx workbook."""
    hint = "Open it in a spreadsheet and save it as .xlsx, without a password."
    return DataError("not an Excel workbook that can be read", where=file, hint=hint)


def _refuse_bombs(content: bytes, file: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
                raise too_large(file, "the workbook unpacks to more than 30 MB")
            for part in archive.infolist():
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as stream:
                        if ENTITY.search(stream.read(4096)):
                            raise no_workbook(file)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError):
        raise no_workbook(file) from None
    except Exception as error:
        if isinstance(error, DataError):
            raise
        raise no_workbook(file) from None


def _choose(book: Any, wanted: str, file: str) -> str:
    names = [sheet.title for sheet in book.worksheets]
    filled = [s.title for s in book.worksheets if s.max_row > 1 or s["A1"].value is not None]
    if wanted:
        if wanted not in names:
            listed = ", ".join(repr(name) for name in names)
            raise DataError(f"no sheet {wanted!r}", where=file, hint=f"The sheets are: {listed}.")
        return wanted
    if len(filled) == 1:
        return str(filled[0])
    if not filled:
        raise DataError("the workbook is empty", where=file, hint="Choose another file.")
    listed = ", ".join(repr(name) for name in filled)
    raise DataError(
        "several sheets hold something", where=file, hint=f"Choose with --sheet: {listed}."
    )


def _refuse_unstored(sheet: Any, written: Any, file: str) -> None:
    """Refuse a formula whose result was never stored: it would read as an empty cell."""
    for row in written.iter_rows():
        for cell in row:
            if cell.data_type == "f" and sheet[cell.coordinate].value is None:
                raise DataError(
                    "a formula without a stored result",
                    where=f"{file}[{sheet.title}]:{cell.row}:{letters(cell.column - 1)}",
                    hint="Open the file in a spreadsheet, save it, and import it again.",
                )


def _rows(sheet: Any) -> Iterator[tuple[int, list[Cell]]]:
    merged: dict[tuple[int, int], Any] = {}
    for area in sheet.merged_cells.ranges:
        if area.min_row == area.max_row and area.max_col - area.min_col < 100:
            value = sheet.cell(area.min_row, area.min_col).value
            merged |= {(area.min_row, c): value for c in range(area.min_col, area.max_col + 1)}
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells = [merged.get((number, column), cell) for column, cell in enumerate(row, start=1)]
        yield number, [tidy(cell) if isinstance(cell, str) else cell for cell in cells]
