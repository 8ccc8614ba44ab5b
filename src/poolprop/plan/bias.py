"""Levels of risk of bias: their order, sign, tone and words, for the tools in use and for others.

A sign means one thing: no two levels that a reader meets side by side share one, and words stand
beside it, so that the colour of a tone is never needed.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from poolprop.plan.blocks import Block

Tone = Literal["good", "near", "fair", "open", "between", "bad", "worst", "none"]


class Level(Block):
    """One judgement of a tool, as risk_of_bias.csv writes it."""

    code: str = Field(min_length=1, description="What the table writes, such as some_concerns.")
    label: str = Field(min_length=1, description="How the report calls it.")
    sign: str = Field(min_length=1, max_length=2, description="Beside the word, one or two signs.")
    tone: Tone = Field(description="Class of its colour, from good to worst; open: not known.")


def _level(code: str, sign: str, tone: Tone, label: str = "") -> Level:
    words = code.replace("_", " ")
    return Level(code=code, label=label or words[0].upper() + words[1:], sign=sign, tone=tone)


MINUS = "\N{MINUS SIGN}"
LOW = _level("low", "+", "good")
EXCEPT = _level(
    "low_except_confounding", "\N{PLUS-MINUS SIGN}", "near",
    "Low, except for concerns about uncontrolled confounding",
)  # fmt: skip
MODERATE = _level("moderate", "~", "fair")
CONCERNS = _level("some_concerns", "!", "between")
HIGH = _level("high", MINUS, "bad")
NO_INFORMATION = _level("no_information", "?", "open")
NOT_APPLICABLE = _level("not_applicable", "o", "none")

# Preset tools, the best judgement first. A table names its tool as it likes: the code decides.
TOOLS: dict[str, tuple[Level, ...]] = {
    "RoB 2": (LOW, CONCERNS, HIGH),
    "ROBINS-I V2": (
        LOW, EXCEPT, MODERATE, _level("serious", "!!", "bad"),
        _level("critical", "\N{MULTIPLICATION SIGN}", "worst"), NO_INFORMATION,
    ),
    "ROBINS-E": (
        LOW, EXCEPT, CONCERNS, HIGH,
        _level("very_high", "\N{MULTIPLICATION SIGN}", "worst"),
    ),
    "QUADAS-2": (LOW, HIGH, _level("unclear", "?", "open")),
    "JBI": (
        _level("yes", "+", "good"), _level("unclear", "?", "open"), _level("no", MINUS, "bad"),
        NOT_APPLICABLE, LOW, MODERATE, _level("moderate_to_high", "!", "between"), HIGH,
    ),
    "signalling questions": (
        _level("yes", "+", "good"), _level("probably_yes", "(+", "near", "Probably yes"),
        _level("probably_no", f"({MINUS}", "between", "Probably no"), _level("no", MINUS, "bad"),
        NO_INFORMATION, NOT_APPLICABLE,
    ),
}  # fmt: skip


# The best first; what is not known, and what does not apply, come last.
ORDER: tuple[Tone, ...] = ("good", "near", "fair", "between", "bad", "worst", "open", "none")


def known_levels(own: tuple[Level, ...] = ()) -> dict[str, Level]:
    """Return every level by its code, the best first; those of the plan win over ours."""
    found: dict[str, Level] = {level.code: level for level in own}
    for level in (level for tool in TOOLS.values() for level in tool):
        found.setdefault(level.code, level)
    return dict(sorted(found.items(), key=lambda one: ORDER.index(one[1].tone)))
