"""Certainty of the evidence: where the judgement starts."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from poolprop.settings.base import Block


class Certainty(Block):
    """GRADE for proportions of single groups; the judgements themselves are data."""

    start: Literal["high", "moderate", "low"] = Field(
        "high", description="Level before any domain is judged."
    )
