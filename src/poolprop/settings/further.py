"""Models beside the pool: other laws, missing and nested outcomes, a next trial."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from poolprop.settings.base import Block, Name

Share = Annotated[float, Field(gt=0, lt=1)]
OddsRatio = Annotated[float, Field(ge=0.001, le=1000)]


class Laws(Block):
    """Laws of the random effects under which the primary estimand is pooled again."""

    fit: tuple[Literal["normal", "t", "skew-normal", "npml"], ...] = Field(
        ("normal", "t", "skew-normal", "npml"),
        description="Which ones; npml is any law at all. Empty: none.",
    )
    df: float = Field(4.0, gt=2, le=1000, description="Degrees of freedom of Student's t.")


class Missing(Block):
    """Patients without assessment: two estimands of which one counts all patients."""

    assessed: Name = Field("primary", description="The estimand that counts those assessed.")
    everyone: Name = Field(description="The one that counts all patients, these as no event.")
    imor: tuple[OddsRatio, ...] = Field(
        (0.25, 0.5, 1.0, 2.0, 4.0),
        description="Odds of the event among them over those of the others.",
    )
    sd: float = Field(
        1.0,
        ge=0,
        le=5,
        description="Of the log of that ratio over studies, in one more row; 0: no.",
    )


class Nested(Block):
    """Outcomes each within the one before, as one model of the primary estimand's patients."""

    stages: tuple[str, ...] = Field(
        min_length=2, max_length=4, description="Terms of the vocabulary, the widest first."
    )
    effects: tuple[Literal["separate", "shared"], ...] = Field(
        ("separate", "shared"), min_length=1, description="How studies differ: each a model."
    )

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        if len(set(self.stages)) < len(self.stages):
            raise ValueError("a stage is named twice")
        return self


class Rule(Block):
    """When a next trial is called a success: its exact interval lies beyond a proportion."""

    above: Share | None = Field(None, description="The whole interval lies above this.")
    below: Share | None = Field(None, description="Or below this.")
    level: float = Field(0.95, gt=0.5, lt=1, description="Level of that interval.")

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if (self.above is None) == (self.below is None):
            raise ValueError("give above or below, such as above: 0.5")
        return self


class NextTrial(Block):
    """For those who plan the next trial."""

    n: tuple[Annotated[int, Field(ge=1, le=500)], ...] = Field(
        min_length=1, description="Numbers of patients to look at."
    )
    rule: Rule = Field(description="What it has to show.")
    vague: float = Field(
        0.2, ge=0, lt=1, description="Share of the vague component of the robust prior."
    )
