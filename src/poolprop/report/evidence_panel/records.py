"""Where each result stands: every record of the result files by its id."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from poolprop.errors import ResultError
from poolprop.files import read_any_json
from poolprop.report.values import Record, look_up

# What is about the run, not about the evidence; the crate, if one is left of an earlier run, is a
# copy of that one's results.
APART = ("audit", "crate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A record of a result file.

    ``file``: path below the results folder, with ``/``. ``record``: the record itself. ``studies``:
    the studies it rests on: its own, or those of the record around it.
    """

    file: str
    record: Record
    studies: tuple[Record, ...]


Ledger = Mapping[str, tuple[Entry, ...]]


def read_ledger(folder: Path, manifest: Record) -> Ledger:
    """Read every JSON file that the manifest of a run lists.

    Without a manifest every JSON file of the folder is read. Entries are found by id; a study
    stands in several files. Outer records come before inner ones.
    """
    found: dict[str, list[Entry]] = {}
    for path in sorted(_listed(folder, manifest)):
        name = path.relative_to(folder)
        if name.parts[0] not in APART:
            for entry in _walk(read_any_json(path), name.as_posix(), ()):
                found.setdefault(entry.record["id"], []).append(entry)
    return {key: tuple(entries) for key, entries in found.items()}


def _listed(folder: Path, manifest: Record) -> Iterator[Path]:
    """Yield the files of results: what an earlier run left is none of this one's."""
    outputs = manifest.get("outputs")
    if not outputs:
        yield from folder.rglob("*.json")
        return
    for entry in outputs:
        path = folder / str(entry["path"]).removeprefix("results/")
        if path.suffix == ".json" and path.is_file():
            yield path


def holders(ledger: Ledger, ref: str, values: Mapping[str, str]) -> tuple[Entry, ...]:
    """Return the entries of an id in the one file that holds all the values quoted from it.

    ``ref``: identifier of a result; an estimand shares it with the result of its primary model.
    ``values``: dotted path of each quoted field, and the number as JSON; empty for a missing one.
    Those of the first file are
    returned if none holds all the values, none for an unknown id.
    """
    entries = ledger.get(ref, ())
    files = dict.fromkeys(entry.file for entry in entries)
    groups = [tuple(entry for entry in entries if entry.file == file) for file in files]
    fitting = (
        group
        for group in groups
        if all(any(_holds(one.record, *value) for one in group) for value in values.items())
    )
    return next(fitting, groups[0] if groups else ())


def _holds(record: Record, field: str, raw: str) -> bool:
    try:
        found = look_up(record, field)
    except ResultError:
        return False
    return ("" if found is None else json.dumps(found)) == raw


def _walk(node: Any, file: str, studies: tuple[Record, ...]) -> Iterator[Entry]:
    """Yield every record with an id, and hand the studies of a record down to those inside."""
    if isinstance(node, list):
        for child in node:
            yield from _walk(child, file, studies)
    if not isinstance(node, dict):
        return
    own = node.get("studies")
    if isinstance(own, list):
        studies = tuple(study for study in own if isinstance(study, dict))
    elif "outcome_id" in node and "events" in node:
        studies = (node,)
    if isinstance(node.get("id"), str):
        yield Entry(file=file, record=node, studies=studies)
    for child in node.values():
        yield from _walk(child, file, studies)
