"""Where the page comes from: versions, hashes, and how to make it again."""

from __future__ import annotations

from dataclasses import dataclass

from poolprop.report.context import Context, Section
from poolprop.report.tables import Table, text_table
from poolprop.report.values import Record

# Facts of the manifest that a reader looks for, with their names.
FACTS = {
    "version": "poolprop",
    "code": "Digest of the code",
    "data": "Digest of the data",
    "commit": "Commit",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A name and a value, the value set as code."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Facts of the run, software versions, steps, and inputs with their hashes."""

    facts: tuple[Fact, ...]
    tables: tuple[Table, ...]


def section(context: Context) -> Section:
    """Return the last section of the page."""
    manifest = context.results.manifest
    facts = [
        Fact(name=name, value=str(manifest[key]))
        for key, name in FACTS.items()
        if manifest.get(key)
    ]
    tables = (*_versions(manifest), *steps_table(context.results.lineage), *_inputs(manifest))
    body = Provenance(facts=tuple(facts), tables=tables)
    return Section(id="provenance", title="Provenance", body=body)


def _versions(manifest: Record) -> list[Table]:
    versions = manifest.get("versions", {})
    if not versions:
        return []
    rows = [(name, str(version)) for name, version in sorted(versions.items())]
    caption = "Software that computed the results"
    return [text_table("table-versions", caption, ("Name", "Version"), rows)]


def steps_table(lineage: Record) -> list[Table]:
    """Return the steps: each job with the rules whose results it read.

    Seconds and memory are not here: they differ between equal runs (``poolprop steps``).
    """
    jobs: Record = lineage.get("jobs", {})
    if not jobs:
        return []
    rule = {path: str(job["rule"]) for job in jobs.values() for path in job["outputs"]}
    rows = []
    for name, job in jobs.items():
        before = dict.fromkeys(rule.get(path, "plan and tables") for path in job["inputs"])
        files = [str(len(job[kind])) for kind in ("inputs", "outputs")]
        rows.append((name, ", ".join(sorted(before)), *files, str(job["code"])))
    titles = ("Job", "Reads what these made", "Files read", "Files written", "Digest of its code")
    return [text_table("table-steps", "The steps that computed the results", titles, rows)]


def _inputs(manifest: Record) -> list[Table]:
    """Return what the run read, with hashes; those of what it wrote are in the manifest."""
    rows = [(str(entry["path"]), str(entry["sha256"])) for entry in manifest.get("inputs", [])]
    caption = "Inputs and their SHA-256"
    return [text_table("table-inputs", caption, ("File", "SHA-256"), rows)] if rows else []
