"""Read whatever people bring: text, Excel or RevMan, told apart by content rather than name."""

from __future__ import annotations

from pathlib import Path

from poolprop.errors import DataError
from poolprop.importing.revman import looks_like_revman, read_revman
from poolprop.reading.sheet import MAX_BYTES, Sheet, too_large
from poolprop.reading.text import read_text
from poolprop.reading.workbook import no_workbook, read_excel

ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def read_sheet(path: Path, sheet: str = "") -> Sheet:
    """Read one sheet.

    Parameters
    ----------
    path : Path
        A .csv, .tsv, .txt, .xlsx or .rm5 file.
    sheet : str
        Name of the sheet of a workbook that has several.

    Raises
    ------
    DataError
        If the file is missing, too large, empty, or nothing of the kind.
    """
    file = path.name
    try:
        if path.stat().st_size > MAX_BYTES:
            raise too_large(file, f"more than {MAX_BYTES // 1_000_000} MB")
        content = path.read_bytes()
    except OSError as error:
        raise DataError(
            f"cannot be read ({error.strerror})", where=str(path), hint="Check the name."
        ) from None
    if content.startswith(OLD_EXCEL):
        raise no_workbook(file)
    if content.startswith(ZIP):
        found = read_excel(content, file, sheet)
    elif looks_like_revman(content, file):
        found = read_revman(content, file)
    else:
        found = read_text(content, file)
    if not found.rows:
        raise DataError("the table is empty", where=file, hint="Choose another file.")
    return found
