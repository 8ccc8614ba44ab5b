"""The lineage: from each result id to job, code, parameters, rows, decisions and sources.

It is made from what lies there: the manifest (files and hashes), the records that jobs left, the
result files and the curated tables. Nothing of it is written by hand, and no clock or machine is
in it: equal runs give equal lineages, whether built at once or in pieces.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from poolprop.audit import observe
from poolprop.audit.ids import Found, results
from poolprop.audit.record import JOBS, SCHEMA
from poolprop.audit.rows import Tables, described, sources
from poolprop.errors import ResultError
from poolprop.files import read_any_json, read_json
from poolprop.hints import listed, nearest

Record = dict[str, Any]
LINEAGE = "poolprop/lineage/1"
# More results of one kind in one file than this are kept as one entry, "PREFIX/*".
LARGEST_GROUP = 150
# What runs after the lineage; of an earlier run, if there was one.
LATER = ("lineage", "report", "crate", "seal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job: its record, and the hashes of its files as they are now."""

    record: Record
    inputs: dict[str, str]
    outputs: dict[str, str]


def lineage(manifest: Record, tables: Tables, templates: Path) -> Record:
    """Return the content of ``results/audit/lineage.json``.

    ``templates`` is the folder of the report's templates. Raises ResultError if no job says that it
    made one of the manifest's outputs.
    """
    hashes = {f["path"]: f["sha256"] for f in (*manifest["inputs"], *manifest["outputs"])}
    jobs = read_jobs(hashes)
    makers = makers_of(jobs, [entry["path"] for entry in manifest["outputs"]])
    files = [path for path in makers if path.endswith(".json")]
    found = {path: results(read_any_json(Path(path)), tables.rows) for path in files}
    rows = _all_rows(found, jobs, makers)
    entries = {
        key: _entry(one, path, makers[path], rows[key], tables)
        for path, ones in found.items()
        for key, one in ones.items()
    }
    used = {row for own in rows.values() for row in own}
    lines = described(tables, used)
    return {
        "schema": LINEAGE,
        "results": grouped(entries),
        "jobs": {name: job_entry(job, templates) for name, job in jobs.items()},
        "rows": lines,
        "sources": sources(tables, (line["source"] for line in lines.values())),
    }


def read_jobs(hashes: Mapping[str, str]) -> dict[str, Job]:
    """Return the jobs that made files with a known hash, by job id."""
    jobs = {}
    for path in sorted(JOBS.rglob("*.json")):
        if path.parent == JOBS and path.stem in LATER:
            continue
        record = read_json(path, SCHEMA)
        made = {name: hashes[name] for name in record["writes"] if name in hashes}
        if made:
            taken = {name: hashes[name] for name in record["reads"] if name in hashes}
            jobs[record["job"]] = Job(record=record, inputs=taken, outputs=made)
    return jobs


def makers_of(jobs: Mapping[str, Job], outputs: Iterable[str]) -> dict[str, str]:
    """Return the job that made each output; raises ResultError with the first that has none."""
    owner = {path: name for name, job in jobs.items() for path in job.outputs}
    for path in outputs:
        if path not in owner:
            hint = "Delete the file and run the workflow again."
            raise ResultError(f"no record in {JOBS} says which job made it", where=path, hint=hint)
    return {path: owner[path] for path in outputs}


def job_entry(job: Job, templates: Path) -> Record:
    """Return a job as the lineage shows it."""
    record = job.record
    return {
        "rule": record["rule"],
        "parameters": record["parameters"],
        "inputs": job.inputs,
        "outputs": job.outputs,
        "code": code_digest(record["code"], templates),
        "command": command(record),
        "log": record["log"],
    }


def command(record: Mapping[str, Any]) -> str:
    """Return the command line of a job."""
    words = ["poolprop", "step", record["step"]]
    for name, value in record["arguments"].items():
        words.append(f"--{name.replace('_', '-')}")
        words += value if isinstance(value, list) else [value]
    return " ".join(words)


def code_digest(files: Sequence[str], templates: Path) -> str:
    """Return the digest of the code of a job: of names and contents of its files."""
    roots = {"poolprop": observe.PACKAGE, "report": templates}
    content = hashlib.sha256()
    for name in files:
        root, _, path = name.partition("/")
        content.update(name.encode())
        content.update((roots[root] / path).read_bytes())
    return content.hexdigest()[:12]


