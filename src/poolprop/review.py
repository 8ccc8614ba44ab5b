"""The plan and the evidence together: what every step that touches ``data/`` starts from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from poolprop.errors import ConfigError, DataError, Fault, Faults, TableErrors
from poolprop.evidence.certainty import Judgement, unknown_estimands
from poolprop.evidence.load import Evidence, gathered, read_tables
from poolprop.evidence.moderators import known_numbers
from poolprop.evidence.names import not_factors
from poolprop.evidence.tables import TABLES
from poolprop.evidence.universes import ALL_OTHERWISE, AS_DECIDED, overall_risks
from poolprop.plan import Settings, parse, terms
from poolprop.plan.faults import ConfigErrors, in_file
from poolprop.plan.read import read_plan

DATA = "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A valid plan with valid tables that define all its terms."""

    settings: Settings
    evidence: Evidence


class ReviewErrors(Faults, ConfigError, DataError):
    """Faults of the plan, then those of the tables: all that one pass can find."""


def load_review(config: Path) -> Review:
    """Read and check a review; the plan's ``data`` folder is relative to the working directory.

    Raises Faults with every fault of the plan and the tables.
    """
    try:
        record = read_plan(config)
    except ConfigErrors as error:  # not YAML; the tables are looked at all the same
        _, problems = read_tables(Path(DATA)) if Path(DATA).is_dir() else ({}, [])
        raise _errors(error.faults, problems) from None
    return check_record(record, config.as_posix())


def check_record(record: Mapping[str, Any], where: str = "config/config.yaml") -> Review:
    """Check a plan as it was read, and its tables; faults have lines if the plan is a file."""
    settings, faults = parse.examine(record, where)
    folder = settings.data if settings else str(record.get("data", DATA))
    known = settings is not None or Path(folder).is_dir()
    tables, problems = read_tables(Path(folder)) if known else ({}, [])
    if settings is not None:
        broken = {problem.file for problem in problems}
        evidence = gathered(tables)
        faults = [*faults, *_between(settings, evidence, broken, where)]
        problems = [*problems, *_of_the_plan(settings, evidence, broken, where)]
        if not faults and not problems:
            return Review(settings=settings, evidence=evidence)
    if Path(where).is_file():
        faults = in_file(faults, Path(where))
    raise _errors(faults, problems)


def _errors(faults: list[Fault], problems: list[Fault]) -> Faults:
    if not problems:
        return ConfigErrors(faults)
    return ReviewErrors([*faults, *sorted(problems)]) if faults else TableErrors(problems)


def _between(
    settings: Settings, evidence: Evidence, broken: set[str], where: str
) -> Iterator[Fault]:
    """Yield what the plan names and the tables do not have; nothing of a table that is broken."""

    def sound(*names: str) -> bool:
        return not any(f"{settings.data}/{TABLES[name].FILE}" in broken for name in names)

    words: dict[str, list[str]] = {}
    for field, term in evidence.terms:
        words.setdefault(field, []).append(term)
    if sound("vocabulary"):
        whole = sound("studies", "arms", "outcomes")
        apart = not_factors(evidence.factors) if whole else {}
        numbers = known_numbers(evidence) if whole else None
        yield from terms.vocabulary_faults(settings, words, where, apart, numbers)
    if sound("studies", "arms", "risk_of_bias"):
        judged = sorted(set(overall_risks(evidence).values()))
        studies, arms = list(evidence.studies), list(evidence.arms)
        yield from terms.left_out_faults(settings, studies, judged, where, arms)


def _of_the_plan(
    settings: Settings, evidence: Evidence, broken: set[str], where: str
) -> Iterator[Fault]:
    """Yield what the tables say of a plan that is another: judgements, names of the multiverse."""
    file = f"{settings.data}/{Judgement.FILE}"
    if file not in broken:
        known = {name: list(endpoint.estimands) for name, endpoint in settings.endpoints.items()}
        rows = [
            (evidence.lines["certainty", f"{row.endpoint}.{row.estimand}.{row.domain}"], row)
            for row in evidence.supplements["certainty"]
            if isinstance(row, Judgement)
        ]
        yield from unknown_estimands(rows, known, file, where)
    for row in evidence.discrepancies:
        if row.discrepancy_id in (AS_DECIDED, ALL_OTHERWISE):
            line = evidence.lines["discrepancies", row.discrepancy_id]
            problem = f"{row.discrepancy_id!r} is a name of the multiverse"
            hint = "Call the discrepancy otherwise."
            yield Fault(f"{settings.data}/{row.FILE}", line, "discrepancy_id", problem, hint)
