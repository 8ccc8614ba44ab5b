from __future__ import annotations

import pytest
from unit.report.synthetic import HOSTILE

from poolprop.report.drawing.text import text_width, wrap


@pytest.mark.parametrize("text", [*HOSTILE, "", " ", "Short 2024", "a" * 1000, "e\u0301" * 40])
@pytest.mark.parametrize("lines", [1, 2, 3])
def test_lines_fit_and_are_not_more_than_allowed(text, lines):
    found = wrap(text, 200, 14, lines=lines)
    assert 1 <= len(found) <= lines
    assert all(text_width(line, 14) <= 200 for line in found)


def test_nothing_is_lost_when_there_is_room():
    text = "a cooperative group of many centres"
    assert " ".join(wrap(text, 120, 14, lines=9)) == text


def test_what_does_not_fit_ends_in_an_ellipsis():
    assert wrap("one two three four five six", 60, 14, lines=2)[-1].endswith("…")


def test_wide_scripts_count_as_wide_and_marks_as_nothing():
    assert text_width("成", 10) == 10
    assert text_width("e\u0301", 10) == text_width("e", 10)
    assert text_width("ab", 10, bold=True) > text_width("ab", 10)
