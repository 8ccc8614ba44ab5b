"""What one row of a sheet says, and what is wrong with the rows that say nothing clear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from poolprop.errors import Fault
from poolprop.formats import counted

SHOWN = 3  # faults of one kind that get a line each


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of figures; empty or None is what the sheet does not say."""

    row: int  # its number in the file
    study: str  # as the sheet names it
    events: int | None  # None where the sheet has none, or none that is clear
    total: int | None
    percent: Decimal | None = None  # as printed, from 0 to 100
    lower: Decimal | None = None  # limits of the 95 % interval printed beside the percentage
    upper: Decimal | None = None
    derivation: str = ""  # how the count came about; empty if the sheet has it
    lost: str = ""  # why the row has no count; empty if it has one
    note: str = ""  # the cell as it stands, where something was taken off or made of it
    year: str = ""  # of the publication
    doi: str = ""
    # Levels by factor, as the sheet writes them.
    factors: Mapping[str, str] = field(default_factory=dict)


def fault_lines(faults: Sequence[Fault]) -> tuple[str, ...]:
    """Return faults as lines, those of one column and one remedy together where they are many."""
    groups: dict[tuple[str, str], list[Fault]] = {}
    for fault in sorted(faults, key=lambda fault: fault.row):
        groups.setdefault((fault.column, fault.hint), []).append(fault)
    lines = []
    for group in groups.values():
        several = len(group) > SHOWN
        note = f" ({counted(len(group), 'row')}: {rows_text(group)})" if several else ""
        lines += [fault.line(note) for fault in (group[:1] if several else group)]
    return tuple(lines)


def rows_text(rows: Sequence[Entry | Fault], most: int = 8) -> str:
    """Name rows by their numbers, the first few of many."""
    named = ", ".join(str(one.row) for one in rows[:most])
    return named + (" ..." if len(rows) > most else "")
