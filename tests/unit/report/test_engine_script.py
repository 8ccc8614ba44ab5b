"""The engine in the page answers as Python does, value by value (docs/recompute.md)."""

from __future__ import annotations

import csv
import gzip
import json
import os
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest
from script_engine import ANSWER, SCRIPT, case, differences, made_up

ROOT = Path(__file__).parents[3]
SHARED = Path(os.environ.get("POOLPROP_SHARED", ROOT.parent / "shared"))
# As many in CI as issue 20 asks for; elsewhere some.
MADE_UP = 2000 if os.environ.get("CI") == "true" else 60
FLAGSHIP = (
    case([12, 91, 11, 12], [21, 110, 12, 13]),
    case([12, 91, 11], [21, 110, 12]),
    case([5, 75, 9, 12, 7], [21, 110, 12, 13, 12]),
    case([0, 7, 0], [22, 110, 13]),
    case([4, 53], [22, 110]),
    case([12], [21]),
)
HARD = (
    case([0], [22]),
    case([22], [22], level=0.9),
    case([0, 0], [22, 13]),
    case([9, 12], [9, 12], ci="profile"),
    case([0, 0, 0, 0], [22, 13, 5, 8], ci="profile-ck"),
    case([9] * 6, [9] * 6),
    case([0, 9], [9, 9]),
    case([0, 9, 0, 9], [9, 9, 9, 9]),
    case([0, 9, 0, 9], [9, 9, 9, 9], ci="wald"),
    case([5] * 6, [20] * 6, ci="wald"),
    case([1, 0], [1, 1]),
    case([18, 20, 6250], [20, 25, 12_500]),
    case([18, 20, 11, 625_000], [20, 25, 30, 1_250_000]),
    case([500_000, 500_900], [10**6, 10**6]),
    case([0, 1, 10**6], [10**6, 10**6, 10**6]),
    # Where a coarse value misled the profile's last step, lost it, or hid another tau.
    case([95, 99_577, 594], [131, 142_782, 913], ci="profile", level=0.8),
    case([8, 10, 5, 20, 1], [8, 10, 5, 21, 2], level=0.8),
)
PRIORS = tuple(
    case([4, 53], [22, 110], **prior)
    for prior in (
        {"tau_family": "half-cauchy", "tau_scale": 0.5},
        {"tau_family": "half-t", "tau_scale": 1.0, "tau_df": 3.0},
        {"tau_scale": 0.5, "mu_prior": [0.5, 0.5]},
        {"mu_prior": {"mean": 0.0, "sd": 1.5}, "level": 0.8},
        {"bayesian_up_to": 0},
    )
)


@pytest.fixture(scope="module")
def answers():
    """Return what the script answers to cases; skip without Node, but fail in CI."""
    node = shutil.which("node")
    if node is None and os.environ.get("CI") == "true":
        pytest.fail("needs node")
    if node is None:
        pytest.skip("needs node")
    run = f"{SCRIPT}\nconst given = JSON.parse(require('fs').readFileSync(0, 'utf8'));\n"

    def ask(cases):
        done = subprocess.run(
            [node, "-e", f"{run}console.log(JSON.stringify({ANSWER}(given)))"],
            input=json.dumps(cases), capture_output=True, text=True, check=True,
        )  # fmt: skip
        return json.loads(done.stdout)

    return ask


def agree(answers, cases):
    """Assert that all answers are Python's; JSON holds no NaN, which becomes null and differs."""
    cases = list(cases)
    assert differences(cases, answers(cases)) == []


def published(folder, name):
    """Return the reference data sets of a folder, up to 120 studies each."""
    path = folder / name
    text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text()
    sets = defaultdict(lambda: ([], []))
    for row in csv.DictReader(text.splitlines()):
        sets[row["dataset_id"]][0].append(int(row["events"]))
        sets[row["dataset_id"]][1].append(int(row["total"]))
    assert len(sets) > 5
    return [case(*counts) for counts in sets.values()]


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


@pytest.mark.parametrize("part", range(4))
def test_made_up_data_are_answered_alike(answers, part):
    agree(answers, made_up(MADE_UP // 4, seed=20261130 + part))


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
