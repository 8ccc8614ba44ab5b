"""What a cell and a row of a table may hold: the parts that all tables are made of."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

NOT_REPORTED = "NR"
TO_FILL = "to be filled in"  # the remark on rows made for a new study that nobody has filled in yet
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")


def _number_or_none(cell: object) -> object:
    return None if cell in ("", NOT_REPORTED) else cell


def _items(cell: object) -> object:
    return (
        tuple(part.strip() for part in cell.split(";") if part.strip())
        if isinstance(cell, str)
        else cell
    )


def shortened(value: object) -> str:
    """Return a value as messages show it: whole if it is short."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _plain_digits(cell: object) -> object:
    """Refuse what ``int`` would forgive: signs, blanks, underscores, other scripts' digits."""
    if isinstance(cell, str) and not (cell.isascii() and cell.isdigit()):
        raise PydanticCustomError(
            "whole_number", "{value} is not a whole number", {"value": shortened(cell)}
        )
    return cell


def is_plain_number(cell: str) -> bool:
    """Tell whether a cell holds a number, is ``NR`` or empty."""
    return cell in ("", NOT_REPORTED) or bool(NUMBER.fullmatch(cell))


def _plain_number(cell: object) -> object:
    """Refuse what ``float`` would forgive: blanks, underscores, exponents, other scripts."""
    if isinstance(cell, str) and not is_plain_number(cell):
        raise PydanticCustomError(
            "plain_number", "{value} is not a plain number", {"value": shortened(cell)}
        )
    return _number_or_none(cell)


Count = Annotated[int, BeforeValidator(_plain_digits), Field(ge=0, le=10**9)]
MaybeCount = Annotated[Count | None, BeforeValidator(_number_or_none)]
MaybeNumber = Annotated[
    Annotated[float, Field(allow_inf_nan=False)] | None, BeforeValidator(_plain_number)
]
MaybeDecimal = Annotated[
    Annotated[Decimal, Field(allow_inf_nan=False)] | None, BeforeValidator(_plain_number)
]
# Decimals keep what is printed: 20.0 claims more than 20.
MaybePercent = Annotated[
    Annotated[Decimal, Field(allow_inf_nan=False, ge=0, le=200)] | None,
    BeforeValidator(_plain_number),
]
MAYBE_NUMBERS = (_number_or_none, _plain_number)
Key = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+-]*$")]
Text = Annotated[str, Field(max_length=2000)]
Label = Annotated[str, Field(min_length=1, max_length=300)]
Items = Annotated[tuple[str, ...], BeforeValidator(_items)]


class Row(BaseModel):
    """Base of all rows: unknown columns are errors, rows are immutable.

    Class attributes say which file the table is, which columns name a row, and which
    columns hold terms of ``vocabulary.csv`` (column -> field of the vocabulary).
    ``UNSTATED`` are those of them that may be ``NR``.
    A table with ``FACTORS`` may have more columns: each is a field of the vocabulary, and its
    cells are terms of it, ``NR`` or empty.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False)

    FACTORS: ClassVar[bool] = False
    FILE: ClassVar[str]
    KEY: ClassVar[tuple[str, ...]]
    TERMS: ClassVar[dict[str, str]] = {}
    UNSTATED: ClassVar[tuple[str, ...]] = ()
    REQUIRED: ClassVar[bool] = True

    def facts(self) -> dict[str, Any]:
        """Return the cells of our own columns."""
        return {name: getattr(self, name) for name in type(self).model_fields}

    def factors(self) -> dict[str, str]:
        """Return the cells of the columns that the review itself defined."""
        return {name: str(cell) for name, cell in (self.model_extra or {}).items()}


class FactorRow(Row):
    """A row that may carry factors of the review, such as setting or age group."""

    model_config = ConfigDict(extra="allow", frozen=True)
    FACTORS = True
