"""What an export starts from: data sets, pooled results and tidy tables of a finished run."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from poolprop.errors import ResultError
from poolprop.files import read_any_json, read_csv, read_json
from poolprop.spreadsheet import restored

Rows = list[dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table: its columns, which it has without rows too, and its rows."""

    columns: list[str]
    rows: Rows


def read_grid(path: Path) -> Grid:
    """Read a result table with its heading."""
    with path.open(newline="", encoding="utf-8") as handle:
        columns = next(csv.reader(handle), [])
    return Grid(columns=[restored(column) for column in columns], rows=read_csv(path))


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The results of a review.

    Attributes
    ----------
    folder : Path
        Where the results stand.
    data : dict
        ``data.csv`` by endpoint.
    pools : dict
        Record of ``pool.json`` by endpoint.
    groups : dict
        Record of ``subgroups.json`` by endpoint.
    tables : dict
        Tidy tables by name.
    sources : list of dict
        The documents, as in ``sources.csv``.
    certainty : dict
        Level of certainty by id of the assessment, as far as it was judged.
    figures : dict
        Static figures by their file's name.
    versions : dict
        Versions of poolprop and of what it ran on; empty where the run left no manifest.
    """

    folder: Path
    data: dict[str, Grid]
    pools: dict[str, dict[str, Any]]
    groups: dict[str, dict[str, Any]]
    tables: dict[str, Grid]
    sources: Rows
    certainty: dict[str, str]
    figures: dict[str, bytes]
    versions: dict[str, str]


def finished(folder: Path, endpoints: list[str], data: str) -> Finished:
    """Read the results below a review's folder.

    Raises ResultError if the workflow has not run there, or not to its end.
    """
    results = folder / "results"

    def records(name: str, schema: str) -> dict[str, dict[str, Any]]:
        return {key: read_json(results / "analysis" / key / name, schema) for key in endpoints}

    try:
        return Finished(
            folder=results,
            data={name: read_grid(results / "analysis" / name / "data.csv") for name in endpoints},
            pools=records("pool.json", "poolprop/pool/1"),
            groups=records("subgroups.json", "poolprop/subgroups/2"),
            tables={
                path.stem: read_grid(path) for path in sorted((results / "tables").glob("*.csv"))
            },
            sources=read_csv(folder / data / "sources.csv", as_is=True),
            certainty=_certainty(results / "certainty" / "certainty.json"),
            figures={
                path.name: path.read_bytes() for path in sorted((results / "figures").glob("*.*"))
            },
            versions=_versions(results / "audit" / "manifest.json"),
        )
    except (FileNotFoundError, NotADirectoryError):
        raise ResultError(
            "there are no results to export",
            where=results.as_posix(),
            hint="Build the report first: make report.",
        ) from None


def primary(rows: Rows) -> Rows:
    """Return the rows of the primary estimand."""
    return [row for row in rows if row["set"] == "primary"]


def _certainty(path: Path) -> dict[str, str]:
    found = read_any_json(path)["assessments"] if path.exists() else []
    return {one["id"]: one["level"] for one in found if one["judged"]}


def _versions(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    manifest = read_any_json(path)
    return {"poolprop": manifest["version"], **manifest["versions"]}
