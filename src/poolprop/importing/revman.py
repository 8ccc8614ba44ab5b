"""RevMan 5 files: the dichotomous outcomes of a review as one table.

The format is that of Cochrane's Review Manager 5 (``.rm5``, XML): a ``DICH_OUTCOME`` holds
``DICH_DATA`` elements, perhaps within ``DICH_SUBGROUP``, with ``EVENTS_1``, ``TOTAL_1`` and so on.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

from poolprop.errors import DataError
from poolprop.reading.markup import has_document_type
from poolprop.reading.sheet import Cell, Sheet, bounded, tidy

HEADER: list[Cell] = ["Study", "Outcome", "Subgroup", "Events 1", "Total 1", "Events 2", "Total 2"]
COUNTS = ("EVENTS_1", "TOTAL_1", "EVENTS_2", "TOTAL_2")


def read_revman(content: bytes, file: str) -> Sheet:
    """Read the dichotomous outcomes of a RevMan 5 file.

    Raises
    ------
    DataError
        If it is not XML, defines entities, or holds no dichotomous outcome.
    """
    if has_document_type(content):
        hint = "Export the file from RevMan again."
        raise DataError("the file defines XML entities", where=file, hint=hint)
    try:
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        hint = "Export it from RevMan as .rm5."
        raise DataError(f"not XML ({error})", where=file, hint=hint) from None
    rows = bounded(_rows(root, _names(root)), file)
    if len(rows) == 1:
        hint = "Only dichotomous outcomes can be imported."
        raise DataError("no dichotomous outcome", where=file, hint=hint)
    return Sheet(file=file, name="", rows=rows, notes=["read as RevMan 5"], points=".")


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
