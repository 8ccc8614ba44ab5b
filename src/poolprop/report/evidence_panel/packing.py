"""Write the facts behind the numbers in few characters: what recurs stands once.

``static/js/facts.js`` puts them together again, before any other script asks for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# What is told of a row of the evidence: texts, which many rows share, then numbers.
TEXTS = ("label", "arm", "locator", "record", "table", "sha256")
NUMBERS = ("events", "total", "line")
# What is told of a result: facts kept elsewhere, by position; the rarest last.
ABOUT = ("file", "job", "method", "rows", "decisions", "call", "command")


class Pool:
    """Distinct things in the order in which they came, each known by its position."""

    def __init__(self) -> None:
        self.places: dict[Any, int] = {}

    def place(self, thing: Any) -> int:
        """Return the position of a thing; a new one takes the next."""
        return self.places.setdefault(thing, len(self.places))

    def listed(self) -> list[Any]:
        """Return all things by position."""
        return list(self.places)


def places(numbers: Mapping[str, Mapping[str, Any]]) -> dict[tuple[str, str], int]:
    """Return the place of each number among all, which is all that an element says of it.

    ``numbers``: result, then number (:attr:`poolprop.report.values.Value.key`), in the order of
    the page.
    """
    every = ((ref, told) for ref, held in numbers.items() for told in held)
    return {one: place for place, one in enumerate(every)}


def pack(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same facts with every recurring text, file and list of fields once.

    ``content``: ``rows`` (id, then facts), ``jobs`` (name, then facts with ``inputs`` and
    ``outputs``), ``results`` (id, then facts with ``values``), and lists, which stay as they are.
    """
    texts, files, names, fields = Pool(), Pool(), Pool(), Pool()
    results, before = [], ""
    for name, one in content["results"].items():
        told = fields.place(tuple(names.place(field) for field in one["values"]))
        facts = [one.get(about) for about in ABOUT]
        results.append(_short([*_after(before, name), told, [*one["values"].values()], *facts]))
        before = name
    return {
        **content,
        "rows": {name: _row(row, texts) for name, row in content["rows"].items()},
        "jobs": {name: _job(job, files) for name, job in content["jobs"].items()},
        "results": results,
        "columns": [*TEXTS, *NUMBERS],
        "about": ABOUT,
        "texts": texts.listed(),
        "hashes": files.listed(),
        "names": names.listed(),
        "fields": fields.listed(),
    }


def _after(before: str, name: str) -> tuple[int, str]:
    """Return how many letters a name has in common with the one before it, and its others."""
    shared = in_common(before, name)
    return shared, name[shared:]


def in_common(one: str, other: str) -> int:
    """Return with how many letters in common two texts begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))


def _short(told: list[Any]) -> list[Any]:
    """Return a list without what is missing at its end."""
    while told and told[-1] is None:
        told.pop()
    return told


def _row(row: Mapping[str, Any], texts: Pool) -> list[Any]:
    told = [texts.place(row[name]) if name in row else None for name in TEXTS]
    return _short(told + [row.get(name) for name in NUMBERS])


def _job(job: Mapping[str, Any], files: Pool) -> dict[str, Any]:
    sides = {side: job.get(side) or {} for side in ("inputs", "outputs")}
    return {**job} | {
        side: [files.place(pair) for pair in held.items()] for side, held in sides.items()
    }