def grouped(entries: Mapping[str, Record]) -> dict[str, Record]:
    """Put the many results of one kind and file (a multiverse) into one entry ``PREFIX/*``."""
    members: dict[tuple[str, str], list[str]] = {}
    for key, entry in entries.items():
        members.setdefault((key.rpartition("/")[0], entry["file"]), []).append(key)
    out: dict[str, Record] = {}
    for (prefix, _), keys in members.items():
        if len(keys) <= LARGEST_GROUP:
            out |= {key: entries[key] for key in keys}
            continue
        rows = sorted({row for key in keys for row in entries[key]["rows"]})
        decisions = sorted({one for key in keys for one in entries[key]["decisions"]})
        shared = {"method": "", "parameters": {}, "rows": rows, "decisions": decisions}
        name = f"{prefix}/*"
        recompute = entries[keys[0]]["recompute"].replace(keys[0], name)
        out[name] = {**entries[keys[0]], **shared, "recompute": recompute, "members": len(keys)}
    return out


def _entry(found: Found, path: str, job: str, rows: Sequence[str], tables: Tables) -> Record:
    named = {one for row in rows for one in tables.decisions.get(row, ())}
    return {
        "file": path,
        "job": job,
        "rows": list(rows),
        "method": found.method,
        "parameters": dict(found.parameters),
        "decisions": sorted(named | ({found.decision} - {""})),
        "recompute": f"poolprop verify --recompute {found.id}",
    }


def _all_rows(
    found: Mapping[str, Mapping[str, Found]], jobs: Mapping[str, Job], makers: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """Return the rows of every result: its own, or those of what it varies or continues."""
    every = {key: one for ones in found.values() for key, one in ones.items()}
    rows = {key: one.rows for key, one in every.items() if not one.reference}
    for key, one in every.items():
        if one.reference:
            kept = [row for row in rows.get(one.reference, ()) if row not in one.without]
            rows[key] = tuple(dict.fromkeys((*kept, *one.rows)))
    for path, ones in found.items():
        for key in ones:
            if not rows[key]:
                rows[key] = next(_continued(key, rows), ()) or _of_inputs(
                    jobs[makers[path]].inputs, found, rows
                )
    return rows


def _continued(key: str, rows: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the pooled results that an id may continue, the nearest first."""
    _, *parts = key.split("/")
    for length in (2, 1):
        name = "/".join(("pool", *parts[:length], *(("primary",) if length == 1 else ())))
        if len(parts) >= length and rows.get(name):
            yield rows[name]


def _of_inputs(
    inputs: Iterable[str],
    found: Mapping[str, Mapping[str, Found]],
    rows: Mapping[str, tuple[str, ...]],
) -> tuple[str, ...]:
    """Return the rows of every result in the files that a job read."""
    taken = [row for path in inputs for key in found.get(path, ()) for row in rows[key]]
    return tuple(dict.fromkeys(taken))


def find(lineage: Mapping[str, Any], identifier: str) -> Mapping[str, Any] | None:
    """Return the entry of a result id: its own, or that of the group it belongs to."""
    entries: Mapping[str, Mapping[str, Any]] = lineage["results"]
    return entries.get(identifier) or entries.get(f"{identifier.rpartition('/')[0]}/*")


def entry_of(lineage: Mapping[str, Any], identifier: str) -> Mapping[str, Any]:
    """Return the entry of a result id; raises ResultError with the nearest ids if there is none."""
    found = find(lineage, identifier)
    if found is None:
        problem = f"there is no result {identifier!r}"
        hint = _suggestion(identifier, list(lineage["results"]))
        raise ResultError(problem, where="results/audit/lineage.json", hint=hint)
    return found


def _suggestion(identifier: str, known: list[str]) -> str:
    inside = [key for key in known if identifier.strip("/") in key]
    if near := nearest(identifier, known):
        return f"Did you mean {near!r}?"
    if inside:
        return f"Ids that hold this are {listed(inside)}."
    return "results/audit/results.csv lists every id."
