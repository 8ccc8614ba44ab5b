"""What each job of the last run cost: seconds, memory, versions, the hashes it saw."""

from __future__ import annotations

from typing import Any

from poolprop.audit.record import RUN_SCHEMA, RUNS
from poolprop.errors import ResultError
from poolprop.files import read_json


def runs() -> list[dict[str, Any]]:
    """Return the records of jobs in the order they began; raises ResultError if there are none."""
    found = [read_json(path, RUN_SCHEMA) for path in RUNS.rglob("*.json")]
    if not found:
        raise ResultError(
            "no job left a record", where=str(RUNS), hint="Run the workflow first: poolprop build."
        )
    return sorted(found, key=lambda run: (run["started"], run["job"]))
