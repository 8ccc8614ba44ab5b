"""What building the flagship review costs: in full, with nothing to do, after a change of one row.

    python benchmarks/rebuild.py [--cores 2] [--row SHO-001] [--review FOLDER] [--imports]

Works in a copy of the review's plan and tables, in a temporary folder. Times by the clock and of
the processor are also given as multiples of a bare ``snakemake --version`` in the same run, what a
user cannot get below. What the jobs did is read from the records that each of them leaves, and with
``--imports`` what they imported from Python's own account of it in their logs, which costs a tenth
more. Processor time is little disturbed by what else the machine does.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
STARTS = {
    "python -c pass": ("-c", "pass"),
    "import poolprop": ("-c", "import poolprop"),
    "poolprop --help": ("-m", "poolprop", "--help"),
    "snakemake --version": ("-m", "snakemake", "--version"),
}


@dataclass(frozen=True)
class Build:
    """One run of ``poolprop build``.

    Attributes
    ----------
    seconds, processor : float
        By the clock, and of the processor, Snakemake and all jobs together.
    jobs : dict
        Records of the jobs that ran, each with the seconds of its imports.
    """

    seconds: float
    processor: float
    jobs: dict[str, dict[str, Any]]

    def added(self, name: str) -> float:
        """Return a figure of the records, added up over the jobs."""
        return float(sum(job[name] for job in self.jobs.values()))


def started(words: tuple[str, ...], times: int) -> tuple[float, float]:
    """Return the median seconds of a command of Python, by the clock and of the processor."""
    found, spent = [], []
    for _ in range(times):
        start, before = time.perf_counter(), _processor()
        subprocess.run([PYTHON, *words], check=True, stdout=subprocess.DEVNULL)
        found.append(time.perf_counter() - start)
        spent.append(_processor() - before)
    return statistics.median(found), statistics.median(spent)


def build(folder: Path, cores: int, *targets: str, account: bool = False) -> Build:
    """Build a review, or some of its files, and return what that took."""
    before, spent, start = _records(folder), _processor(), time.perf_counter()
    command = [PYTHON, "-m", "poolprop", "build", "--cores", str(cores), "--", *targets]
    asked = {"PYTHONPROFILEIMPORTTIME": "1"} if account else {}
    run = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env=os.environ | asked
    )
    seconds, processor = time.perf_counter() - start, _processor() - spent
    if run.returncode:
        sys.exit(run.stdout + run.stderr)
    after = _records(folder)
    new = {job: record for job, record in after.items() if before.get(job) != record}
    for record in new.values():
        record["imports"] = imports((folder / record["log"]).read_text(encoding="utf-8"))
    return Build(seconds, processor, new)


def imports(log: str) -> float:
    """Return the seconds of all imports that ``python -X importtime`` told of in a log."""
    return (
        sum(int(each) for each in re.findall(r"^import time: *(\d+) \|", log, re.MULTILINE)) / 1e6
    )


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _records(folder: Path) -> dict[str, dict[str, Any]]:
    paths = sorted((folder / "logs" / "records").rglob("*.json"))
    return {record["job"]: record for record in map(json.loads, (p.read_text() for p in paths))}


def change(folder: Path, row: str) -> str:
    """Add one event to a row of the copy's outcomes and return what was changed, in words."""
    path = folder / "data" / "outcomes.csv"
    with path.open(newline="", encoding="utf-8") as handle:
        reader = csv.DictReader(handle)
        names, rows = list(reader.fieldnames or ()), list(reader)
    chosen = next((each for each in rows if each["outcome_id"] == row), None)
    if chosen is None:
        sys.exit(f"{path.name} has no row {row}")
    before = chosen["events"]
    chosen["events"] = str(int(before) + 1)
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return f"events of {row}: {before} to {chosen['events']}"


def say(name: str, found: Build, unit: tuple[float, float]) -> None:
    """Print the lines of a build; ``unit`` is what ``snakemake --version`` takes."""
    clock, processor = found.seconds / unit[0], found.processor / unit[1]
    print(
        f"{name}: {found.seconds:.1f} s, {clock:.1f} x snakemake --version; "
        f"in processor time {processor:.1f} x"
    )
    steps, imported = found.added("seconds"), found.added("imports")
    print(
        f"  processor {found.processor:.1f} s, {found.added('cpu_seconds'):.1f} s of it in "
        f"{len(found.jobs)} jobs, whose steps took {steps:.1f} s, {imported:.1f} s of it importing"
    )


def main() -> None:
    """Print start-up times, the three builds, and the jobs of the last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--row", default="SHO-001", help="row of outcomes.csv that is changed")
    parser.add_argument("--review", type=Path, default=ROOT, help="folder with config/ and data/")
    parser.add_argument("--times", type=int, default=5, help="how often start-up is timed")
    parser.add_argument("--imports", action="store_true", help="time what jobs import, too")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; jobs at once: {options.cores}")
    starts = {name: started(words, options.times) for name, words in STARTS.items()}
    for name, (seconds, spent) in starts.items():
        print(f"{name}: {seconds:.3f} s, processor {spent:.3f} s")
    unit = starts["snakemake --version"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("config", "data"):
            shutil.copytree(options.review / part, folder / part)
        say("all", build(folder, options.cores, account=options.imports), unit)
        say("nothing to do", build(folder, options.cores), unit)
        words = change(folder, options.row)
        after = build(folder, options.cores, account=options.imports)
        say(f"one row changed ({words})", after, unit)
    for job, record in sorted(after.jobs.items(), key=lambda item: item[1]["started"]):
        print(
            f"  {job}: {record['seconds']:.2f} s, {record['imports']:.2f} s of it importing; "
            f"processor {record['cpu_seconds']:.2f} s"
        )


if __name__ == "__main__":
    main()
