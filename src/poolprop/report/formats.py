"""How the page writes what it quotes: each format's name, and codes as words.

The rules of numbers are those of :mod:`poolprop.formats`; nothing is rounded here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from poolprop.formats import (
    EN_DASH,
    MINUS,
    MISSING,
    PERCENT,
    Number,
    Policy,
    count,
    level,
    missing,
    number,
    p_value,
    ratio,
    share,
)

__all__ = [
    "EN_DASH", "FORMATS", "MINUS", "MISSING", "PERCENT", "Around", "Policy", "beside", "count",
    "equals_p", "level", "months", "number", "p_value", "plain", "ratio", "share",
]  # fmt: skip

# Shares of simulated reviews: their Monte-Carlo error allows one decimal.
SIMULATED = Policy(digits=1)


@dataclass(frozen=True, slots=True)
class Around:
    """What decides how a quoted number is written: its outcome's policy, and its interval.

    ``estimate`` is what a limit belongs to.
    """

    policy: Policy = PERCENT
    lower: Number = None
    upper: Number = None
    estimate: Number = None


def beside(label: str, detail: str) -> str:
    """Return what stands beside a name, such as the arm of a study; nothing if it says the same."""
    return "" if detail == label else detail


def months(value: Number) -> str:
    """Write a time in months with no more decimals than it has."""
    return MISSING if value is None or not math.isfinite(value) else f"{value:.6g}"


def equals_p(value: Number) -> str:
    """Write a p value with its relation, to stand after the letter: ``= 0.27``."""
    text = p_value(value)
    return text if text[0] in f"<>{MISSING}" else f"= {text}"


def plain(code: str) -> str:
    """Turn a code of the data into words: ``relapsed_refractory`` is Relapsed refractory."""
    words = code.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def points(value: Number, around: Around) -> str:
    """Write a proportion on its outcome's scale, without the unit."""
    return around.policy.number(value, around.lower, around.upper, around.estimate)


def proportion(value: Number, around: Around) -> str:
    """Write a proportion on its outcome's scale, with the unit."""
    text = points(value, around)
    return text if text == MISSING else f"{text}{around.policy.unit}"


def stated(value: Number, around: Around) -> str:
    """Write a proportion that the plan states, such as a threshold, with the decimals it has."""
    return MISSING if value is None or missing(value) else around.policy.stated(value)


def of_all(value: Number, _: Around) -> str:
    """Write a share of analyses or of patients: ``all`` and ``none`` where it is exactly that."""
    return {0.0: "none", 1.0: "all"}.get(-1.0 if value is None else value) or share(value)


# The formats a quoted number may name; a test applies the same function to the result file.
FORMATS: dict[str, Callable[[Number, Around], str]] = {
    "count": lambda value, _: count(value),
    "equals-p": lambda value, _: equals_p(value),
    "months": lambda value, _: months(value),
    "number": lambda value, _: number(value),
    "p": lambda value, _: p_value(value),
    "percent": proportion,
    "points": points,
    "ratio": lambda value, around: ratio(value, around.lower, around.upper),
    "share": lambda value, _: share(value),
    "signed-points": lambda value, around: around.policy.difference(
        value, around.lower, around.upper
    ),
    "simulated": lambda value, _: SIMULATED.number(value),
    "simulated-share": lambda value, _: SIMULATED.value(value),
    "stated": stated,
    "stated-points": lambda value, around: (
        MISSING if value is None else around.policy.ticks([value])[0]
    ),
    "of-all": of_all,
    "frequency": lambda value, around: (
        MISSING if value is None else around.policy.frequency(value, around.lower, around.upper)
    ),
}
