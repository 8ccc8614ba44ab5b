"""A difference for the terminal, for a pull request, and for the changelog of the evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from poolprop.audit.difference import Change, Difference, Move
from poolprop.audit.snapshot import Estimate
from poolprop.formats import count, counted

PARTS = {
    "studies": "Studies",
    "rows": "Rows",
    "decisions": "Decisions",
    "plan": "Plan",
    "versions": "Versions",
}
SIGNS = {"added": "+", "removed": "-", "changed": "~"}
SHORTEST = 60  # characters of a cell that are shown
MOST = 25  # changes of one kind that are listed


def as_text(found: Difference) -> str:
    """Return the difference as plain lines."""
    lines = [_heading(found), *names(found)]
    for name, title in PARTS.items():
        if changes := getattr(found, name):
            lines += ["", f"{title}: {_counted(changes)}", *_listed(changes, "  ")]
    main = [move for move in found.moves if move.main]
    if found.moves:
        lines += ["", f"Estimates: {_moved(found.moves)}; {len(main)} of them main results"]
        wide = max((len(move.id) for move in main), default=0)
        lines += [f"  {move.id:<{wide}}  {before_after(move)}" for move in main]
    lines += ["", *verdict(found)]
    return "\n".join(lines)


def as_markdown(found: Difference, level: int = 2) -> str:
    """Return the difference as Markdown with headings of a level."""
    mark = "#" * level
    lines = [f"{mark} {_heading(found)}", "", *names(found), *verdict(found)]
    main = [move for move in found.moves if move.main]
    if main:
        lines += ["", "| result | before | after | change |", "| --- | --- | --- | --- |"]
        lines += [
            f"| {_cell(move.label)} (`{move.id}`) | {shown(move.old)} | {shown(move.new)} "
            f"| {change(move)} |"
            for move in main
        ]
    if len(found.moves) > len(main):
        rest = [move for move in found.moves if not move.main]
        lines += ["", f"Other results: {_moved(rest)}."]
    for name, title in PARTS.items():
        if changes := getattr(found, name):
            lines += ["", f"**{title}**: {_counted(changes)}", "", *_listed(changes, "- ", "`")]
    return "\n".join(lines)


def shown(one: Estimate | None) -> str:
    """Return an estimate with its interval and number of rows."""
    if one is None:
        return "none"
    size = f", k = {count(one.k)}" if one.k is not None else ""
    limits = one.policy.interval(one.lower, one.upper, one.proportion, dash=" to ")
    return f"{one.policy.value(one.proportion, one.lower, one.upper)} ({limits}){size}"


def change(move: Move) -> str:
    """Return by how much an estimate moved, on its outcome's scale."""
    if move.old is None or move.new is None:
        return "new" if move.old is None else "gone"
    new, policy = move.new, move.new.policy
    moved = policy.difference(new.proportion - move.old.proportion, new.lower, new.upper)
    return f"{moved}{policy.points}"


def before_after(move: Move) -> str:
    """Return an estimate before and after in one line."""
    if move.old is None or move.new is None:
        return f"{change(move)}: {shown(move.new or move.old)}"
    return f"{shown(move.old)} -> {shown(move.new)}  {change(move)}"


def _heading(found: Difference) -> str:
    names = [one.name or "nothing" for one in (found.old, found.new)]
    digests = [one.digest[:12] or "none" for one in (found.old, found.new)]
    return f"Evidence {names[0]} ({digests[0]}) to {names[1]} ({digests[1]})"


def names(found: Difference) -> list[str]:
    """Return a line for each endpoint that has another name now."""
    return [
        f"Endpoint {old} is now called {new}; its results are compared under the new name."
        for old, new in found.renamed.items()
    ]


def _moved(moves: Sequence[Move]) -> str:
    """Say how many estimates moved, and how many stand in one of the runs only."""
    new, gone = (sum(getattr(move, end) is None for move in moves) for end in ("old", "new"))
    parts = [
        f"{len(moves) - new - gone} moved",
        f"{new} new" if new else "",
        f"{gone} gone" if gone else "",
    ]
    return ", ".join(filter(None, parts))


def verdict(found: Difference) -> list[str]:
    """Return the lines that say which conclusions changed, or that none can be compared."""
    if not (found.moves or found.renamed or any(getattr(found, name) for name in PARTS)):
        return ["Nothing changed."]
    main = [move for move in found.flips if move.main]
    if main:
        lines = [f"{counted(len(main), 'conclusion')} changed:"]
        return lines + [f"- {move.label} ({move.id}): {'; '.join(move.flips)}" for move in main]
    if not found.compared:
        return ["No conclusion can be compared: no main result stands in both runs."]
    alone = [move for move in found.moves if move.main and (move.old is None or move.new is None)]
    rest = f" ({_moved(alone).partition(', ')[2]}: not compared)" if alone else ""
    which = "the main result" if found.compared == 1 else f"the {found.compared} main results"
    return [
        f"No conclusion changed among {which} of both runs: no interval crossed a threshold{rest}."
    ]


def _counted(changes: Sequence[Change]) -> str:
    kinds = {kind: sum(one.kind == kind for one in changes) for kind in SIGNS}
    return ", ".join(f"{count} {kind}" for kind, count in kinds.items() if count)


def _listed(changes: Sequence[Change], before: str, quote: str = "") -> Iterator[str]:
    for one in changes[:MOST]:
        text = ", ".join(_field(one, *item) for item in one.fields.items())
        yield f"{before}{SIGNS[one.kind]} {quote}{one.id}{quote}  {text}".rstrip()
    if len(changes) > MOST:
        yield f"{before}and {len(changes) - MOST} more"


def _field(one: Change, name: str, pair: tuple[Any, Any]) -> str:
    label = f"{name} " if name else ""
    if one.kind == "changed":
        return f"{label}{_cell(pair[0])} -> {_cell(pair[1])}"
    return f"{label}{_cell(pair[1] if one.kind == 'added' else pair[0])}"


def _cell(value: Any) -> str:
    text = " ".join(str("none" if value is None else value).replace("|", "/").split())
    return text if len(text) <= SHORTEST else f"{text[: SHORTEST - 3]}..."


HEAD = """\
# Changelog of the evidence

What each version of the evidence changed, and what that did to the estimates. `poolprop diff OLD
--changelog` writes it; sections are by digest of the evidence, so a state is never told twice.
"""
SECTION = re.compile(r"^<!-- (\w+)\.\.(\w+) -->\n", re.MULTILINE)


def updated(before: str, found: Difference) -> str:
    """Return the changelog with this difference as its newest section.

    A section that starts from the same old state, or tells of the same new one, is replaced: the
    newest section grows until its state is released.
    """
    old, new = (one.digest[:12] or "none" for one in (found.old, found.new))
    sections = [
        (start, end, body) for start, end, body in _sections(before) if end != new and start != old
    ]
    sections.insert(0, (old, new, as_markdown(found).rstrip()))
    return HEAD + "".join(f"\n<!-- {start}..{end} -->\n{body}\n" for start, end, body in sections)


def _sections(text: str) -> list[tuple[str, str, str]]:
    marks = list(SECTION.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return [
        (mark.group(1), mark.group(2), text[mark.end() : end].strip("\n"))
        for mark, end in zip(marks, ends, strict=False)
    ]
