"""A figure as a source prints it: its decimals, its rounding, and what it can stand for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Literal, Self

from poolprop.formats import Policy, fixed

Relation = Literal["=", "<", ">"]
PATTERN = re.compile(r"([<>=]?)\s*(\d+(?:\.\d+)?|\.\d+)\s*%?")


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed number with its relation: ``<`` for a figure such as ``<0.001``."""

    relation: Relation
    value: Decimal  # with all its decimals: 20.0 claims more than 20

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a printed figure; ``None`` if the text is none."""
        match = PATTERN.fullmatch(text.strip())
        if match is None:
            return None
        sign, digits = match.groups()
        relation: Relation = "<" if sign == "<" else ">" if sign == ">" else "="
        return cls(relation, Decimal(digits))

    @property
    def unit(self) -> Decimal:
        """One unit of the last printed place."""
        return Decimal(1).scaleb(-self.places)

    @property
    def places(self) -> int:
        """Number of printed decimals."""
        exponent = self.value.as_tuple().exponent
        return max(0, -exponent) if isinstance(exponent, int) else 0

    @property
    def bounds(self) -> tuple[Decimal, Decimal]:
        """The smallest and the largest number that round to the figure."""
        return self.value - self.unit / 2, self.value + self.unit / 2

    @property
    def span(self) -> tuple[Decimal, Decimal]:
        """The smallest and the largest percentage the figure can stand for."""
        least, most = self.bounds
        if self.relation == "<":
            least = Decimal(0)
        if self.relation == ">":
            most = Decimal(100)
        return least, most

    def fits(self, exact: Decimal | float) -> bool:
        """Tell whether a number, rounded half up or half to even, gives the figure."""
        number = exact if isinstance(exact, Decimal) else Decimal(repr(exact))
        if self.relation == "<":
            return number < self.value
        if self.relation == ">":
            return number > self.value
        rules = (ROUND_HALF_UP, ROUND_HALF_EVEN)
        return any(number.quantize(self.unit, rule) == self.value for rule in rules)

    def overlaps(self, lower: float, upper: float) -> bool:
        """Tell whether some number between two limits gives the figure."""
        if self.relation == "<":
            return Decimal(repr(lower)) < self.value
        if self.relation == ">":
            return Decimal(repr(upper)) > self.value
        least, most = self.bounds
        return Decimal(repr(lower)) <= most and Decimal(repr(upper)) >= least

    def __str__(self) -> str:
        return f"{'' if self.relation == '=' else self.relation}{self.value:f}"


def percentage(events: int, total: int) -> Decimal:
    """Return 100 x / n, exact wherever a rounding rule could be in doubt."""
    return Decimal(100 * events) / Decimal(total)


def counts_that_fit(percent: Printed, total: int) -> range:
    """Return every count of ``total`` whose percentage is printed as ``percent``.

    Examples
    --------
    >>> list(counts_that_fit(Printed.parse("83"), 6))
    [5]
    >>> list(counts_that_fit(Printed.parse("74"), 7))
    []
    """
    least, most = percent.span
    first = max(0, int(least * total / 100) - 1)
    last = min(total, int(most * total / 100) + 1)
    return _run(first, last, lambda count: percent.fits(percentage(count, total)))


def totals_that_fit(percent: Printed, events: int) -> range:
    """Return every denominator of which ``events`` is ``percent``; none if there is no end."""
    least, most = percent.span
    if events == 0 or least <= 0:
        return range(0)
    first = max(events, int(100 * events / most) - 1)
    last = int(100 * events / least) + 1
    return _run(first, last, lambda total: percent.fits(percentage(events, total)))


def _run(first: int, last: int, fits: Callable[[int], bool]) -> range:
    """Cut a run of numbers down to those that fit: they are neighbours, as rounding is monotone."""
    while first <= last and not fits(first):
        first += 1
    while first <= last and not fits(last):
        last -= 1
    return range(first, last + 1)


def ratios_that_fit(
    percent: Printed, totals: tuple[int, ...], events: int | None = None
) -> tuple[tuple[int, int], ...]:
    """Return every (events, total) whose percentage is printed as ``percent``.

    ``totals`` are the possible denominators; ``events`` is the count, where the source gives it.
    """
    return tuple(
        (count, total)
        for total in totals
        for count in counts_that_fit(percent, total)
        if events is None or count == events
    )


def show_percent(events: int, total: int, places: int = 0) -> str:
    """Write ``x/n = p%`` with one decimal more than the source prints."""
    return f"{events}/{total} = {beside(percentage(events, total), places + 1)}"


def beside(percent: float | Decimal, places: int = 1) -> str:
    """Write a recomputed percentage to stand beside a printed one, with the decimals asked for."""
    return Policy(digits=places).value(float(percent) / 100)


def show_p(value: float) -> str:
    """Write a p value with four decimals."""
    return fixed(value, 4) if value >= 0.0001 else "<0.0001"
