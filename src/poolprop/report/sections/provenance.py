"""Where the page comes from: versions, hashes, and how to make it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from poolprop.report.context import Context, Section
from poolprop.report.formats import plain
from poolprop.report.tables import Table, text_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A name and a value, the value set as code."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Facts of the run, and the files with their hashes."""

    facts: tuple[Fact, ...]
    tables: tuple[Table, ...]


def section(context: Context) -> Section:
    """Return the last section of the page."""
    manifest = context.results.manifest
    facts = [
        Fact(name=plain(name), value=str(value))
        for name, value in manifest.items()
        if isinstance(value, str | int | float) and name != "schema"
    ]
    tables = [_versions(manifest), *_files(manifest)]
    body = Provenance(facts=tuple(facts), tables=tuple(t for t in tables if t is not None))
    return Section(id="provenance", title="Provenance", body=body)


def _versions(manifest: Mapping[str, object]) -> Table | None:
    versions = manifest.get("versions")
    if not isinstance(versions, dict) or not versions:
        return None
    rows = [(str(name), str(version)) for name, version in sorted(versions.items())]
    return text_table(
        "table-versions", "Software that computed the results", ("Name", "Version"), rows
    )


def _files(manifest: Mapping[str, object]) -> list[Table]:
    tables = []
    for kind in ("inputs", "outputs"):
        files = manifest.get(kind)
        if isinstance(files, list) and files:
            rows = [(str(f["path"]), str(f["sha256"])) for f in files]
            caption = f"{plain(kind)} and their SHA-256"
            tables.append(text_table(f"table-{kind}", caption, ("File", "SHA-256"), rows))
    return tables
