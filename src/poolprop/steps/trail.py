"""From results to the record of how they came about."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from poolprop.files import read_json, write_csv, write_json


def lineage(config: Path, manifest: Path, source: Path, out: Path) -> None:
    """Write the lineage of every result, as JSON and as three tables, into a folder."""
    from poolprop.audit.lineage import lineage as trace
    from poolprop.audit.lineage_tables import lineage_tables
    from poolprop.audit.manifest import SCHEMA
    from poolprop.audit.rows import read_tables
    from poolprop.plan import load

    record = trace(read_json(manifest, SCHEMA), read_tables(Path(load(config).data)), source)
    write_json(out / "lineage.json", record)
    for name, (columns, rows) in lineage_tables(record).items():
        write_csv(out / f"{name}.csv", columns, rows)


def seal(manifest: Path, files: Sequence[Path], out: Path) -> None:
    """Write the hashes of what came after the manifest, and one digest of everything."""
    from poolprop.audit.manifest import SCHEMA
    from poolprop.audit.record import JOBS
    from poolprop.audit.seal import seal as close

    records = [path for path in JOBS.rglob("*.json") if path.stem != "seal"]
    write_json(out, close(read_json(manifest, SCHEMA), [manifest, *files, *records]))
