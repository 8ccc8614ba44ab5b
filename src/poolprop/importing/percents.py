"""Percentages: shares of one told apart, and the counts that a printed percentage leaves open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

from poolprop.importing.entries import Entry, rows_text

HUNDRED = Decimal(100)
ONLY = "the only count that gives the percentage"
EXACT = "share times total, which is a whole number in every row"
MOST_NAMED = 3


def fitting(percent: Decimal, total: int) -> list[int]:
    """Return the counts of a total that print as a percentage, rounded either way at a half."""
    step = Decimal(1).scaleb(min(0, int(percent.as_tuple().exponent)))
    near = int(percent * total / 100)
    reach = 3 + int(step * total / 100)
    return [
        x
        for x in range(max(0, near - reach), min(total, near + reach) + 1)
        if percent
        in {
            (Decimal(100 * x) / total).quantize(step, how)
            for how in (ROUND_HALF_UP, ROUND_HALF_EVEN)
        }
    ]


def counted_back(entry: Entry, percents: Sequence[Decimal]) -> Entry:
    """Return a row with the one count that its percentage allows, or with why it has none."""
    if entry.events is not None or not percents:
        return entry
    if not entry.total:
        return replace(entry, lost=f"{_said(percents)} of an unknown total")
    counts = sorted({x for percent in percents for x in fitting(percent, entry.total)})
    if not counts:
        return replace(entry, lost=f"no count of {entry.total} is {_said(percents)}: a misprint?")
    if len(percents) > 1:
        return replace(entry, lost=f"{_said(percents)} stand in one cell")
    if len(counts) > 1:
        named = " and ".join(map(str, counts))
        if len(counts) > MOST_NAMED:
            named = f"{len(counts)} counts ({counts[0]} to {counts[-1]})"
        both = "both fit" if len(counts) == 2 else "fit"
        return replace(entry, lost=f"{named} {both} {_said(percents)} of {entry.total}")
    return replace(entry, events=counts[0], derivation=ONLY)


def _said(percents: Sequence[Decimal]) -> str:
    return " and ".join(f"{percent:f}%" for percent in percents)


def looks_like_shares(entries: Sequence[Entry], signed: bool) -> str:
    """Tell whether a column of percentages may be shares of one.

    ``percent``; ``shares`` if the counts say so; or empty if both are possible. Rows hold the
    numbers as they stand; where any cell is ``signed`` with ``%`` they are percentages.
    """
    some = [e for e in entries if e.percent]
    if signed or not some or any(e.percent > 1 for e in some if e.percent):
        return "percent"
    known = [e for e in some if e.events is not None and e.total]
    if not known:
        return ""
    shares, percent = (sum(_is(e, base) for e in known) for base in (1, 100))
    if shares == percent or 2 * max(shares, percent) < len(known):
        return ""
    return "shares" if shares > percent else "percent"


def _is(entry: Entry, base: int) -> bool:
    """Tell whether the printed number is events per ``base``, within what rounding allows."""
    printed = entry.percent or Decimal(0)
    step = Decimal(1).scaleb(min(0, int(printed.as_tuple().exponent)))
    true = Fraction(base * (entry.events or 0), entry.total or 1)
    return abs(Fraction(printed) - true) <= Fraction(step)


def as_shares(entries: Sequence[Entry]) -> tuple[list[Entry], list[str]]:
    """Turn shares of one into percentages, with a count where share times total is whole.

    A share in a table of data is computed rather than printed; where every one of them gives a
    whole number of persons, it is taken as exact. Otherwise it is as exact as its decimals.
    """
    open_ = [e for e in entries if e.events is None and e.percent is not None and e.total]
    exact = all((e.percent * e.total) % 1 == 0 for e in open_ if e.percent is not None and e.total)
    changed = []
    for entry in entries:
        if entry.percent is None:
            changed.append(entry)
            continue
        note = f"In the sheet: the share {entry.percent:f}"
        one = replace(entry, percent=_times_hundred(entry.percent), note=note)
        if entry.events is None and entry.total and exact:
            one = replace(one, events=int(entry.percent * entry.total), derivation=EXACT)
        changed.append(one)
    rows = [e for e in entries if e.percent is not None]
    return changed, [f"shares of one were multiplied by 100 (rows {rows_text(rows)})"]


def _times_hundred(share: Decimal) -> Decimal:
    percent = (share * HUNDRED).normalize()
    rounded = round(percent, 10).normalize()  # 0.571 stored in binary is 57.0999...
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded
