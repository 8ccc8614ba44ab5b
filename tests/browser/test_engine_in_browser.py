"""Chromium's numbers are Node's and Python's: the engine of the page on a part of its data sets."""

from __future__ import annotations

import os

from script_engine import ANSWER, SCRIPT, case, differences, made_up

CASES = (
    case([12, 91, 11, 12], [21, 110, 12, 13]),
    case([0, 7, 0], [22, 110, 13]),
    case([4, 53], [22, 110]),
    case([12], [21]),
    case([0, 0], [22, 13]),
    case([9] * 6, [9] * 6),
    *made_up(200 if os.environ.get("CI") == "true" else 12, seed=20261201),
)


def test_chromium_answers_as_python_does(chromium):
    page = chromium.new_page()
    page.goto("about:blank")
    found = page.evaluate(f"(cases) => {{ {SCRIPT}\nreturn {ANSWER}(cases); }}", list(CASES))
    page.close()
    assert differences(CASES, found) == []
