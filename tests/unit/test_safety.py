"""Adverse events are pooled where enough studies share term, grade and denominator."""

from __future__ import annotations

import copy

import pytest
import small_review

from poolprop.evidence.datasets import data_rows
from poolprop.evidence.safety import safety_sets
from poolprop.review import load_review
from poolprop.synthesis.safety import safety

EVENTS = [
    ("larch", "ae_rash", "3-4", 2, 20, "evaluable"),
    ("maple", "ae_rash", "3-4", 0, 41, "evaluable"),
    ("oak-a", "ae_rash", "any", 4, 16, "evaluable"),
    ("oak-b", "ae_rash", "3-4", 5, 15, "treated"),
    ("larch", "ae_fever", "any", 20, 20, "evaluable"),
]


@pytest.fixture
def found(review):
    content = small_review.tables()
    for order, term in enumerate(("ae_fever", "ae_rash"), start=10):
        content["vocabulary"].append(
            {"field": "outcome", "term": term, "label": term[3:].title(), "order": order}
        )
    content["outcomes"] += [
        {"outcome_id": f"E{i}", "arm_id": arm, "population": "all", "setting": "mixed",
         "lineage": "B", "outcome": term, "grade": grade, "timepoint": "best", "events": x,
         "total": n, "denominator_basis": basis, "record_type": "reported",
         "locator": "Table 2", "agreement": "agreed"}
        for i, (arm, term, grade, x, n, basis) in enumerate(EVENTS)
    ]  # fmt: skip
    small_review.write(review, content)
    plan = copy.deepcopy(small_review.CONFIG)
    plan["safety"] = {"prefix": "ae_", "denominator": "evaluable"}
    small_review.write_plan(review, plan)
    loaded = load_review(review / "config/config.yaml")
    chosen = safety_sets(loaded.evidence, loaded.settings.safety)
    rows = [row for name, one in chosen for row in data_rows(name, one, loaded.evidence)]
    return {event["id"]: event for event in safety(loaded.settings, rows)["events"]}


def test_every_term_and_grade_is_listed_in_the_order_of_the_vocabulary(found):
    assert list(found) == ["safety/ae_fever/any", "safety/ae_rash/3-4", "safety/ae_rash/any"]


def test_two_studies_are_pooled_and_no_events_count(found):
    rash = found["safety/ae_rash/3-4"]
    assert (rash["k"], rash["events"], rash["total"]) == (2, 2, 61)
    assert 0 < rash["result"]["proportion"] < 0.1


def test_another_denominator_stays_out(found):
    arms = [study["arm_id"] for study in found["safety/ae_rash/3-4"]["studies"]]
    assert arms == ["larch", "maple"]


def test_one_study_is_tabulated_not_pooled(found):
    assert found["safety/ae_fever/any"]["result"] is None
    assert found["safety/ae_fever/any"]["studies"][0]["proportion"] == 1
