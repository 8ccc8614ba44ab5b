"""Quoted results of other studies stand beside the estimates they belong to, and are not tested."""

from __future__ import annotations

import pytest
import small_review

from poolprop.plan.parse import parse
from poolprop.synthesis.benchmarks import benchmarks

EMPTY = dict.fromkeys(
    ("events", "total", "percent", "percent_upper", "ci_lower", "ci_upper", "median_os_months",
     "median_os_upper")
)  # fmt: skip


def row(**cells):
    return {
        "benchmark_id": "B1", "source_id": "larch", "quoted_study": "Elm", "outcome": "cr_cri",
        "outcome_label": "CR/CRi", "bound": "exact", "overlap": "", "locator": "Discussion",
        "note": "", "median_os_bound": "", "factor.setting": "relapsed_refractory",
    } | EMPTY | cells  # fmt: skip


def quote(plan=None, **cells):
    settings = parse(small_review.CONFIG | (plan or {}))
    record = benchmarks(settings, [row(**cells)], {"larch": "Larch", "maple": "Maple"})
    return record["benchmarks"][0]


def test_a_percentage_becomes_a_proportion_without_an_interval():
    one = quote(percent=30.0)
    assert (one["id"], one["proportion"], one["ci"]) == ("benchmark/B1", 0.3, None)


def test_counts_are_better_than_the_rounded_percentage_and_give_an_exact_interval():
    """Clopper-Pearson for 9 of 10, as tabulated: 55.5 to 99.7 %."""
    one = quote(events=9, total=10, percent=90.0)
    assert (one["proportion"], one["ci_origin"]) == (0.9, "exact, from the counts")
    assert one["ci"] == pytest.approx({"lower": 0.5550, "upper": 0.9975}, abs=5e-5)


def test_a_printed_interval_stands_as_printed():
    one = quote(events=10, total=89, ci_lower=6.0, ci_upper=19.0)
    assert (one["ci"], one["ci_origin"]) == ({"lower": 0.06, "upper": 0.19}, "printed")


def test_it_stands_beside_the_endpoint_and_level_it_is_about():
    place = {"endpoint": "response", "factor": "setting", "level": "relapsed_refractory"}
    assert quote(percent=30.0)["beside"] == [place]
    assert quote(percent=30.0, outcome="cr_mrd")["beside"] == []


def test_other_outcomes_may_be_admitted_by_the_plan():
    endpoints = {**small_review.CONFIG["endpoints"]}
    endpoints["response"] = endpoints["response"] | {"quoted": ["cr_mrd"]}
    plan = {"endpoints": endpoints}
    assert quote(plan, percent=30.0, outcome="cr_mrd")["beside"]
    assert quote(plan, percent=30.0)["beside"] == []


def test_a_rate_of_survival_is_matched_by_its_time():
    block = {"label": "Overall survival", "times": [36], "quoted": {36: "os_3_year"}}
    plan = {"survival": {"endpoints": {"os": block}}}
    one = quote(plan, percent=11.0, outcome="os_3_year")
    assert [place["endpoint"] for place in one["beside"]] == ["survival/os/36"]


def test_patients_of_this_review_are_never_beside_it():
    one = quote(percent=40.0, overlap="maple")
    assert (one["own"], one["beside"]) == (True, [])


def test_a_result_without_a_number_stands_beside_nothing():
    assert quote(median_os_months=4.7)["beside"] == []
