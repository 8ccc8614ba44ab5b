"""While one works: faults and suspicions, for people and for editors, again at each change."""

from __future__ import annotations

import json

import pytest
import small_review

from poolprop.__main__ import main
from poolprop.checking.command import once, watched


def run(review, capsys, tables):
    small_review.write(review, tables)
    assert main(["check", str(review)]) == 0
    return [line for line in capsys.readouterr().out.splitlines() if line.startswith("warning")]


ODD = {
    "percent-off": (
        lambda t: t["outcomes"][0].update(percent_reported=0.6),
        "data/outcomes.csv:2:percent_reported: 0.6% is printed but 12/20 is 60.0%. Write "
        "percentages from 0 to 100, not shares of one. [percent-off]",
    ),
    "same-counts": (
        lambda t: t["outcomes"][3].update(events=12, total=20, percent_reported=60),
        "data/outcomes.csv:5:events: 12/20 are also the counts of 'R1', another study. Check that "
        "no row was copied and that the two share no patients. [same-counts]",
    ),
    "one-document": (
        lambda t: [row.update(doi="10.1/a") for row in t["sources"][:2]],
        "data/sources.csv:3:doi: 'larch' has the same doi. If they report the same patients, give "
        "their arms an overlap_group. [one-document]",
    ),
    "larger-than-study": (
        lambda t: t["studies"][0].update(n_enrolled=21),
        "data/outcomes.csv:3:total: total is 22 but the study enrolled 21. Correct the one that "
        "is wrong. [larger-than-study]",
    ),
    "formula": (
        lambda t: t["studies"][0].update(note="=cmd|'/c calc'!A1"),
        "data/studies.csv:2:note: a spreadsheet would run \"=cmd|'/c calc'!A1\". Begin the text "
        "with a letter. [text-cell]",
    ),
    "markup": (
        lambda t: t["arms"][0].update(note="<script>x</script>"),
        "data/arms.csv:2:note: '<script>x</script>' looks like HTML. It is shown as it stands; "
        "write plain text. [text-cell]",
    ),
    "without-outcome": (
        lambda t: t["arms"].append(t["arms"][0] | {"arm_id": "elm"}),
        "data/arms.csv:6:arm_id: no figure of the arm 'elm' stands in any table. Add one, or "
        "remove it. [without-outcome]",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_what_is_legal_but_odd_is_a_warning(review, capsys, name):
    spoil, line = ODD[name]
    tables = small_review.tables()
    spoil(tables)
    assert run(review, capsys, tables) == [f"warning: {line}"]


def test_a_plain_review_has_no_warning(review, capsys):
    assert run(review, capsys, small_review.tables()) == []


def test_an_editor_gets_place_rule_message_and_remedy(review, capsys):
    tables = small_review.tables()
    tables["outcomes"][0]["events"] = 25
    tables["arms"][1]["study_id"] = "nowhere"
    small_review.write(review, tables)
    assert main(["check", "--json"]) == 2
    said = json.loads(capsys.readouterr().out)
    assert said["schema"] == "poolprop/diagnostics/1"
    assert said["found"][1] == {
        "severity": "error", "rule": "table", "file": "data/outcomes.csv", "row": 2,
        "column": "events", "message": "events is 25 but total is 20",
        "remedy": "Correct the counts: events must lie between 0 and total.",
    }  # fmt: skip


def test_an_editor_gets_faults_of_the_plan(review, capsys):
    small_review.write_plan(review, {**small_review.CONFIG, "levle": 1})
    assert main(["check", "--json"]) == 2
    (fault,) = json.loads(capsys.readouterr().out)["found"]
    assert (fault["file"], fault["column"]) == ("config/config.yaml", "levle")


def test_watching_checks_again_at_each_change_and_ends_when_stopped(review, capsys):
    changes = iter(["faulty", "same", "stop"])

    def wait(_):
        change = next(changes)
        if change == "stop":
            raise KeyboardInterrupt
        if change == "faulty":
            tables = small_review.tables()
            tables["outcomes"][0]["events"] = 25
            small_review.write(review, tables)

    assert watched(lambda: once(None), wait) == 0
    said = capsys.readouterr()
    assert said.out.count("The review is sound") == 1
    assert said.err.count("events is 25 but total is 20") == 1
    assert said.out.count("-- ") == 2
