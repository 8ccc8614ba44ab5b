"""Where an axis begins and ends, where its ticks stand and what they say: for every drawing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from poolprop.formats import Policy
from poolprop.formats import fixed as fixed_places

Ends = tuple[float, float]

# An interval is drawn in full as long as it reaches no farther beyond the outermost marks than
# this many times their spread, or this many times the usual width of an interval.
SPREADS, WIDTHS = 2.0, 2.0
# 0 and 100 % are kept where they are no farther away than this share of what is drawn.
NEAR = 0.5
# Ranges below this share of the larger of their ends are those of a single value.
NOTHING = 1e-9
MOST_TICKS, MOST_DECIMALS = 6, 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A linear axis."""

    lower: float  # an end, in the units of what it shows; the larger if the axis runs downwards
    upper: float
    ticks: tuple[float, ...] = ()  # all within the axis
    bounds: Ends | None = None  # between which values the quantity can lie at all, such as 0 and 1

    def share(self, value: float) -> float:
        """Return where a value lies, from 0 to 1; values beyond the axis lie at its ends."""
        share = (value - self.lower) / (self.upper - self.lower)
        return min(1.0, max(0.0, share))

    def place(self, value: float, start: float, stop: float) -> float:
        """Return where a value lies between two places of a drawing, to a hundredth."""
        return round(start + (stop - start) * self.share(value), 2)

    def beyond(self, value: float) -> int:
        """Return -1 for a value below the axis, 1 for one above it, else 0."""
        low, high = sorted((self.lower, self.upper))
        slack = NOTHING * (high - low)
        return int(value > high + slack) - int(value < low - slack)

    @property
    def cut(self) -> tuple[bool, bool]:
        """Whether the quantity goes on below the axis, and above it."""
        if self.bounds is None:
            return False, False
        return self.lower > self.bounds[0], self.upper < self.bounds[1]


UNIT = (0.0, 1.0)


def step_of(low: float, high: float, most: int = MOST_TICKS) -> float:
    """Return the distance of round values, 1, 2 or 5 times a power of ten, at most ``most``."""
    rough = (high - low) / most
    unit = 10.0 ** math.floor(math.log10(rough))
    return next(unit * by for by in (1, 2, 5, 10) if unit * by >= rough * (1 - NOTHING))


def ticks(low: float, high: float, most: int = MOST_TICKS) -> tuple[float, ...]:
    """Return about ``most`` round values at most within a range, in rising order.

    ``low`` may be the larger end.
    """
    low, high = sorted((low, high))
    step = step_of(low, high, most)
    first, last = math.ceil(low / step - NOTHING), math.floor(high / step + NOTHING)
    return tuple(_clean(i * step, step) for i in range(first, last + 1))


def labels(values: Sequence[float], policy: Policy | None = None) -> list[str]:
    """Write the ticks of one axis, all with as many decimals as the finest needs.

    The policy says how the proportions of an outcome are written; ticks in percent carry their
    sign, other units stand in the title of the axis. Without it values are written as they are.
    """
    if policy is None:
        return [fixed_places(value, _decimals(values)) for value in values]
    sign = policy.unit if policy.unit == "%" else ""
    return [f"{text}{sign}" for text in policy.ticks(values)]


def _decimals(values: Sequence[float]) -> int:
    """Return how many decimals tell ticks truly: to a hundredth of their distance."""
    distances = [abs(b - a) for a, b in pairwise(values)] or [abs(one) for one in values if one]
    least = 0.01 * min(distances, default=1.0)
    enough = (d for d in range(MOST_DECIMALS) if all(abs(round(v, d) - v) <= least for v in values))
    return next(enough, MOST_DECIMALS)


def fixed(low: float, high: float, *, bounds: Ends | None = None) -> Axis:
    """Return an axis with the given ends and round ticks."""
    return Axis(lower=low, upper=high, ticks=ticks(low, high), bounds=bounds)


def around(values: Sequence[float], *, zero: bool = False, room: float = 0.08) -> Axis:
    """Return an axis that holds all values (at least one) of an unbounded quantity, with some room.

    With ``zero`` it holds 0 too, without room beyond it. ``room`` is the share of the range that is
    left free at either end.
    """
    low, high = min(values), max(values)
    low = min(low, 0.0) if zero else low
    free = room * (high - low) or 0.5 * abs(high) or 1.0
    return fixed(low if zero and low == 0 else low - free, high + free)


def proportions(
    marks: Sequence[float],
    intervals: Sequence[Ends] = (),
    wide: Sequence[Ends] = (),
    plan: Ends | None = None,
) -> Axis:
    """Return an axis for proportions with ``bounds`` (0, 1), chosen from what it has to show.

    It holds every mark: squares, dots, diamonds and lines. Intervals are held too, unless one of
    them is so wide that the marks could not be told apart beside it: such an interval is cut. 0 and
    100 % are kept where near. The usual width is the median of the studies' ``intervals``; of
    ``wide`` ones, such as pooled ones, which few studies can make as wide as the scale, the
    narrowest. A range that the ``plan`` asks for is used as it is.
    """
    if plan is not None:
        return fixed(*plan, bounds=UNIT)
    low, high = _kept(*_range(marks, intervals, wide))
    step = step_of(low, high)
    low = max(0.0, _clean(math.floor(low / step + NOTHING) * step, step))
    high = min(1.0, _clean(math.ceil(high / step - NOTHING) * step, step))
    return fixed(*_kept(low, high), bounds=UNIT)


def _range(marks: Sequence[float], intervals: Sequence[Ends], wide: Sequence[Ends]) -> Ends:
    """Return what of marks and intervals an axis holds."""
    every = [end for span in (*intervals, *wide) for end in span]
    held = list(marks) or every or list(UNIT)
    low, high = min(held), max(held)
    widths = [b - a for a, b in intervals or wide or [UNIT]]
    usual = median(widths) if intervals else min(widths)
    room = max(SPREADS * (high - low), WIDTHS * usual)
    low, high = (
        min(low, max(min(every, default=low), low - room)),
        max(high, min(max(every, default=high), high + room)),
    )
    if high - low <= NOTHING * min(high, 1 - low):
        pad = 0.5 * min(high, 1 - low) or 1.0
        low, high = max(0.0, low - pad), min(1.0, high + pad)
    return low, high


def _kept(low: float, high: float) -> Ends:
    """Return a range with 0 and 1 where they are near."""
    near = NEAR * (high - low)
    return (0.0 if low <= near else low), (1.0 if 1 - high <= near else high)


def alike(found: Sequence[Axis], share: float = 0.25) -> bool:
    """Return whether axes can be one: none is below this share of the range of all."""
    low, high = min(one.lower for one in found), max(one.upper for one in found)
    return all(one.upper - one.lower >= share * (high - low) for one in found)


def _clean(value: float, step: float) -> float:
    """Return a multiple of a step without the noise of binary fractions."""
    return round(value, 1 - math.floor(math.log10(step))) + 0.0
