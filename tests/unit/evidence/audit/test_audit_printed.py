"""A printed figure claims no more than its decimals, and hides only the counts that fit."""

from __future__ import annotations

from decimal import Decimal

import pytest

from poolprop.evidence.audit.counts import show_totals
from poolprop.evidence.audit.printed import (
    Printed,
    counts_that_fit,
    percentage,
    ratios_that_fit,
    totals_that_fit,
)


@pytest.mark.parametrize(
    ("exact", "printed", "fits"),
    [("57.1428", "57", True), ("62.5", "62", True), ("62.5", "63", True), ("62.5", "62.6", False),
     ("16.667", "33", False), ("91.6667", "91.7", True), ("4.5454", "4", False),
     ("75", "75.0", True), ("74.6", "75", True), ("74.6", "75.0", False),
     ("0.0004", "<0.001", True), ("0.001", "<0.001", False), ("0.2", ">0.1", True)],
)  # fmt: skip
def test_rounding_is_that_of_the_printed_decimals(exact, printed, fits):
    assert Printed.parse(printed).fits(Decimal(exact)) is fits


@pytest.mark.parametrize("text", ["", "NR", "n.s.", "1-2", "-3", "1e3", "0,05"])
def test_what_is_no_figure_is_none(text):
    assert Printed.parse(text) is None


@pytest.mark.parametrize("text", ["0.20", "<0.001", "83", "62.6"])
def test_a_figure_is_written_as_it_was_printed(text):
    assert str(Printed.parse(text)) == text


@pytest.mark.parametrize(("percent", "total"), [("74", 7), ("82", 12), ("64", 13), ("95", 36)])
def test_some_percentages_no_count_gives(percent, total):
    assert not counts_that_fit(Printed.parse(percent), total)


@pytest.mark.parametrize("percent", ["0", "3", "50", "50.0", "62.5", "99", "100", "<5", ">90"])
@pytest.mark.parametrize("total", [1, 7, 8, 40, 113, 200])
def test_counts_are_those_that_trying_all_finds(percent, total):
    printed = Printed.parse(percent)
    tried = tuple(k for k in range(total + 1) if printed.fits(percentage(k, total)))
    assert tuple(counts_that_fit(printed, total)) == tried


@pytest.mark.parametrize("percent", ["3", "50", "50.0", "62.5", "99", "100"])
@pytest.mark.parametrize("events", [1, 7, 8, 40])
def test_denominators_are_those_that_trying_all_finds(percent, events):
    printed = Printed.parse(percent)
    tried = [n for n in range(events, 60 * events) if printed.fits(percentage(events, n))]
    assert list(totals_that_fit(printed, events)) == tried


def test_large_denominators_cost_nothing():
    counts = counts_that_fit(Printed.parse("50"), 10**9)
    assert (counts[0], counts[-1]) == (495_000_000, 505_000_000)


def test_a_known_count_leaves_the_denominator_to_be_found():
    assert ratios_that_fit(Printed.parse("84"), tuple(range(75, 92)), events=75) == ((75, 89),)


@pytest.mark.parametrize(
    ("totals", "text"), [((), ""), ((7,), "7"), ((1, 2, 3, 12), "1-3, 12"), ((5, 6), "5-6")]
)
def test_totals_are_shown_as_ranges(totals, text):
    assert show_totals(totals) == text
