"""Every result id of a result file, whatever its kind, with the rows the result rests on.

A result is an object whose ``id`` holds a slash. What rows it rests on is read from what stands in
it and around it, so that a new kind of result needs no line here: its own ``rows``, else the
rows that its studies (or itself) name, else those of the object it lies in. Where none of these
says, the rows are those of the pooled result that the id continues (``certainty/cr_cri`` that of
``pool/cr_cri/primary``) or, at last, of everything the job read.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

Record = Mapping[str, Any]
METHOD = ("model", "measure", "link", "tau2_method", "ci_method", "level", "seed")
KEPT = ("method", "parameters", "decision")
NOT_USED = ("excluded", "alternatives")  # what stands there did not enter


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A result of a file."""

    id: str
    rows: tuple[str, ...]  # ids of the rows it rests on; empty where the file does not say
    method: str  # as the result states it
    parameters: Mapping[str, Any]  # what the estimate depends on: model, measure, level, seed
    decision: str  # the discrepancy that it is about, or nothing
    reference: str = ""
    without: tuple[str, ...] = ()


def results(record: Record, known: Container[str]) -> dict[str, Found]:
    """Return the results of a file by id, in its order; ``known`` are ids of rows of the tables.

    An id that occurs twice (an estimand and its primary result) is one result; what the second
    knows completes the first.
    """
    found: dict[str, Found] = {}
    for node, rows in _nodes(record, (), known):
        one = _found(node, rows)
        found[one.id] = _joined(found[one.id], one) if one.id in found else one
    for vary in _variations(record):
        own = found[vary.id]
        found[vary.id] = replace(vary, **{n: getattr(own, n) for n in KEPT})
    return found


def _nodes(
    node: Any, around: tuple[str, ...], known: Container[str]
) -> Iterator[tuple[Record, tuple[str, ...]]]:
    """Yield each result with its rows, parents first."""
    if isinstance(node, Mapping):
        is_result = isinstance(node.get("id"), str) and "/" in node["id"]
        holds_studies = is_result or "studies" in node
        own = tuple(dict.fromkeys(_rows(node, known))) if holds_studies else ()
        if is_result and not own:
            own = tuple(part for part in (node["id"].rpartition("/")[2],) if part in known)
        rows = own or around
        if is_result:
            yield node, rows
        for key, child in node.items():
            if key not in NOT_USED:
                yield from _nodes(child, rows, known)
    elif isinstance(node, list):
        for child in node:
            yield from _nodes(child, around, known)


def _rows(node: Any, known: Container[str]) -> Iterator[str]:
    """Yield the row ids that stand in an object, below any key that names an id or rows."""
    if isinstance(node, list):
        for child in node:
            yield from _rows(child, known)
    elif isinstance(node, Mapping):
        for key, value in node.items():
            if key in NOT_USED:
                continue
            if isinstance(value, str) and key.endswith("_id") and value in known:
                yield value
            elif key == "rows" or key.endswith("_ids"):
                listed = value if isinstance(value, list) else []
                yield from (v for v in listed if isinstance(v, str) and v in known)
            else:
                yield from _rows(value, known)


def _found(node: Record, rows: tuple[str, ...]) -> Found:
    inner = node.get("result")
    stated: Record = inner if isinstance(inner, Mapping) else node
    parameters = {name: stated[name] for name in METHOD if stated.get(name) is not None}
    return Found(
        id=str(node["id"]),
        rows=rows,
        method=str(stated.get("method") or ""),
        parameters=parameters,
        decision=str(node.get("discrepancy_id") or ""),
    )


def _joined(first: Found, second: Found) -> Found:
    return replace(
        first,
        rows=first.rows or second.rows,
        method=first.method or second.method,
        parameters=first.parameters or second.parameters,
    )


def _variations(record: Record) -> Iterator[Found]:
    """Yield what varies another result: the rows it names are those that differ from it."""
    added: tuple[str, ...] = ()
    base = _base(record)
    blank = Found(id="", rows=(), method="", parameters={}, decision="")
    for entry in record.get("leave_one_out", ()):
        out = entry.get("outcome_ids") or [entry["outcome_id"]]
        yield replace(blank, id=entry["id"], reference=base, without=tuple(out))
    for entry in record.get("cumulative", ()):
        added = (*added, entry["outcome_id"])
        yield replace(blank, id=entry["id"], rows=added)
    diagnostics = record.get("diagnostics")
    for entry in diagnostics["studies"] if isinstance(diagnostics, Mapping) else ():
        yield replace(blank, id=entry["id"], reference=base)
    for entry in record.get("effects", ()):
        yield replace(
            blank,
            id=entry["id"],
            reference=entry["reference"],
            without=tuple(change["outcome_id"] for change in entry["changes"]),
            rows=tuple(change["alternative_id"] for change in entry["changes"]),
        )


def _base(record: Record) -> str:
    """Return the result that the entries of an influence file leave studies out of."""
    endpoint = record.get("endpoint")
    name = endpoint["id"] if isinstance(endpoint, Mapping) else ""
    return str(record.get("reference") or f"pool/{name}/{record.get('estimand', 'primary')}")
