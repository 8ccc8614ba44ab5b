"""RevMan 5 files: the dichotomous outcomes of a review as one table.

The format is that of Cochrane's Review Manager 5 (``.rm5``, XML): a ``DICH_OUTCOME`` holds
``DICH_DATA`` elements, perhaps within ``DICH_SUBGROUP``, with ``EVENTS_1``, ``TOTAL_1`` and so on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from poolprop.errors import DataError
from poolprop.importing.sheets import HEADER, ReviewSheet
from poolprop.reading.markup import has_document_type
from poolprop.reading.sheet import Cell, Sheet, bounded, tidy

BARE = re.compile(rb"&(?!#\d+;|#x[0-9A-Fa-f]+;|[A-Za-z][A-Za-z0-9]*;)")
COUNTS = ("EVENTS_1", "TOTAL_1", "EVENTS_2", "TOTAL_2")


def read_revman(content: bytes, file: str) -> Sheet:
    """Read the dichotomous outcomes of a RevMan 5 file.

    Raises DataError if it is not XML, defines entities, or holds no dichotomous outcome.
    """
    if has_document_type(content):
        hint = "Export the file from RevMan again."
        raise DataError("the file defines XML entities", where=file, hint=hint)
    root, notes = _parsed(content, file)
    rows = bounded(_rows(root, _names(root)), file)
    if len(rows) == 1:
        hint = "Only dichotomous outcomes can be imported."
        raise DataError("no dichotomous outcome", where=file, hint=hint)
    notes = ["read as RevMan 5", *notes]
    return ReviewSheet(file=file, name="", rows=rows, notes=notes, points=".", choose=("Outcome",))


def _parsed(content: bytes, file: str) -> tuple[ElementTree.Element, list[str]]:
    """Read XML; what is often broken in such files and cannot change a figure is put right.

    Bytes that are not of the encoding that the file names are read as Windows-1252, and an ``&``
    that begins no entity is taken for itself; both are said.
    """
    notes = []
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        named = re.search(rb"encoding=[\"']([^\"']+)", content[:200])
        if named and named[1].lower().replace(b"-", b"") == b"utf8":
            notes.append("the file calls itself UTF-8 and is not: read as Windows-1252")
            text = content.decode("cp1252", "replace")
            content = re.sub(r"^\s*<\?xml[^>]*\?>", "", text).encode("utf-8")
    try:
        return ElementTree.fromstring(content), notes
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        repaired, count = BARE.subn(b"&amp;", content)
        if count:
            try:
                root = ElementTree.fromstring(repaired)
            except (ElementTree.ParseError, ValueError, LookupError):
                pass
            else:
                return root, [*notes, f"{count} bare & read as the character itself"]
        raise _not_xml(content, error, file) from None


def _not_xml(content: bytes, error: Exception, file: str) -> DataError:
    line, column = getattr(error, "position", (0, 0))
    where = f"{file}:{line}" if line else file
    if b"COCHRANE_REVIEW" not in content[:4000]:
        hint = "Export the review from RevMan 5 as .rm5."
        return DataError(f"not XML ({error})", where=where, hint=hint)
    rows = content.splitlines()
    shown = rows[line - 1][max(0, column - 20) : column + 20] if 0 < line <= len(rows) else b""
    said = shown.decode("utf-8", "replace")
    hint = "Write < as &lt; and & as &amp; there, or export the review from RevMan again."
    return DataError(f"the XML breaks off at {said!r} ({error})", where=where, hint=hint)


def looks_like_revman(content: bytes, file: str) -> bool:
    """Tell a RevMan file by what it begins with, whatever its name."""
    if file.lower().endswith(".rm5"):
        return True
    return b"COCHRANE_REVIEW" in content[:4000].replace(b"\0", b"")


def _names(root: ElementTree.Element) -> dict[str, str]:
    names = {}
    for study in root.iter("STUDY"):
        label = tidy(study.get("NAME", "") or study.get("ID", ""))
        names[study.get("ID", "")] = label
    return names


def _rows(root: ElementTree.Element, names: dict[str, str]) -> Iterator[tuple[int, list[Cell]]]:
    yield 1, HEADER
    line = 1
    for outcome in root.iter("DICH_OUTCOME"):
        title = tidy(outcome.findtext("NAME") or "")
        groups = [(tidy(g.findtext("NAME") or ""), g) for g in outcome.iter("DICH_SUBGROUP")]
        for group, holder in [("", outcome), *groups]:
            for data in holder.findall("DICH_DATA"):
                line += 1
                study = data.get("STUDY_ID", "")
                counts: list[Cell] = [data.get(name, "") for name in COUNTS]
                yield line, [names.get(study, study), title, group, *counts]
