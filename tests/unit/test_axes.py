"""Axes show the data: every mark is held, apart where the data are, and cuts are known."""

from __future__ import annotations

import csv
import gzip
import io
from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import poolprop as pp
from poolprop.axes import Axis, alike, around, fixed, labels, proportions, ticks

SHARES = st.one_of(
    st.floats(0, 1), st.floats(0, 1e-3), st.floats(0, 1e-6), st.floats(0, 1e-3).map(lambda p: 1 - p)
)
SPANS = st.tuples(SHARES, SHARES).map(lambda pair: tuple(sorted(pair)))


@given(st.lists(SHARES, min_size=1, max_size=9), st.lists(SPANS, max_size=9), st.lists(SPANS))
def test_an_axis_holds_every_mark_between_0_and_1(marks, intervals, wide):
    axis = proportions(marks, intervals, wide)
    assert 0 <= axis.lower < axis.upper <= 1
    assert not any(axis.beyond(mark) for mark in marks)
    assert all(axis.lower - 1e-12 <= tick <= axis.upper + 1e-12 for tick in axis.ticks)
    assert all(a < b for a, b in pairwise(axis.ticks))
    assert 2 <= len(axis.ticks) <= 9


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1000, 10**7)), min_size=2, max_size=12))
def test_rare_studies_that_differ_are_apart(counts):
    x, n = np.array([a for a, _ in counts]), np.array([b for _, b in counts])
    lower, upper = pp.study_intervals(x, n)
    axis = proportions(list(x / n), list(zip(lower, upper, strict=True)))
    shares = [axis.share(p) for p in x / n]
    ends = [axis.share(end) for end in (*lower, *upper)]
    usual = float(np.median(upper - lower))
    if np.ptp(x / n) >= 0.1 * usual:
        assert max(shares) - min(shares) > 0.02
    assert max(ends) - min(ends) > 0.2


@pytest.mark.parametrize("scale", [1e-6, 1e-3, 0.05])
def test_near_100_percent_an_axis_is_the_mirror_of_one_near_0(scale):
    marks, spans = [scale, 2.2 * scale], [(0.4 * scale, 3 * scale), (0, 4.1 * scale)]
    axis = proportions(marks, spans)
    mirror = proportions([1 - p for p in marks], [(1 - b, 1 - a) for a, b in spans])
    assert (axis.lower, mirror.upper) == (0, 1)
    assert 1 - mirror.lower == pytest.approx(axis.upper, rel=1e-6)


def test_0_and_100_percent_are_kept_where_near_and_a_cut_is_known():
    ordinary = proportions([0.57, 0.83, 0.92, 1.0], [(0.34, 0.78), (0.74, 0.9), (0.59, 1.0)])
    assert (ordinary.lower, ordinary.upper, ordinary.cut) == (0.0, 1.0, (False, False))
    middle = proportions([0.48, 0.5, 0.52], [(0.44, 0.53), (0.46, 0.54), (0.48, 0.56)])
    assert middle.cut == (True, True)
    assert proportions([1e-4, 3e-4], [(5e-5, 4e-4)]).cut == (False, True)
    assert fixed(-1.0, 1.0).cut == (False, False)


def test_an_interval_far_wider_than_the_others_is_cut_and_the_marks_stay_apart():
    marks, spans = [0.02, 0.07, 0.048], [(0.005, 0.06), (0.03, 0.13)]
    axis = proportions(marks, spans, [(0.0, 0.712), (0.0, 1.0)])
    assert axis.beyond(0.712) == 1
    assert axis.share(0.07) - axis.share(0.02) > 0.15


def test_the_plan_has_the_last_word():
    axis = proportions([0.3, 0.9], [(0.2, 0.95)], plan=(0.1, 0.4))
    assert (axis.lower, axis.upper, axis.beyond(0.9), axis.beyond(0.05)) == (0.1, 0.4, 1, -1)


@pytest.mark.parametrize("value", [0.0, 1.0, 0.5, 1e-9, 1 - 1e-9])
def test_one_value_alone_has_an_axis(value):
    axis = proportions([value])
    assert axis.lower <= value <= axis.upper
    assert axis.upper > axis.lower


@given(st.floats(-1e9, 1e9), st.floats(1e-9, 1e9))
def test_ticks_are_round_inside_and_told_apart_by_their_decimals(low, width):
    if width < 1e-9 * abs(low):
        return
    found = ticks(low, low + width)
    assert all(low - 1e-6 * width <= tick <= low + width * (1 + 1e-6) for tick in found)
    assert len(set(labels(found))) == len(found)


def test_a_place_is_linear_and_kept_within_the_axis():
    axis = Axis(lower=0.0, upper=0.002)
    assert [axis.place(p, 100.0, 300.0) for p in (0.0, 0.001, 0.002, 0.5)] == [100, 200, 300, 300]
    down = fixed(2.0, 0.0)
    assert (down.share(2.0), down.share(0.0), down.beyond(2.5), down.beyond(-1.0)) == (0, 1, 1, -1)


def test_free_quantities_have_room_and_alike_axes_may_be_one():
    assert around([2.0, 2.0]).lower < 2.0 < around([2.0, 2.0]).upper
    rare, common = proportions([1e-4, 2e-4]), proportions([0.4, 0.9])
    assert alike([common, proportions([0.1, 0.5])])
    assert not alike([rare, common])


def test_the_rare_sets_of_the_public_reference_are_apart(repo):
    content = gzip.decompress((repo / "tests/reference/datasets.csv.gz").read_bytes()).decode()
    rows = csv.DictReader(io.StringIO(content))
    sets = defaultdict(list)
    for row in rows:
        sets[row["dataset_id"]].append((int(row["events"]), int(row["total"])))
    rare = {
        name: counts
        for name, counts in sets.items()
        if 0 < sum(x for x, _ in counts) < 0.01 * sum(n for _, n in counts)
    }
    assert {"bcg_t", "bcg_c", "tian2009_deaths"} <= set(rare)
    for counts in rare.values():
        x, n = (np.array(column) for column in zip(*counts, strict=True))
        for events in (x, n - x):  # and mirrored to near 100 %
            lower, upper = pp.study_intervals(events, n)
            axis = proportions(list(events / n), list(zip(lower, upper, strict=True)))
            shares = [axis.share(p) for p in events / n]
            assert max(shares) - min(shares) > 0.2
