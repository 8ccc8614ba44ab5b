"""Printed claims that are no row of ``outcomes.csv``: p values, sums, joint constraints.

A claim is one printed figure with what it is about. Its ``terms`` name other figures:

- an ``outcome_id``, for the counts and the percentage of that row;
- a ``claim_id``, for a percentage whose counts are to be found;
- ``x/n`` or a plain number, where no row exists.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, model_validator
from pydantic_core import PydanticCustomError

from poolprop.evidence.audit.names import INTERVALS, NAMED_TESTS
from poolprop.evidence.audit.printed import Printed
from poolprop.evidence.cells import (
    NOT_REPORTED,
    Items,
    Key,
    Label,
    MaybeCount,
    MaybeDecimal,
    Row,
    Text,
)

Kind = Literal[
    "p_value", "hazard_ratio", "interval", "sum", "percent_only", "shared_denominator", "joint",
    "repeat",
]  # fmt: skip
LITERAL = re.compile(r"\d+(/\d+)?|\d+\.\d+")
LEAST_TERMS = {
    "p_value": 2, "interval": 1, "sum": 2, "shared_denominator": 2, "joint": 2, "repeat": 2,
}  # fmt: skip
MOST_TOTALS = 1000
PRINTS = ("p_value", "hazard_ratio", "percent_only")


def _totals(cell: object) -> object:
    """Read ``1-7;12`` as the whole numbers it lists."""
    if not isinstance(cell, str):
        return cell
    numbers: set[int] = set()
    for part in filter(None, (piece.strip() for piece in cell.split(";"))):
        match = re.fullmatch(r"([1-9]\d{0,4})(?:-([1-9]\d{0,4}))?", part)
        if match is None or (match[2] and int(match[2]) < int(match[1])):
            raise PydanticCustomError(
                "number_list", "{part} is not a number or range such as 1-7", {"part": repr(part)}
            )
        numbers.update(range(int(match[1]), int(match[2] or match[1]) + 1))
    if len(numbers) > MOST_TOTALS:
        message = "more than {most} denominators are too many to try"
        raise PydanticCustomError("number_list", message, {"most": MOST_TOTALS})
    return tuple(sorted(numbers))


Totals = Annotated[tuple[int, ...], BeforeValidator(_totals)]


class Claim(Row):
    """A printed figure and the other figures it is about."""

    FILE = "claims.csv"
    KEY = ("claim_id",)
    REQUIRED = False

    claim_id: Key
    source_id: Key
    kind: Kind
    subject: Label
    terms: Items
    whole: Text
    events: MaybeCount
    totals: Totals
    printed: Text
    estimate: MaybeDecimal
    lower: MaybeDecimal
    upper: MaybeDecimal
    method: Text
    discrepancy_ids: Items
    locator: Label
    note: Text

    @property
    def figure(self) -> Printed | None:
        """The printed figure as a number."""
        return Printed.parse(self.printed)

    @property
    def names_method(self) -> bool:
        """Whether the source says how it computed the figure."""
        return self.method not in ("", NOT_REPORTED)

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        least = LEAST_TERMS.get(self.kind, 0)
        if len(self.terms) < least or (self.kind == "p_value" and len(self.terms) != 2):
            message = "a claim of kind {kind} needs {least} terms, here are {found}"
            found = len(self.terms)
            raise PydanticCustomError(
                "column:terms", message, {"kind": str(self.kind), "least": least, "found": found}
            )
        if self.kind in PRINTS and self.printed != NOT_REPORTED and self.figure is None:
            context = {"printed": repr(self.printed)}
            raise PydanticCustomError(
                "column:printed", "{printed} is not a printed number", context
            )
        if self.kind == "sum" and not self.whole and not self.printed.isdecimal():
            raise PydanticCustomError(
                "column:whole", "neither whole nor a printed whole number is given", {}
            )
        if self.kind in ("percent_only", "shared_denominator") and not self.totals:
            raise PydanticCustomError("column:totals", "no possible denominator is given", {})
        if self.kind == "hazard_ratio":
            self._check_ratio()
        self._check_method()
        return self

    def _check_ratio(self) -> None:
        if self.estimate is None or self.lower is None or self.upper is None:
            message = "estimate, lower and upper are not all given"
            raise PydanticCustomError("column:estimate", message, {})
        if not 0 < self.lower < self.upper or not self.lower <= self.estimate <= self.upper:
            message = "the ratio does not lie within an interval above 0"
            raise PydanticCustomError("column:estimate", message, {})

    def _check_method(self) -> None:
        known = {"p_value": tuple(NAMED_TESTS), "interval": tuple(INTERVALS)}.get(self.kind)
        if self.names_method and known and self.method not in known:
            context = {"method": repr(self.method), "known": ", ".join(known)}
            raise PydanticCustomError("column:method", "{method} is none of {known}", context)
