"""Two texts of a sheet never become one term: not in one import, and not in two."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poolprop.__main__ import main
from poolprop.cli.init import begin
from poolprop.importing.levels import AS_WRITTEN, define

LEVELS = """study,events,total,HIV,Age group,Score,Place
A 2001,12,40,HIV+,<18 years,-5,中国
B 2002,2,30,HIV-,≥18 years,5,日本
C 2003,4,31,ER+,<18 years,<5,中国
D 2004,20,33,ER−,≥18 years,>5,
"""
TEXT = st.text(st.sampled_from("AaBb1 5+-<>_.−≥中é"), min_size=1, max_size=4)
TEXTS = st.lists(TEXT.filter(lambda text: text.strip() == text), min_size=1, max_size=8)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    begin(tmp_path / "review")
    monkeypatch.chdir(tmp_path / "review")
    return tmp_path / "review"


def column(folder, table, name):
    with (folder / "data" / f"{table}.csv").open(newline="", encoding="utf-8") as handle:
        return [row[name] for row in csv.DictReader(handle)]


def labels(folder, field):
    with (folder / "data" / "vocabulary.csv").open(newline="", encoding="utf-8") as handle:
        return {r["term"]: r["label"] for r in csv.DictReader(handle) if r["field"] == field}


def test_levels_that_differ_by_signs_or_script_stay_apart(folder):
    (folder / "t.csv").write_text(LEVELS, encoding="utf-8")
    factors = ["--factor", "HIV", "--factor", "Age group", "--factor", "Score", "--factor", "Place"]
    assert main(["import", "t.csv", *factors]) == 0
    assert main(["check"]) == 0
    assert labels(folder, "hiv") == {
        "hiv_pos": "HIV+", "hiv_neg": "HIV-", "er_pos": "ER+", "er_neg": "ER−",
    }  # fmt: skip
    assert labels(folder, "age_group") == {"lt_18_years": "<18 years", "ge_18_years": "≥18 years"}
    assert list(labels(folder, "score").values()) == ["-5", "5", "<5", ">5"]
    assert list(labels(folder, "place").values()) == ["中国", "日本"]
    assert column(folder, "studies", "place") == ["u4e2du56fd", "u65e5u672c", "u4e2du56fd", "NR"]


def test_a_new_level_of_a_known_factor_needs_no_edit_by_hand(folder, capsys):
    for name, place in (("a", "Asia"), ("b", "South America"), ("c", "Asia")):
        (folder / "t.csv").write_text(f"study,events,total,Region\n{name},1,9,{place}\n")
        assert main(["import", "t.csv", "--factor", "Region"]) == 0
    assert main(["check"]) == 0
    assert labels(folder, "region") == {"asia": "Asia", "south_america": "South America"}
    assert "'region' has new levels: 'South America' (south_america)" in capsys.readouterr().out


def test_a_term_that_a_person_defined_is_found_by_label_or_term():
    rows = [{"field": "site", "term": "inpatient", "label": "In hospital", "definition": "Stays."}]
    assert define(rows, "site", ["In hospital"])[0] == {"In hospital": "inpatient"}
    assert define(rows, "site", ["inpatient"])[0] == {"inpatient": "inpatient"}
    both, notes = define(rows, "site", ["inpatient", "In hospital"])
    assert both == {"inpatient": "inpatient_2", "In hospital": "inpatient"}
    assert len(rows) == 2
    assert notes == ["'site' has new levels: 'inpatient' (inpatient_2)"]


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("hospital", "Hospital", True),
        ("hospital", "hosptial", True),
        ("high risk", "high-risk", True),
        ("hospital", "hopital", True),
        ("typical", "atypical", False),
        ("grade 1", "grade 2", False),
        ("Ph-positive", "Ph-negative", False),
        ("molecular", "cytogenetic", False),
        ("male", "female", False),
        ("HIV+", "HIV-", False),
        ("中国", "日本", False),
    ],
)  # fmt: skip
def test_a_slip_of_the_pen_is_said_and_an_opposite_never(one, other, said):
    note = f"{one!r} and {other!r} are two arms; if they are one, write them alike"
    levels, notes = define([], "arm", [one, other])
    assert len(set(levels.values())) == 2
    assert (note in notes) == said
    assert len(notes) == 1 + said


def test_a_label_may_be_rewritten_without_losing_its_term():
    rows = []
    define(rows, "age", ["<18 years"])
    rows[0]["label"] = "Children"
    levels, _ = define(rows, "age", ["<18 years", ">=18"])
    assert levels == {"<18 years": "lt_18_years", ">=18": "ge_18"}


@settings(deadline=None, derandomize=True, max_examples=300)
@given(TEXTS, TEXTS)
def test_any_two_texts_stay_two_terms_in_one_import_and_in_two(first, second):
    rows = []
    terms = dict(define(rows, "f", first)[0])
    later, _ = define(rows, "f", second)
    assert all(later[text] == terms[text] for text in later if text in terms)
    terms |= later
    assert len(set(terms.values())) == len(terms) == len(rows)
    assert {row["definition"].removeprefix(AS_WRITTEN): row["term"] for row in rows} == terms
