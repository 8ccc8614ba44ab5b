"""Say what was understood of a sheet, so that a person can check it at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from poolprop.formats import Policy, policy_for
from poolprop.importing.entries import Entry
from poolprop.importing.understand import Understood
from poolprop.reading.headings import Heading
from poolprop.reading.sheet import Sheet
from poolprop.wording import counted

SHOWN = 40


def shown(sheet: Sheet, head: Heading, factors: Mapping[str, int], understood: Understood) -> str:
    """Return columns, studies and notes as text."""
    place = f"{sheet.file}, sheet {sheet.name}" if sheet.name else sheet.file
    lines = [f"{place}: heading in row {sheet.rows[head.last][0]}"]
    lines += [f"  {role:<9}<- {head.called(column)}" for role, column in head.roles.items()]
    lines += [f"  {name:<9}<- {head.called(column)} (factor)" for name, column in factors.items()]
    lines += [f"note: {note}" for note in understood.notes]
    lines += ["", *_table(understood.entries, list(factors))]
    return "\n".join(lines) + "\n"


def _table(entries: Sequence[Entry], factors: list[str]) -> list[str]:
    policy = _policy(entries)
    rows = [["row", "study", "events", "total", policy.unit.strip(), *factors]]
    for entry in entries[:SHOWN]:
        rows.append(
            [
                str(entry.row),
                entry.study[:40],
                "NR" if entry.events is None else str(entry.events),
                "NR" if entry.total is None else str(entry.total),
                _share(entry, policy),
                *(entry.factors[name][:20] for name in factors),
            ]
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows]  # fmt: skip
    more = len(entries) - SHOWN
    return [*text, f"... and {more} more"] if more > 0 else text


def _policy(entries: Sequence[Entry]) -> Policy:
    """Return the scale that the counts ask for; percent where the sheet has percentages."""
    known = [e for e in entries if e.events is not None and e.total]
    if not known or any(entry.percent is not None for entry in entries):
        return Policy()
    return policy_for((e.events or 0 for e in known), (e.total or 0 for e in known))


def _share(entry: Entry, policy: Policy) -> str:
    """Return what the sheet says, to be compared; what the counts give if it says nothing."""
    if entry.percent is not None:
        return f"{entry.percent.normalize():f}"
    if not entry.total or entry.events is None:
        return ""
    return policy.observed(entry.events, entry.total)


def problems_text(problems: Sequence[str]) -> str:
    """Return the faults, one line each, and that nothing was written."""
    return "\n".join(
        [*problems, f"Nothing was written: {counted(len(problems), 'fault')} to correct."]
    )
