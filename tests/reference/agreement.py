"""What is compared, how closely, and what is left out and why."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from compute import find
from rows import HERE, Dataset, Row, agrees

# Keys that R computes by seven quadrature nodes, or stops early: the exact fits of the same
# models are compared to 1e-6 under their own keys.
LOOSE = {
    r"glmm\|.*": "seven quadrature nodes",
    r"glmm_lme4tight\|ML": "numerical derivatives",
    r"metaprop\|PLOGIT\|GLMM": "seven quadrature nodes",
    r"sub\|PLOGIT\|GLMM\|.*": "seven quadrature nodes",
    r"reg\|\w+\|glmm\|ML\|z": "seven quadrature nodes",
    r"rma_default\|.*": "default control settings stop short of the solution",
}
LOOSE_TOLERANCE, LOOSE_FLOOR = 0.05, 1.0
# Quantities that describe R's own run, not the data.
NOT_OURS = {
    "status": "whether R gave an answer",
    "score": "what rounding left of R's equation",
    "grad.max": "what rounding left of R's gradient",
    "crosscheck.logLik": "R's check of itself",
    "crosscheck.mu": "R's check of itself",
}
NOT_GRADED = {
    (r"glmm\|(ML|EE)|reg\|\w+\|glmm\|ML\|z", "logLik"): "conditional deviance, as README says",
    (r"(glmm_exact|betabinom).*", "n.local.max"): "one in every data set; our search is multistart",
    (r"(rma|rma_default)\|\w+\|(EE|DL|HE|HS|SJ|EB|PM)", "logLik"): "not a likelihood method",
}


@dataclass(frozen=True)
class Difference:
    """A reference value that we do not reproduce."""

    row: Row
    ours: float | None

    def __str__(self) -> str:
        where = f"{self.row.dataset} {self.row.method} {self.row.quantity}"
        return f"{where}: {self.ours}, reference {self.row.value}"


def tolerance(method: str) -> tuple[float, float]:
    """Return relative tolerance and floor of a key."""
    if any(re.fullmatch(pattern, method) for pattern in LOOSE):
        return LOOSE_TOLERANCE, LOOSE_FLOOR
    return 1e-6, 1e-5


def graded(row: Row) -> bool:
    """Whether a value is to be compared at all; missing values of R are not."""
    if row.quantity in NOT_OURS or math.isnan(row.value):
        return False
    return not any(
        re.fullmatch(pattern, row.method) and row.quantity == quantity
        for pattern, quantity in NOT_GRADED
    )


def differences(data: Dataset, rows: list[Row]) -> Iterator[tuple[Row, Difference | None]]:
    """Yield each graded row of one key and data set, with the difference if there is one."""
    wanted = [row for row in rows if graded(row)]
    if not wanted:
        return
    function, groups = find(wanted[0].method)
    ours = function(data, *groups)
    relative, floor = tolerance(wanted[0].method)
    for row in wanted:
        value = ours.get(row.quantity)
        same = value is not None and agrees(float(value), row.value, relative, floor)
        yield row, None if same else Difference(row, value)


def exceptions() -> dict[tuple[str, str, str], str]:
    """Return the proofs of ``exceptions.csv`` by data set, key and quantity."""
    with (HERE / "exceptions.csv").open(newline="") as handle:
        return {
            (row["dataset_id"], row["method"], row["quantity"]): row["proof"]
            for row in csv.DictReader(handle)
        }


def source(full: Path) -> Path:
    """Return the folder of the full set, or that of the selection."""
    return full if (full / "expected.csv").is_file() else HERE
