"""One rule for the characters that a text may hold: tables, plan and imports alike.

What passes can stand in XML, HTML, a workbook and an R script, and shows in the order in which it
is stored. Refused are the control characters but tab and line ends, half characters (surrogates),
the code points that Unicode reserves as no characters (U+FFFE, U+FFFF, U+FDD0 to U+FDEF and the
last two of each plane), and the marks that turn the direction of what follows them (U+202A to
U+202E, U+2066 to U+2069): XML 1.0 section 2.2; Unicode 16 section 23.7; Unicode TR 36 section 2.9.
"""

from __future__ import annotations

import re
import unicodedata

_LAST_OF_PLANES = "".join(chr(plane + low) for plane in range(0, 0x110000, 0x10000)
                          for low in (0xFFFE, 0xFFFF))  # fmt: skip
ODD = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    "\u202a-\u202e\u2066-\u2069" + _LAST_OF_PLANES + "]"
)
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def odd_character(text: str) -> tuple[int, str] | None:
    """Return the place, from 0, and name of the first character that no text may hold, if any."""
    found = ODD.search(text)
    return (found.start(), named(found[0])) if found else None


def named(mark: str) -> str:
    """Return how messages call a character that cannot be shown, such as ``U+001B (control)``."""
    if mark in TURNING:
        kind = "turns the direction of the text"
    elif unicodedata.category(mark) == "Cc":
        kind = "a control character"
    elif unicodedata.category(mark) == "Cs":
        kind = "half a character"
    else:
        kind = "no character"
    return f"U+{ord(mark):04X}, {kind}"
