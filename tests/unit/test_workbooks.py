"""Workbooks of strangers: values as stored, and nothing that exhausts the machine."""

from __future__ import annotations

import io
import re
import zipfile

import openpyxl
import pytest

from poolprop.errors import DataError
from poolprop.importing.revman import read_revman
from poolprop.reading.markup import has_document_type
from poolprop.reading.workbook import read_excel

SHEET = "xl/worksheets/sheet1.xml"
LINES = [["study", "events", "total"], ["Ash", 12, 20], ["Oak", 3, 9]]


def book(lines=LINES, merge: str = "") -> bytes:
    workbook = openpyxl.Workbook()
    for line in lines:
        workbook.active.append(line)
    if merge:
        workbook.active.merge_cells(merge)
    return saved(workbook)


def saved(workbook) -> bytes:
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def changed(content: bytes, change) -> bytes:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == SHEET else old.read(name))
    return buffer.getvalue()


def rows(content: bytes):
    return [cells for _, cells in read_excel(content, "t.xlsx", "").rows]


DOCTYPE = '<!DOCTYPE x [<!ENTITY a "12">]>'
COMMENT = f"<!--{'x' * 5000}-->"
HIDDEN = {
    "at once": lambda xml: DOCTYPE.encode() + xml,
    "behind a comment": lambda xml: (COMMENT + DOCTYPE).encode() + xml,
    "in UTF-16": lambda xml: (COMMENT + DOCTYPE + xml.decode()).encode("utf-16"),
    "in UTF-16, big end": lambda xml: ("\ufeff" + DOCTYPE + xml.decode()).encode("utf-16-be"),
    "in another code page": lambda xml: (
        '<?xml version="1.0" encoding="cp037"?>' + DOCTYPE + xml.decode()
    ).encode("cp037"),
}


@pytest.mark.parametrize("hide", HIDDEN.values(), ids=HIDDEN)
def test_a_document_type_is_found_however_it_hides(hide):
    spoilt = changed(book(), lambda xml: hide(re.sub(rb"^<\?xml.*?\?>", b"", xml)))
    with pytest.raises(DataError, match="not an Excel workbook that can be read"):
        read_excel(spoilt, "t.xlsx", "")
    revman = hide(b"<COCHRANE_REVIEW>&a;</COCHRANE_REVIEW>")
    with pytest.raises(DataError, match=r"entities|not XML"):
        read_revman(revman, "r.rm5")


def test_what_has_none_is_read():
    assert not has_document_type(b"<?xml version='1.0'?><!-- <!DOCTYPE x> --><a>&lt;</a>")
    assert not has_document_type(b"\x89PNG no XML at all")
    assert rows(book()) == LINES


def test_one_merged_range_over_the_whole_sheet_is_no_work():
    whole = b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    spread = changed(book(), lambda xml: xml.replace(b"</sheetData>", b"</sheetData>" + whole))
    assert rows(spread) == LINES


def test_a_sheet_of_two_million_cells_is_refused_before_it_is_read():
    cell = b"<c><v>1</v></c>"
    many = b"".join(b"<row>" + cell * 190 + b"</row>" for _ in range(10))
    huge = changed(book(), lambda xml: xml.replace(b"</sheetData>", many * 1000 + b"</sheetData>"))
    with pytest.raises(DataError, match="more than"):
        read_excel(huge, "t.xlsx", "")
    few = b"<row>" + b"<c/>" * 150 + b"</row>"
    large = changed(book(), lambda xml: xml.replace(b"</sheetData>", few * 2000 + b"</sheetData>"))
    with pytest.raises(DataError, match=r"\d+ cells, more than 250000"):
        read_excel(large, "t.xlsx", "")


def test_merged_headings_spread_and_far_cells_cost_nothing():
    lines = [[None, "Responders", None], ["Study", "n", "N"], ["Ash", 12, 20]]
    assert rows(book(lines, merge="B1:C1"))[0] == [None, "Responders", "Responders"]
    far = openpyxl.Workbook()
    for line in LINES:
        far.active.append(line)
    far.active["A1048576"] = "end"
    assert rows(saved(far))[-1] == ["end"]


def test_what_a_file_says_of_its_own_size_is_not_believed():
    def shrink(xml):
        return re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:A1"', xml)

    assert rows(changed(book(), shrink)) == LINES


def test_a_formula_that_was_never_computed_is_named():
    with pytest.raises(DataError, match=r"^t.xlsx\[Sheet\]:2:B: a formula without a stored result"):
        rows(book([LINES[0], ["Ash", "=1+1", 20]]))


def test_a_character_that_no_text_may_hold_is_named():
    spoilt = changed(
        book([["study"], ["Ash"]]), lambda xml: xml.replace(b"Ash", "A\u202esh".encode())
    )
    with pytest.raises(DataError, match=r"^t.xlsx\[Sheet\]:2:A: the cell holds U\+202E"):
        rows(spoilt)
