"""The lineage as tidy tables, for spreadsheets: results, rows, and the files of jobs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Rows = list[dict[str, object]]
RESULTS = ("id", "file", "job", "method", "rows", "decisions", "members", "recompute")
ROWS = (
    "id", "table", "line", "sha256", "source", "locator", "events", "total", "record_type",
)  # fmt: skip
JOBS = ("job", "rule", "code", "kind", "path", "sha256")


def lineage_tables(record: Mapping[str, Any]) -> dict[str, tuple[tuple[str, ...], Rows]]:
    """Return columns and rows of ``results.csv``, ``rows.csv`` and ``jobs.csv`` by name."""
    results = [
        {**{name: entry.get(name) for name in RESULTS}, "id": key}
        | {name: ";".join(entry[name]) for name in ("rows", "decisions")}
        for key, entry in sorted(record["results"].items())
    ]
    rows = [
        {**{name: line.get(name) for name in ROWS}, "id": key}
        for key, line in sorted(record["rows"].items())
    ]
    return {
        "results": (RESULTS, results),
        "rows": (ROWS, rows),
        "jobs": (JOBS, list(_files(record["jobs"]))),
    }


def _files(jobs: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, object]]:
    for name, job in sorted(jobs.items()):
        for kind in ("inputs", "outputs"):
            for path, digest in sorted(job[kind].items()):
                yield {
                    "job": name, "rule": job["rule"], "code": job["code"], "kind": kind[:-1],
                    "path": path, "sha256": digest,
                }  # fmt: skip
