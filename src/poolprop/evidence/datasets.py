"""The analysis data sets of one endpoint as tidy rows, and which rows of ``data/`` they rest on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypedDict

from poolprop.evidence import estimates
from poolprop.evidence.fingerprints import digest_of, terms_of
from poolprop.evidence.load import Evidence
from poolprop.evidence.moderators import number_of
from poolprop.evidence.select import AnalysisSet, select
from poolprop.evidence.tables import Outcome
from poolprop.plan import Endpoint, Estimand, Selection, Subgroup
from poolprop.plan.columns import factor_column, factor_columns, label_column, number_column

DESIGN = "design"
INFERRED = "reconstructed"


# Columns of data.csv, where a row is a study arm in one analysis data set; :func:`data_columns` has
# those of the review's own factors.
DATA = (
    "set", "outcome_id", "study_id", "arm_id", "source_id", "label", "arm_label", "year",
    "age_median", "follow_up_months_median", "level_label", "population", "outcome", "grade",
    "timepoint", "denominator_basis", "events", "total", "record_type", "derivation", "locator",
    "note", "outcome_label", "population_label", "timepoint_label", "denominator_label",
    "record_label",
)  # fmt: skip
# Those that a row of outcomes.csv has, and those that say a term of it in words.
AS_IN_OUTCOMES = (
    "outcome_id", "arm_id", "population", "outcome", "grade", "timepoint", "denominator_basis",
    "record_type", "locator", "note",
)  # fmt: skip
LABELS = {
    "outcome_label": "outcome", "population_label": "population", "timepoint_label": "timepoint",
    "denominator_label": "denominator_basis", "record_label": "record_type",
}  # fmt: skip


class ExcludedRow(TypedDict):
    """One row of ``excluded.csv``."""

    set: str
    arm_id: str
    label: str
    arm_label: str
    reason: str


def sets(evidence: Evidence, endpoint: Endpoint) -> Iterator[tuple[str, AnalysisSet]]:
    """Yield each analysis data set of an endpoint with its name.

    Estimands carry their own name; a level of a subgroup is ``subgroup/FACTOR/LEVEL``.
    """
    for name, selection in selections(evidence, endpoint):
        yield name, select(evidence, selection)


def stored_name(endpoint: Endpoint, name: str) -> str:
    """Return the name of an estimand's set in ``data.csv``."""
    plan = endpoint.estimands.get(name)
    apart = plan is not None and plan.without_counts != "exclude"
    return f"{estimates.SET}{name}" if apart else name


def selections(evidence: Evidence, endpoint: Endpoint) -> Iterator[tuple[str, Selection]]:
    """Yield the name of each data set of an endpoint and what it asks for."""
    yield from endpoint.estimands.items()
    for factor, subgroup in endpoint.subgroups.items():
        for level in subgroup.levels or levels(evidence, factor):
            whole = endpoint.estimands[subgroup.estimand]
            yield f"subgroup/{factor}/{level}", _level_selection(whole, subgroup, factor, level)


def nested_rows(evidence: Evidence, endpoint: Endpoint) -> list[Mapping[str, object]]:
    """Return the rows of the nested stages' sets, ``nested/STAGE``, as in ``data.csv``."""
    found: list[Mapping[str, object]] = []
    for stage in endpoint.nested.stages if endpoint.nested else ():
        asked = _stage_selection(evidence, endpoint.estimands["primary"], stage)
        found += data_rows(f"nested/{stage}", select(evidence, asked), evidence)
    return found


def _stage_selection(evidence: Evidence, primary: Estimand, stage: str) -> Selection:
    """Return what the primary estimand asks, of another outcome of the same patients.

    What it asks of a figure itself, such as an assay, is not asked of an outcome of which no
    figure states it.
    """
    rows = [row for row in evidence.outcomes.values() if row.outcome == stage]
    where = {
        factor: terms
        for factor, terms in primary.where.items()
        if factor == "drug_class" or any(evidence.factor(row, factor) for row in rows)
    }
    return primary.model_copy(update={"outcome": stage, "instead": (), "where": where})


def levels(evidence: Evidence, factor: str) -> list[str]:
    """Return the levels of a factor in the order of the vocabulary, without ``mixed``."""
    terms = [term for (field, _), term in evidence.terms.items() if field == factor]
    ordered = sorted(terms, key=lambda term: (term.order, term.term))
    return [term.term for term in ordered if term.term != "mixed"]


def factors_of(evidence: Evidence) -> list[str]:
    """Return what every row says of its arm: the review's own factors, and the design."""
    return [*evidence.factors, DESIGN]


