"""How wide a text will be, and where to break it: for labels in SVG, which cannot wrap.

Widths are estimates for common sans-serif fonts, on the safe side by a few per cent, so a
label that fits here fits on the page.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from itertools import pairwise

ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"

# Widths in em of characters that differ much from the common 0.58.
WIDTHS = {
    **dict.fromkeys("ijl.,:;'|!I()[]ft` /", 0.36),
    **dict.fromkeys('r-"*', 0.43),
    **dict.fromkeys("mwMW@%", 1.0),
    **dict.fromkeys("+<>=~", 0.84),
    **dict.fromkeys("ABCDEFGHJKLNOPQRSTUVXYZ&", 0.72),
}
COMMON, WIDE, BOLD = 0.58, 1.0, 1.11


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return about how wide a text is, in the units of its font size."""
    ems = sum(_em(character) for character in text)
    return ems * size * (BOLD if bold else 1.0)


def _em(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return WIDE
    return WIDTHS.get(character, COMMON)


def every_nth(places: Sequence[float], texts: Sequence[str], size: float, gap: float) -> int:
    """Return 1 where texts in the middle of places have room beside one another, 2, 3 ...

    for as few of them as have: every second, every third.
    """
    halves = [text_width(text, size) / 2 for text in texts]

    def apart(n: int) -> bool:
        ends = list(zip(places[::n], halves[::n], strict=True))
        return all(b - a >= half + other + gap for (a, half), (b, other) in pairwise(ends))

    return next((n for n in range(1, len(places)) if apart(n)), max(1, len(places)))


def wrap(
    text: str, width: float, size: float, *, lines: int = 2, bold: bool = False
) -> tuple[str, ...]:
    """Break a text into lines that fit a width.

    ``width``, ``size``: room and font size, in the same units. ``lines``: the most lines to use;
    what does not fit is replaced by an ellipsis. At least one line; ``("",)`` for an empty text.
    """

    def fits(line: str) -> bool:
        return text_width(line, size, bold=bold) <= width

    broken: list[str] = []
    line = ""
    for word in text.split():
        trial = f"{line} {word}" if line else word
        if fits(trial):
            line = trial
            continue
        if line:
            broken.append(line)
        *pieces, line = _chop(word, fits)
        broken += pieces
    broken.append(line)
    if len(broken) <= lines:
        return tuple(broken)
    last = broken[lines - 1]
    while last and not fits(last + ELLIPSIS):
        last = last[:-1]
    return (*broken[: lines - 1], last.rstrip() + ELLIPSIS)


def _chop(word: str, fits: Callable[[str], bool]) -> list[str]:
    """Cut a word that is longer than a line."""
    pieces = [""]
    for character in word:
        if pieces[-1] and not fits(pieces[-1] + character):
            pieces.append("")
        pieces[-1] += character
    return pieces
