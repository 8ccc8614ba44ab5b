"""The one policy of numbers that people read (docs/formats.md)."""

from __future__ import annotations

import doctest
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolprop import formats as f
from poolprop.formats import PERCENT, SCALES, Policy, policy_for

SHARES = st.floats(0, 1, allow_subnormal=False)
LIMITS = st.tuples(SHARES, SHARES).map(sorted).filter(lambda ends: ends[1] - ends[0] > 1e-7)
POLICIES = st.builds(Policy, st.sampled_from(sorted(SCALES)), st.sampled_from([None, 0, 1, 3]))


def number(text: str) -> float:
    """Return the number that a text says, its sign of inequality left out."""
    return float(text.lstrip("<> ").replace(",", "").replace(f.MINUS, "-"))


def test_examples():
    assert doctest.testmod(f).failed == 0


@pytest.mark.parametrize(
    ("estimate", "lower", "upper", "told", "interval"),
    [
        (0.813, 0.504, 0.971, "81%", "50–97"),  # tens of points wide: no decimals
        (0.123, 0.095, 0.156, "12.3%", "9.5–15.6"),
        (0.0512, 0.0498, 0.0526, "5.12%", "4.98–5.26"),
        (0.048, 0.00003, 0.712, "5%", "< 0.1 to 71"),  # positive, never 0
        (0.346, 1e-7, 1 - 1e-7, "35%", "< 0.1 to > 99.9"),
        (1.0, 0.63, 1.0, "100%", "63–100"),  # exactly all, exactly none
        (0.0, 0.0, 0.247, "0%", "0–25"),
        (0.999871, 0.9997, 0.99995, "99.987%", "99.970–99.995"),  # rare, mirrored
        (57 / 200, 0.2, 0.4, "29%", "20–40"),  # an exact half, though a computer holds less
    ],
)
def test_digits_of_percent_follow_the_interval(estimate, lower, upper, told, interval):
    assert PERCENT.value(estimate, lower, upper) == told
    assert PERCENT.interval(lower, upper, estimate) == interval


@pytest.mark.parametrize(
    ("scale", "estimate", "lower", "upper", "told", "interval"),
    [
        ("per_10000", 1.29e-4, 0.6e-4, 2.5e-4, "1.3 per 10,000", "0.60–2.5"),
        ("per_1000", 0.008, 0.0002, 0.091, "8.0 per 1,000", "0.20–91"),
        ("per_100000", 1e-6, 3e-7, 3e-6, "0.10 per 100,000", "0.030–0.30"),
        ("per_1000", 0.008, 1e-9, 0.091, "8.0 per 1,000", "< 0.001 to 91"),
    ],
)
def test_rare_outcomes_keep_two_significant_digits(scale, estimate, lower, upper, told, interval):
    assert Policy(scale).value(estimate, lower, upper) == told
    assert Policy(scale).interval(lower, upper, estimate) == interval


def test_fixed_digits_still_tell_limits_apart_and_from_zero():
    fixed = Policy("percent", 1)
    assert fixed.value(0.8131, 0.504, 0.971) == "81.3%"
    assert fixed.interval(0.00004, 0.5) == "< 0.1 to 50.0"
    assert Policy("percent", 0).interval(0.0201, 0.0203) == "2.01–2.03"


@given(POLICIES, LIMITS, SHARES)
def test_two_limits_never_print_as_one(policy, limits, estimate):
    lower, upper = (policy.number(at, *limits, estimate) for at in limits)
    assert lower != upper


@given(POLICIES, SHARES, st.none() | LIMITS)
def test_no_positive_value_prints_as_nothing_and_none_short_of_all_as_all(policy, value, limits):
    text = policy.number(value, *(limits or ()))
    whole = policy.base
    shown = value * whole
    if text[0] in "<>":
        edge = number(text)
        assert 0 < shown < edge if text[0] == "<" else edge < shown < whole
    elif not 1e-12 < value < 1 - 1e-12:  # 12 digits are what arithmetic leaves
        assert number(text) == pytest.approx(shown, abs=1e-9)
    else:
        assert 0 < number(text) < whole


@given(POLICIES, LIMITS, SHARES)
def test_what_is_printed_is_near_what_is_meant(policy, limits, share):
    value = limits[0] + share * (limits[1] - limits[0])
    text = policy.number(value, *limits)
    if text[0] not in "<>":
        places = len(text.partition(".")[2])
        assert number(text) == pytest.approx(value * policy.base, abs=0.51 * 10**-places)


@given(SHARES, LIMITS)
def test_percent_is_the_same_seen_from_the_other_end(value, limits):
    value = 0.99 * round(value, 5) + 0.0013  # no exact half: those go up, from either end
    lower, upper = round(limits[0], 5), round(limits[1], 5)
    here = PERCENT.number(value, lower, upper)
    there = PERCENT.number(*(round(1 - share, 9) for share in (value, upper, lower)))
    assert len(here.partition(".")[2]) == len(there.partition(".")[2])


