"""Tables of other things than proportions, named for what they are."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from poolprop.errors import DataError
from poolprop.reading.headings import LOOKED_AT, STUDIES, Heading, heading
from poolprop.reading.sheet import Sheet

WHERE = "docs/choosing.md, 'Not proportions?', says where to go."
PERSON_TIME = re.compile(
    r"\b(person|patient|woman|child|animal|device|catheter|bed)?[ _-]?"
    r"(years?|months?|weeks?|days?|time)[ _-]?(at risk|of follow[ _-]?up|exposed)\b"
    r"|\b(person|patient|woman|child|animal|device|catheter|bed)[ _-]?"
    r"(years?|months?|weeks?|days?|time)\b|\b(pyar|pyrs?|p[ _-]?y(rs)?)\b|\bexposure[ _-]time\b",
    re.IGNORECASE,
)
MEANS = re.compile(r"\b(mean|sd|std|standard deviation|mittelwert|moyenne)\b", re.IGNORECASE)
FOUR = frozenset({"tp", "fp", "fn", "tn"})


def find_heading(
    sheet: Sheet, wanted: Mapping[str, str], needed: Collection[frozenset[str]] = STUDIES
) -> Heading:
    """Find the heading of a sheet of studies; a sheet of another kind is named for what it is.

    ``needed`` are the roles of which a row must name all of one set. Raises DataError if there is
    none, with what the sheet seems to hold.
    """
    try:
        return heading(sheet, wanted, needed)
    except DataError:
        for row, cells in sheet.rows[:LOOKED_AT]:
            names = [cell for cell in cells if isinstance(cell, str)]
            if kind := other_kind(names, ()):
                raise DataError(kind.removesuffix("."), where=sheet.where(row)) from None
        raise


def other_kind(names: Sequence[str], roles: Collection[str], total: str = "") -> str:
    """Say what a table is that gives no counts of persons; empty if it may be proportions.

    ``roles`` are those found among the headings: ``events``, ``total``, ``percent``. ``total`` is
    the heading of the column taken for the total.
    """
    words = [re.sub(r"[^\w%]+|_", " ", name).strip().casefold() for name in names]
    if PERSON_TIME.search(total.replace("_", " ")):
        return _rates(total)
    if set(words) >= FOUR:
        return (
            "TP, FP, FN and TN are a table of a diagnostic test. Sensitivity is TP of TP+FN and "
            "specificity TN of TN+FP: make these two columns for one proportion, and see that the "
            f"two are correlated: {WHERE}"
        )
    if "total" not in roles:
        for name in names:
            if PERSON_TIME.search(name.replace("_", " ")):
                return _rates(name)
    if (
        "events" not in roles
        and "percent" not in roles
        and sum(bool(MEANS.search(word)) for word in words) > 1
    ):
        return f"means and standard deviations are no proportions: {WHERE}"
    return ""


def _rates(name: str) -> str:
    return (
        f"{name!r} is person-time: events over it are rates, not proportions. "
        f"Name the number of persons as the total if the sheet has it; for rates {WHERE}"
    )
