"""What a decision on a contradiction does to the estimates it touches."""

from __future__ import annotations

import small_review

from poolprop import pool
from poolprop.evidence.alternatives import alternative_rows
from poolprop.evidence.datasets import data_rows, sets
from poolprop.review import load_review
from poolprop.synthesis.discrepancy_effects import effects

CONFLICT = {
    "outcome_id": "R90", "arm_id": "larch", "population": "all", "setting": "relapsed_refractory",
    "lineage": "B", "outcome": "cr_cri", "timepoint": "best", "events": 15, "total": 20,
    "denominator_basis": "evaluable", "record_type": "conflicting", "locator": "Abstract",
    "agreement": "agreed",
}  # fmt: skip
DISCREPANCY = {
    "discrepancy_id": "D1", "source_id": "larch", "outcome_ids": "R1",
    "alternative_outcome_ids": "R90", "severity": "high", "found_by": "reading",
}  # fmt: skip


def computed(folder, discrepancies, extra=(CONFLICT,)):
    content = small_review.tables()
    content["outcomes"] += list(extra)
    content["discrepancies"] = list(discrepancies)
    small_review.write(folder, content)
    review = load_review(folder / "config/config.yaml")
    plan = review.settings.endpoints["response"]
    chosen = dict(sets(review.evidence, plan))
    data = [row for name, one in chosen.items() for row in data_rows(name, one, review.evidence)]
    changes = list(alternative_rows(review.evidence, plan, chosen))
    return effects(review.settings, "response", data, changes)["effects"]


def test_the_alternative_stands_in_for_the_row_it_contradicts(review):
    (effect,) = computed(review, [DISCREPANCY])
    as_reported = pool([12, 30, 15, 11], [20, 41, 16, 15]).proportion
    otherwise = pool([15, 30, 15, 11], [20, 41, 16, 15]).proportion
    assert effect["id"] == "discrepancy/response/primary/D1"
    assert effect["result"]["proportion"] == otherwise
    assert effect["change"] == otherwise - as_reported
    assert effect["changes"][0]["alternative_events"] == 15


def test_a_discrepancy_of_no_pooled_row_has_no_effect(review):
    assert computed(review, [DISCREPANCY | {"outcome_ids": "R3"}]) == []


def test_an_alternative_without_a_count_has_no_effect(review):
    uncounted = CONFLICT | {"events": "NR", "percent_reported": 75}
    assert computed(review, [DISCREPANCY], [uncounted]) == []


def test_a_cohort_can_be_added(review):
    added = CONFLICT | {"record_type": "reconstructed", "timepoint": "cycle_1"}
    (effect,) = computed(review, [DISCREPANCY | {"outcome_ids": ""}], [added])
    assert effect["id"] == "discrepancy/response/primary/D1/R90"
    assert effect["result"]["k"] == 5
    assert effect["changes"][0]["total"] is None
