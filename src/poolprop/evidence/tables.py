"""The tables of ``data/``: which columns they have and what a cell may hold.

A cell ``NR`` says that the source does not report the fact; an empty cell says that the
column does not apply. Both are read as ``None`` where a number is expected, and kept as
text elsewhere.

By what the patients, samples or schools of a review differ is its own affair: studies, arms and
outcomes may have further columns, the factors, each a field of ``vocabulary.csv``.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from poolprop.evidence.audit.claims import Claim
from poolprop.evidence.cells import (
    Count,
    FactorRow,
    Items,
    Key,
    Label,
    MaybeCount,
    MaybeNumber,
    MaybePercent,
    Row,
    Text,
)
from poolprop.evidence.certainty import Judgement
from poolprop.evidence.flow import FlowBox
from poolprop.evidence.supplements import (
    Continuous,
    ExtractionRow,
    Patient,
    QuotedResult,
    RiskOfBias,
    Survival,
)


class Source(Row):
    """A document the evidence comes from."""

    FILE = "sources.csv"
    KEY = ("source_id",)
    TERMS: ClassVar = {"publication_type": "publication_type"}
    UNSTATED = ("publication_type",)

    source_id: Key
    file_name: Label
    sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64}|NR)$")]
    title: Text
    authors: Text
    year: Text
    journal: Text
    doi: Text
    registry_id: Text
    licence: Text
    publication_type: Key
    citation: Text
    note: Text


class Study(FactorRow):
    """One study: design, place, size and patients."""

    FILE = "studies.csv"
    KEY = ("study_id",)
    TERMS: ClassVar = {
        "design": "design",
        "drug_classes": "drug_class",
        "publication_type": "publication_type",
    }
    UNSTATED = ("design", "publication_type")

    study_id: Key
    source_id: Key
    label: Label
    design: Key
    prospective: Text
    centres: Text
    country: Text
    enrolment_start: Text
    enrolment_end: Text
    registry_id: Text
    n_enrolled: MaybeCount
    n_treated: MaybeCount = None
    n_evaluable: MaybeCount
    age_median: MaybeNumber
    age_min: MaybeNumber
    age_max: MaybeNumber
    male: MaybeCount
    regimen: Text = ""
    drug_classes: Items = ()
    follow_up_months_median: MaybeNumber
    publication_type: Key
    locator: Text
    note: Text


class Arm(FactorRow):
    """An arm or cohort whose patients can be pooled as one."""

    FILE = "arms.csv"
    KEY = ("arm_id",)
    TERMS: ClassVar = {"role": "role", "drug_classes": "drug_class"}

    arm_id: Key
    study_id: Key
    label: Label
    regimen: Text = ""
    drug_classes: Items = ()
    role: Key
    schedule: Text
    n_enrolled: MaybeCount
    n_evaluable: MaybeCount
    overlap_group: Items
    overlap_note: Text
    locator: Text
    note: Text


FIGURE = "percent_reported"


class Outcome(FactorRow):
    """One proportion, as the source gives it or as we derived it from the source."""

    FILE = "outcomes.csv"
    KEY = ("outcome_id",)
    TERMS: ClassVar = {
        "population": "population",
        "outcome": "outcome",
        "timepoint": "timepoint",
        "denominator_basis": "denominator_basis",
        "record_type": "record_type",
        "agreement": "agreement",
    }
    UNSTATED = ("timepoint", "denominator_basis", "agreement")

    outcome_id: Key
    arm_id: Key
    population: Key
    outcome: Key
    grade: Text
    timepoint: Key
    events: MaybeCount
    total: MaybeCount
    denominator_basis: Key
    percent_reported: MaybePercent
    ci_lower_reported: MaybePercent
    ci_upper_reported: MaybePercent
    record_type: Key
    derivation: Text
    derived_from: Items
    locator: Label
    agreement: Key
    adjudication: Text
    note: Text
    # Only where a review has proportions without counts: the table may lack these columns.
    se_reported: MaybeNumber = None
    ci_level_reported: MaybeNumber = None
    ci_scale: Literal["", "NR", "PR", "PLN", "PLO", "PAS"] = ""
    n_effective: MaybeNumber = None

    @model_validator(mode="before")
    @classmethod
    def _something_is_said(cls, cells: Any) -> Any:
        """Refuse a row without a figure, unless it says that the source reports none."""
        if isinstance(cells, dict):
            given = [cells.get(name) not in (None, "", "NR") for name in ("events", FIGURE)]
            silent = cells.get("events") == cells.get("total") == "NR"
            if not any(given) and not silent:
                raise PydanticCustomError(
                    "column:events", "neither events nor percent_reported is given", {}
                )
        return cells

    @model_validator(mode="after")
    def _counts_fit(self) -> Self:
        if self.events is not None and self.total is not None and self.events > self.total:
            raise PydanticCustomError(
                "column:events",
                "events is {events} but total is {total}",
                {"events": self.events, "total": self.total},
            )
        if self.total == 0:
            raise PydanticCustomError("column:total", "total is 0", {})
        if self.events is not None and self.total is None:
            raise PydanticCustomError("column:total", "events is given but total is missing", {})
        return self


def is_reported(row: Outcome) -> bool:
    """Tell whether a row has any figure; one without says that the source reports none."""
    return row.events is not None or row.percent_reported is not None


class Term(Row):
    """A term of the controlled vocabulary."""

    FILE = "vocabulary.csv"
    KEY = ("field", "term")

    field: Key
    term: Key
    label: Label
    definition: Text
    order: Count
    source_id: Text = ""
    words: Items = ()


class Discrepancy(Row):
    """A contradiction in the sources and what was decided."""

    FILE = "discrepancies.csv"
    KEY = ("discrepancy_id",)
    TERMS: ClassVar = {"severity": "severity"}
    REQUIRED = False

    discrepancy_id: Key
    source_id: Key
    outcome_ids: Items
    locator: Text
    printed: Text
    recomputed: Text
    severity: Key
    found_by: Text
    decision: Text
    reason: Text
    alternative_outcome_ids: Items


TABLES: dict[str, type[Row]] = {
    "sources": Source,
    "studies": Study,
    "arms": Arm,
    "outcomes": Outcome,
    "vocabulary": Term,
    "discrepancies": Discrepancy,
    "claims": Claim,
    "extraction": ExtractionRow,
    "survival": Survival,
    "continuous": Continuous,
    "patients": Patient,
    "risk_of_bias": RiskOfBias,
    "benchmarks": QuotedResult,
    "certainty": Judgement,
    "flow": FlowBox,
}
