"""Survival rates at fixed times: which are pooled, and how."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from poolprop.settings.base import Block, Name

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
