"""How numbers and names are written: one place for decimals, dashes and signs."""

from __future__ import annotations

import math
from collections.abc import Callable

from poolprop.wording import fixed

MINUS, EN_DASH, MISSING = "\N{MINUS SIGN}", "\N{EN DASH}", "\N{EM DASH}"
THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"

# Below this, a p value is not worth more digits.
SMALLEST_P = 0.001


def is_missing(value: float | None) -> bool:
    """Return whether there is no number to write."""
    return value is None or not math.isfinite(value)


def number(value: float | None, digits: int = 2) -> str:
    """Write with fixed decimals and a true minus sign; an em dash if missing."""
    if value is None or not math.isfinite(value):
        return MISSING
    text = fixed(value, digits)
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def count(value: float | None) -> str:
    """Write a whole number, in groups of three digits from ten thousand on."""
    if value is None or not math.isfinite(value):
        return MISSING
    text = f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.0f}"
    return text.replace(",", THIN_SPACE).replace("-", MINUS)


def points(value: float | None, digits: int = 1) -> str:
    """Write a proportion as a percentage without its sign, for a table that names the unit."""
    return MISSING if value is None else number(100 * value, digits)


def percent(value: float | None, digits: int = 1) -> str:
    """Write a proportion as a percentage."""
    text = points(value, digits)
    return text if text == MISSING else f"{text}%"


def signed_points(value: float | None, digits: int = 1) -> str:
    """Write a difference of proportions in percentage points, always with a sign."""
    text = points(value, digits)
    positive = text != MISSING and not text.startswith(MINUS) and float(text) > 0
    return f"+{text}" if positive else text


def interval(lower: float | None, upper: float | None, digits: int = 1) -> str:
    """Write two proportions as a percentage range; an em dash if either is missing."""
    if is_missing(lower) or is_missing(upper):
        return MISSING
    return f"{points(lower, digits)}{EN_DASH}{points(upper, digits)}%"


def beside(label: str, detail: str) -> str:
    """Return what stands beside a name, such as the arm of a study; nothing if it says the same."""
    return "" if detail == label else detail


def level(value: float) -> str:
    """Write a confidence level with no more decimals than it has: 95%, 99.9%."""
    return f"{100 * value:.6g}%"


def p_value(value: float | None) -> str:
    """Write a p value: two decimals, three below 0.1, never smaller than ``< 0.001``."""
    if value is None or not math.isfinite(value):
        return MISSING
    if value < SMALLEST_P:
        return f"< {SMALLEST_P}"
    return f"{value:.3f}" if value < 0.1 else f"{value:.2f}"


def months(value: float | None) -> str:
    """Write a time in months with no more decimals than it has."""
    return MISSING if value is None or not math.isfinite(value) else f"{value:.6g}"


def equals_p(value: float | None) -> str:
    """Write a p value with its relation, to stand after the letter: ``= 0.27``."""
    text = p_value(value)
    return text if text.startswith(("<", MISSING)) else f"= {text}"


def chance(value: float | None) -> str:
    """Write a probability or a share in percent; 0 and 100 only where it is exactly that."""
    if value is None or not 0 < value < 1:
        return percent(value)
    return (
        f"< {percent(SMALLEST_P)}"
        if value < SMALLEST_P
        else (f"> {percent(1 - SMALLEST_P)}" if value > 1 - SMALLEST_P else percent(value))
    )


def plain(code: str) -> str:
    """Turn a code of the data into words: ``relapsed_refractory`` is Relapsed refractory."""
    words = code.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


# The formats a quoted number may name; a test applies the same function to the result file.
FORMATS: dict[str, Callable[[float | None], str]] = {
    "chance": chance,
    "count": count,
    "millionths": lambda value: number(value, 6),
    "equals-p": equals_p,
    "months": months,
    "number": number,
    "p": p_value,
    "percent": percent,
    "percent-whole": lambda value: percent(value, 0),
    "points": points,
    "signed-points": signed_points,
}