@pytest.mark.parametrize(
    ("events", "total", "scale"),
    [
        ([12, 91], [21, 110], "percent"),
        ([12, 7, 40, 3], [98211, 130400, 201233, 51000], "per_10000"),
        ([3, 5, 1, 2], [10000, 20000, 15000, 30000], "per_10000"),
        ([1], [1_000_000], "per_100000"),
        ([5], [1_000], "per_1000"),
        ([0, 0], [20, 25], "percent"),
        ([0], [480_844], "per_100000"),
        ([98_199, 130_393], [98_211, 130_400], "percent"),
    ],
)
def test_the_scale_is_chosen_from_the_counts(events, total, scale):
    assert policy_for(events, total).scale == scale
    assert policy_for(events, total, "percent", 2) == Policy("percent", 2)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.8123, "0.81"),
        (-0.256, "−0.26"),
        (0.0234, "0.023"),
        (-0.001, "−0.0010"),
        (0.0, "0.00"),
        (1e-9, "< 0.0001"),
        (-1e-9, "> −0.0001"),
        (1234.5, "1,235"),
        (0.00285, "0.0029"),
        (None, "—"),
        (math.nan, "—"),
        (math.inf, "—"),
    ],
)
def test_statistics(value, text):
    assert f.number(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(1e-6, "0.000001"), (0.05, "0.05"), (2, "2"), (1200, "1,200")]
)
def test_what_is_set_keeps_its_decimals(value, text):
    assert f.own_decimals(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (7, "7"), (3510, "3,510"), (12345, "12,345"), (-3, "−3"), (None, "—")],
)
def test_counts(value, text):
    assert f.count(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.428, "43%"), (0.004, "0.4%"), (0.0002, "< 0.1%"), (0.99999, "> 99.9%"), (1.0, "100%"),
        (0.0, "0%"), (None, "—"),
    ],
)  # fmt: skip
def test_shares_are_whole_percent_but_at_the_ends(value, text):
    assert f.share(value) == text


def test_a_study_has_the_digits_of_its_own_interval():
    assert PERCENT.observed(12, 21) == "57"
    assert PERCENT.observed(1200, 2100) == "57.1"
    assert PERCENT.observed(0, 21) == "0"
    assert Policy("per_10000").observed(12, 98211) == "1.2"


def test_counts_of_counts_stay_counts():
    assert f.part(12, 13) == "12 of 13"
    assert f.part(3510, 3510) == "all 3,510"
    assert f.part(0, 13) == "none of 13"


@pytest.mark.parametrize(
    ("value", "limits", "text"),
    [
        (46.75, (0.94, 6252.81), "47"),
        (6252.81, (0.94, 6252.81), "> 1,000"),
        (549.73, (0.57, 549.73), "550"),
        (1.047, (0.98, 1.12), "1.05"),
        (0.0004, (), "< 0.001"),
        (0.0, (), "0"),
        (math.inf, (), "> 1,000"),
        (None, (), "—"),
    ],
)
def test_ratios_have_two_significant_digits(value, limits, text):
    assert f.ratio(value, *limits) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.27, "0.27"),
        (0.0449, "0.045"),
        (0.001, "0.001"),
        (0.0009, "< 0.001"),
        (0.0, "< 0.001"),
        (0.9999, "> 0.99"),
        (1.0, "1.00"),
        (None, "—"),
    ],
)
def test_p_values(value, text):
    assert f.p_value(value) == text


@pytest.mark.parametrize(
    ("value", "limits", "text"),
    [
        (0.021, (), "+2.1"),
        (-0.021, (-0.2, 0.2), "−2"),
        (0.0, (0.0, 1.0), "0"),
        (0.0001, (0.0, 1.0), "< 0.1"),
        (-0.0001, (0.0, 1.0), "> −0.1"),
        (None, (), "—"),
    ],
)
def test_differences_have_a_sign(value, limits, text):
    assert PERCENT.difference(value, *limits) == text


def test_natural_frequencies_count_patients():
    assert PERCENT.frequency(0.813, 0.504, 0.971) == "81 of 100"
    assert PERCENT.frequency(0.813, 0.809, 0.817) == "813 of 1,000"
    assert Policy("per_10000").frequency(1.29e-4) == "13 of 100,000"
    assert Policy("per_100000").frequency(1e-6) == "1 of 1,000,000"
    assert PERCENT.frequency(0.0, 0.0, 0.3) == "0 of 100"


def test_ticks_of_one_axis_are_written_alike():
    assert PERCENT.ticks([0, 0.2, 0.4]) == ["0", "20", "40"]
    assert PERCENT.ticks([0, 0.0025, 0.005]) == ["0", "0.25", "0.50"]
    assert Policy("per_10000").ticks([0, 1e-4, 1.5e-4]) == ["0", "1.0", "1.5"]
    assert Policy("per_1000").ticks([0, 1]) == ["0", "1,000"]


@given(st.floats(0, 1e6, allow_subnormal=False), st.integers(0, 4))
def test_no_number_needs_an_exponent(value, places):
    assert re.fullmatch(r"[\d,]+(\.\d+)?", f.fixed(value, places))


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (100 * 9 / 16, 1, "56.3"),
        (100 / 16, 1, "6.3"),
        (100 * 5 / 8, 0, "63"),
        (-0.125, 2, "−0.13"),
        (-0.04, 1, "0.0"),
        (57.142857, 1, "57.1"),
        (0.15, 1, "0.1"),  # no half: the number that a computer holds is less
        (1e300, 0, f"{1e300:,.0f}"),
    ],
)
def test_an_exact_half_is_rounded_up_as_on_a_calculator(value, digits, text):
    assert f.fixed(value, digits) == text
