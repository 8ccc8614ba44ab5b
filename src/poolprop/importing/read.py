"""Read whatever people bring: RevMan, a set of files, or a table, told apart by content."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from poolprop.errors import DataError
from poolprop.importing.revman import looks_like_revman, read_revman
from poolprop.importing.revman_csv import analyses
from poolprop.importing.study_sets import is_results, members, read_set
from poolprop.reading.read import ZIP, read_sheet, sheet_of
from poolprop.reading.sheet import MAX_BYTES, Sheet
from poolprop.reading.source import STDIN, Source, take

LONGEST_NAME = 200
OF_WORKBOOKS = b"[Content_Types].xml"


def read_tables(paths: Sequence[Path], sheet: str = "", encoding: str = "") -> Sheet:
    """Read one sheet, or a set of files as one.

    A path is a text table, an .xlsx workbook, an .rm5 file, a zip or a folder of CSV files; several
    paths are the CSV files of one set; ``-`` is standard input. ``sheet`` names that of a workbook
    with several, ``encoding`` that of a text table. Locators name files without their folder.
    Raises DataError if a file cannot be read, is too large, empty, or nothing of the kind.
    """
    first = paths[0]
    if len(paths) > 1:
        return read_set([_take(path) for path in paths], f"{len(paths)} files", encoding)
    if first.is_dir():
        files = sorted(path for path in first.iterdir() if path.suffix.lower() == ".csv")
        if not files:
            hint = "Name a file in it."
            raise DataError("is a folder without CSV files", where=str(first), hint=hint)
        return read_set([_take(path) for path in files], _shown(first.name), encoding)
    source = _take(first)
    if looks_like_revman(source.content, source.name):
        return read_revman(source.content, source.name)
    if source.content.startswith(ZIP) and OF_WORKBOOKS not in source.content:
        return read_set([*members(source)], source.name, encoding)
    found = sheet_of(source, sheet, encoding)
    if is_results(found):
        return read_set([source], source.name, encoding)
    return analyses(found)


def one_table(path: Path, sheet: str = "", encoding: str = "") -> Sheet:
    """Read a table to be pooled as it stands, cells to the last byte.

    Raises DataError if it cannot be read, or is what a program for reviews exports of all its
    outcomes and arms: what of it to pool must be said, and ``import`` asks.
    """
    found = read_sheet(path, sheet, encoding, exact=True)
    if analyses(found) is not found or is_results(found):
        problem = "the file holds the outcomes and arms of a whole review, not one table of studies"
        hint = "Bring it in with poolprop import, which asks for outcome and arm."
        raise DataError(problem, where=found.file, hint=hint)
    return found


def _take(path: Path) -> Source:
    return take(path, MAX_BYTES, name="" if str(path) == STDIN else _shown(path.name))


def _shown(name: str) -> str:
    """Return the name of a file as tables and messages can hold it."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    plain = "".join(mark if mark.isprintable() else f"\\x{ord(mark):02x}" for mark in text)
    return plain if len(plain) <= LONGEST_NAME else f"{plain[:LONGEST_NAME]}..."
