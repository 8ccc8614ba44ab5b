"""What the page's script is told of the pools that a reader may change."""

from __future__ import annotations

import json

import small_review
import yaml
from drawn_reviews import STEPS, build
from unit.report import synthetic

from poolprop.plan.parse import parse
from poolprop.report.explore import explorable
from poolprop.report.read import read_results


def facts(folder, refs, **models):
    plan = synthetic.settings()
    if models:
        plan = plan.model_copy(update={"models": plan.models.model_copy(update=models)})
    return explorable(read_results(folder, tuple(plan.endpoints)), plan, refs), plan


def test_each_pool_has_the_rows_that_its_result_rests_on(plain):
    found, plan = facts(plain, _refs(plain))
    assert found["pools"]
    for ref, (scale, digits, places) in found["pools"].items():
        record = _record(plain, ref)
        rows = [found["rows"][at] for at in places]
        told = [(one["outcome_id"], one["study_id"], one["arm_id"], one["events"], one["total"])
                for one in record["studies"]]  # fmt: skip
        assert [tuple(row) for row in rows] == told
        assert (scale, digits) == ("percent", None)
    assert found["options"]["level"] == plan.level
    assert found["options"]["tau_scale"] == plan.bayes.tau_prior.scale


def test_another_model_has_no_pools_and_other_results_are_none(plain):
    other = synthetic.settings().models.primary.model_copy(
        update={"model": "two-step", "tau2": "REML", "ci": "hksj"}
    )
    found, _ = facts(plain, _refs(plain), primary=other)
    assert found["pools"] == {}
    assert facts(plain, ["ae/ae_crs/any", "nothing"])[0]["pools"] == {}


def test_a_variant_of_an_estimand_is_written_in_the_words_of_the_plan(repo, tmp_path):
    """What is told of an estimand, with ``without``, is an estimand that the plan reader takes."""
    small_review.write(tmp_path)
    steps = [STEPS[i].format(name="response", home="results/analysis/response") for i in (0, 1)]
    build(repo, tmp_path, "response", steps)
    plan = yaml.safe_load((tmp_path / "config/config.yaml").read_text())
    settings = parse(plan)
    results = read_results(tmp_path / "results", ("response",))
    told = explorable(results, settings, ["pool/response/primary"])["plan"]["pool/response/primary"]
    again = {**told, "without": ["larch"]}
    plan["endpoints"]["response"]["estimands"]["tried"] = json.loads(json.dumps(again))
    tried = parse(plan).endpoints["response"].estimands["tried"]
    own = settings.endpoints["response"].estimands["primary"]
    assert tried == own.model_copy(update={"without": ("larch",)})


def _walk(node):
    if isinstance(node, dict):
        if isinstance(node.get("id"), str) and isinstance(node.get("studies"), list):
            yield node
        for child in node.values():
            yield from _walk(child)
    elif isinstance(node, list):
        for child in node:
            yield from _walk(child)


def _records(folder):
    for path in sorted(folder.glob("analysis/*/*.json")):
        yield from _walk(json.loads(path.read_text("utf-8")))


def _refs(folder):
    return [one["id"] for one in _records(folder)]


def _record(folder, ref):
    return next(one for one in _records(folder) if one["id"] == ref)
