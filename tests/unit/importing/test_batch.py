"""What an import writes: only what the sheet says, all or nothing, and taken back byte for byte."""

from __future__ import annotations

import csv
import re

import pytest

from poolprop.__main__ import main
from poolprop.cli.init import begin
from poolprop.importing import batch

SHEET = """Author,Cases,Sample size,Prevalence,HIV,Remark
Ahlgren 2011,12*,21,57.1,HIV+,first
Bjørk,,18,22%,HIV-,
Cohen (2013),,36,46%,HIV+,
Dietz 2014,,165,47%,NA,
Eriksen 2015,30,41,"73.2 (95% CI 57-86)",HIV-,
Fuchs 2016,n.r.,33,,HIV-,
"""
OPTIONS = ["--factor", "HIV", "--factor", "Remark=remark"]
# What says how a row is used, and what is not stated; everything else is the sheet's.
STRUCTURE = {"", "NR", "all", "regimen", "reported", "back_calculated"}
MARKED = {"back_calculated", "the only count that gives the percentage"}


class Killed(BaseException):
    """What a signal does: nothing catches it."""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    begin(tmp_path / "review")
    monkeypatch.chdir(tmp_path / "review")
    return tmp_path / "review"


def rows(folder, table):
    with (folder / "data" / f"{table}.csv").open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def files(folder):
    return {
        path.relative_to(folder): (path.read_bytes(), path.stat().st_mode)
        for path in folder.rglob("*")
        if path.is_file()
    }


def sheet(folder, text=SHEET, name="t.csv"):
    (folder / name).write_text(text, encoding="utf-8")
    return name


def test_no_cell_is_written_that_the_sheet_does_not_say_and_no_mark_tells(folder, capsys):
    """Walk every cell of every new row: the sheet's own, NR, a key, or marked and counted."""
    before = {table: rows(folder, table) for table in ("vocabulary",)}
    assert main(["import", sheet(folder), *OPTIONS]) == 0
    said = capsys.readouterr().out
    with (folder / "t.csv").open(newline="", encoding="utf-8") as handle:
        origin = {f"t.csv, row {n}": row for n, row in enumerate(csv.reader(handle), 1)}
    labels = {
        (row["field"], row["term"]): row["label"]
        for row in rows(folder, "vocabulary")
        if row not in before["vocabulary"]
    }
    inferred = 0
    for table in ("sources", "studies", "arms", "outcomes"):
        for row in rows(folder, table):
            place = (row.get("locator") or row["note"]).removeprefix("Imported from ")
            cells = origin[place]
            figures = {number for cell in cells for number in re.findall(r"[0-9.]+", cell)}
            marked = bool(row.get("derivation"))
            inferred += marked
            for column, cell in row.items():
                key = column.endswith("_id") or column in ("locator", "citation", "outcome")
                level = labels.get((column, cell)) in cells
                noted = cell.startswith(("Imported from t.csv", "In the sheet: ")) or (
                    marked and (cell in MARKED or column == "events")
                )
                year = column == "year" and any(cell in text for text in cells)
                assert (
                    key or level or noted or year or cell in STRUCTURE or cell in cells
                    or cell in figures
                ), (table, column, cell)  # fmt: skip
    assert inferred == 1
    assert (
        "counts made of percentages: 1 (the only count that gives the percentage; rows 3)" in said
    )
    assert "cells read with a change: 1 (rows 2; see note)" in said
    assert main(["check"]) == 0


def test_the_last_lines_say_what_came_from_where(folder, capsys):
    assert main(["import", sheet(folder), "--factor", "HIV"]) == 0
    said = capsys.readouterr().out
    assert "  hiv      <- E 'HIV' (factor)" in said
    assert said[said.index("6 rows of") :].splitlines() == [
        "6 rows of 6 studies: 6 studies and 5 figures of 'response' are new",
        "columns not used: F 'Remark'",
        "counts made of percentages: 1 (the only count that gives the percentage; rows 3)",
        "cells read with a change: 1 (rows 2; see note)",
        "each row is taken for one cohort of the review (role regimen, population all)",
        "not stated, so NR: denominator, time point, design, publication type (state them with "
        "--denominator TERM, --timepoint TERM, --factor COLUMN=design, "
        "--factor COLUMN=publication_type)",
        "rows without a count: 3",
        "  row 4, Cohen (2013): no count of 36 is 46%: a misprint?",
        "  row 5, Dietz 2014: 77 and 78 both fit 47% of 165",
        "  row 7, Fuchs 2016: the sheet has no count and no percentage",
        "figures that fit the primary estimand of 'response': 3",
        "check will ask next: what is NR in design, publication_type, agreement",
        "the plan does not use hiv yet: add below endpoints.response.subgroups (or import with "
        "--plan):",
        "      hiv:",
        "        label: HIV",
        "written to data; --undo takes it back. Next: poolprop check",
    ]


