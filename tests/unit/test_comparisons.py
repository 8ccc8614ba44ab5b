"""Two-arm studies are compared within the study, by intervals and tests of the literature."""

from __future__ import annotations

import copy

import pytest
import small_review

from poolprop.errors import ConfigError
from poolprop.evidence.pairs import pairs
from poolprop.plan.parse import parse
from poolprop.review import load_review
from poolprop.stats.arms.exact_strata import common_odds_ratio, ratio_of_odds_ratios
from poolprop.stats.arms.exact_two_arm import exact_risk_difference, exact_risk_ratio, newcombe
from poolprop.synthesis.comparisons import COPIED, _strata, comparisons
from poolprop.synthesis.contrasts import risk_difference, risk_ratio
from poolprop.synthesis.tidy import comparison_table


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


def test_intervals_are_exact(compared):
    (one,) = compared(counts(7, 12, 13, 21))
    for name, interval in (
        ("risk_difference", exact_risk_difference),
        ("risk_ratio", exact_risk_ratio),
    ):
        expected = interval(7, 12, 13, 21)
        assert one[name]["ci"] == {"lower": expected.lower, "upper": expected.upper}
        assert one[name]["method"] == "exact unconditional interval"
    # R 4.2.2, fisher.test(matrix(c(7, 5, 13, 8), 2))
    limits = one["odds_ratio"]["ci"]
    assert (limits["lower"], limits["upper"]) == pytest.approx((0.163526, 4.754505), abs=1e-5)


def test_large_arms_have_approximate_intervals_that_say_so(compared):
    """Newcombe 1998, Statistics in Medicine 17:873-890, table II: 56/70 against 48/80."""
    found = risk_difference((56, 70, 48, 80), 0.95)
    assert found["method"] == "exact unconditional interval"
    large = risk_difference((560, 700, 480, 800), 0.95)
    assert large["method"] == "Newcombe's hybrid score interval"
    near = newcombe(56, 70, 48, 80)
    assert (round(near.lower, 4), round(near.upper, 4)) == (0.0524, 0.3339)
    assert risk_ratio((560, 700, 480, 800), 0.95)["ci"]["lower"] > 1


def test_strata_of_a_population_are_taken_together():
    rows = [
        {"study_id": "oak", "outcome": "orr", "population": name, "population_label": name,
         "label": "Oak", "outcome_label": "Response", "outcome1_id": "a", "outcome2_id": "b",
         "arm1_label": "new", "arm2_label": "old", "timepoint_label": "best",
         "events1": x1, "total1": n1, "events2": x2, "total2": n2}
        for name, (x1, n1, x2, n2) in {"low": (4, 6, 2, 9), "high": (3, 6, 11, 12)}.items()
    ]  # fmt: skip
    plan = copy.deepcopy(small_review.CONFIG)
    plan["comparisons"] = {
        "outcomes": ["orr"], "denominator": "evaluable", "strata": {"all": ["low", "high"]},
    }  # fmt: skip
    (found,) = _strata(parse(plan), rows)
    tables = [(4, 6, 2, 9), (3, 6, 11, 12)]
    assert found["id"] == "comparison/oak/orr/strata/all"
    assert found["common"]["p"] == common_odds_ratio(tables).p
    assert found["between"]["estimate"] == ratio_of_odds_ratios(*tables).estimate
    assert list(_strata(parse(plan), rows[:1])) == []
    another_time = [rows[0], rows[1] | {"timepoint_label": "cycle 1"}]
    assert list(_strata(parse(plan), another_time)) == []


def test_one_outcome_at_several_times_keeps_an_id_for_each():
    row = dict.fromkeys(COPIED, "same") | {
        "study_id": "oak", "outcome": "orr", "population": "all", "outcome1_id": "a",
        "outcome2_id": "b", "events1": 4, "total1": 6, "events2": 2, "total2": 9,
    }  # fmt: skip
    later = row | {"timepoint_label": "later", "outcome1_id": "c", "outcome2_id": "d"}
    settings = parse(small_review.CONFIG)
    ids = [one["id"] for one in comparisons(settings, [row, later])["comparisons"]]
    assert ids == ["comparison/oak/orr/all/a/b", "comparison/oak/orr/all/c/d"]
    (alone,) = comparisons(settings, [row])["comparisons"]
    assert alone["id"] == "comparison/oak/orr/all"


def test_a_population_is_not_a_part_of_itself():
    plan = copy.deepcopy(small_review.CONFIG)
    plan["comparisons"] = {
        "outcomes": ["orr"], "denominator": "evaluable", "strata": {"all": ["all", "high"]},
    }  # fmt: skip
    with pytest.raises(ConfigError, match="made up of two or more other populations"):
        parse(plan)


def test_fishers_p_is_that_of_the_tea_tasting(compared):
    """Fisher 1935: 3 of 4 cups right; two-sided 34/70."""
    (one,) = compared(counts(3, 4, 1, 4))
    assert one["p"] == pytest.approx(34 / 70)


def test_ratios_are_missing_where_the_counts_define_none(compared):
    (one,) = compared(counts(5, 5, 0, 6))
    assert one["risk_ratio"]["estimate"] is one["odds_ratio"]["estimate"] is None
    assert one["risk_ratio"]["ci"]["lower"] > 1
    assert one["risk_ratio"]["ci"]["upper"] is one["odds_ratio"]["ci"]["upper"] is None
    assert one["risk_difference"]["estimate"] == 1
    (none,) = compared(counts(0, 5, 0, 6))
    assert none["risk_ratio"] is none["odds_ratio"] is None


def test_arms_that_share_patients_are_not_compared(compared):
    def share(content):
        for arm in (2, 3):
            content["arms"][arm]["overlap_group"] = "oak"

    assert compared(share) == []


def test_another_population_is_not_compared(compared):
    assert compared(lambda c: c["outcomes"][6].update(population="b_all")) == []


def test_the_table_has_a_row_for_each_contrast(compared):
    (one,) = compared(counts(7, 12, 13, 21))
    exact = {"estimate": 2.0, "ci": {"lower": 0.5, "upper": None}, "p": 0.2, "method": "exact"}
    strata = {"id": "s", "label": "Oak", "parts": ["low", "high"], "common": exact, "between": None}
    columns, rows = comparison_table({"comparisons": [one], "strata": [strata]})
    assert all(list(row) == columns for row in rows)
    assert [row["contrast"] for row in rows] == [
        "risk_difference", "risk_ratio", "odds_ratio", "odds_ratio_common",
    ]  # fmt: skip
    assert rows[0]["estimate"] == pytest.approx(7 / 12 - 13 / 21)
    assert {row["p"] for row in rows[:3]} == {one["p"]}
    assert (rows[3]["population_label"], rows[3]["ci_upper"], rows[3]["p"]) == (
        "low; high",
        None,
        0.2,
    )
