"""A finished review goes elsewhere: the counts are the same, and no cell runs."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import zipfile

import openpyxl
import pytest
import small_review
from hypothesis import given
from hypothesis import strategies as st

from poolprop.__main__ import main
from poolprop.exporting.redone import named
from poolprop.exporting.references import bibtex, csl, ris
from poolprop.exporting.results import Grid
from poolprop.exporting.safe import csv_text, harmless, is_number
from poolprop.exporting.workbook import workbook
from poolprop.files import read_csv, write_json
from poolprop.plan.parse import load
from poolprop.synthesis.pooled import pooled
from poolprop.synthesis.subgroups import by_subgroup
from poolprop.tables.results import bayes_table

INJECTION = '=HYPERLINK("http://x","y")'


@pytest.fixture
def finished(tmp_path, monkeypatch):
    content = small_review.tables()
    content["studies"][0]["label"] = '=1+1 "A", \\ {b}'
    small_review.write(tmp_path, content)
    monkeypatch.chdir(tmp_path)
    config = ["--config", "config/config.yaml"]
    for name in ("response", "remission"):
        at = f"results/analysis/{name}"
        end = ["--endpoint", name, "--data", f"{at}/data.csv", "--excluded", f"{at}/excluded.csv"]
        alternatives = ["--alternatives", f"{at}/alternatives.csv"]
        assert main(["step", "select", *config, *end, *alternatives]) == 0
        rows, left = (read_csv(tmp_path / at / f"{part}.csv") for part in ("data", "excluded"))
        settings = load(tmp_path / "config/config.yaml")
        write_json(tmp_path / at / "pool.json", pooled(settings, name, rows, left))
        write_json(tmp_path / at / "subgroups.json", by_subgroup(settings, name, rows))
    (tmp_path / "results/tables").mkdir()
    (tmp_path / "results/tables/studies.csv").write_text(f'label,n\n"{INJECTION[1:5]}",3\n')
    (tmp_path / "results/figures").mkdir()
    (tmp_path / "results/figures/forest_response.svg").write_text("<svg/>")
    judged = {"id": "certainty/response/primary", "level": "very_low", "judged": True}
    write_json(tmp_path / "results/certainty/certainty.json", {"assessments": [judged]})
    return tmp_path


def test_every_format_that_draws_nothing_is_written(finished):
    assert main(["export"]) == 0
    made = {path.name for path in (finished / "export").rglob("*") if path.is_file()}
    assert made == {
        "response.R", "remission.R", "response.do", "remission.do", "response_stata.csv",
        "remission_stata.csv", "studies.csv", "data_response.csv", "data_remission.csv",
        "counts_response.csv", "counts_remission.csv",
        "review.xlsx", "sources.bib", "sources.ris", "sources.json", "findings.docx",
        "evidence.fhir.json", "study-information.csv", "study-arms.csv", "study-results.csv",
        "manuscript.qmd", "_quarto.yml", "_variables.yml",
        "_findings.md", "_methods.md", "references.bib", "forest_response.svg",
    }  # fmt: skip


def test_the_scripts_start_from_the_counts_of_the_report(finished):
    assert main(["export", "r", "stata", "--out", "out"]) == 0
    script = (finished / "out/response.R").read_text()
    assert "events = c(12, 30, 15, 11, 12)" in script
    assert "total = c(20, 41, 16, 15, 22)" in script
    assert '"pool/response/primary" = c(1, 2, 3, 4)' in script
    rows = list(csv.DictReader(io.StringIO((finished / "out/response_stata.csv").read_text())))
    assert [(row["events"], row["total"]) for row in rows if row["set1"] == "1"] == [
        ("12", "20"), ("30", "41"), ("15", "16"), ("11", "15"),
    ]  # fmt: skip
    assert rows[0]["study"].startswith("'=1+1")


def test_r_reads_the_script_whatever_the_studies_are_called(finished):
    if not shutil.which("Rscript"):
        pytest.skip("R is not on this machine")
    assert main(["export", "r", "--out", "out"]) == 0
    command = ["Rscript", "-e", 'invisible(parse("out/response.R"))']
    assert subprocess.run(command, cwd=finished, check=False).returncode == 0


def test_an_arm_called_after_its_study_is_not_named_twice():
    row = {"label": "Ash 2011", "arm_label": "Ash 2011"}
    assert named(row) == "Ash 2011"
    assert named(row | {"arm_label": "B"}) == "Ash 2011: B"


def test_without_python_docx_the_table_left_out_is_named(finished, monkeypatch, capsys):
    monkeypatch.setattr("poolprop.cli.export.find_spec", lambda name: None)
    assert main(["export"]) == 0
    said = capsys.readouterr().err
    assert said.startswith("Left out: export/findings.docx. ")
    assert "python-docx" in said
    assert not (finished / "export/findings.docx").exists()


def test_an_export_without_results_says_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(small_review.write(tmp_path))
    assert main(["export"]) == 2
    assert "Build the report first: make report." in capsys.readouterr().err
    assert not (tmp_path / "export").exists()


def test_an_unknown_format_is_refused(finished, capsys):
    assert main(["export", "spss"]) == 2
    assert "'spss' is not a format" in capsys.readouterr().err


@pytest.mark.parametrize("cell", [INJECTION, "+1+1", "-1+1", "@SUM(A1)", "\t=1", " =1"])
def test_a_cell_that_would_run_is_disarmed_in_csv(cell):
    assert harmless(cell) == f"'{cell}"
    assert harmless("-3.5") == "-3.5"
    assert csv_text(["a"], [{"a": "plain"}]) == "a\nplain\n"


@pytest.mark.parametrize(
    "cell", ["9/12", "3-4", "1.5.2020", "2019-05", "12:30", "MAR1", "sept2", "5 May 2020", "1 1/2"]
)
def test_a_cell_that_would_be_a_date_is_disarmed_in_csv(cell):
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["0.5", "1e-7", "May be", "9 of 12", "march", "1–3", "B-ALL", "3"])
def test_what_is_no_date_stays_as_it_is(cell):
    assert harmless(cell) == cell


def grid(rows, columns=None):
    return Grid(columns=columns or list(rows[0]), rows=rows)


def test_a_cell_that_would_run_is_text_in_excel():
    table = {"t": grid([{"study": INJECTION, "n": "12", "share": "0.5", "odd": "a\x00b"}])}
    content = workbook(table)
    assert content == workbook(table)
    row = openpyxl.load_workbook(io.BytesIO(content))["t"][2]
    assert [(cell.value, cell.data_type) for cell in row] == [
        (INJECTION, "s"), (12, "n"), (0.5, "n"), ("a b", "s"),
    ]  # fmt: skip


def test_numbers_keep_every_digit_and_names_stay_names():
    exact = "0.8130081300813008"
    rows = [
        {"study_id": "007", "registry": "1234567890123456", "proportion": exact, "ci": "1e-07"},
        {"study_id": "1.10", "registry": "12", "proportion": "NR", "ci": "0.25"},
    ]
    content = workbook({"t": grid(rows)})
    sheet = openpyxl.load_workbook(io.BytesIO(content))["t"]
    first, second = sheet[2], sheet[3]
    assert [cell.value for cell in first] == ["007", "1234567890123456", float(exact), 1e-07]
    assert [cell.value for cell in second] == ["1.10", 12, "NR", 0.25]
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert f"<v>{exact}</v>" in parts.read("xl/worksheets/sheet2.xml").decode()
    assert first[2].number_format == "0.000"
    assert first[3].number_format == "0.000000000"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_a_number_as_python_writes_it(value):
    assert is_number(str(value)) or ("e" in str(value) and is_number(f"{value!r}"))


def test_an_empty_table_has_its_heading():
    empty = Grid(columns=["id", "k"], rows=[])
    assert csv_text(empty.columns, empty.rows) == "id,k\n"
    sheet = openpyxl.load_workbook(io.BytesIO(workbook({"t": empty})))["t"]
    assert [cell.value for cell in sheet[1]] == ["id", "k"]
    columns, rows = bayes_table([])
    assert "ci_lower" in columns
    assert rows == []


def test_the_first_sheet_lists_the_others_whose_names_are_short_and_their_own():
    names = [f"data_{'long' * 9}_{i}" for i in range(3)]
    tables = {name: Grid(columns=["a"], rows=[{"a": "1"}]) for name in names}
    book = openpyxl.load_workbook(io.BytesIO(workbook(tables, ["A review"])))
    assert len({name.lower() for name in book.sheetnames}) == 4
    assert all(len(name) <= 31 for name in book.sheetnames)
    listed = {row[0].value: row[3].value for row in book["readme"].iter_rows()}
    assert book["readme"]["A1"].value == "A review"
    assert [listed[name] for name in book.sheetnames[1:]] == names


def test_references_leave_out_what_is_not_reported():
    source = {
        "source_id": "ash2019", "title": "50% of A & B", "authors": "Ash B; et al.",
        "year": "2019", "journal": "J Trees", "doi": "10.1/x_y", "citation": "Ash 2019",
    }  # fmt: skip
    assert bibtex([source]) == (
        "@article{ash2019,\n  title = {50\\% of A \\& B},\n  author = {Ash, B and others},\n"
        "  year = {2019},\n"
        "  journal = {J Trees},\n  doi = {10.1/x_y},\n  note = {Ash 2019},\n}\n"
    )
    unknown = source | {"journal": "NR", "doi": "NR", "year": "NR", "title": "a\nER  - "}
    assert ris([unknown]).splitlines()[:4] == [
        "TY  - GEN", "ID  - ash2019", "AU  - Ash, B", "TI  - a ER  -",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("printed", "latex", "read", "parts"),
    [
        ("Ash B", "Ash, B", "Ash, B", {"family": "Ash", "given": "B"}),
        ("van der Żak J-P", "van der Żak, J-P", "van der Żak, J-P",
         {"family": "van der Żak", "given": "J-P"}),
        ("Öst, Åke", "Öst, Åke", "Öst, Åke", {"family": "Öst", "given": "Åke"}),
        ("A & B Group C", "{A \\& B Group C}", "A & B Group C", {"literal": "A & B Group C"}),
        ("GRAALL", "{GRAALL}", "GRAALL", {"literal": "GRAALL"}),
    ],
)  # fmt: skip
def test_family_and_given_names_are_told_apart_and_groups_stay_whole(printed, latex, read, parts):
    """By themselves, reference managers would file Ash B under B."""
    source = {
        "source_id": "a", "title": "x {y", "authors": f"{printed}; Elm C", "year": "2019",
        "journal": "J", "doi": "NR", "citation": "$1 \\ ü",
    }  # fmt: skip
    entry = bibtex([source])
    assert f"  author = {{{latex} and Elm, C}},\n" in entry
    assert "  title = {x \\{y},\n" in entry
    assert "  note = {\\$1 \\textbackslash{} ü},\n" in entry
    assert f"AU  - {read}\r\n" in ris([source])
    assert json.loads(csl([source]))[0]["author"] == [parts, {"family": "Elm", "given": "C"}]
