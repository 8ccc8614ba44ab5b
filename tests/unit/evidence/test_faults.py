"""Each fault of a table costs one line that names file, row, column, value and remedy."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import small_review

from poolprop.__main__ import main

Content = dict[str, list[dict[str, object]]]


def faults(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["check", str(folder)]) == 2
    return capsys.readouterr().err


def test_a_sound_review_is_called_sound(review, capsys):
    assert main(["check", str(review)]) == 0
    assert capsys.readouterr().out == (
        "The review is sound: 3 studies, 4 arms, 7 outcome rows; 2 endpoints with 3 estimands.\n"
    )


def edit(table: str, row: int, **cells: object) -> Callable[[Content], None]:
    def change(content: Content) -> None:
        content[table][row].update(cells)

    return change


def duplicate(table: str, row: int) -> Callable[[Content], None]:
    return lambda content: content[table].append(dict(content[table][row]))


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            edit("outcomes", 2, events=25),
            "data/outcomes.csv:4:events: events is 25 but total is 20. Correct the counts: "
            "events must lie between 0 and total.",
        ),
        (
            edit("outcomes", 0, total=0, events=0),
            "data/outcomes.csv:2:total: total is 0. A denominator must be at least 1.",
        ),
        (
            edit("arms", 1, study_id="mapel"),
            "data/arms.csv:3:study_id: 'mapel' is not in data/studies.csv. Did you mean 'maple'?",
        ),
        (
            edit("outcomes", 6, arm_id="oak-c"),
            "data/outcomes.csv:8:arm_id: 'oak-c' is not in data/arms.csv. Correct it, or add "
            "the row 'oak-c' to data/arms.csv.",
        ),
        (
            duplicate("studies", 0),
            "data/studies.csv:5:study_id: 'larch' stands already in row 2. "
            "Remove the duplicate row.",
        ),
        (
            edit("outcomes", 1, denominator_basis="evaluable"),
            "data/outcomes.csv:3:outcome: the same fact (larch, all, cr_cri, , best, evaluable) "
            "stands already in row 2. Remove one, or mark it 'conflicting'.",
        ),
        (
            edit("outcomes", 0, events="twelve"),
            "data/outcomes.csv:2:events: 'twelve' is not a whole number. Write a whole number in "
            "plain digits, or NR if the source does not report it.",
        ),
        (
            edit("outcomes", 0, events="-3"),
            "data/outcomes.csv:2:events: '-3' is not a whole number. Write a whole number in "
            "plain digits, or NR if the source does not report it.",
        ),
        (
            edit("outcomes", 0, setting="relapsed_refactory"),
            "data/outcomes.csv:2:setting: 'relapsed_refactory' is not a setting of "
            "vocabulary.csv. Did you mean 'relapsed_refractory'?",
        ),
        (
            edit("arms", 0, n_enrolled=21),
            "data/outcomes.csv:3:total: total is 22 but the arm has 21 patients. "
            "Correct the total or the arm.",
        ),
    ],
)
def test_a_fault_costs_one_line(review, capsys, change, line):
    content = small_review.tables()
    change(content)
    small_review.write(review, content)
    assert line in faults(review, capsys).splitlines()


def test_the_first_fault_of_each_kind_is_the_only_line(review, capsys):
    content = small_review.tables()
    content["outcomes"][2]["events"] = 25
    small_review.write(review, content)
    assert len(faults(review, capsys).splitlines()) == 1


def test_a_missing_column_is_named(review, capsys):
    path = review / "data/outcomes.csv"
    path.write_text(path.read_text().replace(",total,", ",", 1))
    assert faults(review, capsys) == ("data/outcomes.csv:1:total: the column is missing. Add it.\n")


def test_a_misspelt_column_is_recognised(review, capsys):
    path = review / "data/arms.csv"
    path.write_text(path.read_text().replace("schedule", "shedule"))
    assert faults(review, capsys).splitlines() == [
        "data/arms.csv:1:schedule: the column is missing. Add it.",
        "data/arms.csv:1:shedule: unknown column. Did you mean 'schedule'?",
    ]


def test_an_empty_table_is_named(review, capsys):
    content = small_review.tables()
    content["outcomes"] = []
    small_review.write(review, content)
    assert faults(review, capsys) == (
        "data/outcomes.csv:2:outcome_id: the table has no rows. Add at least one row.\n"
    )


def test_a_file_without_even_a_header_names_its_columns(review, capsys):
    (review / "data/outcomes.csv").write_text("")
    assert faults(review, capsys).splitlines()[0].startswith("data/outcomes.csv:1:")


def test_a_missing_table_is_named(review, capsys):
    (review / "data/studies.csv").unlink()
    assert faults(review, capsys).startswith(
        "data/studies.csv:1:study_id: the table is missing. Restore the file.\n"
    )


@pytest.mark.parametrize("raw", [b"\xff\xfe\x00", b"study_id\x00\n", b'"open\n'])
def test_what_is_no_text_table_is_refused_in_words(review, capsys, raw):
    (review / "data/studies.csv").write_bytes(raw)
    message = faults(review, capsys)
    assert message.startswith("data/studies.csv:1:")
    assert "Traceback" not in message


def test_all_faults_are_told_at_once(review, capsys):
    content = small_review.tables()
    content["outcomes"][0]["events"] = 99
    content["arms"][0]["study_id"] = "nowhere"
    small_review.write(review, content)
    assert len(faults(review, capsys).splitlines()) == 2


def test_faults_of_the_plan_and_of_the_tables_come_in_one_pass(review, capsys):
    """A key, a value, a term, a cell, a row and a tie: none waits for another."""
    content = small_review.tables()
    content["outcomes"][0]["events"] = 99
    content["arms"][0]["study_id"] = "nowhere"
    small_review.write(review, content)
    plan = copy.deepcopy(small_review.CONFIG)
    plan["level"] = 95
    plan["endpoints"]["response"]["estimands"]["primary"] |= {"denominatr": "x", "outcome": "cr_x"}
    del plan["endpoints"]["remission"]["short"]
    small_review.write_plan(review, plan)
    said = faults(review, capsys).splitlines()
    keys = [line.split(":")[2] for line in said]
    assert sorted(keys) == sorted(
        ["level", "endpoints.response.estimands.primary.denominatr", "endpoints.remission.short",
         "endpoints.response.estimands.primary.outcome", "events", "study_id"]
    )  # fmt: skip
    assert all(line.startswith(("config/config.yaml:", "data/")) for line in said)
    assert len(said) == 6


def test_a_plan_that_is_no_yaml_does_not_hide_the_tables(review, capsys):
    content = small_review.tables()
    content["outcomes"][0]["events"] = 99
    small_review.write(review, content)
    (review / "config/config.yaml").write_text("level: 0.9\n\treview: x\n")
    said = faults(review, capsys).splitlines()
    assert [line.split(": ")[0] for line in said] == [
        "config/config.yaml:2", "data/outcomes.csv:2:events",
    ]  # fmt: skip


def test_one_fault_of_many_rows_is_one_line(review, capsys):
    content = small_review.tables()
    for row in content["outcomes"]:
        row["record_type"] = "guess"
    small_review.write(review, content)
    assert faults(review, capsys).splitlines() == [
        "data/outcomes.csv:2:record_type: 'guess' is not a record_type of vocabulary.csv (7 rows, "
        "first line 2). A new term is a row of data/vocabulary.csv: "
        "record_type,guess,LABEL,DEFINITION,ORDER."
    ]


def test_every_tie_and_every_overlap_is_told_at_once(review, capsys):
    content = small_review.tables()
    content["outcomes"].append(dict(content["outcomes"][0], outcome_id="R92", grade="3"))
    content["outcomes"].append(dict(content["outcomes"][2], outcome_id="R93", grade="3"))
    small_review.write(review, content)
    said = faults(review, capsys).splitlines()
    assert [("R1 and R92" in line, "R3 and R93" in line) for line in said] == [
        (True, False), (False, True),
    ]  # fmt: skip
    assert "(endpoints.response.primary)" in said[0]


def test_faults_are_records_with_place_and_remedy(review, capsys):
    """A message that holds colons and numbers is no place."""
    content = small_review.tables()
    content["studies"][0]["design"] = "a:9:b: c"
    small_review.write(review, content)
    small_review.write_plan(review, small_review.CONFIG | {"x:7:y": 1})
    assert main(["check", "--json", str(review)]) == 2
    plan, table = json.loads(capsys.readouterr().out)["found"]
    assert (plan["rule"], plan["column"], plan["message"]) == ("plan", "x:7:y", "unknown key")
    assert (table["file"], table["row"], table["column"]) == ("data/studies.csv", 2, "design")
    assert table["remedy"] == "Use letters, digits and . _ + - only."
