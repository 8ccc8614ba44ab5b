"""Read one sheet of whatever people bring: text or a workbook, told apart by content."""

from __future__ import annotations

from pathlib import Path

from poolprop.errors import DataError
from poolprop.reading.sheet import MAX_BYTES, Sheet, bounded, tidied
from poolprop.reading.source import Source, take
from poolprop.reading.text import read_text
from poolprop.reading.workbook import no_workbook, read_excel

ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def read_sheet(
    path: Path, sheet: str = "", encoding: str = "", *, name: str = "", exact: bool = False
) -> Sheet:
    """Read one sheet of a text table or an .xlsx workbook, whatever its name; ``-`` is stdin.

    ``sheet`` names that of a workbook with several, ``encoding`` that of a text table, ``name`` how
    messages call the file. Cells are tidied unless ``exact`` keeps every blank and invisible mark.
    Raises DataError if the file cannot be read, is too large, empty, or nothing of the kind.
    """
    return sheet_of(take(path, MAX_BYTES, name=name), sheet, encoding, exact=exact)


def sheet_of(source: Source, sheet: str = "", encoding: str = "", *, exact: bool = False) -> Sheet:
    """Read one sheet of a file's content; see :func:`read_sheet`."""
    file, content = source.name, source.content
    if content.startswith(OLD_EXCEL):
        raise no_workbook(file)
    if content.startswith(ZIP):
        found = read_excel(content, file, sheet)
    else:
        if sheet:
            hint = "Leave out --sheet."
            raise DataError("a text table has no sheets", where=file, hint=hint)
        text = read_text(content, file, encoding)
        rows = bounded(((line, [*cells]) for line, cells in text.records()), file)
        found = Sheet(file=file, name="", rows=rows, notes=text.notes)
    if not found.rows:
        raise DataError("the table is empty", where=file, hint="Choose another file.")
    return found if exact else tidied(found)
