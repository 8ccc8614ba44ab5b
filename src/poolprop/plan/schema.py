"""The whole plan, put together from its blocks."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from poolprop.plan.bias import Level
from poolprop.plan.blocks import Block, Name
from poolprop.plan.columns import FOREST_COLUMNS
from poolprop.plan.endpoints import Endpoint
from poolprop.plan.models import Bayes, Laws, Models, Multiverse, Thresholds
from poolprop.plan.stages import Atlas, Certainty, Certificate, Comparisons, Rules, Safety, Survival

# Folders that a run writes or sweeps.
WRITTEN = ("results", "logs", "export")
# Names that Windows keeps for devices, with any ending: an endpoint's name is one of files.
DEVICE = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]")
INSIDE = re.compile(r"\w[\w. -]{0,80}(/\w[\w. -]{0,80}){0,8}", re.ASCII)


class Review(Block):
    """What the review asks, in the words of the report."""

    title: str = Field(min_length=1, description="Title of the report.")
    question: str = Field(min_length=1, description="The question the review answers.")
    strata: Literal["auto"] | tuple[Name, ...] = Field(
        "auto",
        description="Factors whose levels are the rows of the report's first table, in order; each "
        "is a subgroup of an endpoint. auto: the first two subgroups that the plan names.",
    )
    caveat: str = Field("", description="Said beside the estimate over all studies.")
    overlap: str = Field(
        "", description="Said in the answer: which of the studies may have patients in common."
    )
    participants: str = Field(
        "participants", min_length=1, description="What is counted, in the plural: patients, eyes."
    )
    version: str = Field("", description="Version of the evidence, shown in the header.")
    statements: dict[str, str] = Field(
        {}, description="Texts for items of the checklists, by checklist and item: prisma-24a."
    )
    date: str = Field(
        "",
        pattern=r"^(\d{4}-\d{2}-\d{2})?$",
        description="Date of the evidence (YYYY-MM-DD), shown in the header.",
    )


class Settings(Block):
    """The whole plan."""

    review: Review
    data: str = Field("data", description="Folder of the study tables, inside the review's folder.")
    level: float = Field(0.95, gt=0.5, lt=1, description="Level of all intervals.")

    @field_validator("data")
    @classmethod
    def _stays_inside(cls, folder: str) -> str:
        if not INSIDE.fullmatch(folder):
            raise ValueError(
                f"{folder[:60]!r} is not a folder inside that of the review, such as 'data'"
            )
        if folder.split("/")[0].casefold() in WRITTEN:
            raise ValueError(
                f"{folder!r} is where a run writes; keep the tables apart, as in 'data'"
            )
        return folder

    @field_validator("endpoints")
    @classmethod
    def _hold_the_strata(
        cls, endpoints: dict[str, Endpoint], info: ValidationInfo
    ) -> dict[str, Endpoint]:
        review = info.data.get("review")
        known = {name for one in endpoints.values() for name in one.subgroups}
        for name in review.strata if review and review.strata != "auto" else ():
            if name not in known:
                raise ValueError(
                    f"review.strata names {name!r}, which is not a subgroup of any endpoint; there "
                    f"are {', '.join(sorted(known)) or 'none'}"
                )
        return endpoints

    @field_validator("endpoints")
    @classmethod
    def _are_names_of_files(cls, endpoints: dict[str, Endpoint]) -> dict[str, Endpoint]:
        for name in endpoints:
            if DEVICE.fullmatch(name):
                raise ValueError(f"{name!r} is not a file name on Windows; call it '{name}_1'")
        return endpoints

    study_interval: Literal["clopper-pearson", "wilson"] = Field(
        "clopper-pearson", description="Interval of single studies in figures."
    )
    forest_columns: tuple[str, ...] = Field(
        (),
        description="Columns of forest plots beside the names: factors of the review, "
        f"{', '.join(FOREST_COLUMNS)}; empty: an endpoint's first two subgroups, denominator, "
        "timepoint.",
    )
    bias_levels: tuple[Level, ...] = Field(
        (),
        description="Levels of a risk-of-bias tool of your own, best first. RoB 2, ROBINS-I V2, "
        "ROBINS-E, QUADAS-2 and JBI need none.",
    )
    models: Models = Field(Models())
    rules: Rules = Field(Rules())
    thresholds: Thresholds = Field(Thresholds())
    bayes: Bayes = Field(Bayes())
    laws: Laws = Field(Laws())
    multiverse: Multiverse = Field(Multiverse())
    endpoints: dict[Name, Endpoint] = Field(min_length=1)
    safety: Safety | None = Field(None, description="Leave out where there is nothing to pool.")
    comparisons: Comparisons | None = Field(None, description="Leave out without two-arm studies.")
    survival: Survival | None = Field(None, description="Leave out without survival rates.")
    certainty: Certainty = Field(Certainty())
    atlas: Atlas | None = Field(None, description="What `snakemake atlas` pools.")
    certificate: Certificate = Field(Certificate())
    crosscheck: Literal["r", "statsmodels", "off"] = Field(
        "r",
        description="The second engine: statsmodels and, where it is, R; statsmodels alone; none.",
    )
