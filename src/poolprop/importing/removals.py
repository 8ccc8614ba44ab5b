"""What an import takes out of the tables: the example of a new review, and what it replaces."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from poolprop.importing.levels import AS_WRITTEN
from poolprop.importing.records import Terms

EXAMPLE = "example2024"  # the rows that a new review begins with
EXAMPLE_LEVELS = ("An example of a factor:", "The other level of the example.")
Rows = list[dict[str, str]]


def without_example(tables: Mapping[str, Rows], factors: Collection[str]) -> list[str]:
    """Take out the rows that a new review begins with, and the example's levels; say so."""
    before = sum(map(len, tables.values()))
    for name in ("sources", "studies"):
        tables[name][:] = [row for row in tables[name] if row["source_id"] != EXAMPLE]
    tables["arms"][:] = [row for row in tables["arms"] if row["study_id"] != EXAMPLE]
    arms = {row["arm_id"] for row in tables["arms"]}
    mine = f"{EXAMPLE}-all"
    tables["outcomes"][:] = [
        row for row in tables["outcomes"] if row["arm_id"] != mine or mine in arms
    ]
    gone = before - sum(map(len, tables.values()))
    if gone:
        tables["vocabulary"][:] = [
            row
            for row in tables["vocabulary"]
            if row["field"] not in factors or not row["definition"].startswith(EXAMPLE_LEVELS)
        ]
    return [f"the {gone} example rows of the new review were removed"] if gone else []


def without_file(tables: Mapping[str, Rows], file: str, terms: Terms) -> int:
    """Take out what an earlier import of the same outcome took from a file; return how much."""
    before = len(tables["outcomes"])
    tables["outcomes"][:] = [
        row
        for row in tables["outcomes"]
        if not (_from(row["locator"], file) and row["outcome"] == terms.outcome)
    ]
    gone = before - len(tables["outcomes"])
    arms = {row["arm_id"] for row in tables["outcomes"]}
    tables["arms"][:] = [
        row for row in tables["arms"] if row["arm_id"] in arms or not _from(row["locator"], file)
    ]
    studies = {row["study_id"] for row in tables["arms"]}
    tables["studies"][:] = [
        row
        for row in tables["studies"]
        if row["study_id"] in studies or not _from(row["locator"], file)
    ]
    sources = {row["source_id"] for row in tables["studies"]}
    tables["sources"][:] = [
        row
        for row in tables["sources"]
        if row["source_id"] in sources or not _from(row["note"], f"Imported from {file}")
    ]
    return gone


def _from(locator: str, file: str) -> bool:
    return locator.startswith(f"{file}, ")


def without_unused_levels(tables: Mapping[str, Rows], factors: Collection[str]) -> None:
    """Take out levels that an import made and nothing uses any more."""
    used = {
        (name, row.get(name, ""))
        for table in ("studies", "arms", "outcomes")
        for row in tables[table]
        for name in factors
    }
    tables["vocabulary"][:] = [
        row
        for row in tables["vocabulary"]
        if row["field"] not in factors
        or (row["field"], row["term"]) in used
        or not (row["definition"] or "").startswith(AS_WRITTEN)
    ]
