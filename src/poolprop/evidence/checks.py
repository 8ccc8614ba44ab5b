"""Faults that show only between rows: duplicates, unknown keys, sums that cannot be."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, TypeVar

from poolprop.errors import Fault
from poolprop.evidence.audit.claims import Claim
from poolprop.evidence.audit.references import claim_faults
from poolprop.evidence.cells import NOT_REPORTED, Row, is_plain_number
from poolprop.evidence.certainty import Judgement, missing_domains
from poolprop.evidence.flow import FlowBox, flow_faults
from poolprop.evidence.names import NUMBERS, mistaken_numbers, taken_names
from poolprop.evidence.read import HINTS, Numbered
from poolprop.evidence.tables import TABLES, Arm, Outcome, Term
from poolprop.hints import did_you_mean

# column -> (table it points to, key column there)
REFERENCES: dict[str, dict[str, tuple[str, str]]] = {
    "studies": {"source_id": ("sources", "source_id")},
    "arms": {"study_id": ("studies", "study_id")},
    "outcomes": {"arm_id": ("arms", "arm_id"), "derived_from": ("outcomes", "outcome_id")},
    "discrepancies": {
        "source_id": ("sources", "source_id"),
        "outcome_ids": ("outcomes", "outcome_id"),
        "alternative_outcome_ids": ("outcomes", "outcome_id"),
    },
    "claims": {
        "source_id": ("sources", "source_id"),
        "discrepancy_ids": ("discrepancies", "discrepancy_id"),
    },
    "extraction": {
        "source_id": ("sources", "source_id"),
        "outcome_ids": ("outcomes", "outcome_id"),
    },
    "survival": {"study_id": ("studies", "study_id"), "arm_id": ("arms", "arm_id")},
    "continuous": {"study_id": ("studies", "study_id"), "arm_id": ("arms", "arm_id")},
    "patients": {"study_id": ("studies", "study_id"), "arm_id": ("arms", "arm_id")},
    "risk_of_bias": {"study_id": ("studies", "study_id")},
    "benchmarks": {"source_id": ("sources", "source_id")},
}

# What makes two rows of outcomes.csv the same fact.
SAME_FACT = ("arm_id", "population", "outcome", "grade", "timepoint", "denominator_basis")


def cross_checks(
    tables: dict[str, Numbered], folder: str, broken: Collection[str]
) -> Iterator[Fault]:
    """Yield every fault between rows and tables.

    ``folder`` is how messages call the folder. ``broken`` are files that already have faults of
    their own: nothing is said to be unknown because the row that defines it could not be read.
    """

    def file(name: str) -> str:
        return f"{folder}/{TABLES[name].FILE}"

    for name, rows in tables.items():
        yield from _duplicate_keys(rows, TABLES[name], file(name))
        yield from taken_names(rows, file(name))
        for column, (target, key) in REFERENCES.get(name, {}).items():
            if file(target) not in broken:
                known = [getattr(row, key) for _, row in tables[target]]
                yield from _unknown_rows(rows, column, known, file(name), file(target))
        if file("vocabulary") not in broken:
            words = tables["vocabulary"], file(name), file("vocabulary")
            yield from _unknown_terms(rows, TABLES[name], *words)
    if file("outcomes") not in broken and file("claims") not in broken:
        known = [row.outcome_id for _, row in only(Outcome, tables["outcomes"])]
        claims = only(Claim, tables["claims"])
        yield from claim_faults(claims, known, file("claims"))
    yield from mistaken_numbers(tables["vocabulary"], file("vocabulary"))
    if file("certainty") not in broken:
        yield from missing_domains(only(Judgement, tables["certainty"]), file("certainty"))
    if file("flow") not in broken:
        yield from flow_faults(only(FlowBox, tables["flow"]), file("flow"))
    yield from _same_facts(tables["outcomes"], file("outcomes"))
    yield from _larger_than_arm(tables["outcomes"], tables["arms"], file("outcomes"))


RowType = TypeVar("RowType", bound=Row)


def only(model: type[RowType], rows: Numbered) -> list[tuple[int, RowType]]:
    """Return the rows of one model, so that their columns can be named."""
    return [(line, row) for line, row in rows if isinstance(row, model)]


def _duplicate_keys(rows: Numbered, model: type[Row], file: str) -> Iterator[Fault]:
    first: dict[tuple[str, ...], int] = {}
    for line, row in rows:
        key = tuple(getattr(row, part) for part in model.KEY)
        if key in first:
            problem = f"{'.'.join(key)!r} stands already in row {first[key]}"
            yield Fault(file, line, model.KEY[-1], problem, "Remove the duplicate row.")
        first.setdefault(key, line)


def _values(row: Row, column: str) -> tuple[str, ...]:
    cell: Any = getattr(row, column)
    return cell if isinstance(cell, tuple) else (cell,)


def _unknown_rows(
    rows: Numbered, column: str, known: Collection[str], file: str, target: str
) -> Iterator[Fault]:
    """Yield the cells of a column that name a row which another table does not have."""
    ids = set(known)
    for line, row in rows:
        for value in (value for value in _values(row, column) if value not in ids):
            hint = did_you_mean(value, known, f"Correct it, or add the row {value!r} to {target}.")
            yield Fault(file, line, column, f"{value!r} is not in {target}", hint)


def _unknown_terms(
    rows: Numbered, model: type[Row], vocabulary: Numbered, file: str, target: str
) -> Iterator[Fault]:
    """Yield the cells that hold no term of the vocabulary."""
    known: dict[str, list[str]] = {}
    for _, term in only(Term, vocabulary):
        known.setdefault(term.field, []).append(term.term)
    numbers = known.get(NUMBERS, [])
    for line, row in rows:
        for column, field, value in _terms(row, model):
            if field in numbers and model.FACTORS:
                if not is_plain_number(value):
                    problem = f"{value!r} is not a plain number"
                    yield Fault(file, line, column, problem, HINTS["plain_number"])
                continue
            terms = known.get(field, [])
            if value not in terms:
                new = f"A new term is a row of {target}: {field},{value},LABEL,DEFINITION,ORDER."
                problem = f"{value!r} is not a {field} of vocabulary.csv"
                yield Fault(file, line, column, problem, did_you_mean(value, terms, new))


def _terms(row: Row, model: type[Row]) -> Iterator[tuple[str, str, str]]:
    """Yield column, field and cell of all that must be terms; not what is not reported."""
    for column, field in model.TERMS.items():
        for value in _values(row, column):
            if value != NOT_REPORTED or column not in model.UNSTATED:
                yield column, field, value
    for field, value in row.factors().items() if model.FACTORS else ():
        if value not in ("", NOT_REPORTED):
            yield field, field, value


def _same_facts(outcomes: Numbered, file: str) -> Iterator[Fault]:
    first: dict[tuple[str, ...], int] = {}
    for line, row in only(Outcome, outcomes):
        if row.record_type == "conflicting":
            continue
        fact = tuple(str(getattr(row, column)) for column in SAME_FACT)
        if fact in first:
            problem = f"the same fact ({', '.join(fact)}) stands already in row {first[fact]}"
            hint = "Remove one, or mark it 'conflicting'."
            yield Fault(file, line, "outcome", problem, hint)
        first.setdefault(fact, line)


def _larger_than_arm(outcomes: Numbered, arms: Numbered, file: str) -> Iterator[Fault]:
    enrolled = {row.arm_id: row.n_enrolled for _, row in only(Arm, arms)}
    for line, row in only(Outcome, outcomes):
        total, size = row.total, enrolled.get(row.arm_id)
        if total is not None and size is not None and total > size:
            problem = f"total is {total} but the arm has {size} patients"
            yield Fault(file, line, "total", problem, "Correct the total or the arm.")
