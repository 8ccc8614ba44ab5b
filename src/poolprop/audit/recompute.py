"""Run the jobs of chosen results again, from their lineage alone, in an empty folder.

Plan and tables are copied there; everything else is made by the jobs that the lineage names, with
the arguments that they recorded. What comes out must be what the lineage says, bit for bit.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from poolprop.audit.lineage import entry_of
from poolprop.audit.observe import PACKAGE
from poolprop.audit.record import JOBS, SCHEMA, SWITCH, TEMPLATES
from poolprop.errors import ResultError
from poolprop.files import read_json, sha256
from poolprop.installation import root

Record = Mapping[str, Any]


def recompute(lineage: Record, ids: Sequence[str]) -> tuple[int, list[str]]:
    """Run again what chosen results rest on (none: every job), and compare.

    Returns how many jobs ran, and a line for each file that came out otherwise. Raises ResultError
    if there is no such result, or a table is not that of the run.
    """
    jobs = lineage["jobs"]
    wanted = {entry_of(lineage, key)["job"] for key in ids} if ids else set(jobs)
    order = list(_in_order(jobs, wanted))
    with TemporaryDirectory(prefix="poolprop-") as folder:
        place = Path(folder)
        _bring(jobs, order, place)
        faults = [fault for name in order for fault in _run(name, jobs[name], place)]
    return len(order), faults


def _in_order(jobs: Record, wanted: Iterable[str]) -> Iterator[str]:
    """Yield the wanted jobs and all they rest on, each after what it reads."""
    maker = {path: name for name, job in jobs.items() for path in job["outputs"]}
    done: set[str] = set()

    def visit(name: str) -> Iterator[str]:
        if name not in done:
            done.add(name)
            for path in jobs[name]["inputs"]:
                if path in maker:
                    yield from visit(maker[path])
            yield name

    for name in sorted(wanted):
        yield from visit(name)


def _bring(jobs: Record, names: Iterable[str], place: Path) -> None:
    """Copy what no job makes: the plan and the tables, as they were in the run."""
    made = {path for job in jobs.values() for path in job["outputs"]}
    for name in names:
        for path, value in jobs[name]["inputs"].items():
            target = place / path
            if path in made or target.exists():
                continue
            if not Path(path).is_file() or sha256(Path(path)) != value:
                hint = "Restore the file first."
                raise ResultError("not the bytes that the run read", where=path, hint=hint)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def _run(name: str, job: Record, place: Path) -> Iterator[str]:
    """Run one job in the folder; yield a line for each output that differs."""
    environment = {key: value for key, value in os.environ.items() if key != SWITCH}
    environment |= {"PYTHONPATH": str(PACKAGE.parent), TEMPLATES: str(root() / "report")}
    done = subprocess.run(
        [sys.executable, "-m", "poolprop", *_arguments(name, environment[TEMPLATES])],
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()
        yield f"{name}: the job failed: {said[-1] if said else 'without a word'}"
        return
    for path, value in job["outputs"].items():
        if not (place / path).is_file() or sha256(place / path) != value:
            yield f"{path}: {name} gives other bytes now"


def _arguments(name: str, templates: str) -> list[str]:
    """Return the command line of a job as its record has it."""
    record = read_json(JOBS / f"{name}.json", SCHEMA)
    words = ["step", record["step"]]
    for option, value in record["arguments"].items():
        words.append(f"--{option.replace('_', '-')}")
        words += value if isinstance(value, list) else [value]
    return [templates if word == f"${TEMPLATES}" else word for word in words]
