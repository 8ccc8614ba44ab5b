"""Numbers with their nouns, and with fixed decimals."""

from __future__ import annotations

import pytest

from poolprop.wording import counted, fixed


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ((1, "fault"), "1 fault"),
        ((0, "fault"), "0 faults"),
        ((2, "study", "studies"), "2 studies"),
        ((43644, "data set"), "43,644 data sets"),
    ],
)
def test_one_is_no_plural(given, text):
    assert counted(*given) == text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (100 * 9 / 16, 1, "56.3"),
        (100 / 16, 1, "6.3"),
        (100 * 5 / 8, 0, "63"),
        (-0.125, 2, "-0.13"),
        (-0.04, 1, "-0.0"),
        (57.142857, 1, "57.1"),
        (0.15, 1, "0.1"),  # no half: the number that a computer holds is less
        (1e300, 0, f"{1e300:.0f}"),
    ],
)
def test_an_exact_half_is_rounded_up_as_on_a_calculator(value, digits, text):
    assert fixed(value, digits) == text
