"""What the sources print is recomputed by every common method."""

from __future__ import annotations

import pytest

from poolprop.evidence.audit.recomputed import recomputed
from poolprop.evidence.tables import Outcome


def outcome(events, total, percent, lower="", upper=""):
    return Outcome(
        outcome_id="X-1", arm_id="x", population="all", setting="s", lineage="B", outcome="cr",
        grade="", timepoint="best", events=str(events), total=str(total),
        denominator_basis="evaluable", percent_reported=str(percent), ci_lower_reported=str(lower),
        ci_upper_reported=str(upper), record_type="reported", derivation="", derived_from="",
        locator="Results", agreement="agreed", adjudication="", note="",
    )  # fmt: skip


def test_a_percentage_that_its_counts_do_not_give_is_found():
    (row,) = recomputed([outcome(3, 18, 33)])
    assert (row["percent_agrees"], str(row["percent_recomputed"])) == ("no", "16.67")


@pytest.mark.parametrize(
    ("events", "total", "lower", "upper"), [(12, 13, 66.7, 99.6), (11, 12, 64.6, 99.6)]
)
def test_an_interval_is_traced_to_the_method_that_made_it(events, total, lower, upper):
    (row,) = recomputed([outcome(events, total, 92.3, lower, upper)])
    assert row["ci_methods"] == "Wilson with end correction"


@pytest.mark.parametrize(
    ("method", "lower", "upper"),
    [("Clopper-Pearson", 64.0, 99.8), ("Wilson", 66.7, 98.6), ("Agresti-Coull", 64.6, 100),
     ("Jeffreys", 69.3, 99.2)],
)  # fmt: skip
def test_the_common_methods_are_told_apart(method, lower, upper):
    (row,) = recomputed([outcome(12, 13, 92.3, lower, upper)])
    assert method in row["ci_methods"].split("; ")


def test_an_interval_that_no_method_gives_is_said_to_have_none():
    (row,) = recomputed([outcome(12, 13, 92.3, 50, 99)])
    assert row["ci_methods"] == "none"
