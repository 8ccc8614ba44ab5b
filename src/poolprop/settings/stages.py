"""The stages beside pooling: adverse events, two-arm comparisons, coverage; rules of tests."""

from __future__ import annotations

from pydantic import Field, field_validator

from poolprop.settings.base import Block, Name


class Safety(Block):
    """Adverse events: every term and grade that enough studies share is pooled."""

    prefix: str = Field(min_length=1, description="Outcome terms that begin so are events.")
    denominator: str = Field(description="The one denominator basis of these pools.")
    populations: tuple[str, ...] = Field(
        ("all",), min_length=1, description="In order of preference."
    )
    roles: tuple[str, ...] = Field(("regimen",), min_length=1, description="Roles of arms.")
    record_types: tuple[str, ...] = Field(
        ("reported", "derived", "back_calculated"),
        min_length=1,
        description="How the figure may have come about.",
    )
    min_studies: int = Field(2, ge=1, description="Below this the figures are tabulated only.")
    where: dict[Name, dict[Name, tuple[str, ...]]] = Field(
        default_factory=dict,
        description="By event: keep only these levels of a factor, or arms with any of these drug "
        "classes, where others cannot have the event.",
    )


class Schedules(Block):
    """Which figures of the parts of one regimen arm are compared with each other."""

    outcomes: tuple[str, ...] = Field(min_length=1, description="Terms of the vocabulary.")
    denominators: tuple[str, ...] = Field(
        min_length=1, description="Denominator bases; two figures compared have the same."
    )


class Comparisons(Block):
    """Which figures of two-arm studies are compared between their arms."""

    outcomes: tuple[str, ...] = Field(min_length=1, description="Terms of the vocabulary.")
    denominator: str = Field(description="The one denominator basis.")
    record_types: tuple[str, ...] = Field(
        ("reported", "derived", "back_calculated"),
        min_length=1,
        description="How the figures may have come about.",
    )
    schedules: Schedules | None = Field(
        None, description="Arms of the role `schedule` of one study compared with each other."
    )
    strata: dict[str, tuple[str, ...]] = Field(
        {}, description="Population -> the populations that make it up, to be compared with."
    )

    @field_validator("strata")
    @classmethod
    def _several_parts(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for whole, parts in value.items():
            if len(set(parts)) < 2 or len(set(parts)) < len(parts) or whole in parts:
                raise ValueError(f"{whole} is to be made up of two or more other populations")
        return value


class Rules(Block):
    """When a test may be shown, and how far an enumeration goes."""

    min_studies_per_level: int = Field(
        2, ge=1, description="A subgroup test needs this many studies in each of two levels."
    )
    bayesian_up_to: int = Field(
        2,
        ge=0,
        description="Of so many studies or fewer the Bayesian estimate and interval are shown; "
        "0: never.",
    )
    uninformative_width: float = Field(
        0.8, gt=0, le=1, description="An interval wider than this share of the scale says nothing."
    )
    permutation_studies: int = Field(
        12, ge=0, description="Up to this many studies a subgroup test's p value is by permutation."
    )
    min_studies_per_moderator: int = Field(
        10, ge=3, description="A meta-regression needs this many studies for each moderator."
    )
    min_studies_asymmetry: int = Field(
        10, ge=3, description="A test of funnel asymmetry needs this many studies."
    )
    gosh_exact_studies: int = Field(
        10, ge=2, le=12, description="Up to this many studies every subset is pooled by the GLMM."
    )
    gosh_subsets: int = Field(
        2000, ge=100, le=100_000, description="Beyond it, subsets pooled by the two-step model."
    )
    seed: int = Field(20260101, ge=0, description="Of samples of subsets and of permutations.")


class Certificate(Block):
    """The simulation that measures what the intervals cover for these very studies."""

    replicates: int = Field(500, ge=100, le=100_000, description="Data sets for each tau.")
    bootstrap: int = Field(
        300,
        ge=0,
        description="Data sets of each bootstrap of the companion interval; 0 leaves it out.",
    )
    seed: int = Field(20260101, ge=0, description="Of all random numbers.")
    taus: tuple[float, ...] = Field(
        (0.0, 0.5, 1.0),
        description="True heterogeneity on the logit scale, beside the estimate and the upper "
        "end of its credible interval.",
    )

    @field_validator("taus")
    @classmethod
    def _in_range(cls, taus: tuple[float, ...]) -> tuple[float, ...]:
        for tau in taus:
            if not 0 <= tau <= 5:
                raise ValueError(f"tau {tau} is not between 0 and 5")
        return taus
