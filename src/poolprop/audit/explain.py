"""A number's way back, as a tree of text: result, method, rows, decisions, job, command."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from poolprop.audit.lineage import entry_of
from poolprop.audit.scales import policy_for_id
from poolprop.files import read_any_json
from poolprop.formats import part

Record = Mapping[str, Any]
BRANCHES = {"utf": ("├─ ", "└─ ", "│  "), "ascii": ("|- ", "`- ", "|  ")}
RESULTS = Path("results")
SHORT = 12  # digits of a hash that a person compares


@dataclass(frozen=True, slots=True)
class Node:
    """A line of the tree, and the lines below it."""

    text: str
    below: tuple[Node, ...] = ()


def explained(lineage: Record, identifier: str) -> dict[str, Any]:
    """Return everything that a lineage knows of a result, for programs.

    Raises ResultError if there is no such result (the nearest ids are named), or its file is gone.
    """
    entry = dict(entry_of(lineage, identifier))
    rows = {key: lineage["rows"][key] for key in entry["rows"]}
    sources = {row["source"] for row in rows.values()}
    return {
        "id": identifier,
        **entry,
        "recompute": f"poolprop verify --recompute {identifier}",
        "result": _record(read_any_json(Path(entry["file"])), identifier),
        "rows": rows,
        "sources": {key: lineage["sources"][key] for key in sorted(sources)},
        "job": {"job": entry["job"], **lineage["jobs"][entry["job"]]},
    }


def tree(found: Record, decisions: Mapping[str, Record]) -> Node:
    """Return the tree of what :func:`explained` returned; ``decisions`` are discrepancies by id."""
    job = found["job"]
    below = [
        Node(f"estimate  {_estimate(found['result'], found['id'])}"),
        Node(f"method    {found['method'] or 'stated in the file'}"),
        Node(f"file      {found['file']}"),
        Node(f"rows      {len(found['rows'])}", tuple(_rows(found))),
    ]
    if found["decisions"]:
        settled = tuple(
            Node(f"{key}  {decisions.get(key, {}).get('decision', '')}".rstrip())
            for key in found["decisions"]
        )
        below.append(Node(f"decisions {len(settled)} on contradictions of these sources", settled))
    files = [*_hashed("reads", job["inputs"]), *_hashed("wrote", job["outputs"])]
    below.append(Node(f"job       {job['job']} (code {job['code']})", tuple(files)))
    below.append(Node(f"log       {job['log']}"))
    below.append(Node(f"again     {found['recompute']}"))
    return Node(found["id"], tuple(below))


def drawn(root: Node, width: int = 0, encoding: str = "") -> str:
    """Return a tree as lines that fit the terminal and its character set, or those given."""
    encoding = encoding or sys.stdout.encoding or "ascii"
    branches = BRANCHES["utf" if encoding.lower().startswith("utf") else "ascii"]
    width = max(width or shutil.get_terminal_size().columns, 40)
    lines = [root.text, *_lines(root.below, "", branches, width)]
    return "\n".join(lines).encode(encoding, "replace").decode(encoding)


def _lines(
    nodes: Sequence[Node], before: str, branches: tuple[str, str, str], width: int
) -> Iterator[str]:
    inner, last, through = branches
    for node in nodes:
        ends = node is nodes[-1]
        follow = before + (" " * len(through) if ends else through)
        hang = through if node.below else " " * len(through)
        yield from textwrap.wrap(
            node.text,
            width,
            initial_indent=before + (last if ends else inner),
            subsequent_indent=f"{follow}{hang}",
            break_long_words=False,
            break_on_hyphens=False,
        )
        yield from _lines(node.below, follow, branches, width)


def _estimate(result: Record, identifier: str) -> str:
    """Return the number as the page writes it, and every digit of it as the file has it."""
    inner = result.get("result") if isinstance(result.get("result"), Mapping) else result
    stated: Record = inner or {}
    if "proportion" not in stated or stated["proportion"] is None:
        return "none; see the file"
    policy, share, ci = policy_for_id(RESULTS, identifier), stated["proportion"], stated.get("ci")
    lower, upper = (ci["lower"], ci["upper"]) if ci else (None, None)
    text = policy.value(share, lower, upper)
    if ci:
        text += f" (interval {policy.interval(lower, upper, share, dash=' to ')})"
    if {"events", "total"} <= stated.keys():
        counted = stated["events"] is not None
        text += f", {part(stated['events'], stated['total'])}" if counted else ", without counts,"
        text += f" in {stated['k']} rows" if "k" in stated else ""
    return f"{text}; unrounded {share!r}"


def _rows(found: Record) -> Iterator[Node]:
    for key, row in found["rows"].items():
        counted = row["events"] is not None and row["total"]
        figure = f"{row['events']}/{row['total']}" if counted else f"{row.get('value') or '?'}"
        source = found["sources"][row["source"]]
        yield Node(
            f"{key}  {figure}  {row['table']} line {row['line']}, sha256 {row['sha256'][:SHORT]}",
            (
                Node(f"{row['source']}: {row['locator']}"),
                Node(f"document {source['file_name']}, sha256 {source['sha256'][:SHORT]}"),
            ),
        )


def _hashed(word: str, files: Mapping[str, str]) -> Iterator[Node]:
    for path, value in files.items():
        yield Node(f"{word} {path}, sha256 {value[:SHORT]}")


def _record(node: Any, identifier: str) -> Record:
    """Return the object of a result file that has the id; the one that holds an estimate first."""
    found = list(_with_id(node, identifier))
    return next((one for one in found if "proportion" in one), found[0] if found else {})


def _with_id(node: Any, identifier: str) -> Iterator[Record]:
    if isinstance(node, dict):
        if node.get("id") == identifier:
            yield node
        for child in node.values():
            yield from _with_id(child, identifier)
    elif isinstance(node, list):
        for child in node:
            yield from _with_id(child, identifier)
