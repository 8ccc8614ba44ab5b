"""What a run makes follows from the plan alone."""

from __future__ import annotations

import hashlib

import pytest
import small_review

from poolprop.plan.parse import parse
from poolprop.workflow import targets
from poolprop.workflow.parts import plan_digest


def plan(**blocks):
    return parse(small_review.CONFIG | blocks, "config/config.yaml")


def test_only_an_endpoint_within_another_has_a_model_of_both():
    endpoints = small_review.CONFIG["endpoints"]
    inner = endpoints["remission"] | {"nested": {"stages": ["cr_cri", "cr"]}}
    made = targets.targets(plan(endpoints=endpoints | {"remission": inner}), benchmarks=False)
    asked = [path for path in made.results if path.endswith("nested.json")]
    assert asked == ["results/analysis/remission/nested.json"]


SAFETY = {"prefix": "ae_", "denominator": "treated"}


def test_each_endpoint_has_its_data_sets_analyses_and_figures():
    made = targets.targets(plan(), benchmarks=False).results
    for endpoint in ("response", "remission"):
        for name in ("data.csv", "pool.json", "multiverse_sets.csv", "certificate.json"):
            assert f"results/analysis/{endpoint}/{name}" in made
        assert f"results/figures/forest_{endpoint}.pdf" in made
    assert len(made) == len(set(made))


def test_a_block_that_the_plan_lacks_makes_nothing():
    bare = set(targets.targets(plan(), benchmarks=False).results)
    more = set(targets.targets(plan(safety=SAFETY), benchmarks=True).results)
    assert more - bare == {
        "results/safety/data.csv", "results/safety/pool.json", "results/tables/safety.csv",
        "results/benchmarks/benchmarks.json",
    }  # fmt: skip
    assert bare <= more


def test_the_second_engine_recomputes_what_was_pooled_unless_it_is_off():
    asked = targets.targets(plan(safety=SAFETY), benchmarks=False)
    assert "results/safety/pool.json" in asked.recomputed
    assert "results/analysis/response/subgroups.json" in asked.recomputed
    off = targets.targets(plan(crosscheck="off"), benchmarks=False)
    assert set(asked.results) - set(off.results) >= set(targets.crosscheck())


def test_a_finished_run_made_what_was_said_and_nothing_else(small):
    """The targets, what comes after the manifest, and the records: no other file is there."""
    said = {*targets.targets(plan(), benchmarks=False).results, *targets.sealed()}
    said |= {"results/audit/manifest.json", "results/audit/seal.json"}
    found = {
        path.relative_to(small.folder).as_posix()
        for path in (small.folder / "results").rglob("*")
        if path.is_file()
    }
    apart = ("results/audit/jobs/", "results/crate/")
    assert {path for path in found if not path.startswith(apart)} == said - {"results/crate"}


def test_the_digest_of_a_part_of_the_plan_is_that_of_its_content():
    one, other = plan(), plan(level=0.9)
    assert plan_digest(one, "endpoints.response") == plan_digest(other, "endpoints.response")
    assert plan_digest(one, "level", "models") != plan_digest(other, "level", "models")
    assert plan_digest(one, "level") == hashlib.sha256(b"[0.95]").hexdigest()[:12]


def test_an_unknown_part_of_the_plan_is_an_error():
    with pytest.raises(KeyError):
        plan_digest(plan(), "endpoints.nobody")
