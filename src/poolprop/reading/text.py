"""Text tables: which encoding, which separator, which rows."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator

from poolprop.errors import DataError
from poolprop.reading.sheet import Cell, Sheet, bounded, tidy

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


def decode(content: bytes, file: str) -> tuple[str, list[str]]:
    """Return the text of a file, and what had to be assumed.

    Raises
    ------
    DataError
        If it is no text in UTF-8, UTF-16, UTF-32 or Windows-1252.
    """
    encoding = next((name for bom, name in BOMS if content.startswith(bom)), "") or _guess(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise not_text(file) from None
    if "\0" in text:
        raise not_text(file, "the file holds NUL bytes")
    notes = [] if encoding.startswith("utf-8") else [f"read as {encoding}"]
    return text, notes


def _guess(content: bytes) -> str:
    """Name the encoding of a file without a mark: NULs betray UTF-16, the rest is UTF-8 or old."""
    sample = content[:4096]
    if b"\0" in sample:
        odd, even = sample[1::2].count(0), sample[::2].count(0)
        if max(odd, even) > 0.4 * len(sample) / 2 and min(odd, even) < 0.1 * len(sample) / 2:
            return "utf-16-le" if odd > even else "utf-16-be"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def not_text(file: str, problem: str = "not a text table") -> DataError:
    """Return the error for a file that no spreadsheet wrote as text."""
    return DataError(problem, where=file, hint="Save it as CSV in UTF-8, or as .xlsx.")


def separator(text: str) -> str:
    """Return the mark that divides most of the first rows into equally many cells."""
    lines = [line for line in text.splitlines()[:60] if line.strip()][:30]

    def score(mark: str) -> tuple[int, int]:
        counts = [len(cells) for cells in csv.reader(lines, delimiter=mark)]
        common = max(set(counts), key=counts.count) if counts else 1
        return (counts.count(common) if common > 1 else 0, common)

    return max(SEPARATORS, key=score)


def read_text(content: bytes, file: str) -> Sheet:
    """Read a text table.

    Raises
    ------
    DataError
        If it is no text, or its quotes do not close.
    """
    text, notes = decode(content, file)
    try:
        mark = separator(text)
        rows = bounded(_records(text, mark), file)
    except csv.Error as error:
        raise DataError(f"not a table ({error})", where=file, hint="Check its quotes.") from None
    if mark != ",":
        notes.append(f"cells divided by {SEPARATORS[mark]}")
    return Sheet(file=file, name="", rows=rows, notes=notes)


def _records(text: str, mark: str) -> Iterator[tuple[int, list[Cell]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    line = 1
    for cells in reader:
        yield line, [tidy(cell) for cell in cells]
        line = reader.line_num + 1
