"""What R found: the CSV that the script writes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

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
