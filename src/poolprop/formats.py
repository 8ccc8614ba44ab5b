"""How every number that a person reads is written: scale, digits, signs. The one policy.

``docs/formats.md`` states the rules; ``report/static/js/formats.js`` repeats what scripts need,
and a test compares both value by value. Nothing here depends on the locale.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

MINUS, EN_DASH, MISSING = "\N{MINUS SIGN}", "\N{EN DASH}", "\N{EM DASH}"

# One out of how many: the unit of each scale.
SCALES = {"percent": 100, "per_1000": 1_000, "per_10000": 10_000, "per_100000": 100_000}
# An interval this wide on the scale of percent is given without decimals.
WIDE = Decimal(10)
# Digits that tell a number from the noise of computing with it: 28.499999999999996 is 28.5.
CLEAN = Context(prec=12, rounding=ROUND_HALF_UP)
EXACT = Context(prec=400)
SMALLEST_P, LARGEST_RATIO, SMALLEST, MOST_DIGITS = 0.001, 1_000, Decimal("0.0001"), 9
Number = float | None


def fixed(value: float | Decimal, places: int) -> str:
    """Write a finite number with fixed decimals; an exact half is rounded away from zero.

    So do calculators, spreadsheets and browsers; negative ``places`` round to tens, hundreds.

    Examples
    --------
    >>> fixed(100 * 9 / 16, 1), fixed(-1234.5, 0), fixed(549.73, -1)
    ('56.3', '−1,235', '550')
    """
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, EXACT)
    text = f"{rounded if rounded else abs(rounded):,.{max(0, places)}f}"
    return text.replace("-", MINUS)


def missing(*values: Number) -> bool:
    """Return whether any number cannot be written."""
    return any(value is None or not math.isfinite(value) for value in values)


def count(value: Number) -> str:
    """Write a whole number: ``7``, ``3,510``."""
    return MISSING if value is None or missing(value) else fixed(value, 0)


def part(events: int, total: int) -> str:
    """Write a count of a count: ``12 of 13``, ``all 3,510``, ``none of 13``."""
    of = "all" if events == total else f"{count(events) if events else 'none'} of"
    return f"{of} {count(total)}"


def number(value: Number, places: int = 2) -> str:
    """Write a statistic (tau2, Q, a slope): two decimals, and at least two digits."""
    if value is None or missing(value):
        return MISSING
    shown = _clean(value, 1)
    size = abs(shown)
    if 0 < size < SMALLEST:
        return f"> {MINUS}{SMALLEST}" if value < 0 else f"< {SMALLEST}"
    places = max(places, 1 - size.adjusted()) if size else places
    return fixed(shown, 0 if size >= LARGEST_RATIO else places)


def p_value(value: Number) -> str:
    """Write a p value: two decimals, three below 0.1; ``< 0.001`` and ``> 0.99`` at the ends."""
    if value is None or missing(value) or value < SMALLEST_P:
        return MISSING if missing(value) else f"< {SMALLEST_P}"
    text = fixed(value, 3 if value < 0.1 else 2)
    return "> 0.99" if value < 1 and text == "1.00" else text


def ratio(value: Number, lower: Number = None, upper: Number = None) -> str:
    """Write a ratio (of odds, of risks): two significant digits, or what its interval carries."""
    if value is None or math.isnan(value) or value > LARGEST_RATIO:
        return f"> {LARGEST_RATIO:,}" if value and value > 1 else MISSING
    if 0 < value < SMALLEST_P:
        return f"< {SMALLEST_P}"
    shown, width = _clean(value, 1), _width(lower, upper, 1)
    places = 1 - shown.adjusted() if shown else 0
    return fixed(shown, max(places, 1 - width.adjusted()) if width else places)


def own_decimals(value: float) -> str:
    """Write a number that is set, such as a tolerance, with the decimals it has: ``0.000001``."""
    exponent = int(_clean(value, 1).normalize().as_tuple().exponent)
    return fixed(value, max(0, -exponent))


def level(value: float) -> str:
    """Write a number that the plan states, such as a level, with the decimals it has: 99.9%."""
    return PERCENT.stated(value)


def share(value: Number) -> str:
    """Write I2, a weight, a probability or a share of analyses: whole percent but at the ends."""
    return PERCENT.value(value, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Policy:
    """How the proportions of one outcome are written: scale, and decimals if they are fixed."""

    scale: str = "percent"
    digits: int | None = None

    @classmethod
    def of(cls, meta: Mapping[str, Any]) -> Policy:
        """Return the policy that a result file states of its endpoint."""
        return cls(meta.get("scale") or "percent", meta.get("digits"))

    @property
    def base(self) -> int:
        """One out of how many."""
        return SCALES[self.scale]

    @property
    def unit(self) -> str:
        """What follows a number, with its space: ``%`` or `` per 10,000``; stripped, a heading."""
        return "%" if self.scale == "percent" else f" per {self.base:,}"

    @property
    def points(self) -> str:
        """What follows a difference, with its space: `` points`` or `` per 10,000``."""
        return " points" if self.scale == "percent" else self.unit

    def number(
        self, value: Number, lower: Number = None, upper: Number = None, estimate: Number = None
    ) -> str:
        """Write a proportion without its unit; an em dash where there is none.

        The width of the interval ``lower`` to ``upper`` decides the digits; where ``value`` is a
        limit of it, ``estimate`` is what it belongs to.
        """
        if value is None or missing(value):
            return MISSING
        shown = _clean(value, self.base)
        if shown in (0, self.base):
            return fixed(shown, 0)
        if estimate is None or missing(estimate):  # a limit alone: of the interval's middle
            ends = lower is not None and upper is not None and value in (lower, upper)
            estimate = ((lower or 0.0) + (upper or 0.0)) / 2 if ends else value
        width = _width(lower, upper, self.base)
        places, most = self._places(shown, width, _clean(estimate, self.base))
        text = fixed(shown, places)
        if text not in (fixed(0, places), fixed(self.base, places)):
            return text
        needed, edge = self._own(shown, 1), Decimal(1).scaleb(-most)
        if needed <= most:
            return fixed(shown, needed)
        low = shown < self.base / 2
        return f"< {fixed(edge, most)}" if low else f"> {fixed(self.base - edge, most)}"

    def value(self, value: Number, lower: Number = None, upper: Number = None) -> str:
        """Write a proportion with its unit: ``81%``, ``1.3 per 10,000``."""
        text = self.number(value, lower, upper)
        return text if text == MISSING else f"{text}{self.unit}"

    def interval(
        self, lower: Number, upper: Number, estimate: Number = None, *, dash: str = EN_DASH
    ) -> str:
        """Write an interval without unit: ``50–97``; ``to`` where a limit is such as ``< 0.1``."""
        if missing(lower, upper):
            return MISSING
        ends = [self.number(at, lower, upper, estimate) for at in (lower, upper)]
        return (" to " if any(end[0] in "<>" for end in ends) else dash).join(dict.fromkeys(ends))

    def difference(self, value: Number, lower: Number = None, upper: Number = None) -> str:
        """Write a difference of proportions on the scale, with its sign, without unit."""
        text = self.number(None if value is None else abs(value), lower, upper)
        if value is None or text == MISSING:
            return MISSING
        if not text[0].isdigit():  # too small to show
            return text if value > 0 else text.replace("< ", f"> {MINUS}")
        return text if value == 0 else f"{MINUS if value < 0 else '+'}{text}"

    def stated(self, value: float) -> str:
        """Write a proportion that the plan states, such as a threshold: ``50%``."""
        return f"{self.ticks([value])[0]}{self.unit}"

    def frequency(self, value: float, lower: Number = None, upper: Number = None) -> str:
        """Write a proportion as patients out of a round number: ``81 of 100``, ``3 of 1,000``."""
        text = self.number(value, lower, upper)
        whole, _, decimals = text.replace(",", "").partition(".")
        decimals = decimals.rstrip("0")
        many = f"{int(whole + decimals):,}" if whole.isdigit() else text
        return f"{many} of {self.base * 10 ** len(decimals):,}"

    def observed(self, events: int, total: int) -> str:
        """Write a study's own proportion, with the digits of its Wilson interval, without unit."""
        share, turn = min(1.0, events / total), 3.84 / total
        middle, half = share + turn / 2, math.sqrt(turn * (share * (1 - share) + turn / 4))
        return self.number(share, (middle - half) / (1 + turn), (middle + half) / (1 + turn))

    def ticks(self, values: Iterable[float]) -> list[str]:
        """Write the ticks of one axis, without unit, with the decimals of the finest; 0 as such."""
        shown = [_clean(value, self.base).normalize() for value in values]
        places = max((-int(at.as_tuple().exponent) for at in shown), default=0)
        return [fixed(at, 0 if at in (0, self.base) else max(0, places)) for at in shown]

    def _own(self, shown: Decimal, digits: int) -> int:
        """Return the decimals that show this many digits of the distance to the nearer end."""
        room = CLEAN.subtract(Decimal(self.base), shown)
        near = min(abs(shown), abs(room)) or self.base
        return max(0, digits - 1 - Decimal(near).adjusted())

    def _places(self, shown: Decimal, width: Decimal, centre: Decimal) -> tuple[int, int]:
        """Return a number's decimals, and how many at most to tell it from 0 or all."""
        carried = max(0, 1 - width.adjusted()) if width else 0
        if self.digits is not None:
            least = max(self.digits, carried - 1)
            return least, least
        if self.scale == "percent" and width >= WIDE:
            return 0, 1
        usual = max(carried, self._own(centre, 2))
        most = usual if self.scale == "percent" else usual + 1
        return min(max(carried, self._own(shown, 2)), most), usual + 2


