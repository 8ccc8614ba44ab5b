"""Excel workbooks: one sheet, values as stored, merged headings spread over their columns."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from poolprop.characters import odd_character
from poolprop.errors import DataError
from poolprop.reading.markup import has_document_type
from poolprop.reading.sheet import Cell, Sheet, bounded, letters, too_large

MAX_UNPACKED = 30_000_000
MAX_CELLS = 250_000
MAX_MERGED = 100  # columns that one cell may spread over
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
CONTENT = re.compile(rb"<(?:\w+:)?(?:v|is|f)[\s>]")
RANGE = re.compile(r"([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})")


def read_excel(content: bytes, file: str, wanted: str) -> Sheet:
    """Read one sheet of a workbook; the one with anything in it where ``wanted`` is empty.

    Raises DataError if it is no workbook, is made to exhaust the machine, or the sheet is not
    clear.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _refuse_bombs(archive, file)
            book = _open(content)
            name = _choose(book, archive, wanted, file)
            # The path of a sheet's part is not public, and only it leads to formulas and merges.
            part = archive.read(book[name]._worksheet_path)
        if (cells := len(CELL.findall(part))) > MAX_CELLS:
            raise too_large(file, f"sheet {name!r} has {cells} cells, more than {MAX_CELLS}")
        merged = _merged(part, f"{file}[{name}]")
        rows = bounded(_rows(book[name], merged, f"{file}[{name}]"), file)
    except DataError:
        raise
    except Exception:  # zipfile and openpyxl fail in many ways on a broken file
        raise no_workbook(file) from None
    return Sheet(file=file, name=name, rows=rows, notes=[], points=".")


def no_workbook(file: str) -> DataError:
    """Return the error for a file that is no .xlsx workbook."""
    hint = "Open it in a spreadsheet and save it as .xlsx, without a password."
    return DataError("not an Excel workbook that can be read", where=file, hint=hint)


def _refuse_bombs(archive: zipfile.ZipFile, file: str) -> None:
    if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
        raise too_large(file, "the workbook unpacks to more than 30 MB")
    if any(has_document_type(archive.read(part)) for part in archive.infolist()):
        raise no_workbook(file)


def _open(content: bytes) -> Any:
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that carry no data
        return load_workbook(io.BytesIO(content), data_only=True, read_only=True)


def _choose(book: Any, archive: zipfile.ZipFile, wanted: str, file: str) -> str:
    names = [sheet.title for sheet in book.worksheets]
    if wanted:
        if wanted not in names:
            listed = ", ".join(repr(name) for name in names)
            raise DataError(f"no sheet {wanted!r}", where=file, hint=f"The sheets are: {listed}.")
        return wanted
    filled = [s.title for s in book.worksheets if CONTENT.search(archive.read(s._worksheet_path))]
    if len(filled) == 1:
        return str(filled[0])
    if not filled:
        raise DataError("the workbook is empty", where=file, hint="Choose another file.")
    listed = ", ".join(repr(name) for name in filled)
    hint = f"Choose with --sheet: {listed}."
    raise DataError("several sheets hold something", where=file, hint=hint)


def _merged(part: bytes, place: str) -> dict[int, list[tuple[int, int]]]:
    """Return the merged columns of each row; refuse a formula whose result was never stored.

    Such a formula would read as an empty cell.
    """
    merged: dict[int, list[tuple[int, int]]] = {}
    for _, element in ElementTree.iterparse(io.BytesIO(part)):
        if element.tag == f"{MAIN}c":
            formula, value = element.find(f"{MAIN}f"), element.find(f"{MAIN}v")
            if formula is not None and (value is None or not value.text):
                found = re.fullmatch(r"([A-Z]+)([0-9]+)", element.get("r", ""))
                where = f"{found[2]}:{found[1]}" if found else "-"
                problem = "a formula without a stored result"
                hint = "Open the file in a spreadsheet, save it, and bring it again."
                raise DataError(problem, where=f"{place}:{where}", hint=hint)
        elif element.tag == f"{MAIN}row":
            element.clear()
        elif element.tag == f"{MAIN}mergeCell":
            area = RANGE.fullmatch(element.get("ref", ""))
            if area and area[2] == area[4] and _number(area[3]) - _number(area[1]) < MAX_MERGED:
                span = (_number(area[1]), _number(area[3]))
                merged.setdefault(int(area[2]), []).append(span)
    return merged


def _number(name: str) -> int:
    """Return the place of a column from its letters, from 0."""
    place = 0
    for letter in name:
        place = 26 * place + ord(letter) - ord("A") + 1
    return place - 1


def _rows(
    sheet: Any, merged: dict[int, list[tuple[int, int]]], place: str
) -> Iterator[tuple[int, list[Cell]]]:
    sheet.reset_dimensions()  # what a file says of its own size is not to be trusted
    for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells: list[Cell] = list(values)
        while cells and cells[-1] is None:
            cells.pop()
        for first, last in merged.get(number, ()):
            if first < len(cells):
                cells += [None] * (last + 1 - len(cells))
                cells[first : last + 1] = [cells[first]] * (last + 1 - first)
        for column, cell in enumerate(cells):
            if isinstance(cell, str) and (found := odd_character(cell)):
                where = f"{place}:{number}:{letters(column)}"
                raise DataError(f"the cell holds {found[1]}", where=where, hint="Remove it.")
        yield number, cells
