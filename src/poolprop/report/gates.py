"""From how many studies on a figure says anything: below, it is not drawn."""

from __future__ import annotations

from poolprop.report.values import Record

# Other models of two or three studies show only that the studies are too few.
MODELS = 4
# Each needs studies enough for a pattern: by year, by influence, by subset.
CUMULATIVE, BAUJAT, SUBSETS = 5, 8, 8
# So many studies are told one by one in one place, the forest plot; elsewhere their groups are.
MANY = 30
# More dots than this hide one another.
DOTS = 400
# Of longer lists so many rows are on the page; all of them are in the results' tables.
LISTED = 10


def dated(steps: list[Record]) -> bool:
    """Return whether enough studies state a year for an order in time."""
    return sum(one["year"] is not None for one in steps) >= CUMULATIVE


def most(rows: list[Record], key: str) -> list[Record]:
    """Return the rows that matter most by a number of theirs, in their own order."""
    if len(rows) <= LISTED:
        return rows
    largest = sorted(rows, key=lambda row: -abs(row[key] or 0.0))[:LISTED]
    return [row for row in rows if row in largest]


def thinned(dots: list[Record]) -> list[Record]:
    """Return every second, third ... dot, so that not too many are left."""
    return dots[:: -(-len(dots) // DOTS)] if dots else []


def studywise(levels: list[Record]) -> bool:
    """Return whether the studies of a factor's levels are worth a forest: several, not too many."""
    sizes = [int(level["k"]) for level in levels]
    return max(sizes) > 1 and sum(sizes) <= MANY