def _level_label(name: str, chosen: AnalysisSet, evidence: Evidence) -> str:
    """Return how the report calls the level that a set holds; empty for an estimand.

    A level that rests on inferred figures alone says so wherever its name stands, with the
    percentage that the source prints instead.
    """
    parts = name.split("/")
    if parts[0] != "subgroup":
        return ""
    label = evidence.label(parts[1], parts[2])
    if not chosen.rows or any(row.record_type != INFERRED for row in chosen.rows):
        return label
    used = {row.outcome_id for row in chosen.rows}
    printed = [
        f"{evidence.outcomes[other].percent_reported}% is printed"
        for one in evidence.discrepancies
        for key, other in zip(one.outcome_ids, one.alternative_outcome_ids, strict=False)
        if key in used and evidence.outcomes[other].percent_reported is not None
    ]
    return f"{label} ({'; '.join(['inferred', *dict.fromkeys(printed)])})"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def data_columns(evidence: Evidence, numbers: Sequence[str] = ()) -> list[str]:
    """Return the columns of ``data.csv``: ours, those of factors, those of numbers asked for."""
    own = factor_columns(factors_of(evidence))
    return [*DATA, *estimates.COLUMNS, *own, *map(number_column, numbers)]


def data_rows(
    name: str, chosen: AnalysisSet, evidence: Evidence, numbers: Sequence[str] = ()
) -> Iterator[Mapping[str, object]]:
    """Yield the rows of one set for ``data.csv``: :data:`DATA`, estimate, factors, numbers.

    A set that takes proportions without counts has a name of its own, so that nothing that needs
    counts reads it.
    """
    factors = factors_of(evidence)
    level_label = _level_label(name, chosen, evidence)
    for row in chosen.rows:
        arm, study = evidence.arms[row.arm_id], evidence.study_of(row.arm_id)
        fixed = {
            **{column: getattr(row, column) for column in AS_IN_OUTCOMES},
            **{column: evidence.label(of, getattr(row, of)) for column, of in LABELS.items()},
            "set": name,
            "study_id": study.study_id,
            "source_id": study.source_id,
            "label": study.label,
            "arm_label": arm.label,
            "year": evidence.sources[study.source_id].year,
            "age_median": _number(study.age_median),
            "follow_up_months_median": _number(study.follow_up_months_median),
            "level_label": level_label,
            "events": "" if row.events is None else row.events,
            "total": "" if row.total is None else row.total,
            "derivation": row.derivation or ("" if row.events is not None else estimates.MARK),
        }
        own = {factor: evidence.factor(row, factor) for factor in factors}
        asked = {number_column(one): number_of(evidence, row, one) for one in numbers}
        yield {**fixed, **estimates.cells(row), **factor_cells(evidence, own), **asked}


def factor_cells(evidence: Evidence, levels: Mapping[str, str]) -> dict[str, str]:
    """Return the cells of some factors, levels and labels, in columns that are theirs alone."""
    own = {factor_column(name): level for name, level in levels.items()}
    labels = {label_column(name): evidence.label(name, level) for name, level in levels.items()}
    return {**own, **labels}


def excluded_rows(name: str, chosen: AnalysisSet, evidence: Evidence) -> Iterator[ExcludedRow]:
    """Yield the rows of one set for ``excluded.csv``."""
    for exclusion in chosen.excluded:
        arm, study = evidence.arms[exclusion.arm_id], evidence.study_of(exclusion.arm_id)
        yield ExcludedRow(
            set=name,
            arm_id=arm.arm_id,
            label=study.label,
            arm_label=arm.label,
            reason=exclusion.reason,
        )


def fingerprint(evidence: Evidence, endpoint: Endpoint) -> str:
    """Return a digest of everything in the tables that an endpoint's data sets can depend on.

    The workflow gives it to the job that makes the data sets, so that a changed row reruns
    the endpoints it concerns and no others.
    """
    outcomes = _outcomes_used(endpoint)
    rows: list[Outcome] = [row for row in evidence.outcomes.values() if row.outcome in outcomes]
    mine = {row.outcome_id for row in rows}
    concerned = []
    for discrepancy in evidence.discrepancies:
        named = {*discrepancy.outcome_ids, *discrepancy.alternative_outcome_ids}
        if named & mine:
            concerned.append(discrepancy)
            rows += [evidence.outcomes[key] for key in sorted(named - mine)]
    years = (f"{source.source_id}.{source.year}" for source in evidence.sources.values())
    known = (*concerned, *rows, *evidence.arms.values(), *evidence.studies.values())
    return digest_of(known, (*years, *terms_of(evidence)))


def counts_fingerprint(evidence: Evidence, endpoint: Endpoint) -> str:
    """Return a digest of the counts of the primary estimand, what its simulation rests on."""
    chosen = select(evidence, endpoint.estimands["primary"])
    return digest_of((), (f"{row.events}/{row.total};" for row in chosen.rows))


def nested_fingerprint(evidence: Evidence, endpoint: Endpoint) -> str:
    """Return a digest of the rows of the nested stages."""
    return digest_of((), map(repr, nested_rows(evidence, endpoint)))


def _outcomes_used(endpoint: Endpoint) -> set[str]:
    return {name for one in endpoint.estimands.values() for name in (one.outcome, *one.instead)}


def _level_selection(estimand: Estimand, subgroup: Subgroup, factor: str, level: str) -> Selection:
    where = {**estimand.where, factor: (level,)}
    own = ("populations", "record_types", "roles", "denominator", "timepoints")
    changes = {name: found for name in own if (found := getattr(subgroup, name))}
    return estimand.model_copy(update={"where": where, **changes})
