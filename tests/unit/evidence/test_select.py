"""Each arm gives the row that the plan prefers, or a reason why it gives none."""

from __future__ import annotations

import pytest
import small_review

from poolprop.errors import DataError
from poolprop.evidence.load import load
from poolprop.evidence.select import select
from poolprop.plan import Selection


@pytest.fixture
def tables():
    return small_review.tables()


def chosen(review, tables, **changes):
    small_review.write(review, tables)
    keys = {"outcome": "cr_cri", "denominator": "evaluable", "timepoints": ("best",)}
    return select(load(review / "data"), Selection(**(keys | changes)))


def counts(analysis):
    return [(row.events, row.total) for row in analysis.rows]


def test_arms_come_in_the_order_of_their_table(review, tables):
    assert counts(chosen(review, tables)) == [(12, 20), (30, 41), (15, 16), (11, 15)]


def test_denominators_are_never_mixed(review, tables):
    analysis = chosen(review, tables, denominator="treated")
    assert counts(analysis) == [(12, 22)]
    assert [item.arm_id for item in analysis.excluded] == ["maple", "oak-a", "oak-b"]
    assert {item.reason for item in analysis.excluded} == {
        "no figure with this denominator (Treated)"
    }


def test_the_first_timepoint_that_an_arm_has_is_used(review, tables):
    early = dict(tables["outcomes"][0], outcome_id="R90", timepoint="cycle_1", events=5)
    tables["outcomes"].append(early)
    assert counts(chosen(review, tables, timepoints=("best", "cycle_1")))[0] == (12, 20)
    assert counts(chosen(review, tables, timepoints=("cycle_1", "best")))[0] == (5, 20)


def test_conflicting_figures_never_enter(review, tables):
    wrong = dict(tables["outcomes"][0], outcome_id="R91", record_type="conflicting", events=20)
    tables["outcomes"].insert(0, wrong)
    assert counts(chosen(review, tables))[0] == (12, 20)


def test_filters_keep_only_what_they_name(review, tables):
    analysis = chosen(review, tables, where={"setting": ("newly_diagnosed",)})
    assert counts(analysis) == [(15, 16), (11, 15)]
    assert analysis.excluded[0].reason == "no figure for this setting alone (Newly diagnosed)"


def test_studies_and_arms_are_left_out_by_name(review, tables):
    """``oak`` has two arms, ``oak-b`` is one of them."""
    assert counts(chosen(review, tables, without=("oak",))) == [(12, 20), (30, 41)]
    analysis = chosen(review, tables, without=("oak-b",))
    assert counts(analysis) == [(12, 20), (30, 41), (15, 16)]
    (left,) = analysis.excluded
    assert (left.arm_id, left.reason) == ("oak-b", "left out by name in the plan")


def test_a_factor_is_that_of_the_row_or_else_of_its_arm_or_study(review, tables):
    for row in tables["outcomes"]:
        row["setting"] = ""
    for arm in tables["arms"]:
        arm["setting"] = "" if arm["arm_id"] == "oak-b" else arm["setting"]
    tables["outcomes"][0]["setting"] = "newly_diagnosed"
    analysis = chosen(review, tables, where={"setting": ("newly_diagnosed",)})
    assert counts(analysis) == [(12, 20), (15, 16), (11, 15)]


def test_a_review_names_its_own_factors(review, tables):
    tables["vocabulary"] += [
        {"field": "season", "term": term, "label": term, "definition": "", "order": 1}
        for term in ("wet", "dry")
    ]
    for study, season in zip(tables["studies"], ("wet", "dry", "NR"), strict=True):
        study["season"] = season
    assert counts(chosen(review, tables, where={"season": ("dry",)})) == [(30, 41)]
    tables["studies"][0]["season"] = "wte"
    with pytest.raises(DataError, match=r"studies.csv:2:season: 'wte' is not a season .* 'wet'"):
        chosen(review, tables)


def test_a_percentage_without_count_cannot_be_pooled(review, tables):
    tables["outcomes"][0] |= {"events": "NR", "percent_reported": 60}
    analysis = chosen(review, tables)
    assert analysis.excluded[0].reason == "a percentage without a count"


@pytest.mark.parametrize(
    ("column", "name", "reason"),
    [
        ("denominator_basis", "denominator", "denominator (Evaluable); denominator"),
        ("timepoint", "timepoint", "time (Best); timepoint"),
    ],
)
def test_what_a_source_does_not_state_enters_only_where_the_plan_says_so(
    review, tables, column, name, reason
):
    tables["outcomes"][0][column] = "NR"
    analysis = chosen(review, tables)
    assert analysis.excluded[0].reason.endswith(f"{reason} not reported (NR)")
    assert (12, 20) not in counts(analysis)
    assert counts(chosen(review, tables, not_reported=(name,)))[0] == (12, 20)


def test_a_stated_denominator_is_preferred_to_one_that_is_not(review, tables):
    tables["outcomes"].append(
        dict(tables["outcomes"][0], outcome_id="R93", denominator_basis="NR", events=1)
    )
    assert counts(chosen(review, tables, not_reported=("denominator",)))[0] == (12, 20)


def test_arms_that_share_patients_stop_the_run(review, tables):
    tables["arms"][2]["overlap_group"] = "oak-1"
    tables["arms"][3]["overlap_group"] = "oak-1;oak-2"
    with pytest.raises(DataError, match="arms oak-a and oak-b share patients"):
        chosen(review, tables)


def test_two_equally_preferred_rows_stop_the_run(review, tables):
    tables["outcomes"].append(dict(tables["outcomes"][0], outcome_id="R92", grade="3"))
    with pytest.raises(DataError, match="R1 and R92 of arm larch are equally preferred"):
        chosen(review, tables)
