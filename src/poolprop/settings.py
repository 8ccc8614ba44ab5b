"""The analysis plan: ``config/config.yaml``, checked and frozen.

Everything that may be chosen is a field here; a key that is not here is an error. The JSON
Schema in ``workflow/schemas/`` is made from these models, so that editors can complete keys.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]


class Block(BaseModel):
    """Base of all blocks of the plan: unknown keys are errors, values are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Review(Block):
    """What the review asks, in the words of the report."""

    title: str = Field(min_length=1, description="Title of the report.")
    question: str = Field(min_length=1, description="The question the review answers.")
    caveat: str = Field("", description="Said beside each estimate that averages over settings.")
    version: str = Field("", description="Version of the evidence, shown in the header.")


class Model(Block):
    """One way of pooling: the keyword arguments of ``poolprop.pool``."""

    model: Literal["glmm", "two-step", "beta-binomial", "common"] = Field(
        "glmm", description="Likelihood or two-step model."
    )
    measure: Literal["PR", "PLN", "PLO", "PAS", "PFT"] = Field(
        "PLO", description="Scale of a two-step model; PLO (logit) for the GLMM."
    )
    tau2: Literal["DL", "HE", "HS", "SJ", "ML", "REML", "EB", "PM"] = Field(
        "ML", description="Estimator of the between-study variance; ML for likelihood models."
    )
    ci: Literal["wald", "t", "hksj", "hksj-adhoc", "kr", "profile", "profile-ck"] = Field(
        "profile-ck", description="How the confidence interval is made."
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        likelihood = self.model in ("glmm", "beta-binomial")
        if likelihood and (self.measure != "PLO" or self.tau2 != "ML"):
            raise ValueError(f"model {self.model!r} needs measure PLO and tau2 ML")
        if likelihood and self.ci in ("hksj", "hksj-adhoc", "kr"):
            raise ValueError(f"ci {self.ci!r} is for two-step models, not for {self.model!r}")
        if not likelihood and self.ci in ("profile", "profile-ck"):
            raise ValueError(f"ci {self.ci!r} is for likelihood models, not for {self.model!r}")
        return self

    @property
    def key(self) -> str:
        """The part of a result id that names the model, e.g. ``two-step.PLO.REML.hksj``."""
        return ".".join((self.model, self.measure, self.tau2, self.ci))


class Models(Block):
    """The model that answers, and those shown beside it."""

    primary: Model = Field(Model(), description="The model of every headline number.")
    comparisons: tuple[Model, ...] = Field((), description="Shown beside it, never instead.")


class Filter(Block):
    """Which rows may enter, by what their patients are."""

    setting: tuple[str, ...] = Field((), description="Keep only these settings.")
    lineage: tuple[str, ...] = Field((), description="Keep only these lineages.")
    drug_class: tuple[str, ...] = Field((), description="Keep arms with any of these classes.")


class Selection(Block):
    """Which row of each arm an analysis uses."""

    outcome: str = Field(description="Term of the vocabulary's field 'outcome'.")
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
    grades: tuple[str, ...] = Field((), description="Grades of adverse events; empty: any row.")
    where: Filter = Field(Filter(), description="Further filters.")


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


class Endpoint(Block):
    """An outcome with its estimands and subgroups."""

    label: str = Field(min_length=1, description="Full name.")
    short: str = Field(min_length=1, description="Short name for figures.")
    description: str = Field("", description="Definition, for the methods section.")
    secondary: bool = Field(False, description="Left out of the answer at the top of the report.")
    estimands: dict[Name, Estimand] = Field(description="By name; one must be 'primary'.")
    subgroups: dict[Literal["setting", "lineage"], Subgroup] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_primary(self) -> Self:
        if "primary" not in self.estimands:
            raise ValueError("one estimand must be called 'primary'")
        for name, subgroup in self.subgroups.items():
            if subgroup.estimand not in self.estimands:
                raise ValueError(
                    f"subgroup {name!r} splits the estimand {subgroup.estimand!r}, which is not "
                    f"among {sorted(self.estimands)}"
                )
        return self


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


class Comparisons(Block):
    """Which figures of two-arm studies are compared between their arms."""

    outcomes: tuple[str, ...] = Field(min_length=1, description="Terms of the vocabulary.")
    denominator: str = Field(description="The one denominator basis.")
    record_types: tuple[str, ...] = Field(
        ("reported", "derived", "back_calculated"),
        min_length=1,
        description="How the figures may have come about.",
    )


class Rules(Block):
    """When a test may be shown."""

    min_studies_per_level: int = Field(
        2, ge=1, description="A subgroup test needs this many studies in each of two levels."
    )


class Settings(Block):
    """The whole plan."""

    review: Review
    data: str = Field("data", description="Folder of the study tables.")
    level: float = Field(0.95, gt=0.5, lt=1, description="Level of all intervals.")
    study_interval: Literal["clopper-pearson", "wilson"] = Field(
        "clopper-pearson", description="Interval of single studies in figures."
    )
    models: Models = Field(Models())
    rules: Rules = Field(Rules())
    endpoints: dict[Name, Endpoint] = Field(min_length=1)
    safety: Safety | None = Field(None, description="Leave out where there is nothing to pool.")
    comparisons: Comparisons | None = Field(None, description="Leave out without two-arm studies.")
