"""Reference rows: where they lie, how they are read, and what counts as agreement."""

from __future__ import annotations

import csv
import gzip
import math
import os
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
SHARED = Path(os.environ.get("POOLPROP_SHARED", REPOSITORY.parent / "shared"))
PUBLIC = SHARED / "reference" / "public"

# Relative, on the larger of the value and a floor below which only rounding is left.
TOLERANCE, FLOOR = 1e-6, 1e-5


@dataclass(frozen=True)
class Dataset:
    """The studies of one data set, in R's order."""

    name: str
    x: np.ndarray
    n: np.ndarray
    group: list[str]
    moderator: np.ndarray

    @property
    def k(self) -> int:
        return self.x.size


@dataclass(frozen=True)
class Row:
    """One reference value."""

    dataset: str
    method: str
    quantity: str
    value: float
    note: str


@cache
def read_datasets(folder: Path) -> dict[str, Dataset]:
    rows = defaultdict(list)
    with open_table(folder, "datasets.csv") as handle:
        for row in csv.DictReader(handle):
            rows[row["dataset_id"]].append(row)
    return {name: _dataset(name, members) for name, members in rows.items()}


@cache
def read_expected(folder: Path) -> dict[tuple[str, str], list[Row]]:
    """Return rows by data set and method."""
    found = defaultdict(list)
    with open_table(folder, "expected.csv") as handle:
        for row in csv.DictReader(handle):
            key = row["dataset_id"], row["method"]
            value = float("nan") if row["value"] == "NA" else float(row["value"])
            found[key].append(Row(*key, row["quantity"], value, row.get("note", "")))
    return dict(found)


def agrees(ours: float, theirs: float, tolerance: float, floor: float = FLOOR) -> bool:
    if math.isinf(theirs) or math.isinf(ours):
        return ours == theirs
    return abs(ours - theirs) <= tolerance * max(abs(theirs), floor)


def _dataset(name: str, rows: list[dict[str, str]]) -> Dataset:
    def number(text: str) -> float:
        return float(text) if text not in ("", "NA") else float("nan")

    return Dataset(
        name=name,
        x=np.array([number(row["events"]) for row in rows]),
        n=np.array([number(row["total"]) for row in rows]),
        group=[row["subgroup"] for row in rows],
        moderator=np.array([number(row["moderator"]) for row in rows]),
    )


def open_table(folder: Path, name: str):
    """Open a table, compressed or not."""
    packed = folder / f"{name}.gz"
    if packed.exists():
        return gzip.open(packed, "rt", newline="")
    return (folder / name).open(newline="")
