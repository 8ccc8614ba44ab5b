"""Numbers of studies and arms that a plan may regress on, and which studies state them.

Some are columns of every review; a review has others where ``vocabulary.csv`` declares them, as
terms of the field ``number``.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BeforeValidator

from poolprop.evidence.cells import MAYBE_NUMBERS, NOT_REPORTED
from poolprop.evidence.load import Evidence
from poolprop.evidence.tables import Outcome, Study
from poolprop.plan import Endpoint, Moderator
from poolprop.plan.columns import FIXED_NUMBERS

# Levels that say nothing of who is inside.
UNCLEAR = ("", "mixed", NOT_REPORTED)
OWN_NUMBERS = tuple(
    name
    for name, field in Study.model_fields.items()
    if any(isinstance(one, BeforeValidator) and one.func in MAYBE_NUMBERS for one in field.metadata)
)


def known_numbers(evidence: Evidence) -> list[str]:
    """Return every number that a plan can name."""
    return list(dict.fromkeys((*FIXED_NUMBERS, *OWN_NUMBERS, *evidence.numbers)))


def asked_numbers(endpoint: Endpoint) -> list[str]:
    """Return the numbers that an endpoint's moderators need beside those of every data set."""
    asked = (name for plan in endpoint.moderators.values() for name in plan.numbers)
    return [name for name in dict.fromkeys(asked) if name not in FIXED_NUMBERS]


def number_of(evidence: Evidence, row: Outcome, name: str) -> str:
    """Return a number of a row's study or arm as text; empty where it is not stated."""
    if name == "total":
        return "" if row.total is None else str(row.total)
    study = evidence.study_of(row.arm_id)
    if name == "year":
        text = evidence.sources[study.source_id].year
        return text if text.isdecimal() else ""
    if name in OWN_NUMBERS:
        value = getattr(study, name)
        return "" if value is None else f"{value:.15g}"
    owners = (row, evidence.arms[row.arm_id], study)
    cells = (table.factors().get(name, "") for table in owners)
    return next((cell for cell in cells if cell not in ("", NOT_REPORTED)), "")


def complete(evidence: Evidence, rows: Sequence[Outcome], plan: Moderator) -> list[Outcome]:
    """Return the rows whose studies state everything that a moderator needs."""
    return [
        row
        for row in rows
        if all(number_of(evidence, row, name) for name in plan.numbers)
        and all(evidence.factor(row, name) not in UNCLEAR for name in plan.factors)
    ]


def coefficients(evidence: Evidence, rows: Sequence[Outcome], plan: Moderator) -> int:
    """Return how many slopes a regression on these rows has."""
    levels = [len({evidence.factor(row, name) for row in rows}) - 1 for name in plan.factors]
    return len(plan.numbers) + sum(max(count, 0) for count in levels)
