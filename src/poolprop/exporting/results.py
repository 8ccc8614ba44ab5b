"""What an export starts from: data sets, pooled results and tidy tables of a finished run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from poolprop.errors import ResultError
from poolprop.files import read_csv, read_json

Rows = list[dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The results of a review.

    Attributes
    ----------
    data : dict
        Rows of ``data.csv`` by endpoint.
    pools : dict
        Record of ``pool.json`` by endpoint.
    tables : dict
        Tidy tables by name.
    sources : list of dict
        The documents, as in ``sources.csv``.
    """

    data: dict[str, Rows]
    pools: dict[str, dict[str, Any]]
    tables: dict[str, Rows]
    sources: Rows


def finished(folder: Path, endpoints: list[str], data: str) -> Finished:
    """Read the results below a review's folder.

    Raises
    ------
    ResultError
        If the workflow has not run there, or not to its end.
    """
    results = folder / "results"
    try:
        return Finished(
            data={name: read_csv(results / "analysis" / name / "data.csv") for name in endpoints},
            pools={
                name: read_json(results / "analysis" / name / "pool.json", "poolprop/pool/1")
                for name in endpoints
            },
            tables={
                path.stem: read_csv(path) for path in sorted((results / "tables").glob("*.csv"))
            },
            sources=read_csv(folder / data / "sources.csv", as_is=True),
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
