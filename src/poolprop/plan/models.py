"""Which models pool, those beside the pool, and the choices that make the multiverse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from poolprop.plan.blocks import Block, Name


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
    ci: Literal["wald", "t", "hksj", "hksj-adhoc", "kr", "profile", "profile-ck", "small-lr"] = (
        Field("small-lr", description="How the confidence interval is made.")
    )

    @model_validator(mode="before")
    @classmethod
    def _own_interval(cls, given: Any) -> Any:
        """Give the beta-binomial model the interval it has, where none is named."""
        if isinstance(given, Mapping) and given.get("model") == "beta-binomial":
            return {"ci": "profile-ck", **given}
        return given

    @model_validator(mode="after")
    def _fits(self) -> Self:
        likelihood = self.model in ("glmm", "beta-binomial")
        if likelihood and (self.measure != "PLO" or self.tau2 != "ML"):
            raise ValueError(f"model {self.model!r} needs measure PLO and tau2 ML")
        if likelihood and self.ci in ("hksj", "hksj-adhoc", "kr"):
            raise ValueError(f"ci {self.ci!r} is for two-step models, not for {self.model!r}")
        if self.ci == "kr" and self.tau2 != "REML":
            raise ValueError(f"ci 'kr' needs tau2 'REML', not {self.tau2!r}")
        if not likelihood and self.ci in ("profile", "profile-ck", "small-lr"):
            raise ValueError(f"ci {self.ci!r} is for likelihood models, not for {self.model!r}")
        if self.model == "beta-binomial" and self.ci == "small-lr":
            raise ValueError("ci 'small-lr' is for model 'glmm'; 'beta-binomial' has 'profile-ck'")
        return self

    @property
    def key(self) -> str:
        """The part of a result id that names the model, e.g. ``two-step.PLO.REML.hksj``."""
        return ".".join((self.model, self.measure, self.tau2, self.ci))


class Models(Block):
    """The model that answers, and those shown beside it."""

    primary: Model = Field(Model(), description="The model of every headline number.")
    comparisons: tuple[Model, ...] = Field((), description="Shown beside it, never instead.")


Share = Annotated[float, Field(gt=0, lt=1)]


class Thresholds(Block):
    """Proportions that matter to a decision."""

    values: tuple[Share, ...] = Field(
        (0.3, 0.5, 0.8), min_length=1, description="Each gets its probabilities and shares."
    )
    headline: Share = Field(0.5, description="The one that the answer names; among the values.")

    @model_validator(mode="after")
    def _headline_is_one_of_them(self) -> Self:
        if self.headline not in self.values:
            raise ValueError(f"headline {self.headline} is not among the values {self.values}")
        return self


class TauPrior(Block):
    """Prior on the between-study standard deviation, on the logit."""

    family: Literal["half-normal", "half-t", "half-cauchy"] = Field("half-normal")
    scale: float = Field(1.5, gt=0, description="Scale of the distribution it is half of.")
    df: float = Field(3.0, gt=0, description="Degrees of freedom of a half-t.")


class MuPrior(Block):
    """Prior on the median-study proportion (beta) or on its logit (normal)."""

    family: Literal["beta", "normal"] = Field("beta")
    a: float = Field(1.0, gt=0, description="Of a beta; a = b = 1 is uniform.")
    b: float = Field(1.0, gt=0, description="Of a beta.")
    mean: float = Field(0.0, description="Of a normal, on the logit.")
    sd: float = Field(1.5, gt=0, description="Of a normal, on the logit.")


class Bayes(Block):
    """The Bayesian companion of every estimand."""

    tau_prior: TauPrior = Field(TauPrior(), description="Prior on tau.")
    mu_prior: MuPrior = Field(MuPrior(), description="Prior on the proportion.")
    other_tau_priors: tuple[TauPrior, ...] = Field(
        (
            TauPrior(scale=0.5),
            TauPrior(scale=1.0),
            TauPrior(scale=2.0),
            TauPrior(family="half-cauchy", scale=0.5),
            TauPrior(family="half-t", scale=0.5),
        ),
        description="Put in its place, one at a time.",
    )
    other_mu_priors: tuple[MuPrior, ...] = Field(
        (MuPrior(a=0.5, b=0.5), MuPrior(family="normal", sd=1.5)),
        description="Put in its place, one at a time.",
    )
    next_patients: tuple[Annotated[int, Field(ge=1, le=500)], ...] = Field(
        (10, 20, 50), min_length=1, description="Sizes of a next study to predict."
    )


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
