"""The record of a pool: every model with its weights, in words that JSON holds."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest
from unit.report.synthetic import PLAN

from poolprop.plan import Model
from poolprop.plan.parse import parse
from poolprop.synthesis.methods import Method, estimates
from poolprop.synthesis.pooled import pooled

TWO_STEP = {"model": "two-step", "measure": "PLO", "tau2": "REML", "ci": "wald"}
MODELS = {
    "primary": {"model": "glmm", "measure": "PLO", "tau2": "ML", "ci": "profile-ck"},
    "comparisons": [TWO_STEP, {"model": "beta-binomial", "measure": "PLO", "ci": "profile"}],
}
CASES = {
    "some": [(12, 21), (91, 110), (11, 13), (12, 15)],
    "all events": [(5, 5), (9, 9), (12, 12)],
    "equal": [(6, 20)] * 4,
    "two": [(3, 9), (5, 11)],
    "one": [(3, 9)],
}


def estimand(counts):
    rows = [
        {"set": "primary", "label": f"S{i}", "arm_id": f"a{i}", "outcome_id": f"O{i}",
         "events": str(x), "total": str(n), "record_type": "reported", "record_label": "Reported",
         "denominator_label": "All", "timepoint_label": "Best"}
        for i, (x, n) in enumerate(counts)
    ]  # fmt: skip
    record = pooled(parse(PLAN | {"models": MODELS}, "config.yaml"), "healed", rows, [])
    json.dumps(record, allow_nan=False)
    return record["estimands"][0]


@pytest.mark.parametrize("name", CASES)
def test_each_result_weighs_each_study_and_the_shares_sum_to_one(name):
    found = estimand(CASES[name])
    for result in found["results"]:
        assert len(result["weights"]) == len(found["studies"])
        assert sum(result["weights"]) == pytest.approx(1)
    assert [one["weight"] for one in found["studies"]] == found["results"][0]["weights"]


def test_weights_of_two_steps_are_inverse_variances():
    found = estimand(CASES["some"])
    (result,) = (one for one in found["results"] if one["model"] == "two-step")
    x, n = np.array(CASES["some"]).T
    inverse = 1 / (1 / x + 1 / (n - x) + result["tau2"])
    assert result["weights"] == pytest.approx(list(inverse / inverse.sum()), rel=1e-9)
    assert result["weights"] != pytest.approx(found["results"][0]["weights"], rel=1e-3)


def test_a_study_that_decides_alone_is_named():
    (note,) = estimand([(30, 50), (50, 80), (60, 120), (2600, 4000)])["notes"]
    assert note.startswith("S3 has 4000 patients, at least 50 times the median of the other")
    assert estimand([(30, 50), (50, 80), (60, 120), (2600, 3999)])["notes"] == []
    assert estimand(CASES["one"])["notes"] == []


def test_a_comparison_without_an_answer_is_left_out_with_the_reason():
    """All weight in one study leaves Kenward-Roger's method without degrees of freedom."""
    rows = [(587_692_984, 10**9), (2, 3)]
    kept = MODELS["comparisons"]
    try:
        MODELS["comparisons"] = [TWO_STEP | {"ci": "kr"}, TWO_STEP]
        found = estimand(rows)
    finally:
        MODELS["comparisons"] = kept
    assert [one["ci_method"] for one in found["results"]] == ["profile-ck", "wald"]
    assert any(
        note.startswith("Left out, two-step.PLO.REML.kr: One study holds nearly all the weight")
        for note in found["notes"]
    )


def test_a_multiverse_has_every_number_there():
    plan = parse(PLAN | {"models": MODELS}, "config.yaml")
    rows = [{"events": "587692984", "total": str(10**9)}, {"events": "2", "total": "3"}]
    kr = Method(model=Model(**TWO_STEP | {"ci": "kr"}), levels={}, words="")
    wald = Method(model=Model(**TWO_STEP), levels={}, words="")
    data = SimpleNamespace(rows=rows)
    (found,) = estimates([data], [kr, wald], plan.level)
    assert found[0].tolist() == [found[1, 0], 0.0, 1.0]
