"""Which models pool."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from poolprop.settings.base import Block


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
