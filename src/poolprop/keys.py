"""The only maker of keys: from the texts of a sheet to names that tables and plans can hold.

Two different texts never get one key. What tells texts apart is said in words where a reader would
say it (``HIV+`` is ``hiv_pos``, ``<18`` is ``lt_18``); where two readable keys would still be the
same, the later one is numbered. The text itself is kept beside the key, as its label, and finds
its key again by it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping

LONGEST = 60
SIGNS = {
    "<=": "le", ">=": "ge", "\N{LESS-THAN OR EQUAL TO}": "le", "\N{GREATER-THAN OR EQUAL TO}": "ge",
    "\N{LESS-THAN OR SLANTED EQUAL TO}": "le", "\N{GREATER-THAN OR SLANTED EQUAL TO}": "ge",
    "<": "lt", ">": "gt", "=": "eq", "\N{NOT EQUAL TO}": "ne", "%": "pct", "&": "and", "~": "about",
    "\N{ALMOST EQUAL TO}": "about", "\N{PLUS-MINUS SIGN}": "plus_minus", "*": "star", "?": "query",
    "\N{MICRO SIGN}": "mu", "\N{DEGREE SIGN}": "deg", "\N{MULTIPLICATION SIGN}": "x", "@": "at",
    "#": "no", "!": "not", "\N{PER MILLE SIGN}": "per_mille", "$": "usd", "\N{EURO SIGN}": "eur",
    "\N{DAGGER}": "dagger", "\N{SECTION SIGN}": "section", "\N{INFINITY}": "infinite",
    "\N{FEMALE SIGN}": "female", "\N{MALE SIGN}": "male",
}  # fmt: skip
SIGN = re.compile("|".join(map(re.escape, sorted(SIGNS, key=len, reverse=True))))
DASHES = (
    "-\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}"
    "\N{FULLWIDTH HYPHEN-MINUS}"
)
PLUSES = "+\N{FULLWIDTH PLUS SIGN}"
CYRILLIC = dict(
    zip("абвгдеёзийклмнопрстуфцыэ", "abvgdeeziyklmnoprstufcye", strict=True),
    ж="zh", х="kh", ч="ch", ш="sh", щ="shch", ъ="", ь="", ю="yu", я="ya",
)  # fmt: skip


def readable(text: str, joint: str = "_") -> str:
    """Say a text in lower-case letters and digits of ASCII, words joined by ``joint``.

    Signs become words: ``+`` and ``-`` are ``pos`` and ``neg`` after a word, ``plus`` and ``minus``
    around figures, comparisons ``lt``, ``le``, ``gt``, ``ge``. Letters of other scripts become what
    Unicode calls them, or their code point. Two texts may be said alike: `keys` tells them apart.

    Examples
    --------
    >>> readable("HIV+"), readable("HIV-"), readable("<18 years"), readable("-5"), readable("65+")
    ('hiv_pos', 'hiv_neg', 'lt_18_years', 'minus_5', '65_plus')
    >>> readable("Bjørn 2012", "-"), readable("中国")
    ('bjorn-2012', 'u4e2du56fd')
    """
    said = _dashes_and_pluses(text)
    said = SIGN.sub(lambda found: f" {SIGNS[found.group()]} ", said)
    ascii_ = "".join(_letter(mark) for mark in said)
    parts = re.findall(r"[a-z0-9]+", ascii_.casefold())
    return joint.join(parts)[:LONGEST].rstrip(joint)


def _dashes_and_pluses(text: str) -> str:
    """Say what a dash or a plus means by what stands around it."""

    def word(found: re.Match[str]) -> str:
        before = text[: found.start()][-1:]
        after = text[found.end() :][:1]
        plus = found.group() in PLUSES
        if after.isalnum() and (before.isalnum() or not after.isdigit()):
            return " plus " if plus else " "  # A+B, A-B, 18-64
        if after.isdigit():
            return " plus " if plus else " minus "
        if before.isdigit():
            return " plus " if plus else " minus "
        if before.isspace() and after.isspace():
            return " plus " if plus else " "
        return " pos " if plus else " neg "

    return re.sub(f"[{re.escape(DASHES + PLUSES)}]", word, text)


def _letter(mark: str) -> str:
    if mark.isascii():
        return mark
    if mark.casefold() in CYRILLIC:
        return CYRILLIC[mark.casefold()]
    plain = unicodedata.normalize("NFKD", mark.casefold())
    plain = (
        f" {plain} ".replace("\N{FRACTION SLASH}", " ") if "\N{FRACTION SLASH}" in plain else plain
    )
    plain = plain.encode("ascii", "ignore").decode()
    if any(one.isalnum() for one in plain):
        return plain
    if not mark.isalnum():
        return " " if unicodedata.category(mark)[0] in "PZSC" else ""
    name = unicodedata.name(mark, "")
    for before in (" LETTER ", " SYLLABLE ", " LIGATURE "):
        if before in name:
            return re.split(" WITH | SIGN", name.split(before, 1)[1])[0].split(" ")[-1].casefold()
    return f"u{ord(mark):x}"


def keys(
    texts: Iterable[str],
    given: Mapping[str, str],
    taken: Collection[str] = (),
    *,
    joint: str = "_",
    noun: str = "level",
) -> dict[str, str]:
    """Give each text a key of its own; texts are compared character by character.

    ``given`` holds the keys that texts have already, ``taken`` further keys that may not be given;
    ``joint`` stands between the words of a key (``_`` or ``-``), ``noun`` is the key if nothing of
    the text can be said. New keys differ from each other, from ``taken`` and from those of
    ``given``, also where capitals do not count.
    """
    used = {key.casefold() for key in (*given.values(), *taken)}
    found: dict[str, str] = {}
    for text in dict.fromkeys(texts):
        found[text] = given[text] if text in given else _free(text, used, joint, noun)
        used.add(found[text].casefold())
    return found


def _free(text: str, used: Collection[str], joint: str, noun: str) -> str:
    base = readable(text, joint) or noun
    key, number = base, 1
    while key in used:
        number += 1
        key = f"{base}{joint}{number}"
    return key
