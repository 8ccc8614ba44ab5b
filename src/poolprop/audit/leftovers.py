"""Results that an earlier run made and this one does not: endpoints renamed, stages taken out.

What a job wrote stands in its record, so that nothing that a person put there is touched.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from poolprop.audit.lineage import LATER
from poolprop.audit.record import JOBS, RUNS
from poolprop.files import read_any_json

RESULTS = Path("results")
# Made after the manifest, or by a target of its own.
APART = ("audit", "crate", "crate.zip", "report.html", "atlas")
# Their records are of an earlier run when this one sweeps: a first build has none, and reads none.
NOT_YET = ("manifest", *LATER)


def sweep(outputs: Collection[str]) -> list[str]:
    """Remove what records say was made below ``results/`` and no job of this run makes; return it.

    ``outputs`` is every file that this run makes before its manifest.
    """
    wanted, swept = set(outputs), []
    for path in sorted(JOBS.rglob("*.json")):
        if path.parent == JOBS and path.stem in NOT_YET:
            continue
        run = RUNS / path.relative_to(JOBS)
        made = _results(path, "writes")
        old = [name for name in (*made, *_results(run, "earlier")) if name not in wanted]
        for name in old:
            if Path(name).is_file():
                Path(name).unlink()
                swept.append(name)
        if made and not wanted & set(made):  # the job is none of this run
            path.unlink()
            run.unlink(missing_ok=True)
    for folder in {Path(name).parent for name in swept}:
        with suppress(OSError):  # not empty
            folder.rmdir()
    return swept


def _results(record: Path, key: str) -> list[str]:
    """Return the results that a record lists; none if there is no record."""
    listed = read_any_json(record).get(key, ()) if record.is_file() else ()
    return [name for name in listed if _is_result(name)]


def _is_result(name: str) -> bool:
    parts = Path(name).parts
    inside = len(parts) > 1 and parts[0] == RESULTS.name and ".." not in parts
    return inside and parts[1] not in APART
