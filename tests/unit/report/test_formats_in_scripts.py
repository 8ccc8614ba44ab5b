"""The page's scripts write numbers as Python does: the same rules, compared value by value."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from poolprop.formats import SCALES, Policy, count, level, number, share

SCRIPTS = Path(__file__).parents[3] / "report" / "static" / "js"
RUN = """
const cases = JSON.parse(require("fs").readFileSync(0, "utf8"));
const told = cases.map(([scale, digits, ...given]) => formats.number({ scale, digits }, ...given));
const shares = cases.map(([, , value]) => formats.share(value));
const counts = cases.map(([, , value]) => formats.count(Math.round(value * 1e7)));
const sizes = cases.map(([, , value], i) => value * 10 ** ((i % 13) - 7));
const set = cases.map(([, , v]) => (1 + v) / 2);
const more = [sizes, sizes.map(formats.statistic), set, set.map(formats.level)];
console.log(JSON.stringify([told, shares, counts, ...more]));
"""
EDGES = [0.0, 1.0, 0.5, 1e-9, 1 - 1e-9, 0.285, 9 / 16, 0.1, 0.2, 0.005, 0.995, 0.0004, 0.9996]


def numbers():
    """Return proportions of every size, with intervals of every width around them, and edges."""
    dice = random.Random(20261130)
    for scale in SCALES:
        for digits in (None, 0, 1, 4):
            for _ in range(400):
                value = dice.choice([dice.random(), 10 ** dice.uniform(-8, 0)])
                value = dice.choice([value, 1 - value, dice.choice(EDGES)])
                ends = sorted((value * dice.random(), value + (1 - value) * dice.random() ** 3))
                estimate = dice.choice([None, value, dice.uniform(*ends)])
                value = dice.choice([value, value, *ends])
                yield [scale, digits, value, *dice.choice([ends, [None, None]]), estimate]


@pytest.fixture
def node():
    """Return the interpreter of scripts; skip without one, but fail in CI."""
    found = shutil.which("node")
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("needs node")
    return found or pytest.skip("needs node")


def test_python_and_scripts_write_the_same(node):
    cases = list(numbers())
    script = (SCRIPTS / "formats.js").read_text("utf-8") + RUN
    done = subprocess.run(
        [node, "-e", script], input=json.dumps(cases), capture_output=True, text=True, check=True
    )
    told, shares, counts, sizes, statistics, set_levels, levels = json.loads(done.stdout)
    for (scale, digits, *given), text in zip(cases, told, strict=True):
        assert text == Policy(scale, digits).number(*given), (scale, digits, given)
    assert shares == [share(case[2]) for case in cases]
    assert counts == [count(int(case[2] * 1e7 + 0.5)) for case in cases]
    assert statistics == [number(size) for size in sizes]
    assert levels == [level(value) for value in set_levels]
