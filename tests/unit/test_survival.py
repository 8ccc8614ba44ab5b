"""Survival rates at fixed times: which are used, where the variance comes from, what is said."""

from __future__ import annotations

import copy

import pytest
import small_review

from poolprop.errors import DataError
from poolprop.evidence.survival import survival_rows
from poolprop.files import read_csv, write_csv
from poolprop.review import load_review
from poolprop.synthesis.survival import survival
from poolprop.synthesis.tidy import survival_table


def rate(number, arm, value, months=12, population="all", **cells):
    return {
        "survival_id": f"S{number}", "study_id": small_review.ARMS[arm][0], "arm_id": arm,
        "population": population, "endpoint": "os", "statistic": "rate", "time_months": months,
        "value": value, "unit": "percent", "n": 20, "n_basis": "printed", "at_risk": "NR",
        "record_type": "reported", "locator": "Results, para 2", "agreement": "agreed",
    } | cells  # fmt: skip


def median(number, arm, value):
    cells = {"statistic": "median", "unit": "months", "at_risk": ""}
    return rate(number, arm, value, "", **cells)


@pytest.fixture
def pooled(review):
    def run(rows, **block):
        content = small_review.tables() | {"survival": rows}
        small_review.write(review, content)
        plan = copy.deepcopy(small_review.CONFIG)
        endpoints = {"os": {"label": "Overall survival", "times": [12, 24]}}
        plan["survival"] = {"endpoints": endpoints} | block
        small_review.write_plan(review, plan)
        loaded = load_review(review / "config/config.yaml")
        chosen = list(survival_rows(loaded.evidence, loaded.settings.survival))
        if chosen:
            write_csv(review / "data.csv", list(chosen[0]), chosen)
        return survival(loaded.settings, read_csv(review / "data.csv") if chosen else [])

    return run


def test_rates_near_a_time_are_pooled_and_others_are_not(pooled):
    twelve, later = pooled(
        [rate(1, "larch", 60), rate(2, "maple", 70, 12.5), rate(3, "oak-a", 50, 18)]
    )["times"]
    assert [study["survival_id"] for study in twelve["studies"]] == ["S1", "S2"]
    assert (twelve["k"], twelve["total"], later["k"], later["result"]) == (2, 40, 0, None)
    assert 0.6 < twelve["result"]["proportion"] < 0.7


def test_the_nearest_rate_of_an_arm_is_used_and_the_other_listed(pooled):
    twelve, _ = pooled([rate(1, "larch", 60, 11.5), rate(2, "larch", 58)])["times"]
    assert [study["survival_id"] for study in twelve["studies"]] == ["S2"]
    (left,) = twelve["excluded"]
    assert (left["survival_id"], left["reason"]) == ("S1", "S2 of the same arm is preferred")


def test_equally_near_rates_of_an_arm_stop_the_run(pooled):
    with pytest.raises(DataError, match=r"survival\.csv.*S1 and S2 of arm larch are equally"):
        pooled([rate(1, "larch", 60, 11.5), rate(2, "larch", 58, 12.5)])


def test_arms_that_share_patients_stop_the_run(pooled, monkeypatch):
    tables = small_review.tables()
    for arm in (2, 3):
        tables["arms"][arm]["overlap_group"] = "oak"
    monkeypatch.setattr(small_review, "tables", lambda: copy.deepcopy(tables))
    with pytest.raises(DataError, match="arms oak-a and oak-b share patients"):
        pooled([rate(1, "oak-a", 60), rate(2, "oak-b", 58)])


def test_each_row_names_where_its_variance_comes_from(pooled):
    """An interval is better than a number at risk, and that than the number of patients."""
    twelve, _ = pooled(
        [
            rate(1, "larch", 60, ci_lower=40, ci_upper=75, at_risk=9),
            rate(2, "maple", 60, at_risk=9),
            rate(3, "oak-a", 60),
        ]
    )["times"]
    rules = [study["variance_rule"] for study in twelve["studies"]]
    assert rules == ["interval", "at_risk", "approximate"]
    assert twelve["studies"][0]["ci"] == {"lower": 0.4, "upper": 0.75}
    _, peto, plain = (study["se"] for study in twelve["studies"])
    assert peto == pytest.approx((0.4 / 9) ** 0.5 / 0.5108256237659907)
    assert plain == pytest.approx((0.4 / (20 * 0.6)) ** 0.5 / 0.5108256237659907)
    assert any("Approximate variance" in note and "Oak" in note for note in twelve["notes"])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (rate(1, "larch", 100), "a rate of 0% or 100% has no value on the scale of pooling"),
        (rate(1, "larch", 60, n="NR"), "neither an interval nor a number of patients is reported"),
        (rate(1, "larch", 60, population="b_all"), "other patients: B all"),
        (
            rate(1, "larch", 60, record_type="conflicting"),
            "a kind of figure the plan does not admit here",
        ),
    ],
)
def test_what_cannot_be_used_is_listed_with_the_reason(pooled, row, reason):
    twelve, _ = pooled([row])["times"]
    assert (twelve["k"], [one["reason"] for one in twelve["excluded"]]) == (0, [reason])


def test_one_study_is_shown_as_that_study(pooled):
    twelve, _ = pooled([rate(1, "larch", 60, ci_lower=40, ci_upper=75)])["times"]
    result = twelve["result"]
    assert (result["model"], result["proportion"]) == ("single-study", pytest.approx(0.6))
    assert result["ci"] == {"lower": 0.4, "upper": 0.75}
    assert twelve["companion"] is None
    assert result["prediction"] is None


def test_two_studies_have_a_bayesian_companion_that_says_more(pooled):
    twelve, _ = pooled([rate(1, "larch", 60), rate(2, "maple", 70)])["times"]
    width = {name: twelve[name]["ci"] for name in ("result", "companion")}
    assert width["companion"]["lower"] > width["result"]["lower"]
    assert width["companion"]["upper"] < width["result"]["upper"]


def test_fewer_studies_than_the_plan_asks_for_are_not_pooled(pooled):
    twelve, _ = pooled([rate(1, "larch", 60), rate(2, "maple", 70)], min_studies=3)["times"]
    assert (twelve["k"], twelve["result"], twelve["companion"]) == (2, None, None)


def test_a_factor_by_which_the_studies_differ_is_said(pooled):
    twelve, _ = pooled([rate(1, "larch", 60), rate(2, "oak-a", 70)])["times"]
    start = "The studies differ by setting ("
    assert any(note.startswith(start) for note in twelve["notes"])


def test_medians_are_listed_also_where_they_were_not_reached(pooled):
    medians = pooled([median(1, "larch", 7.1), median(2, "maple", "not_reached")])["medians"]
    assert [one["months"] for one in medians] == [7.1, None]
    assert medians[1]["value"] == "not_reached"


def test_the_tidy_table_has_studies_and_pooled_rates(pooled):
    columns, rows = survival_table(pooled([rate(1, "larch", 60), rate(2, "maple", 70)]))
    assert [(row["id"], row["role"]) for row in rows] == [
        ("study/survival/os/12/S1", "study"),
        ("study/survival/os/12/S2", "study"),
        ("survival/os/12", "pooled"),
        ("survival/os/12/bayes", "bayes"),
    ]
    assert all(set(row) == set(columns) for row in rows)
