"""Two-arm studies are compared within the study, by intervals and tests of the literature."""

from __future__ import annotations

import copy

import pytest
import small_review

from poolprop.evidence.pairs import pairs
from poolprop.review import load_review
from poolprop.synthesis.comparisons import comparisons


@pytest.fixture
def compared(review):
    def run(change=lambda content: None, level=0.95):
        content = small_review.tables()
        content["arms"][3]["role"] = "comparator"  # oak-b beside oak-a
        change(content)
        small_review.write(review, content)
        plan = copy.deepcopy(small_review.CONFIG)
        plan["comparisons"] = {"outcomes": ["cr_cri"], "denominator": "evaluable"}
        plan["level"] = level
        small_review.write_plan(review, plan)
        loaded = load_review(review / "config/config.yaml")
        rows = list(pairs(loaded.evidence, loaded.settings.comparisons))
        return comparisons(loaded.settings, rows)["comparisons"]

    return run


def counts(x1, n1, x2, n2):
    def change(content):
        content["outcomes"][5].update(events=x1, total=n1)
        content["outcomes"][6].update(events=x2, total=n2)

    return change


def test_arms_of_one_study_are_paired_and_no_others(compared):
    (one,) = compared()
    assert one["id"] == "comparison/oak/cr_cri/all"
    assert (one["events1"], one["total1"], one["events2"], one["total2"]) == (15, 16, 11, 15)


def test_the_interval_of_a_difference_is_newcombes(compared):
    """Newcombe 1998, Statistics in Medicine 17:873-890, table II: 56/70 against 48/80."""
    (one,) = compared(counts(56, 70, 48, 80))
    ci = one["risk_difference"]["ci"]
    assert one["risk_difference"]["estimate"] == pytest.approx(0.2)
    assert (round(ci["lower"], 4), round(ci["upper"], 4)) == (0.0524, 0.3339)


def test_fishers_p_is_that_of_the_tea_tasting(compared):
    """Fisher 1935: 3 of 4 cups right; two-sided 34/70."""
    (one,) = compared(counts(3, 4, 1, 4))
    assert one["p"] == pytest.approx(34 / 70)


def test_ratios_are_missing_where_the_counts_define_none(compared):
    (one,) = compared(counts(5, 5, 0, 6))
    assert one["risk_ratio"] == {"estimate": None, "ci": None}
    assert one["odds_ratio"] == {"estimate": None, "ci": None}
    assert one["risk_difference"]["estimate"] == 1


def test_arms_that_share_patients_are_not_compared(compared):
    def share(content):
        for arm in (2, 3):
            content["arms"][arm]["overlap_group"] = "oak"

    assert compared(share) == []


def test_another_population_is_not_compared(compared):
    assert compared(lambda c: c["outcomes"][6].update(population="b_all")) == []
