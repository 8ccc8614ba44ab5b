"""Coordinates as SVG reads them: a path leads where its points lie, to a tenth of a unit."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolprop.report.drawing.svg import path, short

PIECE = re.compile(r"([MhvlzHV])([^MhvlzHV]*)")
PLACES = st.floats(-2000, 2000, allow_nan=False)


def followed(data):
    """Return the points that a path's data lead to, as the SVG grammar reads it."""
    x = y = 0.0
    found = []
    for letter, rest in PIECE.findall(data):
        numbers = [float(n) for n in re.findall(r"-?\d*\.?\d+", rest)]
        if letter == "M":
            x, y = numbers
        elif letter == "h":
            x += numbers[0]
        elif letter == "v":
            y += numbers[0]
        elif letter == "l":
            x, y = x + numbers[0], y + numbers[1]
        if letter != "z":
            found.append((x, y))
    return found


@given(st.lists(st.tuples(PLACES, PLACES), min_size=1, max_size=40))
def test_a_path_leads_through_its_points_and_rounding_does_not_add_up(points):
    for got, want in zip(followed(path(points)), points, strict=True):
        assert got == pytest.approx(want, abs=0.0501)


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (-0.04, "0"), (12.0, "12"), (12.34, "12.3"), (-7.96, "-8")]
)
def test_numbers_are_short(value, text):
    assert short(value) == text


def test_an_area_is_closed_and_a_line_is_not():
    corners = [(0.0, 0.0), (5.0, 0.0), (5.0, 5.0), (0.0, 5.0)]
    assert path(corners, closed=True) == "M0 0h5v5h-5z"
    assert path(corners) == "M0 0h5v5h-5"
