"""Small reviews built in this process from counts alone, to look at what is drawn of them."""

from __future__ import annotations

import copy
import os
from collections.abc import Sequence
from pathlib import Path

import small_review
from sparse_reviews import SETTINGS

from poolprop.__main__ import main

RARE = [(12, 98_211), (7, 130_400), (40, 201_233), (3, 51_000), (22, 88_000)]
MILLIONTH = [(1, 1_200_000), (3, 2_500_000), (0, 700_000), (2, 1_900_000)]
KINDS = {
    "ordinary": [(12, 21), (91, 110), (11, 12), (7, 7), (30, 41)],
    "rare": RARE,
    "near all": [(n - x, n) for x, n in RARE],
    "one in a million": MILLIONTH,
    "all but one in a million": [(n - x, n) for x, n in MILLIONTH],
    "rare, and one small study": [*RARE, (0, 14)],
    "a few per cent": [(3, 62), (2, 55), (4, 90), (1, 48)],
    "two studies": [(1, 40), (6, 105)],
    "none": [(0, 20), (0, 410), (0, 90)],
    "all": [(20, 20), (410, 410), (90, 90)],
    "alike": [(15, 20)] * 4,
    "alike and rare": [(2, 20_000)] * 4,
    "one study": [(3, 10_000)],
    "three studies": [(3, 12), (9, 14), (10, 11)],
    "one dominant study": [(41_000, 50_000), (7, 10), (5, 12), (9, 11)],
    "forty studies": [(5 + (7 * i) % 11, 20 + (13 * i) % 17) for i in range(40)],
}
ENDPOINT = "results/analysis/response"
STEPS = (
    "select --endpoint {name} --data {home}/data.csv --excluded {home}/excluded.csv"
    " --alternatives {home}/alternatives.csv",
    "synthesise --endpoint {name} --data {home}/data.csv --excluded {home}/excluded.csv"
    " --alternatives {home}/alternatives.csv --out {home}",
    "tables --endpoints {home} --out results/tables",
    "figures --pools {home}/pool.json --out results/figures",
)


def write(
    folder: Path, counts: Sequence[tuple[int, int]], *, laws: bool = True, **endpoint: object
) -> Path:
    """Write a review of one study each for some counts; ``endpoint`` adds to its plan."""
    names = [f"study{i:02d}" for i in range(1, len(counts) + 1)]
    settings = [SETTINGS[i % 2] for i in range(len(names))]
    content = small_review.tables()
    content["sources"] = [small_review._source(name) | {"year": 2000 + i}
                          for i, name in enumerate(names)]  # fmt: skip
    content["studies"] = [small_review._study(name) | {"setting": setting}
                          for name, setting in zip(names, settings, strict=True)]  # fmt: skip
    content["arms"] = [small_review._arm(name, name, setting)
                       for name, setting in zip(names, settings, strict=True)]  # fmt: skip
    content["outcomes"] = [
        small_review._outcome(2 * i + j, name, setting, "cr_cri", basis, x, n)
        | {"percent_reported": "NR"}
        for i, (name, setting, (x, n)) in enumerate(zip(names, settings, counts, strict=True))
        for j, basis in enumerate(("evaluable", "treated"), start=1)
    ]
    small_review.write(folder, content)
    plan: dict = copy.deepcopy(small_review.CONFIG)
    del plan["endpoints"]["remission"]
    plan["endpoints"]["response"] |= endpoint
    if not laws:
        plan["laws"] = {"fit": []}
    small_review.write_plan(folder, plan)
    return folder


def build(
    repo: Path, folder: Path, endpoint: str = "response", steps: Sequence[str] = STEPS
) -> str:
    """Run the steps that a page on one endpoint is drawn from, and return the page."""
    before, home = Path.cwd(), f"results/analysis/{endpoint}"
    os.chdir(folder)
    try:
        for step in steps:
            name, *options = step.format(name=endpoint, home=home).split()
            assert main(["step", name, "--config", "config/config.yaml", *options]) == 0, name
        report = ["--results", "results", "--source", str(repo / "report")]
        out = ["--config", "config/config.yaml", "--out", "results/report.html"]
        assert main(["step", "report", *report, *out]) == 0
        return Path("results/report.html").read_text("utf-8")
    finally:
        os.chdir(before)
