"""What R found: the CSV that the script writes."""

from __future__ import annotations

import math
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from poolprop.errors import EstimationError
from poolprop.files import read_csv

SOFTWARE = "R"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What R said.

    Attributes
    ----------
    values : mapping
        Result id, then field, then number.
    versions : mapping of str to str
        Version of R and of its packages; empty where there is no R.
    unanswered : tuple of str
        Results that R could not fit.
    """

    values: Mapping[str, Mapping[str, float]]
    versions: Mapping[str, str]
    unanswered: tuple[str, ...]


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


def run(script: Path) -> str:
    """Return the CSV that the script prints; its header alone where R with metafor is not.

    Raises
    ------
    EstimationError
        If R stops.
    """
    if not is_here():
        print("R with the package metafor is not on this machine.", file=sys.stderr)
        return "id,field,value\n"
    with script.open() as source:
        done = subprocess.run(
            ["Rscript", "--vanilla", "-"], stdin=source, stdout=subprocess.PIPE, text=True,
            check=False,
        )  # fmt: skip
    if done.returncode:
        raise EstimationError(
            f"R stopped with exit code {done.returncode}",
            where=str(script),
            hint="Run the script with Rscript and read what it says.",
        )
    return done.stdout


def is_here() -> bool:
    """Tell whether this machine has R with the package metafor."""
    ask = "quit(status = !nzchar(system.file(package = 'metafor')))"
    found = shutil.which("Rscript")
    return bool(found) and not subprocess.run(["Rscript", "-e", ask], check=False).returncode
