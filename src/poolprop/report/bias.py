"""Marks of risk of bias: a colour, a sign and a word that say the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from poolprop.report.formats import plain

# Answer -> class and sign; the sign and the word say the same as the colour.
LIGHTS = {
    "yes": ("good", "+"),
    "low": ("good", "+"),
    "no": ("bad", "\N{MINUS SIGN}"),
    "high": ("bad", "\N{MINUS SIGN}"),
    "unclear": ("open", "?"),
}
OVERALL = "overall"


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """One answer: colour class, sign and word."""

    colour: str
    sign: str
    word: str


def light(answer: str | None) -> Light | None:
    """Return the mark of an answer; None where nothing was assessed."""
    if not answer:
        return None
    colour, sign = LIGHTS.get(answer, ("between", "!"))
    return Light(colour=colour, sign=sign, word=plain(answer))


def legend(lights: Iterable[Light]) -> str:
    """Say what the signs among these marks mean; empty without marks."""
    words = {light.sign: light.word.lower() for light in lights}
    told = ", ".join(f"{sign} {word}" for sign, word in sorted(words.items(), reverse=True))
    return f"RoB, risk of bias overall: {told}." if told else ""


def overall(rows: Sequence[Mapping[str, str]]) -> dict[str, Light]:
    """Return the overall judgement of each study, by its label."""
    found = {
        row["study_label"]: light(row["adjudicated"]) for row in rows if row["item"] == OVERALL
    }
    return {label: mark for label, mark in found.items() if mark is not None}
