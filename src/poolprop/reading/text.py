"""Text tables: which separator, which rows; each cell as it stands in the file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from poolprop.characters import odd_character
from poolprop.errors import DataError
from poolprop.reading.encodings import decode
from poolprop.reading.sheet import letters
from poolprop.reading.source import take

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
FIRST = 60  # lines that tell the separator
Records = Iterator[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text table before it is divided into rows."""

    file: str
    content: str
    mark: str  # what stands between two cells
    start: int = 1  # line of the first row, from 1
    notes: list[str] = field(default_factory=list)  # what people must know of how it was read

    def odd_cells(self) -> Iterator[tuple[int, int, str]]:
        """Yield line, place in the row, and name of each character that no text may hold."""
        if odd_character(self.content):
            for line, cells in self.records():
                for place, cell in enumerate(cells):
                    if found := odd_character(cell):
                        yield line, place, found[1]

    def records(self) -> Records:
        """Yield the line of each row, and its cells; a quoted cell may span lines.

        Raises DataError where quotes do not close, or a cell is too long for any table.
        """
        stream = io.StringIO(self.content, newline="")
        for _ in range(1, self.start):
            stream.readline()
        reader = csv.reader(stream, delimiter=self.mark, strict=True)
        line = self.start
        try:
            for cells in reader:
                yield line, cells
                line = self.start + reader.line_num
        except csv.Error as error:
            raise DataError(
                f"not a CSV table ({error})", where=f"{self.file}:{line}", hint="Check the quotes."
            ) from None


def read_text(content: bytes, file: str, encoding: str = "") -> Text:
    """Read a text table of any separator and encoding (empty to find out).

    Raises DataError if it is no text, or holds a character that no text may hold.
    """
    text, notes = decode(content, file, encoding)
    # Excel's own way to say which separator a file has.
    said = text[:6].rstrip("\r\n") if text[:4].casefold() == "sep=" else ""
    mark = said[4:] if len(said) == 5 else separator(text)
    if mark != ",":
        notes.append(f"cells divided by {SEPARATORS.get(mark, repr(mark))}")
    table = Text(file=file, content=text, mark=mark, start=2 if said else 1, notes=notes)
    for line, place, name in table.odd_cells():
        where = f"{file}:{line}:{letters(place)}"
        raise DataError(f"the cell holds {name}", where=where, hint="Remove it.")
    return table


def read_strictly(path: Path, limit: int) -> Text:
    """Read a table of a format that is fixed: UTF-8, commas, the heading in its first line.

    Raises DataError if it cannot be read, has more than ``limit`` bytes or is not UTF-8. Odd
    characters are left to the caller, who tells of all of them.
    """
    content = take(path, limit).content
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        hint = "Save the table as UTF-8."
        raise DataError("not UTF-8 text", where=f"{path}:{line}", hint=hint) from None
    return Text(file=str(path), content=text, mark=",")


def separator(text: str) -> str:
    """Return the mark that divides most of the first rows into equally many cells."""
    stream = io.StringIO(text[:1_000_000], newline="")
    lines = [line for line, _ in zip(stream, range(FIRST), strict=False) if line.strip()][:30]

    def score(mark: str) -> tuple[int, int]:
        counts = [len(cells) for cells in csv.reader(lines, delimiter=mark)]
        common = max(set(counts), key=counts.count) if counts else 1
        return (counts.count(common) if common > 1 else 0, common)

    try:
        return max(SEPARATORS, key=score)
    except csv.Error:  # told with its line when the rows are read
        return ","
