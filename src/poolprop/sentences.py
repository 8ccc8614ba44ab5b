"""Sentences that people write and that quote results: figures are fields, filled when read.

``The share ranges from {lowest} to {highest}.`` stays true when the data move; so do counts of what
the tables hold: ``The review was given {documents} documents.``
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

FIELD = re.compile(r"\{([^{}]*)\}")
# What a sentence may quote of an assessment, and how it is written.
FACTS = {
    "k": "count", "studies": "count", "events": "count", "total": "count",
    "proportion": "percent", "lowest": "percent", "highest": "percent",
    "ci.lower": "percent", "ci.upper": "percent",
    "prediction.lower": "percent", "prediction.upper": "percent",
    "largest_share": "share", "retrospective": "count", "tau": "number", "i2": "share",
}  # fmt: skip
# What any sentence may quote: how many rows a table has.
COUNTED = ("documents", "studies", "arms")
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
BY_HAND = re.compile(
    rf"\b(\d+|{'|'.join(NUMBERS)}) (?:\w+ )?(documents?|studies|study|trials?|sources?|reports?)\b",
    re.IGNORECASE,
)


def pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield the text before each field and the field; the last field is empty."""
    end = 0
    for found in FIELD.finditer(text):
        yield text[end : found.start()], found[1]
        end = found.end()
    yield text[end:], ""


def unknown(text: str, known: Sequence[str]) -> list[str]:
    """Return the fields of a text that nothing fills."""
    return [name for _, name in pieces(text) if name and name not in known]


def filled(text: str, value: Callable[[str], str]) -> str:
    """Return a text with its fields filled."""
    return FIELD.sub(lambda found: value(found[1]), text)


def counted(sources: Sequence[Any], studies: Sequence[Any], arms: Sequence[Any]) -> dict[str, int]:
    """Return how many rows the tables have that sentences may count."""
    return dict(zip(COUNTED, (len(sources), len(studies), len(arms)), strict=True))


def with_counts(text: str, counts: Mapping[str, int]) -> str:
    """Return a text in which the counts of the tables stand; other braces are left alone."""
    return filled(text, lambda name: str(counts.get(name, f"{{{name}}}")))


def counted_by_hand(text: str) -> str:
    """Return the first words that count documents or studies by hand; empty if none do."""
    found = BY_HAND.search(text)
    return found[0] if found else ""
