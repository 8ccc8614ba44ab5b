"""Risk of bias: every level of every tool has a sign, a tone and a word that mean it alone."""

from __future__ import annotations

import pytest

from poolprop.plan.bias import TOOLS, Level, known_levels
from poolprop.report.bias import Lights, legend, overall

FLAGSHIP = ["low", "moderate", "moderate_to_high", "high"]


@pytest.mark.parametrize("tool", TOOLS)
def test_no_two_levels_of_a_tool_share_sign_word_or_place(tool):
    codes = [level.code for level in TOOLS[tool]]
    lights = Lights((), codes)
    marks = [lights(code) for code in codes]
    # JBI's items and its overall judgement are two scales: a yes is good as a low risk is.
    scales = (marks[:4], marks[4:]) if tool == "JBI" else (marks,)
    for scale in scales:
        assert len({mark.sign for mark in scale}) == len(scale)
        assert len({mark.colour for mark in scale}) == len(scale)
    assert len({mark.word for mark in marks}) == len({mark.rank for mark in marks}) == len(marks)


def test_one_code_means_one_thing_in_every_tool():
    known = known_levels()
    for level in (level for tool in TOOLS.values() for level in tool):
        assert (level.sign, level.label) == (known[level.code].sign, known[level.code].label)


def test_the_legend_lists_every_level_that_is_drawn_from_the_best():
    lights = Lights((), FLAGSHIP)
    told = legend([lights(code) for code in reversed(FLAGSHIP)])
    assert told == (
        "RoB, risk of bias overall: + low, ~ moderate, ! moderate to high, \N{MINUS SIGN} high."
    )
    assert legend([]) == ""


def test_words_of_a_table_may_be_written_as_people_write_them():
    lights = Lights((), ["Some concerns", "Very-high"])
    assert lights("Some concerns") == lights("some_concerns")
    assert lights("Very-high").word == "Very high"
    assert lights("") is lights(None) is None


def test_what_no_tool_knows_has_a_sign_of_its_own():
    answers = ["doubtful", "dubious", "d", "x", "++"]
    lights = Lights((), answers)
    assert len({lights(one).sign for one in answers}) == len(answers)
    assert {lights(one).word for one in answers} == {"Doubtful", "Dubious", "D", "X", "++"}


def test_the_plan_may_bring_a_tool_of_its_own():
    own = (
        Level(code="green", label="Fine", sign="G", tone="good"),
        Level(code="high", label="Too high", sign="H", tone="worst"),
    )
    lights = Lights(own, ["green", "high"])
    assert (lights("green").word, lights("high").sign) == ("Fine", "H")
    assert lights("green").rank < lights("high").rank


def test_a_judgement_of_an_endpoint_counts_before_the_overall_one():
    rows = [
        {"study_label": name, "item": item, "adjudicated": level}
        for name, item, level in [
            ("A", "overall_cr", "low"), ("A", "overall", "high"), ("B", "overall", "moderate"),
            ("B", "1", "low"),
        ]
    ]  # fmt: skip
    lights = Lights((), ["low", "high", "moderate"])
    assert {k: v.word for k, v in overall(lights, rows, "cr").items()} == {
        "A": "Low", "B": "Moderate"}  # fmt: skip
    assert overall(lights, rows, "os")["A"].word == "High"
