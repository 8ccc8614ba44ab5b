"""A table that somebody brings along is read, or refused with file, row and column."""

from __future__ import annotations

import io
import json

import openpyxl
import pytest
from counts_of import read_counts

from poolprop.__main__ import main
from poolprop.errors import DataError
from poolprop.reading import headings
from poolprop.reading.sheet import tidy

TABLE = "study,events,total,setting\nLarch,12,21,late\nMaple,91,110,late\nOak,12,13,first\n"


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "studies.csv"
    path.write_text(TABLE)
    return path


def test_counts_and_levels_come_in_the_order_of_the_table(table):
    data = read_counts(table, {}, "setting")
    assert data.events == (12, 91, 12)
    assert data.levels == ("late", "late", "first")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("12,21", "22,21", ":2:B 'events': more events (22"),
        ("91,110", "x,110", ":3:B 'events': 'x' is not a number."),
        ("91,110", "91", ":3:C 'total': 'late' is not a number."),
        ("91,110", "91,110,1", ":3:E: 5 cells where the heading has 4."),
        ("events", "hits", ":1: no row that names a column for events. Name them: --events,"),
        ("91,110", "91,１１０", ":3:C 'total': '１１０' has digits of another script."),
        ("setting", "events", ":1: two columns could hold events: B 'events' or D 'events'."),
    ],
)  # fmt: skip
def test_a_fault_names_file_row_and_column(table, old, new, message):
    table.write_text(TABLE.replace(old, new, 1))
    with pytest.raises(DataError) as caught:
        read_counts(table, {})
    assert str(caught.value).startswith(f"{table}{message}")


def test_a_column_that_is_not_there_is_said_with_those_that_are(table):
    with pytest.raises(DataError, match=r"There is no column 'event1'.*A 'study', B 'events'"):
        read_counts(table, {"events": "event1"})
    with pytest.raises(DataError, match=r"no column 'settings'. Did you mean 'setting'\?"):
        read_counts(table, {}, "settings")


def test_small_n_and_capital_n_are_two_columns(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("study,n,N\na,12,21\nb,9,18\n")
    for wanted in ({}, {"events": "n", "total": "N"}):
        assert read_counts(path, wanted).events == (12, 9)
    assert read_counts(path, {}).notes == ("events from column B 'n', total from column C 'N'",)
    path.write_text("study,N,n\na,21,12\nb,18,9\n")
    assert read_counts(path, {"events": "n", "total": "N"}).total == (21, 18)


@pytest.mark.parametrize(
    "text",
    [
        "study,events,total\nA,12.0,40.0\nB,7.0,55.0\nC,,61.0\nD,22.0,80.0\n",
        '"study","events","total"\n"A",12,40\n"B",7,55\n"C",NA,61\n"D",22,80\n',
        "study;events;total\nA;12;40\nB;7;55\nC;n.r.;61\nD;22;80\n",
        "A table of mine\n\nStudy\tn/N\nA\t12/40\nB\t7 / 55\nC\t\nD\t22 of 80\nTotal\t41/175\n",
    ],
)
def test_what_import_accepts_is_pooled_and_rows_without_counts_are_said(tmp_path, text):
    path = tmp_path / "t.csv"
    path.write_text(text)
    found = read_counts(path, {})
    assert (found.events, found.total) == ((12, 7, 22), (40, 55, 80))
    assert any("left out" in note for note in found.notes)


def test_levels_are_text_from_first_byte_to_last(tmp_path):
    path = tmp_path / "t.csv"
    levels = ["01", "1", "1.10", "1.1", "TRUE", "True", "NA", "HIV+", "HIV-", "a", "a "]
    rows = "".join(f"s{i},{i},20,{level}\n" for i, level in enumerate(levels))
    path.write_text(f"study,events,total,level\n{rows}")
    assert list(dict.fromkeys(read_counts(path, {}, "level").levels)) == levels


def test_a_workbook_is_pooled_like_the_same_text(tmp_path, table):
    book = openpyxl.Workbook()
    for line in TABLE.splitlines():
        book.active.append([int(cell) if cell.isdigit() else cell for cell in line.split(",")])
    book.save(tmp_path / "t.xlsx")
    assert read_counts(tmp_path / "t.xlsx", {}, "setting") == read_counts(table, {}, "setting")


@pytest.mark.slow
def test_standard_input_is_read(table, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TABLE.encode())))
    assert main(["pool", "-", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["overall"]["events"] == 115


def test_an_empty_table_and_a_missing_file_are_named(tmp_path, table, capsys):
    table.write_text("events,total\n")
    assert main(["pool", str(table)]) == 2
    assert main(["pool", str(tmp_path / "none.csv")]) == 2
    assert capsys.readouterr().err == (
        f"{table}:1: no study stands below the heading. Check the file.\n"
        f"{tmp_path / 'none.csv'}: no such file. Check the name.\n"
    )


def test_the_command_pools_overall_and_by_level(table, capsys):
    assert main(["pool", str(table), "--by", "setting", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert list(record) == ["between levels", "overall", "setting = first", "setting = late"]
    assert record["overall"]["k"] == 3
    assert record["setting = first"]["events"] == 12


def test_the_command_prints_a_summary(table, capsys):
    assert main(["pool", str(table)]) == 0
    assert "3 studies, 115 of 144" in capsys.readouterr().out


def test_an_export_of_a_whole_review_is_sent_to_import(tmp_path, capsys):
    """Sums, means and second arms of RevMan's list are no studies of one table."""
    path = tmp_path / "t.csv"
    path.write_text(
        "Comparison Number,Outcome Number,Subgroup Number,Name,Data Type,Events 1,Total 1,Events 2,"
        "Total 2\n1,0,0,A comparison,,,,,\n1,1,0,Cure,DIC,7,20,5,19\n1,1,0,Ash,,3,9,2,9\n"
        "1,1,0,Oak,,4,11,3,10\n"
    )
    assert main(["pool", str(path)]) == 2
    assert capsys.readouterr().err == (
        f"{path}: the file holds the outcomes and arms of a whole review, not one table of "
        "studies. Bring it in with poolprop import, which asks for outcome and arm.\n"
    )


def test_rows_are_not_read_again_for_each_line_of_the_heading(tmp_path, monkeypatch):
    path = tmp_path / "t.csv"
    path.write_text("study,events,total\n" + "".join(f"s{i},{i % 9},9\n" for i in range(19_999)))
    looked_at = []
    monkeypatch.setattr(headings, "tidy", lambda text: looked_at.append(text) or tidy(text))
    assert len(read_counts(path, {}).events) == 19_999
    assert len(looked_at) < 60_000  # some hundred rows for each that may be the heading
