"""Subgroups as records: what is tested, what is compared within studies, what is only said."""

from __future__ import annotations

import json
import math

import pytest
from scipy.stats import fisher_exact, nchypergeom_fisher
from unit.report.synthetic import PLAN

import poolprop as pp
from poolprop.plan.parse import parse
from poolprop.synthesis.subgroups import by_subgroup

MODERATORS = {
    "year": {"label": "Year", "column": "year"},
    "age": {"label": "Median age (years)", "column": "age_median"},
}

# Two levels of four studies that differ as much as they can.
APART = ([(2, 20), (3, 22), (4, 25), (1, 18)], [(14, 24), (18, 20), (15, 21), (12, 19)])


def plan(**changes):
    endpoint = {
        **PLAN["endpoints"]["fast"],
        "subgroups": {"setting": {"label": "Setting"}},
        "moderators": MODERATORS,
    }
    return parse({**PLAN, "endpoints": {"fast": endpoint}, **changes}, "config.yaml")


def row(level, study, x, n, outcome="", **more):
    return {
        "set": f"subgroup/setting/{level}" if level else "primary", "study_id": study,
        "label": study.title(), "arm_id": f"{study}-{outcome}", "outcome_id": outcome or study,
        "level_label": level.upper(), "events": str(x), "total": str(n), "year": "2020",
        "age_median": "", "record_type": "reported", "record_label": "", "derivation": "",
        "note": "", **more,
    }  # fmt: skip


def factor(rows, **changes):
    return by_subgroup(plan(**changes), "fast", rows)["factors"][0]


def levels(first, second):
    """Rows of two levels, each study in one of them."""
    return [
        row(level, f"{level}{i}", x, n)
        for level, counts in (("a", first), ("b", second))
        for i, (x, n) in enumerate(counts)
    ]


def test_few_studies_are_tested_by_exact_permutation():
    found = factor(levels(*APART))["test"]
    x, n = zip(*APART[0], *APART[1], strict=True)
    direct = pp.subgroups(x, n, list("aaaabbbb"), permutation=True)
    assert found["p"] == direct.permutation.p == pytest.approx(2 / 70)
    assert found["p_chi_square"] == direct.q_between_p < 0.001
    assert found["p_method"].startswith("permutation of the studies among the levels: exact, all")


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ([(2, 20)], [(9, 22), (4, 25)], "1 of the 2 levels has 2 or more studies; two are needed"),
        ([(2, 20), (3, 22)], [(9, 22), (4, 25)], "the 6 ways to assign these 4 studies cannot"),
        (APART[0][:3], APART[1][:3], "cannot give a p value below 0.1"),
    ],
)
def test_where_studies_are_too_few_a_sentence_says_why_there_is_no_test(first, second, why):
    found = factor(levels(first, second), level=0.95)
    assert found["test"] is None
    assert why in found["test_note"]


def test_many_studies_are_tested_by_the_chi_square():
    many = [(2 + i % 5, 20) for i in range(8)], [(5 + i % 5, 20) for i in range(8)]
    found = factor(levels(*many))["test"]
    assert found["p"] == found["p_chi_square"]
    assert found["p_method"] == "chi-square"


def test_levels_that_overlap_are_never_tested():
    rows = [row(level, "oak", 3, 9) for level in "ab"] + [row(level, "elm", 5, 9) for level in "ab"]
    found = factor(rows)
    assert found["test"] is None
    assert "overlap" in found["test_note"]
    assert found["contrasts"] == []


def test_a_study_in_two_levels_is_compared_within_itself_and_left_out_between_studies():
    rows = levels(*APART)
    rows += [row("a", "short", 9, 17, "B"), row("b", "short", 3, 4, "T")]
    found = factor(rows)
    assert found["test"]["k"] == 8
    assert "see within studies" in found["test_note"]
    assert [level["k"] for level in found["levels"]] == [5, 5]
    (contrast,) = found["contrasts"]
    assert contrast["id"] == "contrast/fast/setting/B-T"
    assert contrast["p"] == pytest.approx(fisher_exact([[9, 8], [3, 1]]).pvalue)
    assert found["contrast_note"].startswith("Each comparison comes from one study")


