"""Proportions without counts in a review: from outcomes.csv to the page."""

from __future__ import annotations

import copy
import csv
import json
from pathlib import Path

import drawn_reviews
import pytest
import small_review

import poolprop as pp
from poolprop.audit.explain import _estimate
from poolprop.audit.rows import described, read_tables
from poolprop.errors import ConfigError
from poolprop.plan.parse import parse

COUNTED = [(12, 21), (31, 110), (11, 42)]
# A weighted survey, a published pool with its interval, one with an effective size; one whose
# interval nobody knows the scale of, and a bare percentage.
WITHOUT = {
    "survey": {"percent_reported": "31.5", "se_reported": "4.2"},
    "pooled": {
        "percent_reported": "22", "ci_lower_reported": "16.1", "ci_upper_reported": "29.3",
        "ci_scale": "PLO",
    },
    "register": {"percent_reported": "40.25", "n_effective": "151.5"},
    "unnamed": {"percent_reported": "35", "ci_lower_reported": "25", "ci_upper_reported": "46"},
    "bare": {"percent_reported": "38"},
}  # fmt: skip
ESTIMANDS = {
    "primary": {"label": "Evaluable patients"},
    "estimates": {"label": "Estimates admitted", "without_counts": "two-step"},
}
PLAN = {"label": "Response", "short": "Resp."}


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "data" / "outcomes.csv").open(newline="") as handle:
        return list(csv.DictReader(handle))


def write(folder: Path) -> Path:
    drawn_reviews.write(folder, [*COUNTED, *[(1, 2)] * len(WITHOUT)], estimands=ESTIMANDS)
    rows = rows_of(folder)
    names = dict(zip((f"study{i:02d}" for i in range(4, 9)), WITHOUT.items(), strict=True))
    blank = {"events": "NR", "total": "NR"}
    for row in rows:
        row |= dict.fromkeys(("se_reported", "ci_level_reported", "ci_scale", "n_effective"), "")
        if row["arm_id"] in names:
            row |= blank | names[row["arm_id"]][1]
    small_review.write_table(folder / "data" / "outcomes.csv", list(rows[0]), rows)
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory, repo):
    folder = write(tmp_path_factory.mktemp("without"))
    page = drawn_reviews.build(repo, folder)
    return folder, page


@pytest.fixture(scope="module")
def pools(built):
    text = (built[0] / drawn_reviews.ENDPOINT / "pool.json").read_text("utf-8")
    return {one["estimand"]: one for one in json.loads(text)["estimands"]}


def test_by_default_they_are_left_out_and_the_page_says_how_many(built, pools):
    primary = pools["primary"]
    assert primary["k"] == 3
    assert primary["notes"] == ["5 arms report a proportion without counts and are left out."]
    assert "5 arms report a proportion without counts and are left out." in built[1]


def test_an_estimand_that_admits_them_pools_counts_and_estimates_in_two_steps(pools):
    estimand = pools["estimates"]
    assert (estimand["k"], estimand["without_counts"]) == (6, 3)
    assert (estimand["events"], estimand["total"]) == (54, 173)
    (result,) = estimand["results"]
    counted = pp.effect_sizes(*zip(*COUNTED, strict=True), "PLO")
    survey = pp.estimate_effects([0.315], se=[0.042])
    pooled = pp.estimate_effects([0.22], ci_lower=[0.161], ci_upper=[0.293], symmetric="PLO")
    register = pp.estimate_effects([0.4025], n_effective=[151.5])
    yi, vi = (
        [*a, *b, *c, *d] for a, b, c, d in zip(counted, survey, pooled, register, strict=True)
    )
    wanted = pp.pool_effects(yi, vi, "PLO", "REML", "hksj")
    assert result["model"] == "two-step"
    assert result["role"] == "primary"
    assert (result["events"], result["total"]) == (None, None)
    for name in ("proportion", "tau2", "q"):
        assert result[name] == pytest.approx(getattr(wanted, name), rel=1e-12)
    assert result["ci"]["upper"] == pytest.approx(wanted.ci.upper, rel=1e-12)
    assert result["weights"] == pytest.approx(list(wanted.weights), rel=1e-12)


def test_its_studies_say_what_they_are(pools):
    marked = {one["label"]: one for one in pools["estimates"]["studies"] if one["events"] is None}
    assert [one["proportion"] for one in marked.values()] == [0.315, 0.22, 0.4025]
    assert {one["derivation"] for one in marked.values()} == {
        "an estimate without a count, with its precision as reported"
    }
    assert marked["Study05"]["intervals"]["wilson"] == {"lower": 0.161, "upper": 0.293}
    notes = " ".join(pools["estimates"]["notes"])
    assert "3 of 6 studies without counts" in notes
    assert "the exact models need events and total of each study and are left out" in notes
    assert "Study04 (standard error reported)" in notes
    assert "Study05 (interval reported, symmetric on the scale PLO)" in notes


def test_what_says_too_little_of_its_precision_is_left_out_with_the_reason(pools):
    reasons = {one["label"]: one["reason"] for one in pools["estimates"]["excluded"]}
    assert reasons == {
        "Study07": "a percentage without a count, the scale of its interval (ci_scale) not named",
        "Study08": "a percentage without a count, nothing said of its precision",
    }


def test_the_page_marks_them_in_forest_table_and_methods(built):
    page = built[1]
    assert "id=forest-response-estimates" in page
    assert "without counts" in page
    assert "no count" in page
    assert "Proportions without counts are pooled in two steps for" in page
    assert "3 of 6 studies without counts" in page


@pytest.mark.parametrize("change", ["primary", "subgroup"])
def test_estimands_that_other_models_need_cannot_take_them(change):
    plan = copy.deepcopy(small_review.CONFIG)
    estimands = plan["endpoints"]["response"]["estimands"]
    name = "primary" if change == "primary" else "all_treated"
    estimands[name]["without_counts"] = "two-step"
    plan["endpoints"]["response"]["subgroups"]["setting"]["estimand"] = "all_treated"
    with pytest.raises(ConfigError, match=f"the estimand '{name}' takes proportions without"):
        parse(plan)


def test_the_audit_trail_shows_the_percentage_in_place_of_a_count(built):
    tables = read_tables(built[0] / "data")
    rows = described(tables, ["R1", "R7"])
    assert (rows["R1"]["events"], rows["R1"].get("value")) == (12, None)
    assert (rows["R7"]["events"], rows["R7"]["value"]) == (None, "31.5%")
    found = _estimate({"proportion": 0.3, "events": None, "total": None, "k": 6}, "pool/x/primary")
    assert found == "30%, without counts, in 6 rows; unrounded 0.3"
