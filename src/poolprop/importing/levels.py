"""The levels of a factor: what a sheet writes, and the terms that stand for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from poolprop.keys import keys, readable

AS_WRITTEN = "As the sheet has it: "  # begins the definition of a term that an import made
MANY = 200  # texts that are compared with each other
Rows = list[dict[str, str]]


def define(vocabulary: Rows, field: str, texts: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """Return the term of each text and notes for people, and add the terms that are new.

    A text finds its term by what an earlier import read, by the label, or by being a term that a
    person defined. No two texts of one sheet get one term, whatever the vocabulary calls it. New
    terms are appended to ``vocabulary``; an empty text has none. Notes say what is new, and what
    differs so little that it may be a slip of the pen.
    """
    rows = [row for row in vocabulary if row["field"] == field]
    wanted = list(dict.fromkeys(text for text in texts if text))
    terms = [row["term"] for row in rows]
    levels = keys(wanted, _given(rows, wanted), terms)
    new = {text: term for text, term in levels.items() if term not in terms}
    for order, (text, term) in enumerate(new.items(), start=len(rows) + 1):
        written = {"label": text, "definition": AS_WRITTEN + text, "order": str(order)}
        vocabulary.append({"field": field, "term": term} | written)
    said = [f"{text!r} ({term})" if term != text else repr(text) for text, term in new.items()]
    words = "is now a factor with the levels" if not rows else "has new levels:"
    notes = [f"{field!r} {words} {', '.join(said)}"] if new else []
    labels = {row["label"] for row in rows}
    return levels, [*notes, *alike(new, labels | levels.keys(), field)]


def _given(rows: Rows, wanted: list[str]) -> dict[str, str]:
    """Return the term of each text that has one: the surer reason first, each term once."""
    read: dict[str, str] = {}
    labels: dict[str, str] = {}
    terms: dict[str, str] = {}
    for row in rows:
        text, term = row.get("definition") or "", row["term"]
        if text.startswith(AS_WRITTEN):
            read.setdefault(text.removeprefix(AS_WRITTEN), term)
        else:
            labels.setdefault(row["label"], term)
            terms.setdefault(term, term)
    given: dict[str, str] = {}
    for reason in (read, labels, terms):
        for text in wanted:
            if text in reason and text not in given and reason[text] not in given.values():
                given[text] = reason[text]
    return given


def alike(new: Mapping[str, str], known: Iterable[str], noun: str) -> list[str]:
    """Say which new texts differ from others in capitals, blanks, dashes or by a slip only."""
    texts = [*(text for text in known if text not in new), *new]
    said = {text: readable(text).replace("_", "") for text in texts[:MANY]}
    return [
        f"{one!r} and {other!r} are two {noun}s; if they are one, write them alike"
        for place, other in enumerate(said)
        if other in new
        for one in list(said)[:place]
        if _slip(said[one], said[other])
    ]


def _slip(one: str, other: str) -> bool:
    """Tell whether two words are the same, or have two letters swapped or one left out inside.

    Nothing that differs in its first letters or in a digit is called a slip, for those may be
    opposites (typical and atypical, grade 1 and 2).
    """
    if not one or one[:2] != other[:2]:
        return one == other != ""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) == 1 and len(short) > 4:
        gone = (long[:i] + long[i + 1 :] for i in range(2, len(long)) if not long[i].isdigit())
        return short in gone
    return one == other or (
        len(one) > 4 and not re.search(r"[0-9]", one) and sorted(one) == sorted(other)
    )
