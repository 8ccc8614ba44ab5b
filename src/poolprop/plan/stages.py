"""The stages beside pooling, from adverse events to coverage and the atlas; rules of tests."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field, field_validator

from poolprop.plan.blocks import Block, Name


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
        description="Up to this many studies the Bayesian estimate and interval are shown; "
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


Months = Annotated[float, Field(gt=0, le=1200)]


class SurvivalEndpoint(Block):
    """One endpoint of ``survival.csv`` and the times at which its rates are pooled."""

    label: str = Field(min_length=1, description="Full name.")
    times: tuple[Months, ...] = Field(min_length=1, description="In months.")
    populations: tuple[str, ...] = Field(
        ("all",), min_length=1, description="In order of preference."
    )
    quoted: dict[Months, str] = Field(
        default_factory=dict,
        description="Outcome of benchmarks.csv that is shown beside the rate at a time.",
    )


class Survival(Block):
    """Survival rates, pooled on the complementary log-log scale."""

    endpoints: dict[Name, SurvivalEndpoint] = Field(
        min_length=1, description="By the endpoint's name in survival.csv."
    )
    tolerance_months: float = Field(
        1.0, ge=0, description="A rate this far from a time still counts as that time."
    )
    roles: tuple[str, ...] = Field(("regimen",), min_length=1, description="Roles of arms.")
    where: dict[Name, tuple[str, ...]] = Field(
        default_factory=dict, description="Keep only arms of these levels of a factor."
    )
    alike: tuple[Name, ...] = Field(
        (), description="Rates are pooled only where the arms agree in these factors."
    )
    record_types: tuple[str, ...] = Field(
        ("reported", "derived"), min_length=1, description="How the figure may have come about."
    )
    min_studies: int = Field(2, ge=2, description="Fewer are shown as they are, not pooled.")
    tau2: Literal["DL", "HE", "HS", "SJ", "ML", "REML", "EB", "PM"] = Field(
        "REML", description="Estimator of the between-study variance."
    )
    ci: Literal["wald", "t", "hksj", "hksj-adhoc"] = Field(
        "hksj-adhoc", description="How the confidence interval is made."
    )
    tau_scale: float = Field(
        1.0, gt=0, description="Scale of the half-normal prior on tau, Bayesian companion."
    )


class Certainty(Block):
    """GRADE for proportions of single groups; the judgements themselves are data."""

    start: Literal["high", "moderate", "low"] = Field(
        "high", description="Level before any domain is judged."
    )


class Atlas(Block):
    """What ``snakemake atlas`` pools; no part of the report."""

    file: str = Field(
        "", description="CSV with columns events, total and `by`; empty: data sets are drawn."
    )
    by: str = Field("dataset_id", description="Column that names the data set of a row.")
    datasets: int = Field(43_644, ge=1, description="How many data sets there are, or are drawn.")
    seed: int = Field(20_211, ge=0, description="Of the data sets drawn.")
    methods: tuple[str, ...] = Field(
        ("two-step|PLO|DL|wald", "glmm|logit|ML|small-lr"),
        min_length=1,
        description="As `poolprop pool-many --methods` takes them.",
    )
    chunk: int = Field(
        200_000, ge=1, description="Data sets a job; few jobs waste less on starting up."
    )

    @property
    def chunks(self) -> int:
        """Number of jobs."""
        return math.ceil(self.datasets / self.chunk)

    def span(self, chunk: int) -> tuple[int, int]:
        """Return the first data set of a chunk and how many it has."""
        first = chunk * self.chunk
        return first, min(self.chunk, self.datasets - first)
