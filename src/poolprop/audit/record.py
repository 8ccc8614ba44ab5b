"""The record that each job of the workflow leaves.

Two files a job. ``results/audit/jobs/JOB.json`` says what every run of the job has in common: rule,
arguments, files, code. ``logs/records/JOB.json`` says what only this run had: seconds, memory,
the moment, the hashes it saw. The second may never reach a result, or no two builds were equal.
"""

from __future__ import annotations

import fcntl
import os
import platform
import resource
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from poolprop.audit import observe
from poolprop.errors import ResultError
from poolprop.files import read_any_json, read_json, sha256, write_json

SWITCH = "POOLPROP_RECORD"  # set by the workflow; who calls a step by hand leaves no record
TEMPLATES = "POOLPROP_TEMPLATES"
JOBS = Path("results/audit/jobs")
RUNS = Path("logs/records")
SCHEMA = "poolprop/job/1"
RUN_SCHEMA = "poolprop/job-run/1"
# Loaded by some steps and not by others.
PACKAGES = ("numpy", "scipy", "pandas", "statsmodels", "matplotlib", "jinja2", "pydantic")
MEGABYTE = 1024 * 1024


def recorded(name: str, step: Callable[..., None]) -> Callable[..., None]:
    """Return the step, leaving its records if the workflow asks for them.

    ``name`` is that of its rule, with hyphens.
    """

    def run(**arguments: Any) -> None:
        if not os.environ.get(SWITCH):
            step(**arguments)
            return
        begun, moment = time.perf_counter(), datetime.now(UTC)
        seen = observe.watch()
        step(**arguments)
        templates = Path(os.environ.get(TEMPLATES, "report")).absolute()
        read, written = observe.files(seen, Path.cwd(), templates, templates.parent / "workflow")
        record = {
            "schema": SCHEMA,
            **_identity(name, arguments),
            "reads": read,
            "writes": written,
            "code": observe.code_files(seen, step, templates),
        }
        _write(record, moment, time.perf_counter() - begun)

    return run


def _identity(name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return job, rule, parameters, arguments as the command line has them, and log."""
    parameters = {key: value for key, value in arguments.items() if isinstance(value, str)}
    rule = name.replace("-", "_")
    job = _logged_as() or "/".join((rule, *parameters.values()))
    return {
        "job": job,
        "rule": rule,
        "step": name,
        "parameters": parameters,
        "arguments": {key: _plain(value) for key, value in arguments.items()},
        "log": f"logs/{job}.log",
    }


def _logged_as() -> str:
    """Return the job's name, ``RULE/WILDCARD``: every rule sends its errors to the log so named.

    Nothing where they go elsewhere, or where the system does not tell.
    """
    try:
        if hasattr(fcntl, "F_GETPATH"):  # macOS
            path = fcntl.fcntl(2, fcntl.F_GETPATH, bytes(1024)).rstrip(b"\0").decode()
        else:
            path = str(Path("/proc/self/fd/2").readlink())
        return Path(path).relative_to(Path("logs").resolve()).with_suffix("").as_posix()
    except (OSError, ValueError):
        return ""


def _plain(value: Any) -> Any:
    """Return an argument for JSON; the folder of templates by name, for it is the machine's."""
    if isinstance(value, list):
        return [_plain(part) for part in value]
    text = value.as_posix() if isinstance(value, Path) else value
    return f"${TEMPLATES}" if text == os.environ.get(TEMPLATES) else text


def _write(record: dict[str, Any], moment: datetime, seconds: float) -> None:
    earlier = _earlier(record)
    write_json(JOBS / f"{record['job']}.json", record)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run = {
        "schema": RUN_SCHEMA,
        "job": record["job"],
        "started": moment.isoformat(timespec="milliseconds"),
        "seconds": round(seconds, 3),
        "cpu_seconds": round(time.process_time(), 3),
        "peak_memory_mb": round(peak / (MEGABYTE if sys.platform == "darwin" else 1024), 1),
        "inputs": {path: sha256(Path(path)) for path in record["reads"]},
        "outputs": {path: sha256(Path(path)) for path in record["writes"]},
        "earlier": earlier,
        "versions": {
            "python": platform.python_version(),
            **{name: metadata.version(name) for name in PACKAGES if name in sys.modules},
        },
        "log": record["log"],
    }
    write_json(RUNS / f"{record['job']}.json", run)


def _earlier(record: Mapping[str, Any]) -> list[str]:
    """Return what earlier runs of a job wrote and this one does not: the plan was another."""
    name = f"{record['job']}.json"
    old = read_any_json(JOBS / name)["writes"] if (JOBS / name).is_file() else []
    older = read_any_json(RUNS / name).get("earlier", []) if (RUNS / name).is_file() else []
    return sorted({*old, *older} - set(record["writes"]))


def runs() -> list[dict[str, Any]]:
    """Return the records of jobs in the order they began; raises ResultError if there are none."""
    found = [read_json(path, RUN_SCHEMA) for path in RUNS.rglob("*.json")]
    if not found:
        hint = "Run the workflow first: poolprop build."
        raise ResultError("no job left a record", where=str(RUNS), hint=hint)
    return sorted(found, key=lambda run: (run["started"], run["job"]))
