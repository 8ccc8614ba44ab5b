"""Rows that are the sum of other rows: found by arithmetic, whatever they are called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from poolprop.importing.entries import Entry

LABEL = re.compile(
    r"\b(sub-?totals?|totals?|sum|overall|pooled|all|combined|summary|summe|gesamt|insgesamt|"
    r"random|fixed|common|effects?|estimate|together|ensemble|totale?s?)\b",
    re.IGNORECASE,
)
SURE_FROM = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """A row that adds up rows before it.

    ``sure``: it can be no study, for it adds up three rows or more with events, or two and is
    called a sum.
    """

    entry: Entry
    parts: tuple[Entry, ...]
    sure: bool


def sums(entries: Sequence[Entry]) -> list[Sum]:
    """Find the rows whose events and total are the sums of a run of rows right before them.

    Sums that were found are no parts of later ones, so subtotals and the total below them are both
    found. Two rows whose counts happen to add up to a third's are not rare among small studies, nor
    are totals that add up where nobody had the event: such a row is ``sure`` only by its name.
    """
    found: list[Sum] = []
    rows: list[Entry] = []
    for entry in entries:
        if entry.events is None or entry.total is None:
            continue
        parts = _parts(entry, rows)
        if parts is None:
            rows.append(entry)
            continue
        called = bool(LABEL.search(entry.study))
        found.append(
            Sum(
                entry=entry,
                parts=parts,
                sure=called or (len(parts) >= SURE_FROM and entry.events > 0),
            )
        )
        if not found[-1].sure:
            rows.append(entry)
    return found


def _parts(entry: Entry, rows: Sequence[Entry]) -> tuple[Entry, ...] | None:
    events = total = 0
    for place in range(len(rows) - 1, -1, -1):
        events += rows[place].events or 0
        total += rows[place].total or 0
        if events > (entry.events or 0) or total > (entry.total or 0):
            return None
        several = len(rows) - place > 1
        if several and (events, total) == (entry.events, entry.total):
            return tuple(rows[place:])
    return None
