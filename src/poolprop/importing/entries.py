"""What one row of a sheet says, and what is wrong with the rows that say nothing clear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from poolprop.errors import Fault
from poolprop.wording import counted

SHOWN = 3  # faults of one kind that get a line each


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of figures.

    Attributes
    ----------
    row : int
        Its number in the file.
    study : str
        As the sheet names it.
    events, total : int or None
        Counts; None where the sheet has none, or none that is clear.
    percent : Decimal or None
        As printed, from 0 to 100.
    lower, upper : Decimal or None
        Limits of the 95 % interval printed beside the percentage.
    derivation : str
        How the count came about; empty if the sheet has it.
    lost : str
        Why the row has no count; empty if it has one.
    note : str
        The cell as it stands, where something was taken off or made of it.
    year, doi : str
        Of the publication, or empty.
    factors : mapping of str to str
        Levels by factor, as the sheet writes them.
    """

    row: int
    study: str
    events: int | None
    total: int | None
    percent: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    derivation: str = ""
    lost: str = ""
    note: str = ""
    year: str = ""
    doi: str = ""
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
