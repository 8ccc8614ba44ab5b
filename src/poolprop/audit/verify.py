"""Whether a results folder belongs to this data, plan, code and environment, to the byte."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from poolprop.audit.lineage import LINEAGE, code_digest
from poolprop.audit.manifest import SCHEMA as MANIFEST
from poolprop.audit.manifest import SEAL, digest, hashes
from poolprop.audit.record import JOBS, SCHEMA
from poolprop.audit.rows import read_lines
from poolprop.errors import ResultError
from poolprop.files import read_json, sha256
from poolprop.formats import counted

Record = Mapping[str, Any]
RESULTS = Path("results")
# Not made by a run, or named by nothing that it makes.
KEPT = ("README.md", ".gitkeep", "report.stale.html", "audit/seal.json", "audit/jobs/seal.json")


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that must hold, how much was looked at, and every fault found."""

    name: str
    looked_at: str
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """What a run says of itself: manifest, seal and lineage."""

    manifest: dict[str, Any]
    seal: dict[str, Any]
    lineage: dict[str, Any]


def read_trail(folder: Path = RESULTS) -> Trail:
    """Read what a run says of itself; raises ResultError if a file is missing or foreign."""
    return Trail(
        manifest=read_json(folder / "audit" / "manifest.json", MANIFEST),
        seal=read_json(folder / "audit" / "seal.json", SEAL),
        lineage=read_json(folder / "audit" / "lineage.json", LINEAGE),
    )


def claims(trail: Trail, templates: Path) -> Iterator[Claim]:
    """Check every claim of a run against what lies there now.

    ``templates`` is the folder of the report's templates. A claim has a line for each fault: file,
    row, job or package, and what is wrong with it.
    """
    manifest, sealed = trail.manifest, trail.seal["files"]
    outputs = {file["path"]: file["sha256"] for file in manifest["outputs"]}
    inputs = {file["path"]: file["sha256"] for file in manifest["inputs"]}
    yield Claim("seal", counted(len(sealed), "file"), (*_changed(sealed), *_unsealed(trail)))
    yield Claim("results", counted(len(outputs), "file"), tuple(_changed(outputs)))
    extra = tuple(_extra({*outputs, *sealed}))
    yield Claim("nothing else", f"{len(outputs) + len(sealed)} known files", extra)
    rows = tuple(_rows(trail.lineage))
    known = len(trail.lineage["rows"])
    yield Claim(
        "data and plan",
        f"{counted(len(inputs), 'file')}, {counted(known, 'row')}",
        (*_changed(inputs), *rows),
    )
    jobs = trail.lineage["jobs"]
    yield Claim("code", counted(len(jobs), "job"), tuple(_code(jobs, templates)))
    versions = manifest["versions"]
    yield Claim("environment", counted(len(versions), "version"), tuple(_versions(versions)))


def _changed(files: Mapping[str, str]) -> Iterator[str]:
    for name, value in files.items():
        path = Path(name)
        if not path.is_file():
            yield f"{name}: missing"
        elif sha256(path) != value:
            yield f"{name}: not the bytes that the run wrote or read"


def _unsealed(trail: Trail) -> Iterator[str]:
    whole = digest({**hashes(trail.manifest), **trail.seal["files"]})
    if whole != trail.seal["digest"]:
        yield "results/audit/seal.json: its digest is not that of the files it seals"


def _extra(known: set[str]) -> Iterator[str]:
    for path in sorted(RESULTS.rglob("*")):
        inside = path.relative_to(RESULTS).as_posix()
        apart = inside in KEPT or inside.startswith("atlas/")  # a target of its own
        if path.is_file() and path.as_posix() not in known and not apart:
            yield f"{path.as_posix()}: not made by this run"


def _rows(lineage: Record) -> Iterator[str]:
    """Name each row that a result rests on and that is not as it was."""
    tables: dict[str, Any] = {}
    for key, row in lineage["rows"].items():
        name = row["table"]
        if name not in tables:
            tables[name] = read_lines(Path(name))
        line = tables[name].get(key)
        used = sum(key in result["rows"] for result in lineage["results"].values())
        if line is None:
            yield f"{name}: row {key} is gone; {used} results rest on it"
        elif line.sha256 != row["sha256"]:
            yield (
                f"{name}:{line.number}: row {key} was changed after the run; "
                f"{used} results rest on it"
            )


def _code(jobs: Record, templates: Path) -> Iterator[str]:
    for name, job in jobs.items():
        try:
            record = read_json(JOBS / f"{name}.json", SCHEMA)
            same = code_digest(record["code"], templates) == job["code"]
        except (ResultError, FileNotFoundError):
            same = False
        if not same:
            yield f"{name}: the code is not that of the run ({job['code']})"


def _versions(versions: Mapping[str, str]) -> Iterator[str]:
    for name, then in versions.items():
        now = platform.python_version() if name == "python" else _installed(name)
        if now != then:
            yield f"{name}: {now or 'not installed'} here, {then} in the run"


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
