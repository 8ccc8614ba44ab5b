"""Reference values by data set and method, from the full set where it is at hand."""

from __future__ import annotations

import csv
import gzip
import math
import os
from collections import defaultdict
from functools import lru_cache
from pathlib import Path

HERE = Path(__file__).parent
SHARED = Path(os.environ.get("POOLPROP_SHARED", HERE.parents[2] / "shared"))
FULL = SHARED / "reference" / "public"

Counts = tuple[list[int], list[int]]


def rows(name: str):
    """Yield the rows of ``datasets`` or ``expected``."""
    full = FULL / f"{name}.csv"
    if full.is_file():
        with full.open(newline="", encoding="utf-8") as handle:
            yield from csv.DictReader(handle)
    else:
        with gzip.open(HERE / f"{name}.csv.gz", "rt", newline="", encoding="utf-8") as handle:
            yield from csv.DictReader(handle)


@lru_cache(maxsize=1)
def datasets() -> dict[str, Counts]:
    """Return events and totals of each data set."""
    found: dict[str, Counts] = defaultdict(lambda: ([], []))
    for row in rows("datasets"):
        events, total = found[row["dataset_id"]]
        events.append(int(row["events"]))
        total.append(int(row["total"]))
    return dict(found)


@lru_cache(maxsize=1)
def expected() -> dict[str, dict[str, dict[str, float]]]:
    """Return values by method, data set and quantity; NA is NaN."""
    found: dict[str, dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for row in rows("expected"):
        value = math.nan if row["value"] == "NA" else float(row["value"])
        found[row["method"]][row["dataset_id"]][row["quantity"]] = value
    return found


def usable(method: str):
    """Yield data set and values of a method where R gave an answer."""
    for name, values in expected()[method].items():
        if values.get("status", 1) == 1:
            yield name, values
