"""An item of a checklist, and a checklist."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item.

    Attributes
    ----------
    number : str
        As the checklist counts: ``13a``.
    part, asks : str
        Part of a report it belongs to, and what it asks for.
    sections : tuple of str
        Sections of the page that answer it, the best first; none if only people can.
    """

    number: str
    part: str
    asks: str
    sections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """A checklist: its key in ``review.statements``, its name, its source, its items."""

    key: str
    name: str
    source: str
    items: tuple[Item, ...]


def items(lines: Iterable[tuple[str, str, str, str]]) -> tuple[Item, ...]:
    """Return items from number, part, what is asked, and section ids joined by spaces."""
    return tuple(
        Item(number=number, part=part, asks=asks, sections=tuple(sections.split()))
        for number, part, asks, sections in lines
    )
