from __future__ import annotations

import math

import pytest

from poolprop.report import formats as f


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.4949, 2, "0.49"),
        (-0.256, 2, "−0.26"),
        (-0.001, 2, "0.00"),
        (0.0, 1, "0.0"),
        (12.0, 0, "12"),
        (None, 2, "—"),
        (math.nan, 2, "—"),
        (math.inf, 2, "—"),
    ],
)
def test_number(value, digits, text):
    assert f.number(value, digits) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (7, "7"), (1234, "1234"), (12345, "12\u202f345"), (-3, "−3"), (None, "—")],
)
def test_count(value, text):
    assert f.count(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.8131, "81.3%"), (0, "0.0%"), (1, "100.0%"), (None, "—"), (math.nan, "—")]
)
def test_percent(value, text):
    assert f.percent(value) == text


def test_points_are_percentages_without_the_sign():
    assert f.points(0.8131) == "81.3"
    assert f.points(None) == "—"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.021, "+2.1"), (-0.021, "−2.1"), (0.0, "0.0"), (0.0001, "0.0"), (None, "—")],
)
def test_signed_points(value, text):
    assert f.signed_points(value) == text


def test_interval_has_an_en_dash_and_one_sign():
    assert f.interval(0.5555, 0.94) == "55.5–94.0%"
    assert f.interval(None, 0.94) == "—"
    assert f.interval(0.1, math.nan) == "—"


@pytest.mark.parametrize(
    ("value", "text"), [(0.95, "95%"), (0.999, "99.9%"), (0.9, "90%"), (0.57, "57%")]
)
def test_level_has_no_more_decimals_than_it_needs(value, text):
    assert f.level(value) == text


@pytest.mark.parametrize(
    ("value", "text", "relation"),
    [
        (0.27, "0.27", "= 0.27"),
        (0.0449, "0.045", "= 0.045"),
        (0.001, "0.001", "= 0.001"),
        (0.0009, "< 0.001", "< 0.001"),
        (0.0, "< 0.001", "< 0.001"),
        (1.0, "1.00", "= 1.00"),
        (None, "—", "—"),
    ],
)
def test_p_value(value, text, relation):
    assert f.p_value(value) == text
    assert f.equals_p(value) == relation


def test_plain_turns_codes_into_words():
    assert f.plain("relapsed_refractory") == "Relapsed refractory"
    assert f.plain("B") == "B"
    assert f.plain("") == ""


def test_every_format_writes_a_dash_for_what_is_missing():
    assert {form(None) for form in f.FORMATS.values()} == {"—"}


def test_an_arm_called_after_its_study_is_not_said_twice():
    assert f.beside("Ash 2011", "Ash 2011") == ""
    assert f.beside("Ash 2011", "arm B") == "arm B"
