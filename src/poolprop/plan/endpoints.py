"""Which rows are pooled: endpoints, their estimands and subgroups."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from poolprop.formats import MOST_DIGITS
from poolprop.plan.blocks import Block, Name
from poolprop.plan.models import Missing, Nested, NextTrial


class Selection(Block):
    """Which row of each arm an analysis uses."""

    outcome: str = Field(description="Term of the vocabulary's field 'outcome'.")
    instead: tuple[str, ...] = Field(
        (),
        description="Outcomes of which a figure of the kind `proxy` stands in where an arm does "
        "not report the outcome itself: bounds, for a sensitivity analysis.",
    )
    denominator: str = Field(description="The one denominator basis of this pool.")
    timepoints: tuple[str, ...] = Field(min_length=1, description="In order of preference.")
    populations: tuple[str, ...] = Field(
        ("all",), min_length=1, description="In order of preference."
    )
    roles: tuple[str, ...] = Field(("regimen",), min_length=1, description="Roles of arms.")
    record_types: tuple[str, ...] = Field(
        ("reported", "derived", "harmonised", "back_calculated"),
        min_length=1,
        description="How the figure may have come about.",
    )
    not_reported: tuple[Literal["denominator", "timepoint"], ...] = Field(
        (), description="Figures of which these are NR are taken for what is asked for."
    )
    without_counts: Literal["exclude", "two-step"] = Field(
        "exclude",
        description="Proportions without counts but with a standard error, an interval or an "
        "effective size: left out, or pooled in two steps with the others.",
    )
    grades: tuple[str, ...] = Field((), description="Grades of adverse events; empty: any row.")
    where: dict[Name, tuple[str, ...]] = Field(
        default_factory=dict,
        description="Keep only these levels of a factor, or arms with any of these drug classes.",
    )
    without: tuple[str, ...] = Field((), description="Studies or arms left out, by their id.")


class Estimand(Selection):
    """One question asked of one endpoint."""

    label: str = Field(min_length=1, description="Name in tables and figures.")
    description: str = Field("", description="One sentence for the methods section.")


class Subgroup(Block):
    """Levels of one factor, each pooled on its own."""

    label: str = Field(min_length=1, description="Name in tables and figures.")
    estimand: str = Field("primary", description="The estimand that is split.")
    populations: tuple[str, ...] = Field((), description="Instead of the estimand's.")
    record_types: tuple[str, ...] = Field((), description="Instead of the estimand's.")
    roles: tuple[str, ...] = Field((), description="Instead of the estimand's.")
    denominator: str = Field("", description="Instead of the estimand's.")
    timepoints: tuple[str, ...] = Field((), description="Instead of the estimand's.")
    levels: tuple[str, ...] = Field((), description="Only these, in this order; all if empty.")


class Moderator(Block):
    """One meta-regression of the primary estimand: on a number, or on several and on factors."""

    label: str = Field(min_length=1, description="Name in tables and figures, with its unit.")
    column: str = Field(
        "",
        description="`year` of publication, `total` patients of the pool, a numeric column of "
        "studies.csv, or a column that vocabulary.csv declares as a number.",
    )
    columns: tuple[str, ...] = Field((), description="Several numbers, in one model.")
    factors: tuple[Name, ...] = Field(
        (), description="Factors, in the same model; the first level by name is the reference."
    )

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if self.column and self.columns:
            raise ValueError("give column or columns, not both")
        if not (self.numbers or self.factors):
            raise ValueError("neither column, columns nor factors is given")
        for names in (self.numbers, self.factors):
            if len(set(names)) < len(names):
                raise ValueError(f"one of {', '.join(names)} is named twice")
        return self

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers to regress on."""
        return (self.column,) if self.column else self.columns


Share = Annotated[float, Field(ge=0, le=1)]


class Endpoint(Block):
    """An outcome with its estimands and subgroups."""

    label: str = Field(min_length=1, description="Full name.")
    short: str = Field(min_length=1, description="Short name for figures.")
    description: str = Field("", description="Definition, for the methods section.")
    secondary: bool = Field(False, description="Left out of the answer at the top of the report.")
    scale: Literal["auto", "percent", "per_1000", "per_10000", "per_100000"] = Field(
        "auto", description="Unit of its proportions; auto: what the counts ask for."
    )
    digits: Literal["auto"] | Annotated[int, Field(ge=0, le=MOST_DIGITS)] = Field(
        "auto", description="Decimals of its proportions; auto: what the intervals carry."
    )
    axis: Literal["auto"] | tuple[Share, Share] = Field(
        "auto",
        description="Ends of the axis of its figures, as proportions: [0, 0.02]; auto: what the "
        "data need.",
    )
    estimands: dict[Name, Estimand] = Field(description="By name; one must be 'primary'.")
    beside: tuple[str, ...] = Field(
        (), description="Estimands that the answer shows beside the primary one."
    )
    quoted: tuple[str, ...] = Field(
        (),
        description="Outcomes of benchmarks.csv to stand beside it; empty: the primary one's own.",
    )
    subgroups: dict[Name, Subgroup] = Field(
        default_factory=dict, description="By factor: a field of the vocabulary."
    )
    moderators: dict[Name, Moderator] = Field(
        default_factory=dict, description="Meta-regressions of the primary estimand, one each."
    )

    missing: Missing | None = Field(None, description="Patients without assessment.")
    nested: Nested | None = Field(None, description="Outcomes each within the one before.")
    next_trial: NextTrial | None = Field(None, description="For those who plan the next trial.")

    @model_validator(mode="after")
    def _has_primary(self) -> Self:
        if "primary" not in self.estimands:
            raise ValueError("one estimand must be called 'primary'")
        for key in (self.missing.assessed, self.missing.everyone) if self.missing else ():
            if key not in self.estimands:
                raise ValueError(
                    f"missing names the estimand {key!r}, which is not among "
                    f"{sorted(self.estimands)}"
                )
        if self.axis != "auto" and self.axis[0] >= self.axis[1]:
            raise ValueError(
                f"the axis {list(self.axis)} has to begin below its end, such as [0, 0.02]"
            )
        for name in self.beside:
            if name not in self.estimands or name == "primary":
                others = sorted({*self.estimands} - {"primary"})
                raise ValueError(f"beside names {name!r}, which is not among {others}")
        for name, subgroup in self.subgroups.items():
            if subgroup.estimand not in self.estimands:
                raise ValueError(
                    f"subgroup {name!r} splits the estimand {subgroup.estimand!r}, which is not "
                    f"among {sorted(self.estimands)}"
                )
        for name in ("primary", *(one.estimand for one in self.subgroups.values())):
            if self.estimands[name].without_counts != "exclude":
                raise ValueError(
                    f"the estimand {name!r} takes proportions without counts, which the primary "
                    "one and those split by subgroups cannot: declare another one with "
                    "without_counts: two-step"
                )
        return self
