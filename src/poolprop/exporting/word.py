"""Summary of findings, with subgroups and certainty, and methods in Word (needs python-docx)."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

from poolprop.errors import ConfigError
from poolprop.exporting.findings import HEAD, findings
from poolprop.exporting.methods import paragraphs
from poolprop.exporting.packed import EPOCH, zipped
from poolprop.exporting.results import Finished
from poolprop.exporting.safe import UNPRINTABLE

INSTALL = "Install python-docx: python3 -m pip install python-docx."

# Inches: columns of the table, which fill a page between its margins.
WIDTHS, MARGIN = (2.0, 0.8, 1.0, 1.2, 1.1, 0.9), 0.75


def word(settings: Any, results: Finished) -> bytes:
    """Return summary of findings and methods as a .docx file, the same bytes for the same results.

    Raises ConfigError if python-docx is not installed.
    """
    try:
        from docx import Document
        from docx.shared import Inches
    except ImportError:
        raise ConfigError(
            "Word tables need python-docx", where="export docx", hint=INSTALL
        ) from None
    document = Document()
    document.core_properties.created = document.core_properties.modified = datetime(*EPOCH)
    for section in document.sections:
        section.left_margin = section.right_margin = Inches(MARGIN)
    document.add_heading(settings.review.title, level=1)
    document.add_paragraph(settings.review.question)
    document.add_heading("Summary of findings", level=2)
    rows = [HEAD, *findings(results)]
    table = document.add_table(rows=len(rows), cols=len(HEAD))
    table.style, table.autofit = "Table Grid", False
    for column, width in zip(table.columns, WIDTHS, strict=True):
        column.width = Inches(width)
    for r, row in enumerate(rows):
        cells = table.rows[r].cells
        if len(row) == 1:
            cells = (cells[0].merge(cells[-1]),)
        for cell, text in zip(cells, row, strict=True):
            bold = r == 0 or len(row) == 1
            cell.paragraphs[0].add_run(UNPRINTABLE.sub(" ", text)).bold = bold
    document.add_heading("Methods", level=2)
    for paragraph in paragraphs(settings, results):
        document.add_paragraph(UNPRINTABLE.sub(" ", paragraph))
    buffer = io.BytesIO()
    document.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        return zipped({name: archive.read(name) for name in archive.namelist()})
