"""Marks of risk of bias: a sign, a colour and a word that say the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from poolprop.plan.bias import Level, known_levels
from poolprop.report.formats import plain

OVERALL = "overall"


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """One judgement: its place among all levels, class of its colour, sign and word."""

    rank: int
    colour: str
    sign: str
    word: str


class Lights:
    """The marks of a review: the plan's own levels, those of known tools, and any other.

    A judgement that neither the plan nor a tool knows has its first letters for a sign, as many
    as tell it from the others.
    """

    def __init__(self, own: Sequence[Level], answers: Iterable[str]) -> None:
        known = known_levels(tuple(own))
        ranks = {code: rank for rank, code in enumerate(known)}
        self._marks = {
            code: Light(rank=ranks[code], colour=one.tone, sign=one.sign, word=one.label)
            for code, one in known.items()
        }
        taken = {mark.sign for mark in self._marks.values()}
        for answer in sorted({self.code(one) for one in answers if one} - set(known)):
            word = plain(answer)
            sign = next((word[:n] for n in range(1, len(word)) if word[:n] not in taken), word)
            taken.add(sign)
            self._marks[answer] = Light(rank=len(self._marks), colour="none", sign=sign, word=word)

    @staticmethod
    def code(answer: str) -> str:
        """Return an answer as the levels write it: ``Some concerns`` is some_concerns."""
        return re.sub(r"[\s-]+", "_", answer.strip().lower())

    def __call__(self, answer: str | None) -> Light | None:
        """Return the mark of an answer; None where nothing was assessed."""
        return self._marks[self.code(answer)] if answer else None


def legend(lights: Iterable[Light]) -> str:
    """Say what the signs among these marks mean, the best level first; empty without marks."""
    told = ", ".join(
        f"{light.sign} {light.word[0].lower()}{light.word[1:]}"
        for light in sorted(set(lights), key=lambda light: light.rank)
    )
    return f"RoB, risk of bias overall: {told}." if told else ""


def overall(
    lights: Lights, rows: Sequence[Mapping[str, str]], endpoint: str = ""
) -> dict[str, Light]:
    """Return the overall judgement of each study, by its label; that of an endpoint comes first."""
    found: dict[str, Light] = {}
    for item in (OVERALL, f"{OVERALL}_{endpoint}"):
        for row in rows:
            mark = lights(row["adjudicated"]) if row["item"] == item else None
            if mark is not None:
                found[row["study_label"]] = mark
    return found
