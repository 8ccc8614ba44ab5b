"""The judged domains of GRADE: ``certainty.csv``, one domain of one estimand a row.

References
----------
Iorio A et al. (2015). BMJ 350:h870 (GRADE for evidence about prognosis).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from poolprop.errors import Fault
from poolprop.evidence.cells import Count, Key, Row
from poolprop.judged import PATTERN
from poolprop.sentences import COUNTED, FACTS, unknown

DOMAINS = ("risk_of_bias", "inconsistency", "indirectness", "imprecision", "publication_bias")
DOWNGRADES = {"not_serious": 0, "serious": 1, "very_serious": 2, "extremely_serious": 3}


class Judgement(Row):
    """What was judged of one domain, and why."""

    FILE = "certainty.csv"
    KEY = ("endpoint", "estimand", "domain")
    REQUIRED = False

    endpoint: Key
    estimand: Key
    domain: Literal[
        "risk_of_bias", "inconsistency", "indirectness", "imprecision", "publication_bias"
    ]
    judgement: Literal["not_serious", "serious", "very_serious", "extremely_serious"]
    downgrade: Count
    reason: Annotated[str, Field(min_length=1, max_length=2000)]
    judged_on: Annotated[str, Field(pattern=PATTERN)] = ""

    @model_validator(mode="after")
    def _downgrade_is_that_of_the_judgement(self) -> Self:
        levels = DOWNGRADES[self.judgement]
        if self.downgrade != levels:
            message = "downgrade is {downgrade} but {judgement} means {levels}"
            context = {
                "downgrade": self.downgrade,
                "judgement": repr(str(self.judgement)),
                "levels": levels,
            }
            raise PydanticCustomError("column:downgrade", message, context)
        return self

    @field_validator("reason")
    @classmethod
    def _fields_are_known(cls, reason: str) -> str:
        known = (*FACTS, COUNTED[0])
        if odd := unknown(reason, known):
            message = "{field} is not a field; known are {known}"
            context = {"field": f"'{{{odd[0]}}}'", "known": ", ".join(known)}
            raise PydanticCustomError("column:reason", message, context)
        return reason


def missing_domains(rows: list[tuple[int, Judgement]], file: str) -> Iterator[Fault]:
    """Yield a fault for each domain that an estimand with any judgement lacks."""
    first: dict[tuple[str, str], int] = {}
    judged: dict[tuple[str, str], set[str]] = {}
    for line, row in rows:
        key = row.endpoint, row.estimand
        first.setdefault(key, line)
        judged.setdefault(key, set()).add(row.domain)
    for key, line in first.items():
        for domain in DOMAINS:
            if domain not in judged[key]:
                problem = f"{domain!r} is not judged for {'/'.join(key)}"
                yield Fault(file, line, "domain", problem, "Add a row for it.")


def unknown_estimands(
    rows: list[tuple[int, Judgement]], known: dict[str, list[str]], file: str, plan: str
) -> Iterator[Fault]:
    """Yield a fault for the first row of each endpoint or estimand that the plan does not have."""
    first = {(row.endpoint, row.estimand): (line, row) for line, row in reversed(rows)}
    for line, row in first.values():
        if row.endpoint not in known:
            problem = f"{row.endpoint!r} is not an endpoint of {plan}"
            hint = f"Known are {', '.join(known)}."
            yield Fault(file, line, "endpoint", problem, hint)
        elif row.estimand not in known[row.endpoint]:
            problem = f"{row.estimand!r} is not an estimand of {row.endpoint} in {plan}"
            hint = f"Known are {', '.join(known[row.endpoint])}."
            yield Fault(file, line, "estimand", problem, hint)
