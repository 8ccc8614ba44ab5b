"""What R answered before: what is asked again in the same words, of the same R, is not asked anew.

R is the slowest part of a rebuild, and a changed row asks it for some fits of many. Kept beside
Snakemake's own memory, not among the results: without it all is asked, with the same answers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from poolprop.crosscheck.tasks import Task
from poolprop.errors import ResultError
from poolprop.files import read_json, write_json

SCHEMA = "poolprop/r-answers/1"
HEAD = "id,field,value"


def answers(wanted: Sequence[Task], ask: Callable[[Sequence[Task]], str], of: str, at: Path) -> str:
    """Return the CSV that R would print of all that is wanted, asking only for what is new.

    ``of`` stands for R and for the script around the tasks: of another one nothing is remembered.
    """
    keys = {task.id: _key(task) for task in wanted}
    kept = _remembered(of, at)
    known: dict[str, list[str]] = kept.get("answers", {})
    new = {key: task for task in wanted if (key := keys[task.id]) not in known}
    versions: list[str] = kept.get("versions", [])
    if new or not versions:
        versions, found = _read(ask(list(new.values())))
        known = known | {key: found.get(task.id, []) for key, task in new.items()}
        asked = {key: known[key] for key in keys.values()}
        record = {"schema": SCHEMA, "of": of, "versions": versions, "answers": asked}
        write_json(at, record)
    lines = [f"{name},{line}" for name, key in keys.items() for line in known[key]]
    return "\n".join([HEAD, *versions, *lines]) + "\n"


def _key(task: Task) -> str:
    """Return what a task asks for, whatever its id and our own answer."""
    asked = (task.model, task.measure, task.tau2, task.ci, task.level, task.events, task.total)
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:16]


def _remembered(of: str, at: Path) -> dict[str, Any]:
    with suppress(ResultError, OSError):
        kept = read_json(at, SCHEMA)
        if kept.get("of") == of:
            return kept
    return {}


def _read(text: str) -> tuple[list[str], dict[str, list[str]]]:
    """Return the lines of versions, and ``field,value`` of each result."""
    versions: list[str] = []
    found: dict[str, list[str]] = {}
    for line in text.splitlines()[1:]:
        name, _, rest = line.partition(",")
        if rest.startswith("version,"):
            versions.append(line)
        else:
            found.setdefault(name, []).append(rest)
    return versions, found
