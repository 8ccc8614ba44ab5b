"""The engine in the page answers as Python does, value by value (docs/recompute.md)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from script_engine import (
    FLAGSHIP,
    HARD,
    PRIORS,
    SCRIPT,
    case,
    differences,
    in_node,
    made_up,
    published,
)

ROOT = Path(__file__).parents[3]
SHARED = Path(os.environ.get("POOLPROP_SHARED", ROOT.parent / "shared"))


@pytest.fixture(scope="module")
def answers():
    """Return what the script answers to cases; skip without Node, but fail in CI."""
    if shutil.which("node") is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("needs node")
    return in_node


def agree(answers, cases):
    """Assert that all answers are Python's; JSON holds no NaN, which becomes null and differs."""
    cases = list(cases)
    assert differences(cases, answers(cases)) == []


def test_the_flagship_is_answered_alike(answers):
    agree(answers, FLAGSHIP)


def test_hard_and_boundary_data_are_answered_alike(answers):
    agree(answers, HARD)


def test_priors_of_the_plan_are_used(answers):
    agree(answers, PRIORS)


def test_reference_data_are_answered_alike(answers):
    agree(answers, published(ROOT / "tests" / "reference", "datasets.csv.gz"))


@pytest.mark.shared
def test_public_reference_data_are_answered_alike(answers):
    folder = SHARED / "reference" / "public"
    if not folder.exists():
        pytest.skip("the full reference set lies beside few checkouts")
    agree(answers, published(folder, "datasets.csv"))


def test_made_up_data_are_answered_alike(answers):
    """Two thousand more are asked in CI, of Chromium too."""
    agree(answers, made_up(60, seed=20261130))


def test_the_engine_takes_at_most_20_kb_of_a_page():
    assert len(SCRIPT.encode()) <= 20_000


def test_what_it_cannot_do_is_said(answers):
    run = "console.log(JSON.stringify(given.map((one) => engine.supports(one))))"
    node = shutil.which("node")
    asked = [{}, {"ci": "profile-ck"}, {"model": "two-step"}, {"link": "probit"}, {"ci": "hksj"}]
    code = f"{SCRIPT}\nconst given = {json.dumps(asked)};\n{run}"
    done = subprocess.run([node, "-e", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [True, True, False, False, False]
    assert answers([case([], [])]) == [{"k": 0, "notes": ["no-study"]}]
    with pytest.raises(subprocess.CalledProcessError) as refused:
        answers([case([3, 5], [4, 4])])
    assert "Study 2 needs whole numbers" in refused.value.stderr
