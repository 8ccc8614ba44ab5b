"""The Bayesian stage: priors, thresholds, and for how many patients to predict."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from poolprop.settings.base import Block

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