def test_what_a_person_states_is_written(folder):
    text = "study,events,total,Kind\nAsh,1,9,Cross-sectional\nOak,2,9,Cohort\n"
    stated = ["--denominator", "evaluable", "--timepoint", "End of study"]
    assert main(["import", sheet(folder, text), *stated, "--factor", "Kind=design"]) == 0
    assert {row["denominator_basis"] for row in rows(folder, "outcomes")} == {"evaluable"}
    assert {row["timepoint"] for row in rows(folder, "outcomes")} == {"end"}
    assert [row["design"] for row in rows(folder, "studies")] == ["cross_sectional", "cohort"]
    assert {row["publication_type"] for row in rows(folder, "studies")} == {"NR"}


def test_a_new_outcome_gets_a_key_and_its_own_label(folder, capsys):
    text = sheet(folder, "study,events,total\nAsh,1,9\n")
    assert main(["import", text, "--outcome", "MRD-"]) == 0
    assert main(["import", text, "--outcome", "MRD+"]) == 0
    assert [row["outcome"] for row in rows(folder, "outcomes")] == ["mrd_neg", "mrd_pos"]
    assert "no endpoint of the plan counts 'mrd_pos'" in capsys.readouterr().out
    assert len(rows(folder, "studies")) == 1


def test_undo_brings_back_every_byte(folder, capsys):
    sheet(folder)
    (folder / "data/studies.csv").chmod(0o640)
    (folder / "config/config.yaml").chmod(0o600)
    before = files(folder)
    assert main(["import", "t.csv", *OPTIONS, "--plan"]) == 0
    assert {path for path, was in before.items() if files(folder)[path] != was} >= {
        (folder / path).relative_to(folder)
        for path in map((folder / "data").joinpath, ("studies.csv", "outcomes.csv"))
    }
    assert main(["import", "--undo"]) == 0
    assert files(folder) == before
    assert "taken back: the import of t.csv into data" in capsys.readouterr().out
    assert main(["import", "--undo"]) == 2
    assert "there is no import to take back" in capsys.readouterr().err


def test_undo_never_loses_an_edit(folder, capsys):
    assert main(["import", sheet(folder)]) == 0
    table = folder / "data/studies.csv"
    table.write_text(table.read_text("utf-8").replace("Bjørk", "Bjork"), encoding="utf-8")
    before = files(folder)
    assert main(["import", "--undo"]) == 2
    assert "data/studies.csv: the file was edited after the import." in capsys.readouterr().err
    assert files(folder) == before


def test_a_killed_import_is_taken_back_too(folder, monkeypatch):
    sheet(folder)
    before = files(folder)
    write, written = batch.write_bytes, []

    def killed(path, content):
        if path.parent.name == "data":
            written.append(path)
            if len(written) > 2:
                raise Killed
        write(path, content)

    monkeypatch.setattr(batch, "write_bytes", killed)
    with pytest.raises(Killed):
        main(["import", "t.csv"])
    monkeypatch.setattr(batch, "write_bytes", write)
    assert files(folder) != before
    assert main(["import", "--undo"]) == 0
    assert files(folder) == before


def test_a_corrected_sheet_replaces_what_it_gave_before(folder, capsys):
    text = "study,events,total,Place\nAsh,1,9,North\nOak,2,8,Suoth\n"
    assert main(["import", sheet(folder, text), "--factor", "Place"]) == 0
    assert main(["import", sheet(folder, "study,events,total\nElm,4,7\n", "u.csv")]) == 0
    text = "study,events,total,Place\nAsh,3,9,North\nOak,2,8,South\nFir,1,5,South\n"
    assert main(["import", sheet(folder, text), "--factor", "Place"]) == 2
    assert "let the sheet win with --replace" in capsys.readouterr().err
    assert main(["import", "t.csv", "--factor", "Place", "--replace"]) == 0
    assert "4 studies" not in (said := capsys.readouterr().out)
    assert "2 figures replaced" in said
    found = {row["arm_id"]: (row["events"], row["total"]) for row in rows(folder, "outcomes")}
    assert found == {"ash": ("3", "9"), "oak": ("2", "8"), "elm": ("4", "7"), "fir": ("1", "5")}
    places = {row["study_id"]: row["place"] for row in rows(folder, "studies")}
    assert places == {"elm": "", "ash": "north", "oak": "south", "fir": "south"}
    assert [r["term"] for r in rows(folder, "vocabulary") if r["field"] == "place"] == [
        "north",
        "south",
    ]
    assert main(["check"]) == 0


def test_a_second_outcome_keeps_the_studies_and_their_levels(folder, capsys):
    text = "study,events,deaths,total,Place\nAsh,1,2,9,North\nOak,2,3,8,South\n"
    name = sheet(folder, text)
    assert main(["import", name, "--factor", "Place"]) == 0
    more = ["--events", "deaths", "--outcome", "Death"]
    assert main(["import", name, *more, "--factor", "Place"]) == 0
    assert (
        "2 rows of 2 studies: 0 studies and 2 figures of 'death' are new" in capsys.readouterr().out
    )
    assert main(["import", name, *more, "--replace"]) == 0
    assert len(rows(folder, "studies")) == 2
    assert len(rows(folder, "outcomes")) == 4
    other = sheet(folder, "study,events,total,Place\nAsh,1,9,East\n", "v.csv")
    assert main(["import", other, "--outcome", "Cure", "--factor", "Place"]) == 2
    said = capsys.readouterr().err
    assert "'Ash' has the place 'east' here and 'north' in studies.csv" in said


