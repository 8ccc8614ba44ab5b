"""Results that an earlier run made and this one does not: endpoints renamed, stages taken out.

What a job wrote stands in its record, so that nothing that a person put there is touched.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from poolprop.audit.record import JOBS, RUNS
from poolprop.files import read_any_json

RESULTS = Path("results")
# Made after the manifest, or by a target of its own.
APART = ("audit", "crate", "crate.zip", "report.html", "atlas")


def sweep(outputs: Collection[str]) -> list[str]:
    """Remove what records say was made below ``results/`` and no job of this run makes.

    Parameters
    ----------
    outputs : collection of str
        Every file that this run makes before its manifest.

    Returns
    -------
    list of str
        The files that are gone now.
    """
    wanted, swept = set(outputs), []
    for path in sorted(JOBS.rglob("*.json")):
        made = [name for name in read_any_json(path).get("writes", ()) if _is_result(name)]
        old = [name for name in made if name not in wanted]
        for name in old:
            Path(name).unlink(missing_ok=True)
            swept.append(name)
        if old and len(old) == len(made):  # the job is none of this run
            path.unlink()
            (RUNS / path.relative_to(JOBS)).unlink(missing_ok=True)
    for folder in {Path(name).parent for name in swept}:
        with suppress(OSError):  # not empty
            folder.rmdir()
    return swept


def _is_result(name: str) -> bool:
    parts = Path(name).parts
    inside = len(parts) > 1 and parts[0] == RESULTS.name and ".." not in parts
    return inside and parts[1] not in APART
