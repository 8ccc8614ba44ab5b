"""From results to the record of how they came about."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from poolprop.files import read_json, write_csv, write_json

# The crate needs a date and there is no clock in a result: a review without one says so.
UNDATED = "1970-01-01"


def lineage(config: Path, manifest: Path, source: Path, out: Path) -> None:
    """Write the lineage of every result, as JSON and as three tables, into a folder."""
    from poolprop.audit.lineage import lineage as trace
    from poolprop.audit.lineage_tables import lineage_tables
    from poolprop.audit.manifest import SCHEMA
    from poolprop.audit.rows import read_tables
    from poolprop.plan.parse import load

    record = trace(read_json(manifest, SCHEMA), read_tables(Path(load(config).data)), source)
    write_json(out / "lineage.json", record)
    for name, (columns, rows) in lineage_tables(record).items():
        write_csv(out / f"{name}.csv", columns, rows)


def seal(manifest: Path, files: Sequence[Path], out: Path) -> None:
    """Write the hashes of what came after the manifest, and one digest of everything."""
    from poolprop.audit.manifest import SCHEMA
    from poolprop.audit.manifest import seal as close
    from poolprop.audit.record import JOBS

    records = [path for path in JOBS.rglob("*.json") if path.stem != "seal"]
    write_json(out, close(read_json(manifest, SCHEMA), [manifest, *files, *records]))


def crate(
    config: Path, lineage: Path, manifest: Path, report: Path, out: Path, archive: Path
) -> None:
    """Pack data, workflow, results and the record of the run as an RO-Crate, folder and zip."""
    import shutil

    from poolprop.audit.crate import write_crate, write_zip
    from poolprop.audit.lineage import LINEAGE
    from poolprop.audit.manifest import SCHEMA
    from poolprop.installation import root, workflow_files
    from poolprop.plan.parse import load

    described, traced = read_json(manifest, SCHEMA), read_json(lineage, LINEAGE)
    ending = {
        "rule": "report",
        "inputs": [lineage.as_posix(), manifest.as_posix()],
        "outputs": [report.as_posix()],
    }
    review = load(config).review
    fresh = out.with_name(f".{out.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    write_crate(
        fresh,
        name=review.title,
        description=review.question,
        published=review.date or UNDATED,
        jobs={**traced["jobs"], "report": ending},
        inputs=[Path(entry["path"]) for entry in described["inputs"]],
        workflow=[(path, path.relative_to(root()).as_posix()) for path in workflow_files()],
        versions={"poolprop": described["version"], **described["versions"]},
    )
    shutil.rmtree(out, ignore_errors=True)
    fresh.replace(out)
    write_zip(out, archive)
