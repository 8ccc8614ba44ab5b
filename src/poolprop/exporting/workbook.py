"""An Excel workbook with a sheet for each table; text stays text."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Mapping

from poolprop.exporting.results import Rows
from poolprop.exporting.safe import UNPRINTABLE, is_number

EPOCH = (1980, 1, 1, 0, 0, 0)
LONGEST_CELL = 32_000


def workbook(tables: Mapping[str, Rows]) -> bytes:
    """Return the tables as an .xlsx file, the same bytes for the same tables."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in tables.items():
        sheet = book.create_sheet(name[:31])
        lines = [list(rows[0]), *(list(row.values()) for row in rows)] if rows else [["empty"]]
        for r, line in enumerate(lines, start=1):
            for c, text in enumerate(line, start=1):
                cell = sheet.cell(r, c)
                if r > 1 and is_number(text) and len(text) < 16:
                    cell.value = float(text) if "." in text or "e" in text.lower() else int(text)
                else:
                    cell.value = UNPRINTABLE.sub(" ", text)[:LONGEST_CELL]
                    cell.data_type = "s"  # else a text that begins with = would be a formula
                    cell.quotePrefix = text[:1] in tuple("=+-@")
                if r == 1:
                    cell.font = Font(bold=True)
        sheet.freeze_panes = "A2"
    book.properties.created = book.properties.modified = datetime.datetime(*EPOCH)
    buffer = io.BytesIO()
    book.save(buffer)
    return _undated(buffer.getvalue())


def _undated(content: bytes) -> bytes:
    """Give each part of the archive the same date."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            data = old.read(part)
            if part.filename == "docProps/core.xml":
                data = _fixed_modified(data)
            new.writestr(zipfile.ZipInfo(part.filename, EPOCH), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _fixed_modified(core: bytes) -> bytes:
    """Replace the time that saving writes into the properties."""
    return re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>1980-01-01T00:00:00Z", core)