def test_nothing_is_written_that_check_would_refuse(folder, capsys):
    text = sheet(folder, f"study,events,total\n{'A' * 400},1,9\n")
    before = files(folder)
    assert main(["import", text]) == 2
    assert "data/studies.csv:2:label: string should have at most 300 characters" in (
        capsys.readouterr().err
    )
    assert files(folder) == before


def test_faults_that_the_tables_had_do_not_stop_an_import(folder):
    table = folder / "data/outcomes.csv"
    table.write_text(table.read_text("utf-8").replace(",21,38,", ",41,38,"), encoding="utf-8")
    studies = folder / "data/studies.csv"
    studies.write_text(
        studies.read_text("utf-8").replace("example2024", "kept2024"), encoding="utf-8"
    )
    assert main(["import", sheet(folder)]) == 0
    assert len(rows(folder, "studies")) == 7


def test_protected_tables_are_not_overwritten(folder, capsys):
    sheet(folder)
    (folder / "data/arms.csv").chmod(0o444)
    before = files(folder)
    assert main(["import", "t.csv"]) == 2
    assert "data/arms.csv: the file is write-protected." in capsys.readouterr().err
    assert files(folder) == before


def test_a_dry_run_says_all_and_writes_nothing(folder, capsys):
    sheet(folder)
    before = files(folder)
    assert main(["import", "t.csv", "--factor", "HIV", "--plan", "--dry-run"]) == 0
    assert "rows without a count: 3" in (said := capsys.readouterr().out)
    assert said.endswith("nothing was written (--dry-run)\n")
    assert files(folder) == before


def test_new_factors_are_written_into_the_plan(folder):
    plan = folder / "config/config.yaml"
    before = plan.read_text("utf-8")
    text = 'study,events,total,HIV,"Age: group"\nA,1,9,x,y\nB,2,9,z,y\n'
    factors = ["--factor", "HIV", "--factor", "Age: group"]
    assert main(["import", sheet(folder, text), *factors, "--plan"]) == 0
    after = plan.read_text("utf-8")
    new = "      hiv:\n        label: HIV\n      age_group:\n        label: 'Age: group'\n"
    assert after == before + new
    assert main(["check"]) == 0


@pytest.mark.parametrize("end", ["    subgroups: {}\n", "    description: x\n"])
def test_a_plan_without_a_block_of_subgroups(folder, capsys, end):
    plan = folder / "config/config.yaml"
    before = re.sub(r"    subgroups:\n.*", end, plan.read_text("utf-8"), flags=re.DOTALL)
    before = re.sub(r"    description: Write.*\n", "", before)
    plan.write_text(before, encoding="utf-8")
    text = sheet(folder, "study,events,total,HIV\nA,1,9,x\nB,2,9,z\n")
    code = main(["import", text, "--factor", "HIV", "--plan"])
    if "{}" in end:
        assert code == 2
        assert "add by hand: hiv" in capsys.readouterr().err
        assert plan.read_text("utf-8") == before
    else:
        assert code == 0
        assert (
            plan.read_text("utf-8") == before + "    subgroups:\n      hiv:\n        label: HIV\n"
        )


@pytest.mark.parametrize(
    ("factor", "fault"),
    [
        ("HIV=total", "outcomes.csv uses the name 'total' itself"),
        ("HIV=Hiv", "'Hiv' cannot be the name of a factor"),
        ("HIV=study_id", "uses the name 'study_id' itself"),
        ("Nothing", "no column 'Nothing'"),
        ("=x", "'=x' is not COLUMN or COLUMN=NAME"),
    ],
)
def test_a_factor_that_cannot_be_is_refused(folder, capsys, factor, fault):
    assert main(["import", sheet(folder), "--factor", factor]) == 2
    assert fault in capsys.readouterr().err


def test_headings_become_factors_of_their_own(folder):
    text = "study,events,total,HIV+,HIV-,5-year,地区,Country\nA,1,9,a,b,c,d,e\nB,2,9,f,g,h,i,j\n"
    names = ("HIV+", "HIV-", "5-year", "地区", "Country")
    factors = [word for name in names for word in ("--factor", name)]
    assert main(["import", sheet(folder, text), *factors]) == 0
    fields = dict.fromkeys(row["field"] for row in rows(folder, "vocabulary"))
    assert list(fields)[-5:] == ["hiv_pos", "hiv_neg", "factor_5_year", "u5730u533a", "country_2"]
    assert main(["check"]) == 0
