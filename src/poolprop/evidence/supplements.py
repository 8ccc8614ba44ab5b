"""Tables beside the proportions: survival, summaries, patients, risk of bias, extractions, quotes.

None of them is required; each is checked when it is there.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import ConfigDict

from poolprop.evidence.cells import FactorRow, Items, Key, Label, MaybeCount, MaybeNumber, Row, Text

Answer = Literal["yes", "no", "unclear", "not_applicable"]


class Survival(Row):
    """One survival figure: a rate at a time, a median, a hazard ratio, a p value."""

    FILE = "survival.csv"
    KEY = ("survival_id",)
    TERMS: ClassVar = {"record_type": "record_type", "agreement": "agreement"}
    REQUIRED = False

    survival_id: Key
    study_id: Key
    arm_id: Key
    population: Key
    endpoint: Key
    statistic: Key
    time_months: MaybeNumber
    value: Text
    unit: Text
    ci_lower: MaybeNumber
    ci_upper: MaybeNumber
    n: Text
    n_basis: Text
    at_risk: MaybeCount
    p_value: Text
    p_test: Text
    compared_with: Text
    record_type: Key
    locator: Label
    agreement: Key
    adjudication: Text
    note: Text


class Continuous(Row):
    """One summary of a continuous variable."""

    FILE = "continuous.csv"
    KEY = ("continuous_id",)
    TERMS: ClassVar = {"record_type": "record_type", "agreement": "agreement"}
    REQUIRED = False

    continuous_id: Key
    study_id: Key
    arm_id: Key
    population: Key
    variable: Key
    unit: Text
    timepoint: Text
    statistic: Key
    value: MaybeNumber
    lower: MaybeNumber
    upper: MaybeNumber
    interval_type: Text
    n: Text
    n_basis: Text
    p_value: Text
    record_type: Key
    locator: Label
    agreement: Key
    adjudication: Text
    note: Text


class Patient(Row):
    """One patient of a printed patient table; what was measured is the review's own affair."""

    model_config = ConfigDict(extra="allow", frozen=True)
    FILE = "patients.csv"
    KEY = ("study_id", "patient")
    TERMS: ClassVar = {"agreement": "agreement"}
    REQUIRED = False

    study_id: Key
    patient: Key
    arm_id: Key
    locator: Label
    agreement: Key
    adjudication: Text
    note: Text


class RiskOfBias(Row):
    """One item of a risk-of-bias tool for one study, by two assessors and as adjudicated."""

    FILE = "risk_of_bias.csv"
    KEY = ("study_id", "item")
    REQUIRED = False

    study_id: Key
    tool: Label
    item: Key
    question: Label
    assessor_a: Text
    assessor_b: Text
    adjudicated: Text
    reason: Text


class QuotedResult(FactorRow):
    """A result of another study that a source quotes; never pooled."""

    FILE = "benchmarks.csv"
    KEY = ("benchmark_id",)
    REQUIRED = False

    benchmark_id: Key
    source_id: Key
    quoted_study: Label
    outcome: Text
    bound: Text
    events: MaybeCount
    total: MaybeCount
    percent: MaybeNumber
    percent_upper: MaybeNumber
    ci_lower: MaybeNumber
    ci_upper: MaybeNumber
    median_os_bound: Text
    median_os_months: MaybeNumber
    median_os_upper: MaybeNumber
    record_type: Text
    overlap: Text
    locator: Label
    agreement: Key
    adjudication: Text
    note: Text


Status = Literal[
    "agreed", "adjudicated_a", "adjudicated_b", "adjudicated_neither", "only_a", "only_b"
]


class ExtractionRow(Row):
    """One proportion as extractor A and extractor B have it; empty where one has none."""

    FILE = "extraction.csv"
    KEY = ("pair_id",)
    REQUIRED = False

    pair_id: Key
    source_id: Key
    label: Label
    a_row: Text
    b_row: Text
    a_events: MaybeCount
    a_total: MaybeCount
    b_events: MaybeCount
    b_total: MaybeCount
    category_a: Text
    category_b: Text
    status: Status
    outcome_ids: Items
    note: Text
