"""Other models from the plan to the page: what is asked for, what the data allow, what is said."""

from __future__ import annotations

import copy
import json

import drawn_reviews
import pytest
import small_review
from unit.report.page import spelled

import poolprop as pp
from poolprop.errors import ConfigError
from poolprop.plan.parse import parse
from poolprop.synthesis.models import further_models
from poolprop.synthesis.nested import nested

COUNTS = [(12, 21), (91, 110), (11, 12), (12, 13)]
MORE = (1, 0, 2, 1)


def rows(name, counts, outcome="cr_cri"):
    return [
        {
            "set": name, "outcome_id": f"{name}-{i}", "arm_id": f"arm{i}", "label": f"Study {i}",
            "outcome_label": outcome, "events": str(x), "total": str(n),
        }
        for i, (x, n) in enumerate(counts)
    ]  # fmt: skip


def settings(**endpoint):
    plan = copy.deepcopy(small_review.CONFIG)
    del plan["endpoints"]["remission"]
    response = plan["endpoints"]["response"]
    response["estimands"]["everyone"] = {"label": "All", "denominator": "treated"}
    return parse(plan | {"endpoints": {"response": response | endpoint}})


def record(data, laws=False, **endpoint):
    """Return what the models say; the laws, which take the longest, where they are asked for."""
    plan = settings(**endpoint)
    plan = plan if laws else plan.model_copy(update={"laws": plan.laws.model_copy(
        update={"fit": ()})})  # fmt: skip
    return json.loads(json.dumps(further_models(plan, "response", data)))


def test_laws_stand_without_being_asked_for_and_say_both_proportions():
    found = record(rows("primary", COUNTS), laws=True)
    fits = {one["id"].rpartition("/")[2]: one for one in found["laws"]["fits"]}
    assert set(fits) == {"normal", "t", "skew-normal", "npml"}
    fit = pp.pool(*zip(*COUNTS, strict=True))
    assert fits["normal"]["proportion"] == pytest.approx(fit.proportion, abs=1e-8)
    assert fits["normal"]["population"]["mean"] == pytest.approx(fit.marginal_mean, abs=1e-8)
    assert fits["npml"]["ci"] is None
    assert sum(one["share"] for one in fits["npml"]["support"]) == pytest.approx(1)
    assert found["laws"]["rows"] == [f"primary-{i}" for i in range(4)]
    assert (found["missing"], found["next_trial"]) == (None, None)


@pytest.mark.parametrize("counts", [COUNTS[:2], [(0, 9)] * 3, [(9, 9)] * 4, []])
def test_laws_are_not_told_apart_where_nothing_tells_them_apart(counts):
    assert record(rows("primary", counts), laws=True)["laws"] is None


def test_patients_without_assessment_are_those_that_the_other_estimand_counts_besides():
    everyone = [(x, n + m) for (x, n), m in zip(COUNTS, MORE, strict=True)]
    data = rows("primary", COUNTS) + rows("everyone", everyone)
    found = record(data, missing={"everyone": "everyone", "imor": [1], "sd": 0})["missing"]
    assert (found["missing"], found["total"], found["k"]) == (4, 160, 4)
    none, _, same = found["beliefs"]
    assert none["proportion"] == pp.pool(*zip(*everyone, strict=True)).proportion
    assert same["proportion"] == pytest.approx(
        pp.pool(*zip(*COUNTS, strict=True)).proportion, abs=1e-7
    )


def test_a_study_whose_events_differ_between_denominators_is_named_and_left_out():
    everyone = [(x + (i == 2), n + 1) for i, (x, n) in enumerate(COUNTS)]
    data = rows("primary", COUNTS) + rows("everyone", everyone)
    found = record(data, missing={"everyone": "everyone"})
    assert found["missing"]["k"] == 3
    assert "differ between both denominators: Study 2." in found["notes"][0]


def test_nothing_missing_is_a_note_and_no_model():
    data = rows("primary", COUNTS) + rows("everyone", COUNTS)
    found = record(data, missing={"everyone": "everyone"})
    assert found["missing"] is None
    assert found["notes"] == [
        "No models of patients without assessment: no patient is without assessment."
    ]