def test_the_exact_odds_ratio_interval_leaves_half_the_error_in_each_tail():
    """Under the noncentral hypergeometric distribution of 9/17 given 12 of 21."""
    rows = [row("a", "short", 9, 17, "B"), row("b", "short", 3, 4, "T")]
    ratio = factor(rows)["contrasts"][0]["odds_ratio"]
    low, high = ratio["ci"]["lower"], ratio["ci"]["upper"]
    assert nchypergeom_fisher(21, 17, 12, low).sf(8) == pytest.approx(0.025, rel=1e-6)
    assert nchypergeom_fisher(21, 17, 12, high).cdf(9) == pytest.approx(0.025, rel=1e-6)
    assert nchypergeom_fisher(21, 17, 12, ratio["estimate"]).mean() == pytest.approx(9)


def test_contrasts_of_several_studies_are_pooled_by_mantel_and_haenszel():
    rows = [row("a", "short", 9, 17, "B"), row("b", "short", 3, 4, "T")]
    rows += [row("a", "oak", 5, 12, "C"), row("b", "oak", 7, 11, "D")]
    (pooled,) = factor(rows)["pooled_contrasts"]
    direct = pp.mantel_haenszel([9, 5], [17, 12], [3, 7], [4, 11])
    assert pooled["odds_ratio"] == pytest.approx(math.exp(direct.estimate))
    assert pooled["k"] == 2


@pytest.mark.parametrize(("x", "y"), [((8, 8), (4, 5)), ((0, 8), (0, 5)), ((8, 8), (5, 5))])
def test_contrasts_at_the_boundary_have_open_ends_and_json_holds_them(x, y):
    rows = [row("a", "lei", *x, "A"), row("b", "lei", *y, "B")]
    found = factor(rows)
    json.dumps(found, allow_nan=False)
    (contrast,) = found["contrasts"]
    both = x[0] + y[0] in (0, x[1] + y[1])
    assert (contrast["odds_ratio"] is None) == both
    assert -1 <= contrast["risk_difference"]["ci"]["lower"] <= 1


def test_no_study_at_all_gives_a_record_without_levels():
    found = factor([])
    assert (found["levels"], found["test"], found["contrasts"]) == ([], None, [])


def test_meta_regression_needs_the_number_of_studies_that_the_plan_asks():
    few = [row("", f"s{i}", 3 + i, 20, year=str(2010 + i)) for i in range(4)]
    year, age = by_subgroup(plan(), "fast", few)["regressions"]
    assert year["fit"] is None
    assert year["note"] == (
        "No meta-regression on year: it needs 10 studies that state it, here are 4."
    )
    assert age["k_missing"] == 4
    many = [row("", f"s{i}", 3 + i, 20, year=str(2010 + i)) for i in range(12)]
    year, _ = by_subgroup(plan(), "fast", many)["regressions"]
    direct = pp.meta_regression(
        [3 + i for i in range(12)], [20] * 12, {"year": range(2010, 2022)}, model="glmm"
    )
    assert year["fit"]["coefficients"][1]["estimate"] == pytest.approx(direct.fit.beta[1])
    assert year["fit"]["omnibus"]["p"] == pytest.approx(direct.fit.qm_p)


@pytest.mark.parametrize(
    ("events", "year", "why"), [(20, 2010, "no study differs"), (7, 2010, "the same in every")]
)
def test_a_moderator_that_can_tell_nothing_is_not_regressed_on(events, year, why):
    same = 0 if events == 20 else 1
    rows = [row("", f"s{i}", events, 20, year=str(year + i * (1 - same))) for i in range(12)]
    assert why in by_subgroup(plan(), "fast", rows)["regressions"][0]["note"]
