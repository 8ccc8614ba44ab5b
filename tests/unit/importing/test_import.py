"""Spreadsheets as people keep them come in right, or are refused with place and remedy."""

from __future__ import annotations

import csv
import datetime
import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from poolprop.__main__ import main
from poolprop.cli.init import begin

MESSY = (
    "Response in twelve cohorts;;;;\r\n"
    ";;;;\r\n"
    "Study;Responders / N;%;Setting;Remark\r\n"
    "Ahlgren 2011;12/21;57,1;hospital;\r\n"
    "Bj\N{LATIN SMALL LETTER O WITH STROKE}rn 2012;\N{NO-BREAK SPACE}30 / 41 ;73,2;Hospital;\r\n"
    "Cohen 2013;1 204/1 530;78,7;community;\r\n"
    "Dietz 2014;n.r.;55,0;hospital;only a percentage\r\n"
    "Eriksen 2015;15 of 16;93,8;community;\r\n"
    ";;;;\r\n"
    "Total;1261/1608;78,4;;\r\n"
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    begin(tmp_path / "review")
    monkeypatch.chdir(tmp_path / "review")
    return tmp_path / "review"


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / "data" / f"{table}.csv").open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def text(folder: Path, content: str | bytes, name: str = "t.csv") -> str:
    data = content if isinstance(content, bytes) else content.encode()
    (folder / name).write_bytes(data)
    return name


def book(folder: Path, lines: list[list[object]], merge: str = "") -> str:
    workbook = openpyxl.Workbook()
    for line in lines:
        workbook.active.append(line)
    if merge:
        workbook.active.merge_cells(merge)
    workbook.save(folder / "t.xlsx")
    return "t.xlsx"


def counts(folder: Path) -> list[tuple[str, str]]:
    return [(row["events"], row["total"]) for row in rows(folder, "outcomes")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_a_messy_text_table_comes_in_whatever_its_encoding(folder, capsys, encoding):
    name = text(folder, MESSY.encode(encoding))
    # The bytes of an old code page are a name in one and another in the next: it is said.
    said = ["--encoding", encoding] if encoding == "cp1252" else []
    assert main(["import", name, "--factor", "Setting", *said]) == 0
    known = [("12", "21"), ("30", "41"), ("1204", "1530"), ("NR", "NR"), ("15", "16")]
    assert counts(folder) == known
    said = capsys.readouterr().out
    assert "row 10 is left out: 'Total' is a sum" in said
    assert rows(folder, "studies")[1]["label"] == "Bj\N{LATIN SMALL LETTER O WITH STROKE}rn 2012"
    assert [row["setting"] for row in rows(folder, "studies")] == [
        "hospital", "hospital_2", "community", "hospital", "community",
    ]  # fmt: skip
    assert "'hospital' and 'Hospital' are two settings; if they are one, write them alike" in said


def test_what_comes_in_is_sound_and_names_its_row(folder, capsys):
    assert main(["import", text(folder, MESSY), "--factor", "Setting"]) == 0
    assert main(["check"]) == 0
    assert "5 studies" in capsys.readouterr().out
    assert rows(folder, "outcomes")[0]["locator"] == "t.csv, row 4"


def test_a_workbook_with_a_merged_heading(folder):
    name = book(
        folder,
        [
            ["Extraction", None, None],
            ["Study", "Responders", None],
            [None, "n", "N"],
            ["Ash 2019", 3, 10],
            ["Birch 2020", "1,204", 2000],
            ["Cedar 2021", 5.0, 9],
        ],
        merge="B2:C2",
    )
    assert main(["import", name, "--decimal", "."]) == 0
    assert counts(folder) == [("3", "10"), ("1204", "2000"), ("5", "9")]
    assert rows(folder, "outcomes")[0]["locator"] == "t.xlsx, sheet Sheet, row 4"


def test_a_percentage_alone_becomes_a_count_only_if_one_count_fits(folder):
    name = text(folder, "study,percent,total\nAsh,57.1%,21\nBirch,50%,1000\n")
    assert main(["import", name]) == 0
    ash, birch = rows(folder, "outcomes")
    assert (ash["events"], ash["record_type"]) == ("12", "back_calculated")
    assert (birch["events"], birch["percent_reported"]) == ("NR", "50")


def test_excel_stores_percentages_as_shares(folder):
    name = book(folder, [["study", "events", "total", "%"], ["Ash", 12, 21, 0.571]])
    assert main(["import", name]) == 0
    assert rows(folder, "outcomes")[0]["percent_reported"] == "57.1"


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ("1.234", "'1.234' could be 1234 or 1.234. Say which mark"),
        ("12.5", "'12.5' is not a whole number"),
        ("-3", "'-3' is not a number"),
        ("1e400", "'1e400' is not a number"),
        ("TRUE", "'TRUE' is not a number"),
        ("\N{ARABIC-INDIC DIGIT ONE}\N{ARABIC-INDIC DIGIT TWO}", "has digits of another script"),
        ("99999999999", "is too large a number"),
        ("#DIV/0!", "is an error of the spreadsheet"),
        ("=1+1", "'=1+1' is not a number"),
        ("21-Dec", "'21-Dec' looks like a date that a spreadsheet made of a fraction"),
        ("Dec-21", "'Dec-21' looks like a date"),
        ("21. Dez", "'21. Dez' looks like a date"),
        ("twelve", "'twelve' is not a number"),
    ],
)
def test_an_unclear_cell_is_named_and_nothing_is_written(folder, capsys, cell, fault):
    before = rows(folder, "outcomes")
    assert main(["import", text(folder, f'study;events;total\nAsh;"{cell}";2000\n')]) == 2
    said = capsys.readouterr().err
    assert said.startswith("t.csv:2:B 'events': ")
    assert fault in said
    assert rows(folder, "outcomes") == before


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        (datetime.datetime(2024, 12, 21), "turned the cell into the date 2024-12-21"),
        (True, "True is a truth value"),
        (-1, "-1 is out of range"),
        (0.5, "0.5 is not a whole number"),
        ("=B3+1", "a formula without a stored result"),
    ],
)
def test_an_unclear_cell_of_a_workbook_is_named(folder, capsys, cell, fault):
    name = book(folder, [["study", "events", "total"], ["Ash", cell, 30]])
    assert main(["import", name]) == 2
    assert fault in capsys.readouterr().err


