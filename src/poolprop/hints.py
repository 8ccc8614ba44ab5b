"""What a writer may have meant: a slip of the pen is named, another meaning never proposed.

``Ph-negative`` is near ``Ph-positive`` by its letters and the opposite of it; who follows such a
hint turns a study round. So a term is proposed only where one word differs by a slip inside it:
signs, numbers, the first letter and the number of words are the same, and no prefix turns the
meaning round.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

# Prefixes of one first letter of which one turns the other round; others differ in their first
# letter, which no hint changes.
OPPOSED = (
    ("hypo", "hyper"), ("macro", "micro"), ("intra", "inter"), ("intra", "infra"), ("endo", "exo"),
    ("endo", "ecto"), ("en", "ex"), ("ab", "ad"), ("ante", "anti"),
    ("pre", "post", "peri", "per", "pro"), ("sub", "super", "supra", "sur"), ("homo", "hetero"),
    ("mono", "multi"), ("max", "min"), ("major", "minor"), ("maj", "min"), ("para", "peri"),
    ("dys", "dis", "de", "di"), ("in", "im", "il"), ("un", "under", "uni"), ("with", "without"),
    ("tri", "tetra"), ("retro", "re"), ("trans", "tri"),
)  # fmt: skip
SIGNS = re.compile(r"\d+|[^\w\s./_-]|-(?![^\W\d_])")
WORDS = re.compile(r"[^\W\d_]+")
# A slip of one letter in a word this long, of two in a longer one, of two changed places in any.
ONE, TWO, SWAPPED = 4, 10, 3
MOST = 500  # terms that are looked at
LISTED = 12  # terms that a sentence lists


def nearest(value: str, known: Iterable[str]) -> str | None:
    """Return the term that differs from a value by a slip, if there is one.

    Examples
    --------
    >>> nearest("hosptial", ["hospital", "community"])
    'hospital'
    >>> nearest("Ph-positive", ["Ph-negative"]) is nearest("HIV+", ["HIV-"]) is None
    True
    """
    found = [(slips, term) for term in list(known)[:MOST] if (slips := _slips(value[:80], term))]
    return min(found)[1] if found else None


def did_you_mean(value: str, known: Collection[str], otherwise: str = "") -> str:
    """Return the sentence that helps on: the term of a slip, or what to do, or what there is."""
    near = nearest(value, known)
    if near is not None:
        return f"Did you mean {near!r}?"
    return otherwise or (f"Known are {listed(known)}." if known else "Remove it.")


def listed(terms: Collection[str]) -> str:
    """Return the first terms, and how many more there are."""
    shown = list(terms)[:LISTED]
    more = len(terms) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _slips(value: str, term: str) -> int:
    """Return by how many letters two texts differ if it may be a slip; 0 if it may not.

    Case and dividers alone count as one.
    """
    if value == term or SIGNS.findall(value) != SIGNS.findall(term):
        return 0
    ours, theirs = (WORDS.findall(text.casefold()) for text in (value, term))
    if "".join(ours) == "".join(theirs):
        return 1
    differ = [pair for pair in zip(ours, theirs, strict=False) if pair[0] != pair[1]]
    if len(ours) != len(theirs) or len(differ) != 1:
        return 0
    return _slip(*differ[0])


def _slip(one: str, two: str) -> int:
    if one[0] != two[0] or _opposed(one, two):
        return 0
    shorter = min(len(one), len(two))
    slips = distance(one, two)
    swapped = sorted(one) == sorted(two)
    allowed = 2 if shorter >= TWO else 1 if shorter >= (SWAPPED if swapped else ONE) else 0
    return slips if slips <= allowed else 0


def _opposed(one: str, two: str) -> bool:
    for group in OPPOSED:
        heads = [
            max((p for p in group if word.startswith(p)), key=len, default="")
            for word in (one, two)
        ]
        if heads[0] != heads[1] and all(heads):
            return True
    return False


def distance(one: str, two: str) -> int:
    """Return how many letters are changed, left out, put in or swapped with their neighbour.

    References
    ----------
    Damerau FJ (1964). A technique for computer detection and correction of spelling errors.
    Communications of the ACM 7(3):171-176. (The optimal string alignment.)
    """
    before: list[int] = []
    last = list(range(len(two) + 1))
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, other in enumerate(two, start=1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == two[j - 2] and one[i - 2] == other:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before, last = last, row
    return last[-1]
