"""Each row of the curated tables: where it stands, what it says, and its own hash.

The hash is that of the line as it stands in the file, so that ``sed -n 4p data/outcomes.csv |
sha256sum`` gives it too.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Table = dict[str, "Line"]
# Tables whose rows results are made from; their first column is the row's id.
# With the columns that hold their figures: another of such a name is a factor.
COUNTS, VALUE = ("events", "total"), ("value", "unit")
ROW_TABLES = {"outcomes": COUNTS, "survival": VALUE, "continuous": VALUE, "benchmarks": COUNTS}
SOURCE_FACTS = ("title", "citation", "doi", "licence", "file_name", "sha256")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row, its line number and the hash of its text."""

    number: int
    sha256: str
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The tables that lead from a row to its source."""

    rows: dict[str, tuple[str, Line]]  # table and line by row id, over ROW_TABLES
    decisions: dict[str, list[str]]  # ids of discrepancies by each row id they name
    owner: dict[str, str]  # source id by arm id, study id and discrepancy id
    sources: Table  # rows of sources.csv by id


def read_tables(folder: Path) -> Tables:
    """Read the tables of a review that stand in the data folder."""
    rows = {
        key: (f"{folder.as_posix()}/{name}.csv", line)
        for name in ROW_TABLES
        for key, line in read_lines(folder / f"{name}.csv").items()
    }
    studies = {k: v.cells["source_id"] for k, v in read_lines(folder / "studies.csv").items()}
    arms = {
        key: studies[line.cells["study_id"]]
        for key, line in read_lines(folder / "arms.csv").items()
    }
    decisions: dict[str, list[str]] = {}
    for key, line in read_lines(folder / "discrepancies.csv").items():
        for row in _named(line.cells):
            decisions.setdefault(row, []).append(key)
    return Tables(
        rows=rows,
        decisions=decisions,
        owner={**studies, **arms},
        sources=read_lines(folder / "sources.csv"),
    )


def read_lines(path: Path) -> Table:
    """Return the rows of a table by their first column; none if there is no such file."""
    if not path.is_file():
        return {}
    text = path.read_bytes().decode("utf-8-sig")
    numbered = _records(text)
    columns = next(numbered, (1, "", []))[2]
    return {
        cells[0]: Line(
            number=number,
            sha256=hashlib.sha256(raw.encode()).hexdigest(),
            cells=dict(zip(columns, cells, strict=False)),
        )
        for number, raw, cells in numbered
        if cells
    }


def _records(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """Yield line number, text and cells of each record; a quoted cell may hold line ends."""
    lines = io.StringIO(text, newline="").readlines()
    reader = csv.reader(iter(lines))
    start = 0
    for cells in reader:
        yield start + 1, "".join(lines[start : reader.line_num]), cells
        start = reader.line_num


def described(tables: Tables, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the ``rows`` of the lineage: place, hash, source, locator and figures of each."""
    return {key: _row(tables, *tables.rows[key]) for key in sorted(set(keys))}


def sources(tables: Tables, used: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the ``sources`` of the lineage: what identifies each document."""
    return {
        key: {
            **{name: tables.sources[key].cells.get(name, "") for name in SOURCE_FACTS},
            "line": str(tables.sources[key].number),
        }
        for key in sorted(set(used))
        if key in tables.sources
    }


def _row(tables: Tables, table: str, line: Line) -> dict[str, Any]:
    cells = line.cells
    facts = ROW_TABLES[Path(table).stem]
    figures = {name: _figure(cells[name]) for name in facts if name in cells}
    percent = cells.get("percent_reported", "")
    if "events" in figures and figures["events"] is None and percent not in ("", "NR"):
        figures["value"] = f"{percent}%"  # an estimate without a count
    owner = cells.get("source_id") or cells.get("arm_id") or cells.get("study_id", "")
    return {
        "table": table,
        "line": line.number,
        "sha256": line.sha256,
        "source": tables.owner.get(owner, owner),
        "arm": cells.get("arm_id", ""),
        "locator": cells.get("locator", ""),
        "record_type": cells.get("record_type", ""),
        "derivation": cells.get("derivation", ""),
        "derived_from": [part for part in cells.get("derived_from", "").split(";") if part],
        "events": None,
        "total": None,
        **figures,
    }


def _figure(cell: str) -> int | str | None:
    if cell.isdigit():
        return int(cell)
    return None if cell in ("", "NR") else cell


def _named(cells: Mapping[str, str]) -> Iterator[str]:
    for column in ("outcome_ids", "alternative_outcome_ids"):
        yield from filter(None, cells.get(column, "").split(";"))
