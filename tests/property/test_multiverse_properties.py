"""Whatever is enumerated: merging loses nothing, and a thinned curve keeps its ends."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolprop.report.drawing.specification import Column, thinned
from poolprop.report.multiverse_data import REACH, TOP, code_of
from poolprop.synthesis.merged import merged

LEVELS = {"a": {"x": "X", "y": "Y"}, "b": {"0": "none", "1": "one", "2": "two"}}
CHOICES = [{"key": key, "label": key, "levels": levels} for key, levels in LEVELS.items()]
COUNTS = st.lists(st.tuples(st.integers(0, 2), st.integers(2, 3)), min_size=1, max_size=3)
REASONS = st.sampled_from(["", "", "too few"])
COMBINATIONS = st.lists(st.tuples(COUNTS, REASONS), min_size=6, max_size=6)


def combinations(drawn):
    codes = [{"a": a, "b": b} for a in LEVELS["a"] for b in LEVELS["b"]]
    return [
        {"levels": code, "reason": reason, "rows": [
            {"arm_id": f"arm{i}", "outcome_id": f"O{i}", "events": x, "total": n}
            for i, (x, n) in enumerate(pairs)
        ]}
        for code, (pairs, reason) in zip(codes, drawn, strict=True)
    ]  # fmt: skip


def data_of(rows):
    return sorted((row["arm_id"], row["events"], row["total"]) for row in rows)


@given(COMBINATIONS)
def test_merging_keeps_every_valid_combination_and_its_data(drawn):
    every = combinations(drawn)
    sets, owner = merged(CHOICES, every)
    valid = [one for one in every if not one["reason"]]
    assert len(owner) == len(valid) == sum(one.count for one in sets)
    for one, place in zip(valid, owner, strict=True):
        assert data_of(one["rows"]) == data_of(sets[place].rows)
    distinct = {tuple(data_of(one.rows)) for one in sets}
    assert len(distinct) == len(sets) == len({one.name for one in sets})


@given(COMBINATIONS)
def test_a_set_is_named_after_what_departs_least(drawn):
    every = combinations(drawn)
    sets, owner = merged(CHOICES, every)
    valid = [one for one in every if not one["reason"]]
    if valid and valid[0]["levels"] == {"a": "x", "b": "0"}:
        assert sets[owner[0]].name == "primary"
    for one, place in zip(valid, owner, strict=True):
        departures = sum(one["levels"][key] != next(iter(LEVELS[key])) for key in LEVELS)
        assert (
            len([part for part in sets[place].name.split("+") if part != "primary"]) <= departures
        )


@given(st.integers(1, 400), st.integers(3, 60), st.data())
def test_a_thinned_curve_keeps_its_ends_and_the_primary_analysis(count, most, data):
    primary = data.draw(st.integers(0, count - 1))
    every = [
        Column(place=i, estimate=i / count, lower=0.0, upper=1.0, levels={}) for i in range(count)
    ]
    kept = [column.place for column in thinned(every, most, primary)]
    assert len(kept) <= max(most, 1)
    assert kept == sorted(set(kept))
    assert {0, count - 1, primary} <= set(kept)


def proportion_of(code):
    """Read a code as the page's script does."""
    if code in (0, TOP):
        return code / TOP
    return 1 / (1 + math.exp(-REACH * (2 * (code - 1) / (TOP - 2) - 1)))


@given(st.one_of(st.floats(0, 1), st.floats(1e-15, 1e-3)))
def test_a_proportion_sent_to_the_page_keeps_its_digits_however_small(p):
    code = code_of(p)
    assert 0 <= code <= TOP
    assert (code == 0) == (p == 0)
    assert (code == TOP) == (p == 1)
    if p > 1e-15:
        assert proportion_of(code) == pytest.approx(p, rel=3e-5)
    if 0 < 1 - p < 0.5:
        assert 1 - proportion_of(code) == pytest.approx(1 - p, rel=1e-4, abs=2e-16)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=9))
def test_codes_are_in_the_order_of_their_proportions(shares):
    codes = [code_of(p) for p in sorted(shares)]
    assert codes == sorted(codes)
