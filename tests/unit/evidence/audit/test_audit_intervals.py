"""Intervals equal those of the literature, and each method can be told by its print."""

from __future__ import annotations

import pytest

from poolprop.evidence.audit.interval_check import intervals, methods_that_give
from poolprop.evidence.audit.names import INTERVALS
from poolprop.evidence.audit.printed import Printed

# Newcombe RG (1998), Statistics in Medicine 17:857-872, Table I.
NEWCOMBE = {
    (81, 263): {"normal": (0.2522, 0.3638), "Wilson": (0.2553, 0.3662),
                "Wilson with continuity correction": (0.2535, 0.3682),
                "Clopper-Pearson": (0.2527, 0.3676), "mid-p": (0.2544, 0.3658)},
    (15, 148): {"normal": (0.0527, 0.1500), "Wilson": (0.0624, 0.1605),
                "Wilson with continuity correction": (0.0598, 0.1644),
                "Clopper-Pearson": (0.0578, 0.1617), "mid-p": (0.0601, 0.1581)},
    (0, 20): {"Wilson": (0, 0.1611), "Wilson with continuity correction": (0, 0.2005),
              "Clopper-Pearson": (0, 0.1684), "mid-p": (0, 0.1391)},
    (1, 29): {"Wilson": (0.0061, 0.1718), "Wilson with continuity correction": (0.0018, 0.1963),
              "Clopper-Pearson": (0.0009, 0.1776), "mid-p": (0.0017, 0.1585)},
}  # fmt: skip


@pytest.mark.parametrize(
    ("events", "total", "method", "limits"),
    [(*case, method, limits) for case, row in NEWCOMBE.items() for method, limits in row.items()],
)
def test_intervals_are_those_of_newcombe(events, total, method, limits):
    assert intervals(events, total)[method] == pytest.approx(limits, abs=5.1e-5)


@pytest.mark.parametrize("method", INTERVALS)
@pytest.mark.parametrize(("events", "total"), [(0, 9), (2, 9), (9, 9), (30, 70)])
def test_events_and_no_events_mirror_each_other(method, events, total):
    lower, upper = intervals(events, total)[method]
    assert intervals(total - events, total)[method] == pytest.approx((1 - upper, 1 - lower))


@pytest.mark.parametrize(("events", "total"), [(1, 13), (2, 40), (3, 60)])
def test_the_end_correction_moves_the_near_limit_only(events, total):
    plain, corrected = (
        intervals(events, total)[name] for name in ("Wilson", "Wilson with end correction")
    )
    assert corrected[0] < plain[0]
    assert corrected[1] == plain[1]


def test_far_from_the_ends_there_is_no_correction():
    found = intervals(3, 40)
    assert found["Wilson with end correction"] == found["Wilson"]


@pytest.mark.parametrize(
    ("events", "total", "lower", "upper", "methods"),
    [(12, 13, "66.7", "99.6", ["Wilson with end correction"]),
     (11, 12, "64.6", "99.6", ["Wilson with end correction"]),
     (12, 13, "66.7", "98.6", ["Wilson"]), (12, 13, "50", "99", [])],
)  # fmt: skip
def test_a_printed_interval_is_traced_to_its_method(events, total, lower, upper, methods):
    shown = Printed.parse(lower), Printed.parse(upper)
    assert methods_that_give(shown, intervals(events, total)) == methods
