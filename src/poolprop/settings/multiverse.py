"""Which choices make the multiverse: the set of all defensible analyses."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from poolprop.settings.base import Block, Name

# The level of this choice that leaves every study in.
NOBODY = "none"
Interval = Literal["wald", "t", "hksj", "hksj-adhoc", "kr", "profile", "profile-ck", "small-lr"]


class LeftOut(Block):
    """Studies that one might leave out, by what they are or by name."""

    label: str = Field(min_length=1, description="The choice in words.")
    risk_of_bias: tuple[str, ...] = Field((), description="Overall judgements to leave out.")
    design: tuple[str, ...] = Field((), description="Designs to leave out.")
    publication_type: tuple[str, ...] = Field((), description="Kinds of publication.")
    studies: tuple[str, ...] = Field((), description="Studies by their id.")


class Multiverse(Block):
    """What is varied; every level of one choice meets every level of the others."""

    vary: tuple[
        Literal["outcome", "denominator", "timepoints", "cohorts", "record_types", "discrepancies"],
        ...,
    ] = Field(
        ("outcome", "denominator", "timepoints", "cohorts", "record_types", "discrepancies"),
        description="Choices of data; their levels are those of the endpoint's estimands.",
    )
    left_out: dict[Name, LeftOut] = Field(
        default_factory=dict, description="Sets of studies left out, one set at a time."
    )
    models: tuple[Literal["glmm", "two-step", "beta-binomial", "common"], ...] = Field(
        (), description="Empty: those of models.primary and models.comparisons."
    )
    measures: tuple[Literal["PR", "PLN", "PLO", "PAS", "PFT"], ...] = Field(
        (), description="Empty: theirs."
    )
    tau2: tuple[Literal["DL", "HE", "HS", "SJ", "ML", "REML", "EB", "PM"], ...] = Field(
        (), description="Empty: theirs."
    )
    ci: tuple[Interval, ...] = Field((), description="Empty: theirs.")
    min_studies: int = Field(2, ge=1, description="A data set with fewer cohorts is dropped.")

    @field_validator("left_out")
    @classmethod
    def _not_ours(cls, value: dict[str, LeftOut]) -> dict[str, LeftOut]:
        if NOBODY in value:
            raise ValueError(
                f"{NOBODY!r} is the choice to leave no study out; name the set otherwise"
            )
        return value
