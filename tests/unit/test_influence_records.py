"""Influence and small-study effects as records: from no study to forty, boundaries included."""

from __future__ import annotations

import json
import math
from functools import cache

import pytest
from unit.report.synthetic import PLAN

import poolprop as pp
from poolprop.plan.parse import parse
from poolprop.synthesis.influence import influence
from poolprop.synthesis.small_study import small_study

CR = [(12, 21), (91, 110), (11, 12), (12, 13)]
CASES = {
    "none": [],
    "one": [(3, 9)],
    "two": [(3, 9), (5, 11)],
    "flagship": CR,
    "all events": [(5, 5), (9, 9), (12, 12)],
    "no events": [(0, 5), (0, 9), (0, 12)],
    "all equal": [(6, 20)] * 5,
    "forty": [(3 + i % 7, 15 + i) for i in range(40)],
}


def plan(**changes):
    return parse({**PLAN, **changes}, "config.yaml")


@cache
def influence_of(name):
    return influence(plan(), "healed", rows(CASES[name]))


def rows(counts):
    return [
        {
            "set": "primary", "label": f"Study {i}", "study_id": f"study-{i}",
            "arm_id": f"arm-{i}", "outcome_id": f"O{i}",
            "year": str(2010 + i % 9) if i % 4 else "NR", "events": str(x), "total": str(n),
        }
        for i, (x, n) in enumerate(counts)
    ]  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_every_case_gives_a_record_that_json_holds(name):
    data = rows(CASES[name])
    for record in (influence_of(name), small_study(plan(), "healed", data)):
        json.dumps(record, allow_nan=False)
        assert record["k"] == len(data)


@pytest.mark.parametrize("name", ["none", "one", "two"])
def test_few_studies_have_a_sentence_in_place_of_diagnostics_and_subsets(name):
    found = influence_of(name)
    assert found["diagnostics"]["studies"] == []
    assert found["diagnostics"]["note"]
    assert found["gosh"]["subsets"] == []
    assert found["gosh"]["note"].startswith("Fewer than three studies")
    assert len(found["leave_one_out"]) == (len(CASES[name]) if len(CASES[name]) > 1 else 0)


def test_the_cumulative_pool_goes_by_year_and_ends_with_the_primary_result():
    found = influence_of("flagship")["cumulative"]
    assert [entry["year"] for entry in found] == [2011, 2012, 2013, None]
    last = pp.pool([12, 91, 11, 12], [21, 110, 12, 13])
    assert found[-1]["result"]["proportion"] == last.proportion
    assert [entry["result"]["k"] for entry in found] == [1, 2, 3, 4]


def test_diagnostics_are_those_of_the_glmm_and_baujats_parts_sum_to_q():
    found = influence_of("flagship")["diagnostics"]["studies"]
    direct = pp.influence([12, 91, 11, 12], [21, 110, 12, 13])
    assert [one["rstudent"] for one in found] == direct.rstudent.tolist()
    q = pp.pool([12, 91, 11, 12], [21, 110, 12, 13]).q
    assert sum(one["baujat_x"] for one in found) == pytest.approx(q)
    assert all(one["baujat_y"] == pytest.approx(one["dffits"] ** 2) for one in found)


def test_where_the_mean_is_at_the_boundary_diagnostics_are_missing_and_say_so():
    found = influence_of("all events")["diagnostics"]
    assert found["note"].endswith("omitted for estimates at 0% or 100%.")
    assert all(one["dffits"] is None and one["hat"] > 0 for one in found["studies"])


def test_every_subset_of_a_few_studies_is_pooled_by_the_glmm_and_a_sample_of_many():
    few = influence_of("flagship")["gosh"]
    assert (few["complete"], len(few["subsets"])) == (True, 2**4 - 5)
    pair = next(one for one in few["subsets"] if one["members"] == "1010")
    direct = pp.pool([12, 11], [21, 12])
    assert pair["proportion"] == pytest.approx(direct.proportion, abs=1e-12)
    many = influence_of("forty")["gosh"]
    assert not many["complete"]
    assert (len(many["subsets"]), many["seed"]) == (2000, 20260101)
    assert all(one["k"] == one["members"].count("1") >= 2 for one in many["subsets"])


def test_asymmetry_is_tested_from_the_number_of_studies_that_the_plan_asks():
    few = small_study(plan(), "healed", rows(CR))
    assert few["reason"].startswith("Funnel asymmetry is not tested with 4 studies")
    assert (few["tests"], few["funnel"], few["trim_and_fill"]) == ([], None, None)
    many = small_study(plan(), "healed", rows(CASES["forty"]))
    assert [one["name"] for one in many["tests"]] == ["egger", "peters", "begg"]
    assert all(0 <= one["p"] <= 1 for one in many["tests"])
    assert len(many["funnel"]["points"]) == 40
    assert 0 < many["trim_and_fill"]["proportion"] < 1
    strict = plan(rules={"min_studies_asymmetry": 41})
    assert "fewer than 41" in small_study(strict, "healed", rows(CASES["forty"]))["reason"]


def test_equal_studies_have_no_funnel():
    found = small_study(plan(), "healed", rows([(6, 20)] * 12))
    assert found["reason"] == "Funnel asymmetry is not tested: the studies are all of one size."


@pytest.mark.parametrize("model", ["two-step", "common", "beta-binomial"])
def test_other_primary_models_have_diagnostics_too(model):
    ci = "profile-ck" if model == "beta-binomial" else "wald"
    tau2 = "ML" if model == "beta-binomial" else "REML"
    primary = {"model": model, "tau2": tau2, "ci": ci}
    found = influence(plan(models={"primary": primary}), "healed", rows(CR))
    assert len(found["diagnostics"]["studies"]) == 4
    assert all(math.isfinite(one["rstudent"]) for one in found["diagnostics"]["studies"])


def test_a_study_of_several_rows_is_left_out_whole_as_well():
    data = rows(CR)
    for row, arm in zip(data[1:3], ("arm A", "arm B"), strict=True):
        row.update(study_id="study-1", label="Study 1", arm_label=arm)
    found = influence(plan(), "healed", data)["leave_one_out"]
    assert [one["omitted"] for one in found] == [
        "Study 0", "Study 1, arm A", "Study 1, arm B", "Study 3", "Study 1, all 2 rows",
    ]  # fmt: skip
    whole = found[-1]
    assert whole["id"] == "loo/healed/primary/study/study-1"
    assert whole["outcome_ids"] == ["O1", "O2"]
    found = pp.influence(*zip(*CR, strict=True), study=["a", "b", "b", "c"])
    assert whole["diagnostics"]["cooks_distance"] == pytest.approx(found.cooks_distance[1])
    rest = pp.pool([12, 12], [21, 13], prediction="none")
    assert whole["result"]["proportion"] == pytest.approx(rest.proportion)
