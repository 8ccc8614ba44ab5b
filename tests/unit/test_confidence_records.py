"""Confidence curves as records: from no study to forty, at any level of the plan."""

from __future__ import annotations

import json

import pytest
from unit.report.synthetic import PLAN

from poolprop.plan.parse import parse
from poolprop.stats.fits.one_proportion import study_intervals
from poolprop.synthesis.confidence import COLUMNS, confidence, curve_rows

CASES = {
    "none": [],
    "one": [(3, 9)],
    "two": [(3, 9), (5, 11)],
    "all events": [(5, 5), (9, 9), (12, 12)],
    "equal": [(6, 20)] * 5,
    "forty": [(3 + i % 7, 15 + i) for i in range(40)],
}


def record(counts, **changes):
    rows = [
        {"set": "primary", "label": f"S{i}", "arm_id": f"a{i}", "outcome_id": f"O{i}",
         "events": str(x), "total": str(n)}
        for i, (x, n) in enumerate(counts)
    ]  # fmt: skip
    return confidence(parse(PLAN | changes, "config.yaml"), "healed", rows)


@pytest.mark.parametrize("name", CASES)
def test_every_study_has_a_curve_and_a_pool_has_one_more(name):
    k = len(CASES[name])
    found = record(CASES[name])
    json.dumps(found, allow_nan=False)
    assert len(found["curves"]) == k + (k > 1)
    rows = list(curve_rows(found))
    assert all(tuple(row) == COLUMNS for row in rows)
    assert len(rows) == sum(len(curve["p"]) for curve in found["curves"])


def test_intervals_in_the_table_are_those_of_their_levels():
    for curve in record(CASES["two"])["curves"]:
        levels = [one["level"] for one in curve["intervals"]]
        assert levels == [0.5, 0.8, 0.9, 0.95, 0.99]
        if curve["role"] == "study":
            x, n = CASES["two"][int(curve["outcome_id"][1:])]
            for one in curve["intervals"]:
                (lower,), (upper,) = study_intervals([x], [n], "clopper-pearson", one["level"])
                assert (one["lower"], one["upper"]) == pytest.approx((lower, upper), abs=1e-9)


def test_the_level_of_the_plan_is_on_every_curve():
    for curve in record(CASES["two"], level=0.937)["curves"]:
        assert 0.063 in curve["p"]
