"""A spreadsheet reads what we write: numbers are numbers, names stay names, nothing is a date."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess

import openpyxl
import pytest
from drawn_reviews import build, write
from openpyxl.chart import BarChart, Reference

from poolprop.__main__ import main
from poolprop.exporting.safe import is_number
from poolprop.exporting.workbook import NAMES
from poolprop.spreadsheet import restored

# All sheets, every digit: not "as shown".
ALL_SHEETS = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
RARE = [(1, 1_200_000), (3, 2_500_000), (0, 700_000), (2, 1_900_000)]
# Names that a spreadsheet would like to read as numbers, dates and formulas.
NAMED = ["007", "9/12", "MAR1", "=1+1"]


@pytest.fixture(scope="module")
def soffice(tmp_path_factory):
    """Return a function that converts a file; skip without LibreOffice, but fail in CI."""
    program = shutil.which("soffice")
    if not program:
        if os.environ.get("CI") == "true":
            pytest.fail("LibreOffice (soffice) is not on this machine: install libreoffice-calc")
        pytest.skip("LibreOffice (soffice) is not on this machine")
    profile = tmp_path_factory.mktemp("profile")

    def convert(to, folder, *paths):
        command = [program, f"-env:UserInstallation={profile.as_uri()}", "--headless"]
        command += ["--convert-to", to, "--outdir", str(folder), *map(str, paths)]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        return folder

    return convert


@pytest.fixture(scope="module")
def exported(tmp_path_factory, repo):
    """Return the export of a review of rare events."""
    folder = write(tmp_path_factory.mktemp("review"), RARE)
    studies = folder / "data" / "studies.csv"
    with studies.open(newline="") as handle:
        columns, *rows = csv.reader(handle)
    for row, name in zip(rows, NAMED, strict=True):
        row[columns.index("label")] = name
    with studies.open("w", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows([columns, *rows])
    build(repo, folder)
    assert main(["export", "csv", "xlsx", "--review", str(folder)]) == 0
    return folder / "export"


def read(path):
    with path.open(newline="", encoding="utf-8") as handle:
        return list(csv.reader(handle))


def test_every_table_comes_back_from_a_spreadsheet_as_it_went_in(exported, soffice, tmp_path):
    soffice(ALL_SHEETS, tmp_path, exported / "review.xlsx")
    tables = exported.parent / "results" / "tables"
    checked = 0
    for path in sorted(tables.glob("*.csv")):
        before = [[restored(cell) for cell in row] for row in read(path)]
        after = read(tmp_path / f"review-{path.stem}.csv")
        assert after[0] == before[0], path.name
        assert len(after) == len(before), path.name
        for row, again in zip(before[1:], after[1:], strict=True):
            for column, one, other in zip(before[0], row, again, strict=True):
                if not is_number(one) or NAMES.search(column):
                    assert other == one, (path.name, column)
                    continue
                checked += 1
                assert float(other) == pytest.approx(float(one), rel=1e-14), (path.name, column)
    assert checked > 100


def test_cells_are_numbers_that_sums_and_charts_can_use(exported, soffice, tmp_path):
    book = openpyxl.load_workbook(exported / "review.xlsx")
    sheet = book["data_response"]
    at = {cell.value: cell for cell in sheet[1]}
    assert [cell.value for cell in sheet[at["label"].column_letter]][1:5] == NAMED
    letter, last = at["total"].column_letter, sheet.max_row
    other = book.create_sheet("use")
    other["A1"] = f"=SUM(data_response!{letter}2:{letter}{last})"
    share = book["multiverse"]
    place = next(cell for cell in share[1] if cell.value == "proportion")
    other["A2"] = f"=MAX(multiverse!{place.column_letter}2:{place.column_letter}{share.max_row})"
    chart = BarChart()
    chart.add_data(Reference(share, min_col=place.column, min_row=2, max_row=share.max_row))
    other.add_chart(chart, "C1")
    book.save(tmp_path / "use.xlsx")
    out = tmp_path / "out"
    soffice("xlsx", out, tmp_path / "use.xlsx")
    again = openpyxl.load_workbook(out / "use.xlsx", data_only=True)
    wanted = sum(int(cell.value) for cell in sheet[letter][1:])
    assert again["use"]["A1"].value == wanted
    shares = [cell.value for cell in share[place.column_letter][1:]]
    assert again["use"]["A2"].value == pytest.approx(max(shares), rel=1e-14)
    assert 0 < max(shares) < 1e-5
    (drawn,) = openpyxl.load_workbook(out / "use.xlsx")["use"]._charts
    points = drawn.series[0].val.numRef.numCache.pt
    assert [float(point.v) for point in points] == pytest.approx(shares, rel=1e-14)


def test_exported_csv_opens_without_dates_and_formulas(exported, soffice, tmp_path):
    paths = sorted((exported / "csv").glob("*.csv"))
    soffice("xlsx", tmp_path, *paths)
    for path in paths:
        sheet = openpyxl.load_workbook(tmp_path / f"{path.stem}.xlsx").active
        before = read(path)
        for row, line in zip(before, sheet.iter_rows(), strict=True):
            for one, cell in zip(row, line, strict=False):
                assert cell.data_type != "f", (path.name, one)
                assert not cell.is_date, (path.name, one)
                if isinstance(cell.value, int | float):
                    assert float(cell.value) == pytest.approx(float(one), rel=1e-14)
    counts = read(exported / "csv" / "counts_response.csv")
    assert [row[0] for row in counts[1:]] == ["007", "'9/12", "'MAR1", "'=1+1"]
