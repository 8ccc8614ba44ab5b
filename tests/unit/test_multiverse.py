"""The multiverse: what is enumerated, dropped, merged, fitted and said."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import small_review

import poolprop as pp
from poolprop.evidence.universes import plain, set_rows, universes
from poolprop.review import load_review
from poolprop.synthesis.methods import enumerate_methods
from poolprop.synthesis.multiverse import multiverse
from poolprop.tables.results import multiverse_table

CONFIG = copy.deepcopy(small_review.CONFIG)
CONFIG["multiverse"] = {"left_out": {"oak": {"label": "Oak", "studies": ["oak"]}}}


@pytest.fixture
def run(review):
    """Return a function that runs the multiverse of a changed small review."""

    def made(change=None, plan=None, endpoint="response"):
        content = small_review.tables()
        if change:
            change(content)
        small_review.write(review, content)
        small_review.write_plan(review, plan or CONFIG)
        loaded = load_review(review / "config/config.yaml")
        settings = loaded.settings
        found = universes(loaded.evidence, settings.endpoints[endpoint], settings.multiverse)
        return loaded, found, multiverse(settings, endpoint, *plain(found))

    return made


def test_every_level_meets_every_other(run):
    _, found, _ = run()
    assert [(c.key, list(c.levels)) for c in found.choices] == [
        ("denominator", ["evaluable", "treated"]),
        ("left_out", ["none", "oak"]),
    ]
    assert [tuple(one.levels[c.key] for c in found.choices) for one in found.combinations] == [
        ("evaluable", "none"), ("evaluable", "oak"), ("treated", "none"), ("treated", "oak"),
    ]  # fmt: skip


def test_what_cannot_be_pooled_is_dropped_with_its_reason(run):
    """Only larch reports treated patients: one cohort."""
    _, found, record = run()
    reasons = [one.reason for one in found.combinations]
    assert reasons == ["", "", *2 * ["too few data: 1 of at least 2 cohorts"]]
    methods = record["counts"]["methods"]
    dropped = {one["reason"]: one["combinations"] for one in record["invalid"]}
    assert dropped["too few data: 1 of at least 2 cohorts"] == 2 * methods


def test_the_counts_add_up(run):
    _, found, record = run()
    counts = record["counts"]
    assert counts["combinations"] == len(found.combinations) * 2 * 1 * 2 * 2
    assert counts["combinations"] == counts["invalid"] + counts["valid"]
    assert counts["valid"] == counts["merged"] + counts["analyses"]
    assert counts["invalid"] == sum(one["combinations"] for one in record["invalid"])
    assert record["summary"]["analyses"] == counts["analyses"]


def test_equal_data_sets_are_merged_and_counted(run):
    """With every patient evaluable the denominators give one data set."""

    def same(content):
        rows = [row for row in content["outcomes"] if row["denominator_basis"] == "evaluable"]
        copies = [row | {"outcome_id": f"{row['outcome_id']}T", "denominator_basis": "treated"}
                  for row in rows]  # fmt: skip
        content["outcomes"] = rows + copies

    _, _, record = run(same)
    assert [one["set"] for one in record["sets"]] == ["primary", "left_out.oak"]
    assert [one["combinations"] for one in record["sets"]] == [2, 2]
    assert record["combinations"] == {"levels": ["00", "01", "10", "11"], "set": [0, 1, 0, 1]}
    assert record["counts"]["merged"] == 2 * record["counts"]["methods"]


def test_each_analysis_is_what_pool_gives(run):
    _, _, record = run()
    one = record["sets"][1]
    assert (one["k"], one["events"], one["total"]) == (2, 42, 61)
    for place, method in enumerate(record["methods"]):
        chosen = method["levels"]
        fit = pp.pool([12, 30], [20, 41], model=chosen["model"], measure=chosen["measure"],
                      tau2=chosen["tau2"], ci=chosen["ci"])  # fmt: skip
        found = [one[name][place] for name in ("proportion", "lower", "upper")]
        assert found == pytest.approx([fit.proportion, fit.ci.lower, fit.ci.upper], abs=1e-8)


def test_methods_that_do_not_go_together_are_named(run):
    loaded, _, _ = run()
    methods = enumerate_methods(loaded.settings)
    assert [method.key for method in methods.valid] == [
        "glmm.PLO.ML.small-lr", "two-step.PLO.ML.hksj", "two-step.PLO.REML.hksj",
    ]  # fmt: skip
    assert methods.possible == 8
    assert sum(methods.invalid.values()) == 5
    assert "model 'glmm' needs measure PLO and tau2 ML" in methods.invalid


def test_a_common_effect_counts_once(run):
    plan = copy.deepcopy(CONFIG)
    plan["multiverse"] |= {"models": ["common"], "tau2": ["DL", "REML"], "ci": ["wald", "kr"]}
    methods = enumerate_methods(run(plan=plan)[0].settings)
    assert [method.key for method in methods.valid] == ["common.PLO.DL.wald"]


def test_the_primary_analysis_is_among_them(run):
    _, _, record = run()
    fit = pp.pool([12, 30, 15, 11], [20, 41, 16, 15])
    assert record["primary"]["id"] == "multiverse/response/primary/glmm.PLO.ML.small-lr"
    assert record["primary"]["proportion"] == pytest.approx(fit.proportion, abs=1e-9)
    assert record["lowest"]["proportion"] == record["summary"]["range"]["lower"]
    assert record["highest"]["proportion"] == record["summary"]["range"]["upper"]


def test_analyses_that_keep_their_promise_are_apart_from_what_others_would_report(run):
    _, _, record = run()
    meets = [one["method"].startswith("glmm") for one in record["methods"]]
    for name, wanted in (("meeting", True), ("others", False)):
        values = [
            value
            for one in record["sets"]
            for value, met in zip(one["proportion"], meets, strict=True)
            if met == wanted
        ]
        assert record[name]["questions"] == record["counts"]["sets"]
        assert record[name]["methods"] == meets.count(wanted)
        assert record[name]["range"] == {"lower": min(values), "upper": max(values)}


def test_shares_count_analyses_on_each_side(run):
    _, _, record = run()
    estimates = np.array([one["proportion"] for one in record["sets"]]).ravel()
    lower = np.array([one["lower"] for one in record["sets"]]).ravel()
    for share in record["summary"]["shares"]:
        assert share["estimate_above"] == np.mean(estimates > share["threshold"])
        assert share["interval_above"] == np.mean(lower > share["threshold"])


def test_levels_have_the_mean_of_their_combinations(run):
    _, _, record = run()
    choice = next(one for one in record["choices"] if one["choice"] == "left_out")
    for level, one in zip(choice["levels"], record["sets"], strict=True):
        assert level["mean"] == pytest.approx(np.mean(one["proportion"]))
    assert sum(one["share"] for one in record["choices"]) <= 1


def test_a_discrepancy_may_be_decided_otherwise(run):
    def contradict(content):
        other = dict(content["outcomes"][3], outcome_id="R99", events=20,
                     record_type="conflicting")  # fmt: skip
        content["outcomes"].append(other)
        content["discrepancies"].append({
            "discrepancy_id": "D1", "source_id": "maple", "outcome_ids": "R4", "severity": "high",
            "alternative_outcome_ids": "R99", "locator": "x", "printed": "x", "recomputed": "x",
            "found_by": "reading", "decision": "x", "reason": "x",
        })  # fmt: skip

    loaded, found, record = run(contradict)
    levels = next(c.levels for c in found.choices if c.key == "discrepancies")
    assert levels == {"as_decided": "as decided", "D1": "D1 otherwise"}
    changed = next(one for one in record["sets"] if one["set"] == "discrepancies.D1")
    assert changed["rows"] == ["R1", "R99", "R6", "R7"]
    rows = list(set_rows(loaded.evidence, [changed]))
    assert [row["events"] for row in rows] == [12, 20, 15, 11]


def test_studies_can_be_left_out_by_their_risk_of_bias(run, review):
    plan = copy.deepcopy(CONFIG)
    plan["multiverse"] = {"left_out": {"high": {"label": "High", "risk_of_bias": ["high"]}}}

    def judged(content):
        content["risk_of_bias"] = [
            {"study_id": "maple", "tool": "T", "item": "overall", "question": "?",
             "assessor_a": "high", "assessor_b": "high", "adjudicated": "high", "reason": "x"}
        ]  # fmt: skip

    _, _, record = run(judged, plan)
    one = next(one for one in record["sets"] if one["set"] == "left_out.high")
    assert one["rows"] == ["R1", "R6", "R7"]


def test_one_study_leaves_no_analysis_but_says_why(run):
    def lonely(content):
        content["outcomes"] = content["outcomes"][:1]

    plan = {**CONFIG, "endpoints": {"response": CONFIG["endpoints"]["response"]}}
    _, _, record = run(lonely, plan)
    assert record["summary"] is None
    assert record["sets"] == record["choices"] == []
    assert record["counts"]["analyses"] == 0
    assert any("1 of at least 2 cohorts" in one["reason"] for one in record["invalid"])


def test_with_one_study_allowed_it_is_an_analysis(run):
    def lonely(content):
        content["outcomes"] = content["outcomes"][:1]

    plan = {**CONFIG, "endpoints": {"response": CONFIG["endpoints"]["response"]},
            "multiverse": {"min_studies": 1}}  # fmt: skip
    _, _, record = run(lonely, plan)
    assert record["summary"]["range"] == {"lower": 0.6, "upper": 0.6}


def test_all_events_are_analysed(run):
    def full(content):
        for row in content["outcomes"]:
            row |= {"events": row["total"], "percent_reported": 100}

    _, _, record = run(full)
    assert record["summary"]["range"]["upper"] == 1
    assert record["summary"]["headline"]["estimate_above"] == 1
    assert all(0 <= choice["share"] <= 1 for choice in record["choices"])


def test_nothing_varied_is_the_methods_alone(run):
    plan = copy.deepcopy(small_review.CONFIG)
    plan["multiverse"] = {"vary": []}
    _, found, record = run(plan=plan)
    assert found.choices == ()
    assert record["counts"]["sets"] == 1
    assert record["combinations"]["levels"] == [""]


def test_the_table_has_a_row_for_each_analysis(run):
    records = [run(endpoint=name)[2] for name in ("response", "remission")]
    columns, rows = multiverse_table(records)
    assert len(rows) == sum(record["counts"]["analyses"] for record in records)
    assert all(set(row) == set(columns) for row in rows)
    assert len({row["id"] for row in rows}) == len(rows)
    assert {"denominator", "left_out", "model", "tau2", "ci", "proportion"} <= set(columns)


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ({"studies": ["oka"]}, "studies: 'oka' is not a study of studies.csv. Did you mean 'oak'?"),
        ({"design": ["single_arms"]}, "design: 'single_arms' is not a design of vocabulary.csv."),
        ({"risk_of_bias": ["high"]}, "risk_of_bias: 'high' is not an overall judgement of any"),
    ],
)
def test_what_no_table_has_cannot_be_left_out(run, rule, line):
    plan = copy.deepcopy(CONFIG)
    plan["multiverse"] = {"left_out": {"x": {"label": "X", **rule}}}
    with pytest.raises(pp.PoolpropError) as caught:
        run(plan=plan)
    assert f"multiverse.left_out.x.{line}" in str(caught.value)


def test_an_estimand_leaves_out_by_name_what_the_tables_have(run):
    plan = copy.deepcopy(CONFIG)
    plan["endpoints"]["response"]["estimands"]["primary"]["without"] = ["oka"]
    with pytest.raises(pp.PoolpropError, match="without: 'oka' is neither a study nor an arm"):
        run(plan=plan)
