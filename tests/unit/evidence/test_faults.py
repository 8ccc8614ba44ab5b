"""Each fault of a table costs one line that names file, row, column, value and remedy."""

from __future__ import annotations

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
            edit("arms", 0, n_enrolled=19),
            "data/outcomes.csv:2:total: total is 20 but the arm has 19 patients. "
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