def chained(data, **stages):
    return json.loads(json.dumps(nested(settings(nested=stages), "response", data)))


def test_nested_stages_are_read_on_one_denominator_and_end_where_one_is_missing():
    inner = [(5, 21), (75, 110), (9, 11), (13, 13)]  # another total; more than in remission
    data = rows("nested/cr_cri", COUNTS) + rows("nested/orr", inner)
    two = rows("nested/orr", [(5, 21), (75, 110), (9, 12)])
    stages = {"stages": ["cr_cri", "orr"], "effects": ["separate"]}
    found = chained(data, **stages)["model"]
    assert [one["k"] for one in found["models"][0]["stages"]] == [4, 2]
    full = chained(rows("nested/cr_cri", COUNTS) + two, **stages)["model"]
    outside, inside = full["models"][0]["stages"]
    assert (inside["k"], inside["events"], inside["total"]) == (3, 89, 114)
    assert inside["expected"] < outside["expected"]
    alone = chained(rows("nested/cr_cri", COUNTS), **stages)
    assert alone["model"] is None
    assert "fewer than 2 studies report stage 2" in alone["notes"][0]
    none = chained(rows("nested/orr", inner), **stages)
    assert none["model"] is None
    assert "no arm has a figure of the first, cr_cri," in none["notes"][0]


def test_the_next_trial_is_that_of_the_plans_priors():
    found = record(rows("primary", COUNTS), next_trial={"n": [40], "rule": {"above": 0.5}})
    trial = found["next_trial"]["trials"][0]
    posterior = pp.bayes(*zip(*COUNTS, strict=True))
    assert trial["chance"] == pp.next_trial(posterior, 40, 0.5).chance
    assert found["next_trial"]["prior"]["ess"] == pp.map_prior(posterior).ess
    below = record(rows("primary", COUNTS), next_trial={"n": [9], "rule": {"below": 0.1}})
    assert below["next_trial"]["side"] == "below"
    assert below["next_trial"]["trials"][0]["events"] is None


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [
        ({"missing": {"everyone": "nobody"}}, "missing names the estimand 'nobody'"),
        ({"missing": {"everyone": "everyone", "imor": [0]}}, "imor"),
        ({"nested": {"stages": ["cr_cri"]}}, "stages"),
        ({"nested": {"stages": ["cr_cri", "cr_cri"]}}, "a stage is named twice"),
        ({"next_trial": {"n": [20], "rule": {}}}, "give above or below"),
        ({"next_trial": {"n": [20], "rule": {"above": 0.2, "below": 0.5}}}, "give above or below"),
    ],
)
def test_a_plan_that_asks_for_no_model_is_refused(endpoint, words):
    with pytest.raises(ConfigError, match=words):
        settings(**endpoint)


@pytest.mark.slow
def test_the_page_shows_what_was_asked_for(repo, tmp_path):
    kept = [step for step in drawn_reviews.STEPS if step.split()[0] in ("select", "synthesise")]
    nested = "nested --endpoint {name} --out {home}/nested.json"
    plan = copy.deepcopy(small_review.CONFIG["endpoints"]["response"]["estimands"])
    plan["everyone"] = {"label": "All treated", "denominator": "treated"}
    drawn_reviews.write(
        tmp_path, COUNTS, estimands=plan, missing={"everyone": "everyone"},
        nested={"stages": ["cr_cri", "cr"]},
        next_trial={"n": [20], "rule": {"above": 0.5}},
    )  # fmt: skip
    page = spelled(drawn_reviews.build(repo, tmp_path, steps=[*kept, nested]))
    section = page[page.index('id="models"') :]
    for words in (
        "Other laws of the random effects", "Student&#39;s t, 4 degrees of freedom",
        "No models of patients without assessment", "No model of nested outcomes",
        "The next trial", "expected local-information ratio",
    ):  # fmt: skip
        assert words in section, words
