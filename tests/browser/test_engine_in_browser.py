"""The engine of the page in Chromium: its numbers are Python's, on all data sets in CI."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from script_engine import (
    ANSWER,
    FLAGSHIP,
    HARD,
    PRIORS,
    SCRIPT,
    differences,
    in_node,
    made_up,
    published,
)  # fmt: skip

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("POOLPROP_SHARED", ROOT.parent / "shared"))
# Two thousand in CI, asked of Node too; elsewhere a few.
CI = os.environ.get("CI") == "true"
PARTS, SIZE = (4, 500) if CI else (1, 12)


@pytest.fixture
def answers(chromium):
    """Return what the script answers in a page of its own."""
    page = chromium.new_page()
    page.goto("about:blank")
    asked = f"(cases) => {{ {SCRIPT}\nreturn {ANSWER}(cases); }}"
    yield lambda cases: page.evaluate(asked, list(cases))
    page.close()


@pytest.mark.parametrize("cases", [FLAGSHIP, HARD, PRIORS], ids=["flagship", "hard", "priors"])
def test_known_data_are_answered_as_by_python(answers, cases):
    assert differences(cases, answers(cases)) == []


def test_reference_data_are_answered_as_by_python(answers):
    cases = published(ROOT / "tests" / "reference", "datasets.csv.gz")
    cases = cases if CI else cases[::8]
    assert differences(cases, answers(cases)) == []


@pytest.mark.shared
def test_public_reference_data_are_answered_as_by_python(answers):
    folder = SHARED / "reference" / "public"
    if not folder.exists():
        pytest.skip("the full reference set lies beside few checkouts")
    cases = published(folder, "datasets.csv")
    assert differences(cases, answers(cases)) == []


@pytest.mark.parametrize("part", range(PARTS))
def test_made_up_data_are_answered_as_by_python(answers, part):
    cases = made_up(SIZE, seed=20261130 + part)
    assert differences(cases, answers(cases), *([in_node(cases)] if CI else [])) == []