def test_two_marks_of_decimals_are_not_guessed(folder, capsys):
    name = text(folder, "study;events;total;percent\nAsh;1;9;11.1\nBirch;1;8;12,5\n")
    assert main(["import", name]) == 2
    assert "some cells have decimal points and some decimal commas" in capsys.readouterr().err


def test_the_same_study_does_not_come_in_twice(folder, capsys):
    name = text(folder, "study,events,total\nAsh,1,9\n")
    assert main(["import", name]) == 0
    assert main(["import", name]) == 2
    assert "the tables hold 'response' of 'Ash' already" in capsys.readouterr().err


def test_revman_outcomes_come_in_by_arm(folder):
    xml = """<?xml version="1.0"?><COCHRANE_REVIEW><STUDY ID="S1" NAME="Ash 2019"/>
    <DICH_OUTCOME><NAME>Cure</NAME><DICH_DATA STUDY_ID="S1" EVENTS_1="3" TOTAL_1="10"
    EVENTS_2="5" TOTAL_2="11"/></DICH_OUTCOME>
    <DICH_OUTCOME><NAME>Death</NAME><DICH_DATA STUDY_ID="S1" EVENTS_1="1" TOTAL_1="10"
    EVENTS_2="2" TOTAL_2="11"/></DICH_OUTCOME></COCHRANE_REVIEW>"""
    name = text(folder, xml, "r.rm5")
    cure = ["--keep", "Outcome=Cure"]
    assert main(["import", name, *cure, "--arm", "1", "--timepoint", "end"]) == 0
    assert counts(folder) == [("3", "10")]
    assert main(["import", name, *cure, "--arm", "2", "--timepoint", "unstated"]) == 0
    assert counts(folder) == [("3", "10"), ("5", "11")]


def test_consensus_rows_of_an_extraction_tool(folder):
    name = text(
        folder,
        "Covidence #,Study ID,Reviewer Name,Events,Total\n"
        "#1,Ash 2019,One,3,10\n#1,Ash 2019,Two,4,10\n#1,Ash 2019,Consensus,3,10\n",
    )
    assert main(["import", name, "--keep", "Reviewer Name=Consensus"]) == 0
    assert counts(folder) == [("3", "10")]


def test_columns_may_be_asked_for(folder, monkeypatch):
    answers = iter(["Who", "C", "B", "", "", ""])
    monkeypatch.setattr("builtins.input", lambda _: next(answers))
    assert main(["import", text(folder, "Who,all,hit\nAsh,9,1\n"), "--ask"]) == 0
    assert counts(folder) == [("1", "9")]


def test_a_table_without_a_heading_says_how_to_name_the_columns(folder, capsys):
    assert main(["import", text(folder, "Ash,1,9\nBirch,2,8\n")]) == 2
    assert "Name them: --study, --events, --total." in capsys.readouterr().err


def test_a_named_column_that_is_not_there_is_said(folder, capsys):
    table = text(folder, "Study,Events,Total\nAsh,1,9\n")
    assert main(["import", table, "--events", "Responders"]) == 2
    assert "There is no column 'Responders'." in capsys.readouterr().err


def test_the_percentage_shown_is_that_of_the_sheet(folder, capsys):
    """A person compares what was understood with the sheet: 9/16 is printed as 56.3 there;
    what the sheet does not say has the digits of its counts."""
    table = folder / "t.csv"
    table.write_text("Study,Events,Total,%\nAsh,9,16,56.3\nOak,60,104,59.7\nElm,1,3,\n")
    assert main(["import", str(table), "--dry-run"]) == 0
    shown = [line.split()[-1] for line in capsys.readouterr().out.splitlines() if line[:3] in
             ("2  ", "3  ", "4  ")]  # fmt: skip
    assert shown == ["56.3", "59.7", "33"]


def test_a_terminal_of_ascii_and_an_odd_file_name_do_no_harm(folder):
    """Names of files may be any bytes; a log may be ASCII only: both are spelt out."""
    name = os.fsdecode(b"a\xff\nb \xe4\xb8\xad.csv")
    (folder / name).write_text("study,events,total\n\u5f20 2020,1,9\n", encoding="utf-8")
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    run = subprocess.run(
        [sys.executable, "-m", "poolprop", "import", name],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("a\\xff\\x0ab \\u4e2d.csv: heading in row 1")
    assert rows(folder, "outcomes")[0]["locator"] == "a\\xff\\x0ab \u4e2d.csv, row 2"
    assert main(["check"]) == 0
