"""What R found: the CSV that the script writes."""

from __future__ import annotations

import math
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from poolprop.errors import EstimationError
from poolprop.files import read_csv

SOFTWARE = "R"
NO_ANSWERS = "id,field,value\n"
PATIENCE = 1800.0
WHERE = "results/crosscheck/reproduce.R"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What R said."""

    values: Mapping[str, Mapping[str, float]]  # result id, then field, then number
    versions: Mapping[str, str]  # of R and its packages; empty where there is no R
    unanswered: tuple[str, ...]  # results that R could not fit


def read_answers(path: Path) -> Answers:
    """Read what the script wrote: columns ``id``, ``field`` and ``value``, no row without R."""
    values: dict[str, dict[str, float]] = {}
    versions: dict[str, str] = {}
    for row in read_csv(path):
        if row["field"] == "version":
            versions[row["id"]] = row["value"]
        else:
            values.setdefault(row["id"], {})[row["field"]] = float(row["value"])
    unanswered = [name for name, found in values.items() if math.isnan(found["proportion"])]
    for name in unanswered:
        del values[name]
    return Answers(values=values, versions=versions, unanswered=tuple(unanswered))


def run(script: str, patience: float = PATIENCE) -> str:
    """Return the CSV that the script prints within ``patience`` seconds.

    Raises EstimationError if R stops, or takes longer.
    """
    try:
        done = subprocess.run(
            ["Rscript", "--vanilla", "-"], input=script, stdout=subprocess.PIPE, encoding="utf-8",
            check=False, timeout=patience,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        problem = f"R has not finished within {patience:.0f} seconds"
        hint = "Run the script with Rscript, or leave R out: crosscheck: statsmodels."
        raise EstimationError(problem, where=WHERE, hint=hint) from None
    if done.returncode:
        raise EstimationError(
            f"R stopped with exit code {done.returncode}",
            where=WHERE,
            hint="Run the script with Rscript and read what it says, or leave R out: "
            "crosscheck: statsmodels.",
        )
    return done.stdout
