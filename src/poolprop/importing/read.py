"""Read whatever people bring: RevMan, or a table in text or Excel, told apart by content."""

from __future__ import annotations

from pathlib import Path

from poolprop.importing.revman import looks_like_revman, read_revman
from poolprop.reading.read import sheet_of
from poolprop.reading.sheet import MAX_BYTES, Sheet
from poolprop.reading.source import STDIN, take


def read_sheet(path: Path, sheet: str = "", encoding: str = "") -> Sheet:
    """Read one sheet.

    Parameters
    ----------
    path : Path
        A text table, an .xlsx workbook or an .rm5 file; ``-`` is standard input. Locators name it
        without its folder.
    sheet : str
        Name of the sheet of a workbook that has several.
    encoding : str
        Encoding of a text table; empty to find out.

    Raises
    ------
    DataError
        If the file cannot be read, is too large, empty, or nothing of the kind.
    """
    source = take(path, MAX_BYTES, name="" if str(path) == STDIN else path.name)
    if looks_like_revman(source.content, source.name):
        return read_revman(source.content, source.name)
    return sheet_of(source, sheet, encoding)
