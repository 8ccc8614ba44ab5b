"""Find a result in a lineage, or what its writer may have meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from poolprop.errors import ResultError
from poolprop.hints import listed, nearest

Record = Mapping[str, Any]


def find(lineage: Record, identifier: str) -> Record | None:
    """Return the entry of a result id: its own, or that of the group it belongs to."""
    entries: Mapping[str, Record] = lineage["results"]
    return entries.get(identifier) or entries.get(f"{identifier.rpartition('/')[0]}/*")


def entry_of(lineage: Record, identifier: str) -> Record:
    """Return the entry of a result id; raises ResultError with the nearest ids if there is none."""
    found = find(lineage, identifier)
    if found is None:
        raise ResultError(
            f"there is no result {identifier!r}",
            where="results/audit/lineage.json",
            hint=_suggestion(identifier, list(lineage["results"])),
        )
    return found


def _suggestion(identifier: str, known: list[str]) -> str:
    inside = [key for key in known if identifier.strip("/") in key]
    if near := nearest(identifier, known):
        return f"Did you mean {near!r}?"
    if inside:
        return f"Ids that hold this are {listed(inside)}."
    return "results/audit/results.csv lists every id."
