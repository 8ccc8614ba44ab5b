"""All tables together, checked against each other, or a list of what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from poolprop.errors import Fault, TableErrors
from poolprop.evidence.audit.claims import Claim
from poolprop.evidence.cells import Row
from poolprop.evidence.checks import cross_checks, only
from poolprop.evidence.flow import FlowBox
from poolprop.evidence.names import NUMBERS
from poolprop.evidence.read import Numbered, read_table
from poolprop.evidence.supplements import ExtractionRow
from poolprop.evidence.tables import TABLES, Arm, Discrepancy, Outcome, Source, Study, Term
from poolprop.sentences import counted

SUPPLEMENTS = (
    "survival", "continuous", "patients", "risk_of_bias", "benchmarks", "certainty", "flow",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The curated tables, valid on their own and together; rows stand in the order of the file."""

    sources: dict[str, Source]  # by identifier, as the other dicts of rows
    studies: dict[str, Study]
    arms: dict[str, Arm]
    outcomes: dict[str, Outcome]
    terms: dict[tuple[str, str], Term]  # by (field, term)
    discrepancies: tuple[Discrepancy, ...]  # contradictions of the sources
    claims: dict[str, Claim]  # printed figures that are no outcome
    extraction: tuple[ExtractionRow, ...]  # the two independent extractions side by side
    supplements: dict[str, tuple[Row, ...]]  # rows of every other table that is there, by its name
    lines: dict[tuple[str, str], int] = field(repr=False)  # line in the file by (table, identifier)

    def label(self, field_name: str, term: str) -> str:
        """Return how the report calls a term; the term itself if the vocabulary lacks it."""
        found = self.terms.get((field_name, term))
        return found.label if found else term

    def factor(self, row: Outcome, name: str) -> str:
        """Return a factor of a row: its own value, or else that of its arm or study."""
        if name == "design":
            return self.study_of(row.arm_id).design
        owners = (row, self.arms[row.arm_id], self.study_of(row.arm_id))
        return next(filter(None, (table.factors().get(name, "") for table in owners)), "")

    @property
    def factors(self) -> list[str]:
        """The factors that any study, arm or outcome has, in the order of the vocabulary."""
        used = self._further()
        return [name for name in dict.fromkeys(field for field, _ in self.terms) if name in used]

    @property
    def numbers(self) -> list[str]:
        """The numbers that the review itself declared, and any study, arm or outcome has."""
        used = self._further()
        return [term for field, term in self.terms if field == NUMBERS and term in used]

    def _further(self) -> set[str]:
        rows = (*self.studies.values(), *self.arms.values(), *self.outcomes.values())
        return {name for row in rows for name in row.factors()}

    def source_of(self, outcome: Outcome) -> str:
        """Return the document that an outcome comes from."""
        return self.study_of(outcome.arm_id).source_id

    def study_of(self, arm_id: str) -> Study:
        """Return the study an arm belongs to."""
        return self.studies[self.arms[arm_id].study_id]


def load(folder: Path) -> Evidence:
    """Read and check all tables of a review in a folder.

    Raises TableErrors with every fault of every table, one line each: ``file:row:column: problem.
    hint``.
    """
    tables, problems = read_tables(folder)
    if problems:
        raise TableErrors(problems)
    return gathered(tables)


def read_tables(folder: Path) -> tuple[dict[str, Numbered], list[Fault]]:
    """Return the good rows of all tables with their lines, and everything that is wrong."""
    tables: dict[str, Numbered] = {}
    problems: list[Fault] = []
    for name in ("vocabulary", *(name for name in TABLES if name != "vocabulary")):
        path = folder / TABLES[name].FILE
        terms = [row for _, row in only(Term, tables.get("vocabulary", []))]
        fields = dict.fromkeys(term.term if term.field == NUMBERS else term.field for term in terms)
        tables[name], faults = read_table(path, TABLES[name], path.as_posix(), fields)
        problems += faults
    counts = counted(tables["sources"], tables["studies"], tables["arms"])
    tables["flow"] = [
        (line, row.counted(counts)) for line, row in only(FlowBox, tables.get("flow", []))
    ]
    broken = {fault.file for fault in problems}
    problems += cross_checks(tables, folder.as_posix(), broken)
    return tables, problems


def gathered(tables: dict[str, Numbered]) -> Evidence:
    """Return the evidence that rows of tables make."""

    def by_key(name: str) -> dict[str, Any]:
        key = TABLES[name].KEY[0]
        return {getattr(row, key): row for _, row in tables[name]}

    lines = {
        (name, ".".join(getattr(row, part) for part in TABLES[name].KEY)): line
        for name, rows in tables.items()
        for line, row in rows
    }
    terms = [row for _, row in tables["vocabulary"] if isinstance(row, Term)]
    return Evidence(
        sources=by_key("sources"),
        studies=by_key("studies"),
        arms=by_key("arms"),
        outcomes=by_key("outcomes"),
        terms={(row.field, row.term): row for row in terms},
        discrepancies=tuple(
            row for _, row in tables["discrepancies"] if isinstance(row, Discrepancy)
        ),
        claims=by_key("claims"),
        extraction=tuple(row for _, row in tables["extraction"] if isinstance(row, ExtractionRow)),
        supplements={name: tuple(row for _, row in tables[name]) for name in SUPPLEMENTS},
        lines=lines,
    )