PERCENT = Policy()


def policy_for(
    events: Iterable[float], total: Iterable[float], scale: str = "auto", digits: int | str = "auto"
) -> Policy:
    """Return the policy of an outcome: its declared scale, or what its counts ask for.

    ``auto``: the first scale on which the crude share of all events is 1 or more; half an event
    stands for none.

    Examples
    --------
    >>> policy_for([12, 7, 40, 3], [98211, 130400, 201233, 51000]).scale
    'per_10000'
    """
    if scale == "auto":
        crude = (sum(events) or 0.5) / (sum(total) or 1)
        scale = next((name for name, of in SCALES.items() if crude * of >= 1), "per_100000")
    return Policy(scale, None if digits == "auto" else int(digits))


def _clean(value: float, factor: int) -> Decimal:
    return CLEAN.create_decimal(Decimal(value * factor))


def _width(lower: Number, upper: Number, factor: int) -> Decimal:
    """Return the width of an interval on a scale; 0 where there is none."""
    if lower is None or upper is None or missing(lower, upper):
        return Decimal(0)
    return abs(CLEAN.subtract(_clean(upper, factor), _clean(lower, factor)))


def plural(number: int, one: str, many: str = "") -> str:
    """Return the word that goes with a number: 1 study, 0 studies."""
    if number == 1:
        return one
    return many or (f"{one[:-1]}ies" if one.endswith("y") else f"{one}s")


def counted(number: int, noun: str, several: str = "") -> str:
    """Write a number with its noun: 1 fault, 2 faults, or ``several`` of them."""
    return f"{number:,} {plural(number, noun, several)}"
