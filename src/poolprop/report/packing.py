"""Write the facts behind the numbers in few characters: what recurs stands once.

``static/js/facts.js`` puts them together again, before any other script asks for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# What is told of a row of the evidence: texts, which many rows share, then numbers.
TEXTS = ("label", "arm", "locator", "record", "table", "sha256")
NUMBERS = ("events", "total", "line")


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


def pack(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same facts with every recurring text, file and list of fields once.

    Parameters
    ----------
    content : mapping
        ``rows`` (id, then facts), ``jobs`` (name, then facts with ``inputs`` and ``outputs``),
        ``results`` (id, then facts with ``values``), and lists, which stay as they are.
    """
    texts, files, fields = Pool(), Pool(), Pool()
    return {
        **content,
        "rows": {name: _row(row, texts) for name, row in content["rows"].items()},
        "jobs": {name: _job(job, files) for name, job in content["jobs"].items()},
        "results": {name: _result(one, fields) for name, one in content["results"].items()},
        "columns": [*TEXTS, *NUMBERS],
        "texts": texts.listed(),
        "hashes": files.listed(),
        "fields": fields.listed(),
    }


def _row(row: Mapping[str, Any], texts: Pool) -> list[Any]:
    told = [texts.place(row[name]) if name in row else None for name in TEXTS]
    told += [row.get(name) for name in NUMBERS]
    while told and told[-1] is None:
        told.pop()
    return told


def _job(job: Mapping[str, Any], files: Pool) -> dict[str, Any]:
    sides = {side: job.get(side) or {} for side in ("inputs", "outputs")}
    return {**job} | {
        side: [files.place(pair) for pair in held.items()] for side, held in sides.items()
    }


def _result(result: Mapping[str, Any], fields: Pool) -> dict[str, Any]:
    values = result["values"]
    return {**result, "fields": fields.place(tuple(values)), "values": list(values.values())}
