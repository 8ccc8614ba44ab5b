"""While one works: faults and suspicions, for people and for editors, again at each change."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
import small_review

from poolprop.__main__ import main
from poolprop.cli.check import once, watched


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
        "data/studies.csv:2:note: a spreadsheet would run \"=cmd|'/c calc'!A1\". Tables of results "
        "hold it with an apostrophe; better begin the text with a letter. [text-cell]",
    ),
    "markup": (
        lambda t: t["arms"][0].update(note="<script>x</script>"),
        "data/arms.csv:2:note: '<script>x</script>' looks like HTML. It is shown as it stands; "
        "write plain text. [text-cell]",
    ),
    "not-reported": (
        lambda t: [row.update(denominator_basis="NR") for row in t["outcomes"][3:5]],
        "data/outcomes.csv:5:denominator_basis: not reported (NR) in 2 rows. Look it up, or let an "
        "estimand take such figures: not_reported: [denominator]. [not-reported]",
    ),
    "design": (
        lambda t: [row.update(design="NR") for row in t["studies"]],
        "data/studies.csv:2:design: not reported (NR) in 3 rows. Look it up: rules by design pass "
        "these studies over. [not-reported]",
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
    lines = Path("config/config.yaml").read_text().splitlines()
    assert fault == {
        "severity": "error", "rule": "plan", "file": "config/config.yaml",
        "row": lines.index("levle: 1") + 1, "column": "levle",
        "message": "unknown key", "remedy": "Did you mean 'level'?",
    }  # fmt: skip


def test_an_editor_gets_the_line_of_broken_yaml(review, capsys):
    Path("config/config.yaml").write_text("level: 0.9\n\treview: x\n")
    assert main(["check", "--json"]) == 2
    (fault,) = json.loads(capsys.readouterr().out)["found"]
    assert (fault["row"], fault["column"]) == (2, "")
    assert fault["message"].startswith("not YAML")


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        (
            lambda text: "",
            "1:outcome_id: the table is empty. Write the heading: outcome_id, arm_id, population "
            "and so on.",
        ),
        (
            lambda text: text.replace(",", ";"),
            "1:outcome_id: cells are divided by semicolons, not by commas. Save the table with "
            "commas.",
        ),
        (
            lambda text: text.replace("\n", '\n"x"y,', 1),
            "2:-: not a CSV table (',' expected after '\"'). Check the quotes.",
        ),
    ],
)
def test_a_table_of_another_shape_costs_one_line_at_its_place(review, capsys, spoil, line):
    path = Path("data/outcomes.csv")
    path.write_text(spoil(path.read_text()))
    assert main(["check"]) == 2
    assert capsys.readouterr().err.splitlines() == [f"data/outcomes.csv:{line}"]


def test_what_is_odd_of_the_plan_has_its_line_and_its_count(review, capsys):
    plan = copy.deepcopy(small_review.CONFIG)
    estimands = plan["endpoints"]["response"]["estimands"]
    estimands["never"] = {**estimands["primary"], "label": "x", "timepoints": ["later"]}
    tables = small_review.tables()
    tables["vocabulary"].append(
        {"field": "timepoint", "term": "later", "label": "x", "definition": "x", "order": 9}
    )
    small_review.write(review, tables)
    small_review.write_plan(review, plan)
    assert main(["check"]) == 0
    odd, sound = capsys.readouterr().out.splitlines()
    number = Path("config/config.yaml").read_text().splitlines().index("      never:") + 1
    assert odd.startswith(
        f"warning: config/config.yaml:{number}:endpoints.response.estimands.never"
    )
    assert "; 2 endpoints with 4 estimands. Warnings: 1." in sound


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
