"""What RevMan and Covidence export comes in by outcome and arm; several are asked about."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest

from poolprop.__main__ import main
from poolprop.cli.init import begin

HEADER = (
    "Comparison Number,Outcome Number,Subgroup Number,Name,Data Type,Statistical Method,"
    "Effect Measure,Analysis Model,Events 1,Mean 1,SD 1,Total 1,Events 2,Mean 2,SD 2,Total 2,"
    "Effect Estimate,SE,CI Start,CI End,Weight,Year of study,User defined order\n"
)
ANALYSES = (
    HEADER
    + """1,0,0,Drug or none,,,,,,,,,,,,,,,,,,,
1,1,0,Response,DIC,MH,OR,Fixed,61,,,190,52,,,188,1.2,,0.8,1.8,100,,
1,1,0,Larch,,,,,12,0,0,40,10,0,0,41,1.3,0.5,0.5,3.4,22,2001,1
1,1,0,Maple,,,,,28,0,0,90,25,0,0,88,1.1,0.3,0.6,2.2,48,2004,2
1,1,0,Oak,,,,,21,0,0,60,17,0,0,59,1.3,0.4,0.6,2.9,30,2009,3
1,2,0,Score,CON,IV,MD,Fixed,0,,,106,0,,,126,-0.7,,-1.2,-0.2,100,,
1,2,0,Pine,,,,,0,5,4.7,13,0,6.5,3.8,13,-1.5,1.7,-4.8,1.8,3,1973,1
"""
)
SUBGROUPS = (
    HEADER
    + """1,1,0,Response,DIC,MH,OR,Fixed,66,,,202,57,,,200,1.2,,0.8,1.8,100,,
