"""Columns of numbers come in with sign and decimals, are declared, and can be regressed on."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest

from poolprop.__main__ import main
from poolprop.cli.init import begin

SHEET = (
    "Study,Events,Total,Latitude,Mean BMI\n"
    "Ahl 2011,3,20,-33.25,24\n"
    "Bay 2012,5,30,\N{MINUS SIGN}3.2,n.r.\n"
    "Coe 2013,7,40,59.91,27.50\n"
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    begin(tmp_path / "review")
    monkeypatch.chdir(tmp_path / "review")
    return tmp_path / "review"


def rows(table: str) -> list[dict[str, str]]:
    with Path(f"data/{table}.csv").open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def test_numbers_keep_sign_and_decimals_and_are_declared(folder, capsys):
    Path("t.csv").write_text(SHEET, encoding="utf-8")
    command = ["import", "t.csv", "--moderator", "Latitude", "--moderator", "Mean BMI=bmi"]
    assert main(command) == 0
    assert "columns not used: none" in capsys.readouterr().out
    found = [(row["latitude"], row["bmi"]) for row in rows("studies")]
    assert found == [("-33.25", "24"), ("-3.2", "NR"), ("59.91", "27.50")]
    declared = [(r["term"], r["label"]) for r in rows("vocabulary") if r["field"] == "number"]
    assert declared == [("latitude", "Latitude"), ("bmi", "Mean BMI")]
    assert main(["check"]) == 0


def test_a_number_of_every_review_goes_to_its_column(folder):
    Path("t.csv").write_text("Study,Events,Total,Age\nAhl 2011,3,20,61.5\nBay 2012,5,30,NR\n")
    assert main(["import", "t.csv", "--moderator", "Age=age_median"]) == 0
    assert [row["age_median"] for row in rows("studies")] == ["61.5", "NR"]
    assert not [row for row in rows("vocabulary") if row["field"] == "number"]


def test_cells_of_a_workbook_are_numbers_already(folder):
    book = openpyxl.Workbook()
    for line in (["Study", "Events", "Total", "Dose"], ["Ahl 2011", 3, 20, -0.125],
                 ["Bay 2012", 5, 30, 1e-05], ["Coe 2013", 7, 40, None]):  # fmt: skip
        book.active.append(line)
    book.save("t.xlsx")
    assert main(["import", "t.xlsx", "--moderator", "Dose"]) == 0
    assert [row["dose"] for row in rows("studies")] == ["-0.125", "0.00001", "NR"]
    assert main(["check"]) == 0


@pytest.mark.parametrize(
    ("asked", "cell", "said"),
    [
        ("Latitude", "52 N", "t.csv:3:D 'Latitude': '52 N' is not a number."),
        ("Latitude=year", "52", "'year' is the name of another column."),
        ("Latitude=Two Words", "52", "'Latitude=Two Words' is not COLUMN or COLUMN=NAME."),
        ("Longitude", "52", "Longitude"),
    ],
)
def test_what_is_no_number_or_no_name_is_refused_and_nothing_written(
    folder, capsys, asked, cell, said
):
    before = Path("data/studies.csv").read_bytes()
    Path("t.csv").write_text(
        f"Study,Events,Total,Latitude\nAhl 2011,3,20,1\nBay 2012,5,30,{cell}\n"
    )
    assert main(["import", "t.csv", "--moderator", asked]) == 2
    assert said in capsys.readouterr().err
    assert Path("data/studies.csv").read_bytes() == before


def test_a_new_review_has_no_columns_of_one_disease(folder):
    """Regimen, drug classes and those treated are there for who needs them, unasked for nobody."""
    Path("t.csv").write_text(SHEET, encoding="utf-8")
    assert main(["import", "t.csv"]) == 0
    for table in ("studies", "arms"):
        assert not {"regimen", "drug_classes", "n_treated"} & set(rows(table)[0])
