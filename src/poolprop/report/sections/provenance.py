"""Where the page comes from: versions, hashes, and how to make it again."""

from __future__ import annotations

import json
from dataclasses import dataclass

from poolprop.report.context import Context, Section
from poolprop.report.formats import plain
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
    """Facts of the run, software versions, files with their hashes, and the plan that ran."""

    facts: tuple[Fact, ...]
    tables: tuple[Table, ...]
    plan: str


def section(context: Context) -> Section:
    """Return the last section of the page."""
    manifest = context.results.manifest
    facts = [
        Fact(name=name, value=str(manifest[key]))
        for key, name in FACTS.items()
        if manifest.get(key)
    ]
    tables = (*_versions(manifest), *_files(manifest))
    body = Provenance(facts=tuple(facts), tables=tables, plan=_plan(manifest))
    return Section(id="provenance", title="Provenance", body=body)


def _plan(manifest: Record) -> str:
    """Return the plan as it ran, with every default written out."""
    plan = manifest.get("plan")
    return json.dumps(plan, indent=2, ensure_ascii=False) if plan else ""


def _versions(manifest: Record) -> list[Table]:
    versions = manifest.get("versions", {})
    if not versions:
        return []
    rows = [(name, str(version)) for name, version in sorted(versions.items())]
    caption = "Software that computed the results"
    return [text_table("table-versions", caption, ("Name", "Version"), rows)]


def _files(manifest: Record) -> list[Table]:
    tables = []
    for kind in ("inputs", "outputs"):
        rows = [(str(entry["path"]), str(entry["sha256"])) for entry in manifest.get(kind, [])]
        if rows:
            caption = f"{plain(kind)} and their SHA-256"
            tables.append(text_table(f"table-{kind}", caption, ("File", "SHA-256"), rows))
    return tables
