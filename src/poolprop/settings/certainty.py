"""Certainty of the evidence: where the judgement starts, and what imprecision is measured by."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from poolprop.settings.base import Block

Threshold = Annotated[float, Field(gt=0, lt=1)]


class Certainty(Block):
    """GRADE for proportions of single groups; the judgements themselves are data."""

    start: Literal["high", "moderate", "low"] = Field(
        "high", description="Level before any domain is judged."
    )
    thresholds: tuple[Threshold, ...] = Field(
        (0.3, 0.5, 0.8),
        description="Proportions between which a reader would decide differently.",
    )