1,1,1,Children,,,,,40,,,130,35,,,129,,,,,,,
1,1,1,Larch,,,,,12,0,0,40,10,0,0,41,1.3,0.5,0.5,3.4,22,2001,1
1,1,1,Maple,,,,,28,0,0,90,25,0,0,88,1.1,0.3,0.6,2.2,48,2004,2
1,1,2,Adults,DIC,,,,26,,,72,22,,,71,,,,,,,
1,1,2,Oak,,,,,26,0,0,72,22,0,0,71,1.3,0.4,0.6,2.9,30,2009,3
"""
)
SET = {
    "review-study-information.csv": "Study,Year,Data source,Char: Methods,Cov: Region\n"
    f"Larch 2001,2001,PUB,{'A long description. ' * 9},North\nMaple 2004,2004,PUB,,South+\n",
    "review-study-arms.csv": "Study,Arm,Description,Intervention\nLarch 2001,A,x,Drug\n"
    "Larch 2001,B,x,None\nMaple 2004,one,x,Drug\nMaple 2004,two,x,None\n",
    "review-study-results.csv": "Study,Outcome,Data type,Effect measure,Arm,Reference arm,"
    "Sample size,Cases,Mean,SD\n"
    "Larch 2001,Response,Dichotomous,,A,,40,12,,\nLarch 2001,Response,Dichotomous,,B,,41,10,,\n"
    "Maple 2004,Response,Dichotomous,,one,,90,28,,\nMaple 2004,Response,Dichotomous,,two,,88,25,,\n"
    "Maple 2004,Death,Dichotomous,,one,,90,2,,\nMaple 2004,Score,Continuous,,one,,90,,4.2,1\n",
    "review-risk-of-bias.csv": "Study,Domain (judgement): Blinding,Domain (support): Blinding,"
    "Domain (judgement): Overall bias,Domain (support): Overall bias\n"
    "Larch 2001,Low risk,Placebo,Some concerns,\nMaple 2004,High risk,Open,High risk,Open\n",
    "review-notes.csv": "anything,else\n1,2\n",
}
CHOSEN = ["--keep", "Outcome=Response", "--keep", "Intervention=Drug"]
PACKAGE = {
    "1-data-rows.csv": "Analysis group,Analysis number,Analysis name,Subgroup,Applicability,Study,"
    "Study year,GIV Mean,GIV SE,Experimental mean,Experimental SD,Experimental cases,"
    "Experimental N,Control mean,Control SD,Control cases,Control N\n"
    "1,1,Death,,BOTH,Larch,2001,0.0,0.0,0.0,0.0,12,40,0.0,0.0,10,41\n"
    "1,1,Death,,BOTH,Maple,2004,0.0,0.0,0.0,0.0,28,90,0.0,0.0,25,88\n"
    "1,2,Score,,BOTH,Pine,1973,0.0,0.0,5.0,4.7,0,13,6.5,3.8,0,13\n",
    "1-overall-estimates-and-settings.csv": "Analysis group,Analysis number,Data type\n"
    "1,1,Dichotomous\n1,2,Continuous\n",
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    begin(tmp_path / "review")
    monkeypatch.chdir(tmp_path / "review")
    return tmp_path / "review"


def rows(folder, table):
    path = folder / "data" / f"{table}.csv"
    with path.open(newline="", encoding="utf-8") as handle:
        return [row for row in csv.DictReader(handle) if row.get("outcome_id") != "EX-001"]


def counts(folder):
    return [(row["arm_id"], row["events"], row["total"]) for row in rows(folder, "outcomes")]


def zipped(files, inside=""):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(inside + name, content)
    return buffer.getvalue()


def test_a_list_of_analyses_gives_its_studies_by_arm(folder, capsys):
    (folder / "a.csv").write_text(ANALYSES)
    assert main(["import", "a.csv"]) == 2
    assert "the sheet has two arms (Events 1, Events 2). Say which: --arm 1" in (
        capsys.readouterr().err
    )
    assert main(["import", "a.csv", "--arm", "1"]) == 0
    said = capsys.readouterr().out
    assert counts(folder) == [
        ("larch-2001", "12", "40"),
        ("maple-2004", "28", "90"),
        ("oak-2009", "21", "60"),
    ]
    assert "rows of 'Score' (CON) have no counts and are left out (rows 8)" in said
    assert [row["year"] for row in rows(folder, "sources")] == ["2001", "2004", "2009"]
    assert rows(folder, "outcomes")[0]["locator"] == "a.csv, row 4"


def test_the_other_arm_comes_in_as_asked(folder):
    (folder / "a.csv").write_text(ANALYSES)
    assert main(["import", "a.csv", "--events", "Events 2", "--total", "Total 2"]) == 0
    assert [one[1:] for one in counts(folder)] == [("10", "41"), ("25", "88"), ("17", "59")]


def test_headings_of_subgroups_are_no_studies_with_or_without_a_data_type(folder):
    (folder / "a.csv").write_text(SUBGROUPS)
    assert main(["import", "a.csv", "--arm", "1", "--factor", "Subgroup"]) == 0
    assert [one[1:] for one in counts(folder)] == [("12", "40"), ("28", "90"), ("26", "72")]
    assert [row["subgroup"] for row in rows(folder, "studies")] == [
        "children",
        "children",
        "adults",
    ]


@pytest.mark.parametrize("form", ["folder", "zip", "zip in zip", "files"])
def test_a_study_centred_set(folder, capsys, form):
    place = folder / "set"
    place.mkdir()
    for name, content in SET.items():
        (place / name).write_text(content, encoding="utf-8")
    inner = zipped(SET, "x-data/x-study-data/")
    (folder / "one.zip").write_bytes(inner)
    (folder / "two.zip").write_bytes(zipped({"x-files/x-data.zip": inner, "x.pdf": b"%PDF"}))
    names = {
        "folder": ["set"],
        "zip": ["one.zip"],
        "zip in zip": ["two.zip"],
        "files": [f"set/{name}" for name in SET],
    }[form]
    assert main(["import", *names]) == 2
    assert "the sheet has 2 values of 'Outcome': 'Response', 'Death'." in capsys.readouterr().err
    assert main(["import", *names, "--keep", "Outcome=Response"]) == 2
    assert (
        "2 values of 'Intervention': 'Drug', 'None'. Choose one: --keep" in capsys.readouterr().err
    )
    assert main(["import", *names, *CHOSEN, "--factor", "Cov: Region=region"]) == 0
    said = capsys.readouterr().out
    assert counts(folder) == [("larch-2001", "12", "40"), ("maple-2004", "28", "90")]
    assert [row["region"] for row in rows(folder, "studies")] == ["north", "south_pos"]
    assert "results of 'Score' are no counts and are left out (rows 7)" in said
    assert "not read: review-notes.csv" in said
    assert "4 judgements of the risk of bias were added" in said
    judged = [
        (r["study_id"], r["item"], r["adjudicated"], r["reason"])
        for r in rows(folder, "risk_of_bias")
    ]
    assert judged[:2] == [
        ("larch-2001", "blinding", "Low risk", "Placebo"),
        ("larch-2001", "overall", "Some concerns", ""),
    ]
    assert rows(folder, "outcomes")[0]["locator"].endswith("review-study-results.csv, row 2")
    assert main(["check"]) == 0
    assert main(["import", "--undo"]) == 0
    assert not (folder / "data/risk_of_bias.csv").exists()


def test_results_alone_come_in_by_arm(folder, capsys):
    (folder / "r.csv").write_text(SET["review-study-results.csv"])
    keep = ["--keep", "Outcome=Death"]
    assert main(["import", "r.csv", *keep]) == 0
    assert counts(folder) == [("maple-2004", "2", "90")]


def test_the_data_rows_of_a_package(folder, capsys):
    (folder / "p.zip").write_bytes(zipped(PACKAGE, "1-analysis-data/"))
    (folder / "rows.csv").write_text(PACKAGE["1-data-rows.csv"])
    for name in ("p.zip", "rows.csv"):
        assert main(["import", name, "--arm", "2"]) == 0
        assert [one[1:] for one in counts(folder)] == [("10", "41"), ("25", "88")]
        assert "rows of 'Score' have no counts and are left out (rows 4)" in capsys.readouterr().out
        assert main(["import", "--undo"]) == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (zipped({"a.csv": "x,y\n1,2\n"}), "no file of study results"),
        (zipped({"a.txt": "x"}), "no file of study results"),
        (zipped({f"{n}.csv": "x\n" for n in range(600)}), "unpacks to more than"),
        (zipped(PACKAGE)[:200], "not a zip that can be read"),
        (zipped({"a.csv": PACKAGE["1-data-rows.csv"], "b.csv": PACKAGE["1-data-rows.csv"]}),
         "two files hold data rows"),
    ],
)  # fmt: skip
def test_what_is_no_set_costs_one_line(folder, capsys, content, words):
    (folder / "p.zip").write_bytes(content)
    assert main(["import", "p.zip"]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.startswith("p.zip")
    assert said.count("\n") == 1


def rm5(title="Cure", name="Ash 2019", extra="", head='<?xml version="1.0"?>'):
    return (
        f'{head}<COCHRANE_REVIEW><STUDY ID="S1" NAME="{name}"/>'
        f"<DICH_OUTCOME><NAME>{title}</NAME>\n<DICH_DATA STUDY_ID='S1' EVENTS_1='3' TOTAL_1='10' "
        f"EVENTS_2='5' TOTAL_2='11'><FOOTNOTE>x</FOOTNOTE></DICH_DATA></DICH_OUTCOME>{extra}"
        "</COCHRANE_REVIEW>"
    )


def test_a_bare_ampersand_and_a_wrong_encoding_are_put_right_and_said(folder, capsys):
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    text = rm5(title="Cure & more", name="Halász 2019", head=head)
    (folder / "r.rm5").write_bytes(text.encode("latin-1"))
    assert main(["import", "r.rm5", "--arm", "1"]) == 0
    said = capsys.readouterr().out
    assert "the file calls itself UTF-8 and is not: read as Windows-1252" in said
    assert "1 bare & read as the character itself" in said
    assert rows(folder, "studies")[0]["label"] == "Halász 2019"
    assert counts(folder) == [("halasz-2019", "3", "10")]


def test_a_bare_bracket_is_named_with_its_line(folder, capsys):
    (folder / "r.rm5").write_text(rm5(title="Cure\n< 5 days"))
    assert main(["import", "r.rm5", "--arm", "1"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("r.rm5:2: the XML breaks off at '< 5 days</NAME>'")
    assert "Write < as &lt;" in said


def test_outcomes_of_a_review_are_asked_for(folder, capsys):
    data = "<DICH_DATA STUDY_ID='S1' EVENTS_1='1' TOTAL_1='10'/>"
    more = f"<DICH_OUTCOME><NAME>Death</NAME>{data}</DICH_OUTCOME>"
    (folder / "r.rm5").write_text(rm5(extra=more))
    assert main(["import", "r.rm5", "--arm", "1"]) == 2
    assert "the sheet has 2 values of 'Outcome': 'Cure', 'Death'." in capsys.readouterr().err
