"""One rule for characters: what passes can stand in every file that is written."""

from __future__ import annotations

import unicodedata
from xml.etree import ElementTree

import pytest
import small_review
from hypothesis import given
from hypothesis import strategies as st

from poolprop.__main__ import main
from poolprop.characters import odd_character
from poolprop.cli.init import begin

REFUSED = {
    "\x00": "U+0000, a control character",
    "\x1b": "U+001B, a control character",
    "\x0b": "U+000B, a control character",
    "\x85": "U+0085, a control character",
    "\ufffe": "U+FFFE, no character",
    "\uffff": "U+FFFF, no character",
    "\U0001ffff": "U+1FFFF, no character",
    "\ufdd0": "U+FDD0, no character",
    "\ud800": "U+D800, half a character",
    "\u202e": "U+202E, turns the direction of the text",
    "\u2066": "U+2066, turns the direction of the text",
}
# Quotes, markup, an emoji of several parts, right-to-left letters, CJK, marks of direction, breaks.
PASSING = (
    "\"'`<b>&amp;]]>\\ %s {{x}} $(x)", "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{MICROSCOPE}",
    "\N{HEBREW LETTER ALEF}\N{RIGHT-TO-LEFT MARK}", "\N{CJK UNIFIED IDEOGRAPH-738B}\U00020000",
    "e\N{COMBINING ACUTE ACCENT}\N{NO-BREAK SPACE}\N{SOFT HYPHEN}", "tab\tend\n\N{LINE SEPARATOR}",
)  # fmt: skip


@pytest.mark.parametrize(("mark", "name"), REFUSED.items(), ids=REFUSED.values())
def test_a_character_that_no_text_may_hold_is_named(mark, name):
    assert odd_character(f"ab{mark}c") == (2, name)


@pytest.mark.parametrize("text", PASSING)
def test_what_people_write_passes(text):
    assert odd_character(text) is None


@given(st.text())
def test_what_passes_is_well_formed_in_xml_and_in_order(text):
    if odd_character(text) is None:
        safe = text.replace("&", "&amp;").replace("<", "&lt;")
        ElementTree.fromstring(f"<a>{safe}</a>")
        text.encode("utf-8")
        assert not {unicodedata.bidirectional(mark) for mark in text} & {"LRO", "RLO", "LRE", "RLE"}
    else:
        assert any(odd_character(mark) is not None for mark in text)


@pytest.mark.parametrize("mark", [mark for mark in REFUSED if mark != "\ud800"])
def test_tables_plan_imports_and_pools_refuse_the_same(review, capsys, mark):
    content = small_review.tables()
    content["studies"][1]["label"] = f"Ma{mark}ple"
    content["arms"][0]["locator"] = mark
    small_review.write(review, content)
    assert main(["check", str(review)]) == 2
    assert capsys.readouterr().err.splitlines() == [
        f"data/arms.csv:2:locator: the cell holds {REFUSED[mark]}. Remove it.",
        f"data/studies.csv:3:label: the cell holds {REFUSED[mark]}. Remove it.",
    ]
    begin(review / "mine")
    table = review / "t.csv"
    table.write_bytes(f"study,events,total\nAsh,1,9\nOak {mark},2,8\n".encode())
    out = str(review / "o.csv")
    method = ["--by", "study", "--methods", "common|PR|EE|wald", "--out", out]
    for command in (["pool"], ["pool-many", *method], ["import", "--into", str(review / "mine")]):
        assert main([command[0], str(table), *command[1:]]) == 2
        assert capsys.readouterr().err.endswith(
            f"t.csv:3:A: the cell holds {REFUSED[mark]}. Remove it.\n"
        )


@pytest.mark.parametrize("mark", [mark for mark in REFUSED if mark != "\ud800"])
def test_the_plan_refuses_them_however_they_are_written(review, capsys, mark):
    small_review.write(review, small_review.tables())
    plan = review / "config" / "config.yaml"
    escape = f"\\U{ord(mark):08x}"
    sound = plan.read_text("utf-8")
    line = sound[: sound.index("A made-up review")].count("\n") + 1
    plan.write_text(sound.replace("A made-up review", f'"A {escape}"'), "utf-8")
    assert main(["check", str(review)]) == 2
    said = capsys.readouterr().err
    assert said == f"config/config.yaml:{line}: a text holds {REFUSED[mark]}. Remove it.\n"
