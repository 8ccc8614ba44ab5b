"""The plan and the evidence together: what every step that touches ``data/`` starts from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from poolprop import plan
from poolprop.evidence.certainty import Judgement, unknown_estimands
from poolprop.evidence.load import Evidence, load
from poolprop.evidence.names import not_factors
from poolprop.evidence.problems import Problem, TableErrors
from poolprop.evidence.universes import ALL_OTHERWISE, AS_DECIDED, overall_risks
from poolprop.settings import Settings
from poolprop.settings.faults import ConfigErrors


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A valid plan with valid tables that define all its terms."""

    settings: Settings
    evidence: Evidence


def load_review(config: Path) -> Review:
    """Read and check a review.

    Parameters
    ----------
    config : Path
        The plan; its ``data`` folder is relative to the working directory.

    Raises
    ------
    ConfigError, DataError
        With one line for each fault of the plan or the tables.
    """
    settings = plan.load(config)
    try:
        return check_review(settings, config.as_posix())
    except ConfigErrors as error:
        raise error.in_file(config) from None


def check_review(settings: Settings, where: str = "config/config.yaml") -> Review:
    """Read the tables of a plan and check that they define all its terms."""
    evidence = load(Path(settings.data))
    terms: dict[str, list[str]] = {}
    for field, term in evidence.terms:
        terms.setdefault(field, []).append(term)
    judged = sorted(set(overall_risks(evidence).values()))
    faults = [
        *plan.vocabulary_faults(settings, terms, where, not_factors(evidence.factors)),
        *plan.left_out_faults(settings, list(evidence.studies), judged, where),
    ]
    if faults:
        raise ConfigErrors(faults)
    problems = [*_unknown_judged(settings, evidence, where), *_taken_decisions(settings, evidence)]
    if problems:
        raise TableErrors(problems)
    return Review(settings=settings, evidence=evidence)


def _unknown_judged(settings: Settings, evidence: Evidence, where: str) -> Iterator[Problem]:
    """Yield judgements of certainty on what the plan does not estimate."""
    known = {name: list(endpoint.estimands) for name, endpoint in settings.endpoints.items()}
    rows = [
        (evidence.lines["certainty", f"{row.endpoint}.{row.estimand}.{row.domain}"], row)
        for row in evidence.supplements["certainty"]
        if isinstance(row, Judgement)
    ]
    yield from unknown_estimands(rows, known, f"{settings.data}/{Judgement.FILE}", where)


def _taken_decisions(settings: Settings, evidence: Evidence) -> Iterator[Problem]:
    """Yield discrepancies that are called like a way to decide all of them (the multiverse)."""
    for row in evidence.discrepancies:
        if row.discrepancy_id in (AS_DECIDED, ALL_OTHERWISE):
            file, line = (
                f"{settings.data}/{row.FILE}",
                evidence.lines["discrepancies", row.discrepancy_id],
            )
            problem = f"{row.discrepancy_id!r} is a name of the multiverse"
            yield Problem(file, line, "discrepancy_id", problem, "Call the discrepancy otherwise.")
