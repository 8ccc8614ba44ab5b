"""What building a review costs by the number of its studies and endpoints.

    python benchmarks/growth.py [--studies 33] [--endpoints 1] [--cores 2]

Makes up a review with everything on: the models of the flagship, three estimands an endpoint, three
factors, a moderator, safety, survival, risk of bias, the certificate and the second engine. Prints
processor time as a multiple of a bare ``snakemake --version``, the jobs that cost most, the largest
memory of a job, and what the results weigh.
"""

from __future__ import annotations

import argparse
import copy
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

from rebuild import ROOT, STARTS, build, started

sys.path.insert(0, str(ROOT / "tests"))

import small_review
import yaml

SETTINGS = ("relapsed_refractory", "newly_diagnosed", "mixed")
FACTORS = ("setting", "design", "lineage")
SEED = 20261130


def write(folder: Path, studies: int, endpoints: int) -> None:
    """Write a made-up review: single-arm studies that report every outcome."""
    draw = random.Random(SEED)
    names = [f"study{i:03d}" for i in range(1, studies + 1)]
    setting = {name: SETTINGS[i % 3] for i, name in enumerate(names)}
    content = small_review.tables()
    content["sources"] = [small_review._source(name) for name in names]
    content["studies"] = [
        small_review._study(name)
        | {
            "setting": setting[name],
            "enrolment_start": str(1995 + i % 25),
            "age_median": 30 + i % 40,
        }
        for i, name in enumerate(names)
    ]
    content["arms"] = [small_review._arm(name, name, setting[name]) for name in names]
    outcomes = [f"outcome{i + 1}" for i in range(endpoints)]
    content["vocabulary"] += [
        {"field": "outcome", "term": term, "label": term.title(), "definition": "", "order": 9}
        for term in [*outcomes, "ae_rash"]
    ]
    rows: list[dict[str, Any]] = []
    for name in names:
        total = draw.randint(10, 120)
        for outcome in outcomes:
            events = sum(draw.random() < 0.4 + 0.3 * (hash_of(name) % 7) / 7 for _ in range(total))
            for basis, more in (("evaluable", 0), ("treated", 3)):
                row = (name, setting[name], outcome, basis, events, total + more)
                rows.append(small_review._outcome(len(rows) + 1, *row))
        row = (name, setting[name], "ae_rash", "treated", draw.randint(0, 5), total + 3)
        rows.append(small_review._outcome(len(rows) + 1, *row) | {"grade": "any"})
    content["outcomes"] = rows
    content["risk_of_bias"] = [
        {"study_id": name, "tool": "a checklist", "item": "overall", "question": "Overall?",
         "adjudicated": draw.choice(["low", "high"]), "reason": "It is clear."}
        for name in names
    ]  # fmt: skip
    content["survival"] = [
        {"survival_id": f"S{i}", "study_id": name, "arm_id": name, "population": "all",
         "endpoint": "os", "statistic": "rate", "time_months": 12, "value": draw.randint(30, 80),
         "unit": "percent", "n": 40, "n_basis": "printed", "at_risk": "NR",
         "record_type": "reported", "locator": "Results, para 2", "agreement": "agreed"}
        for i, name in enumerate(names[:30], start=1)
    ]  # fmt: skip
    small_review.write(folder, content)
    small_review.write_plan(folder, plan(outcomes))


def hash_of(name: str) -> int:
    """Return a number that belongs to a name, in every run the same."""
    return sum(map(ord, name))


def plan(outcomes: list[str]) -> dict[str, Any]:
    """Return the plan: the defaults of every analysis."""
    found = copy.deepcopy(small_review.CONFIG)
    found["models"] = yaml.safe_load((ROOT / "config" / "config.yaml").read_text("utf-8"))["models"]
    one = {"denominator": "evaluable", "timepoints": ["best"]}
    found["endpoints"] = {
        term: {
            "label": term.title(), "short": term, "defaults": one | {"outcome": term},
            "estimands": {
                "primary": {"label": "Evaluable patients"},
                "all_treated": {"label": "Treated patients", "denominator": "treated"},
                "relapsed": {"label": "Relapsed", "where": {"setting": ["relapsed_refractory"]}},
            },
            "subgroups": {name: {"label": name.title()} for name in FACTORS},
            "moderators": {"age": {"label": "Median age", "column": "age_median"}},
        }
        for term in outcomes
    }  # fmt: skip
    found["safety"] = {"prefix": "ae_", "denominator": "treated"}
    found["survival"] = {"endpoints": {"os": {"label": "Overall survival", "times": [12, 24]}}}
    found["multiverse"] = {
        "left_out": {"high": {"label": "those at high risk", "risk_of_bias": ["high"]}}
    }
    return found


def main() -> None:
    """Build once and print what that took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=33)
    parser.add_argument("--endpoints", type=int, default=1)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="where to build it, and leave it")
    parser.add_argument("targets", nargs="*", help="files, where not everything is to be built")
    options = parser.parse_args()
    _, unit = started(STARTS["snakemake --version"], 5)
    with tempfile.TemporaryDirectory() as name:
        folder = options.folder or Path(name)
        write(folder, options.studies, options.endpoints)
        found = build(folder, options.cores, *options.targets)
        files = [path for path in (folder / "results").rglob("*") if path.is_file()]
        size = {path.relative_to(folder).as_posix(): path.stat().st_size / 1e6 for path in files}
    print(f"{options.studies} studies x {options.endpoints} endpoints")
    print(f"processor {found.processor:.1f} s, {found.processor / unit:.1f} x snakemake --version")
    peak = max(job["peak_memory_mb"] for job in found.jobs.values())
    page = size.get("results/report.html", 0.0)
    print(f"largest job {peak:.0f} MB; results {sum(size.values()):.1f} MB, page {page:.1f} MB")
    for job in sorted(found.jobs.values(), key=lambda one: -one["cpu_seconds"])[:15]:
        print(
            f"  {job['job']}: processor {job['cpu_seconds']:.2f} s, {job['peak_memory_mb']:.0f} MB"
        )


if __name__ == "__main__":
    main()
