"""Reviews whose data can carry little: one study, two, all alike, all or none, and forty.

Every kind has the same tables and the same plan, so that the jobs of one are the jobs of all.
"""

from __future__ import annotations

import copy
import os
import random
import re
import shlex
import subprocess
import sys
from pathlib import Path

import small_review

from poolprop.__main__ import main

KINDS = {
    "one study": [(12, 20)],
    "two studies": [(12, 20), (30, 41)],
    "all alike": [(15, 20)] * 4,
    "all respond": [(20, 20), (41, 41), (9, 9), (15, 15)],
    "none responds": [(0, 20), (0, 41), (0, 9)],
    "forty": [],  # drawn below
}
draw = random.Random(20261121)
for _ in range(40):
    _n = draw.randint(10, 90)
    KINDS["forty"].append((sum(draw.random() < 0.72 for _ in range(_n)), _n))
SETTINGS = ("relapsed_refractory", "newly_diagnosed")


def write(folder: Path, kind: str) -> Path:
    """Write the review of a kind into a folder and return it."""
    counts = KINDS[kind]
    names = [f"study{i:02d}" for i in range(1, len(counts) + 1)]
    content = small_review.tables()
    content["sources"] = [small_review._source(name) for name in names]
    content["studies"] = [
        small_review._study(name) | {"setting": SETTINGS[i % 2], "enrolment_start": f"{2000 + i}"}
        for i, name in enumerate(names)
    ]
    content["arms"] = [
        small_review._arm(name, name, SETTINGS[i % 2]) for i, name in enumerate(names)
    ]
    content["vocabulary"].append(
        {"field": "outcome", "term": "ae_rash", "label": "Rash", "order": 9}
    )
    content["outcomes"] = list(_outcomes(names, counts))
    content["survival"] = [_rate(i, name) for i, name in enumerate(names[:3], start=1)]
    content["risk_of_bias"] = [_bias(name) for name in names]
    content["benchmarks"] = [_quoted(names[0])]
    small_review.write(folder, content)
    small_review.write_plan(folder, _plan())
    return folder


def jobs(repo: Path, folder: Path) -> list[str]:
    """Return the shell commands of a dry run, in an order that respects what needs what."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(repo / "Snakefile")]
    command += ["--directory", str(folder), "--cores", "1", "--dry-run", "--printshellcmds"]
    said = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=True, env=os.environ
    )
    lines = re.findall(r"^Shell command: (.*)$", said.stdout + said.stderr, re.MULTILINE)
    return [line for line in lines if line != "None"]


def build(repo: Path, commands: list[str]) -> str:
    """Run commands in the working directory, our own steps in this process; return the page."""
    for command in commands:
        words = shlex.split(command.split(" 2> ")[0])
        if words[4:5] in (["lineage"], ["crate"], ["seal"]):
            continue  # they read the records that jobs of their own leave behind
        if words[:3] == ["python", "-m", "poolprop"]:
            arguments = [w.replace("$POOLPROP_TEMPLATES", str(repo / "report")) for w in words[3:]]
            assert main(arguments) == 0, command
        else:
            Path("logs").mkdir(exist_ok=True)
            subprocess.run(command, shell=True, check=True)
    return Path("results/report.html").read_text("utf-8")


def _plan() -> dict[str, object]:
    plan: dict = copy.deepcopy(small_review.CONFIG)
    del plan["endpoints"]["remission"]
    plan["endpoints"]["response"]["quoted"] = ["cr_cri"]
    plan["safety"] = {"prefix": "ae_", "denominator": "treated"}
    plan["survival"] = {"endpoints": {"os": {"label": "Overall survival", "times": [12, 24]}}}
    return plan


def _outcomes(names, counts):
    number = 0
    for i, (name, (x, n)) in enumerate(zip(names, counts, strict=True)):
        for outcome, basis, events, total in (
            ("cr_cri", "evaluable", x, n),
            ("cr_cri", "treated", x, n),
            ("ae_rash", "treated", 0 if i % 2 else 1, n),
        ):
            number += 1
            row = small_review._outcome(
                number, name, SETTINGS[i % 2], outcome, basis, events, total
            )
            yield row | {"grade": "any" if outcome == "ae_rash" else ""}


def _rate(number, name):
    return {
        "survival_id": f"S{number}", "study_id": name, "arm_id": name, "population": "all",
        "endpoint": "os", "statistic": "rate", "time_months": 12, "value": 55 + number,
        "unit": "percent", "n": 20, "n_basis": "printed", "at_risk": "NR",
        "record_type": "reported", "locator": "Results, para 2", "agreement": "agreed",
    }  # fmt: skip


def _bias(name):
    return {
        "study_id": name, "tool": "a checklist", "item": "overall", "question": "Overall?",
        "assessor_a": "low", "assessor_b": "low", "adjudicated": "low", "reason": "It is clear.",
    }  # fmt: skip


def _quoted(source):
    return {
        "benchmark_id": "B1", "source_id": source, "quoted_study": "Elm 1999", "bound": "exact",
        "setting": "relapsed_refractory", "outcome": "cr_cri", "percent": 30, "record_type":
        "reported", "locator": "Discussion, para 1", "agreement": "agreed",
    }  # fmt: skip
