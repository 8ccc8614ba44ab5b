"""What each check says of figures made up to be right or wrong."""

from __future__ import annotations

import audit_review
import pytest
from audit_review import audit, claim, outcome


@pytest.fixture
def tables():
    return audit_review.content()


def judged(found, name):
    return found[name].verdict, found[name].severity


def test_sound_percentages_agree(review, tables):
    found = audit(review, tables)
    assert {one.verdict for one in found.values()} == {"agrees"}
    assert len(found) == len(tables["outcomes"])


@pytest.mark.parametrize(
    ("percent", "severity", "detail"),
    [("33", "high", "33% of 18 would be 6; 3 is 33% of 9."),
     ("16", "low", "The percentage was cut off, not rounded."),
     ("19.3", "medium", "No count of 18 gives 19.3%.")],
)  # fmt: skip
def test_a_percentage_that_its_count_does_not_give(review, tables, percent, severity, detail):
    tables["outcomes"].append(outcome("X", 3, 18, percent_reported=percent))
    finding = audit(review, tables)["X/percentage"]
    assert (finding.verdict, finding.severity, finding.detail) == ("contradicts", severity, detail)


def test_patients_left_out_of_a_denominator_are_pointed_out(review, tables):
    tables["arms"][0] |= {"n_enrolled": 22, "n_evaluable": 20}
    found = audit(review, tables)
    assert judged(found, "R1/denominator") == ("not_decidable", "medium")
    assert found["R1/denominator"].recomputed == "12/22 = 54.5%"


@pytest.mark.parametrize(
    ("method", "verdict"), [("", "agrees"), ("Wilson", "agrees"), ("Jeffreys", "method_differs")]
)
def test_an_interval_is_judged_by_the_method_that_is_named(review, tables, method, verdict):
    interval = {"ci_lower_reported": "66.7", "ci_upper_reported": "98.6"}
    tables["outcomes"].append(outcome("X", 12, 13, **interval))
    if method:
        tables["claims"].append(claim("I", "interval", terms="X", method=method))
    assert audit(review, tables)["X/interval"].verdict == verdict


def test_an_interval_that_no_method_gives(review, tables):
    tables["outcomes"].append(outcome("X", 12, 13, ci_lower_reported=50, ci_upper_reported=99))
    assert audit(review, tables)["X/interval"].verdict == "contradicts"


@pytest.mark.parametrize(
    ("terms", "printed", "method", "verdict", "severity"),
    [("1000/5000;1100/5000", "0.5", "Fisher", "contradicts", "medium"),
     ("5/8;1/5", "0.266", "Fisher", "agrees", ""),
     ("5/8;1/5", "0.226", "Fisher", "contradicts", "low"),
     ("5/8;1/5", "0.135", "Fisher", "method_differs", "low"),
     ("5/8;1/5", "0.135", "chi-square", "agrees", ""),
     ("9/67;1/43", "0.048", "Fisher", "method_differs", "medium"),
     ("5/8;1/5", "NR", "", "not_decidable", "")],
)  # fmt: skip
def test_a_p_value_is_judged_by_the_test_that_is_named(
    review, tables, terms, printed, method, verdict, severity
):
    tables["claims"].append(claim("P", "p_value", terms=terms, printed=printed, method=method))
    assert judged(audit(review, tables), "P/p_value") == (verdict, severity)


def test_a_chi_square_test_of_small_counts_is_pointed_out(review, tables):
    tables["claims"] += [
        claim("P", "p_value", terms="9/67;1/43", printed="0.05", method="chi-square"),
        claim("Q", "p_value", terms="29/67;24/43", printed="0.20", method="chi-square"),
    ]
    found = audit(review, tables)
    assert judged(found, "P/test_choice") == ("method_differs", "medium")
    assert "Q/test_choice" not in found


@pytest.mark.parametrize(
    ("printed", "estimate", "verdict"),
    [("0.033", "0.574", "agrees"), ("0.004", "0.574", "contradicts"),
     ("0.04", "0.60", "contradicts"), ("NR", "0.574", "not_decidable")],
)  # fmt: skip
def test_a_hazard_ratio_is_judged_by_its_interval(review, tables, printed, estimate, verdict):
    cells = {"estimate": estimate, "lower": "0.345", "upper": "0.956", "printed": printed}
    tables["claims"].append(claim("H", "hazard_ratio", **cells))
    assert audit(review, tables)["H/hazard_ratio"].verdict == verdict


@pytest.mark.parametrize(
    ("terms", "whole", "verdict"),
    [("8;7;4;3", "22", "agrees"), ("4;6", "9", "contradicts"), ("9/21;3/21", "12/21", "agrees"),
     ("9/17;3/4", "12/21", "agrees"), ("9/17;3/5", "12/21", "contradicts")],
)  # fmt: skip
def test_sums(review, tables, terms, whole, verdict):
    tables["claims"].append(claim("S", "sum", terms=terms, whole=whole))
    assert audit(review, tables)["S/sum"].verdict == verdict


def test_what_rests_on_unknown_counts_is_said_to(review, tables):
    tables["outcomes"].append(outcome("X", "NR", 20, percent_reported="50"))
    tables["claims"] += [
        claim("S", "sum", terms="X;3", whole="9"),
        claim("P", "p_value", terms="X;3/9", printed="0.05"),
    ]
    found = audit(review, tables)
    assert found["S/sum"].verdict == found["P/p_value"].verdict == "not_decidable"
    assert found["S/sum"].detail == "No counts are known for X."


def test_arms_must_add_up_to_the_whole(review, tables):
    tables["arms"][0] |= {"n_enrolled": 22}
    for arm, size in (("larch-1", 12), ("larch-2", 10)):
        tables["arms"].append(
            dict(tables["arms"][0]) | {"arm_id": arm, "role": "schedule", "n_enrolled": size}
        )
    tables["outcomes"] += [
        outcome("W", 9, 22),
        outcome("A", 5, 12, arm_id="larch-1"),
        outcome("B", 4, 10, arm_id="larch-2"),
        outcome("C", 3, 10, arm_id="larch-2", record_type="conflicting"),
    ]
    found = audit(review, tables)
    assert found["W/arms/A+B"].verdict == "agrees"
    assert judged(found, "W/arms/A+C") == ("contradicts", "medium")


def test_grades_must_add_up(review, tables):
    tables["outcomes"] += [
        outcome("W", 6, 13, grade="any"),
        outcome("L", 5, 13, grade="1-2"),
        outcome("H", 1, 13, grade="3"),
        outcome("X", 6, 13, grade="1-2", record_type="conflicting"),
    ]
    found = audit(review, tables)
    assert found["W/grades/L+H"].verdict == "agrees"
    assert found["W/grades/H+X"].verdict == "contradicts"


def test_grades_that_cover_a_part_only_may_be_fewer(review, tables):
    tables["outcomes"] += [
        outcome("W", 9, 13, grade="any"),
        outcome("L", 3, 13, grade="1"),
        outcome("H", 1, 13, grade="3"),
    ]
    assert not [name for name in audit(review, tables) if "/grades/" in name]


def test_what_claims_add_up_is_not_added_up_twice(review, tables):
    tables["outcomes"] += [
        outcome("W", 6, 13, grade="any"),
        outcome("L", 5, 13, grade="1-2"),
        outcome("H", 1, 13, grade="3"),
    ]
    tables["claims"].append(claim("S", "sum", terms="L;H", whole="W"))
    found = audit(review, tables)
    assert found["S/sum"].verdict == "agrees"
    assert not [name for name in found if "/grades/" in name]


@pytest.mark.parametrize(
    ("row", "verdict"),
    [(outcome("X", "NR", 25, percent_reported="74"), "impossible"),
     (outcome("X", 5, 6, percent_reported="83", record_type="back_calculated"), "unique_count"),
     (outcome("X", 4, 6, percent_reported="83", record_type="back_calculated"), "contradicts"),
     (outcome("X", "NR", 400, percent_reported="50"), "not_decidable")],
)  # fmt: skip
def test_the_count_behind_a_percentage(review, tables, row, verdict):
    tables["outcomes"].append(row)
    assert audit(review, tables)["X/count"].verdict == verdict


def test_percentages_that_share_an_undeclared_denominator(review, tables):
    tables["claims"] += [
        claim(name, "percent_only", printed=percent, totals="1-13")
        for name, percent in (("A", "82"), ("B", "73"), ("C", "64"))
    ]
    tables["claims"] += [
        claim("N", "shared_denominator", terms="A;B;C", totals="1-13"),
        claim("M", "shared_denominator", terms="A;B;C", totals="12-13"),
        claim("L", "shared_denominator", terms="A;B;C", totals="1-100"),
    ]
    found = audit(review, tables)
    assert found["N/shared_denominator"].verdict == "unique_count"
    assert found["N/shared_denominator"].recomputed == "9/11, 8/11, 7/11"
    assert found["M/shared_denominator"].verdict == "impossible"
    assert found["L/shared_denominator"].verdict == "not_decidable"


def joint(total: str) -> list[dict[str, object]]:
    return [
        claim("A", "percent_only", printed="89", totals="1-73"),
        claim("B", "percent_only", printed="67", totals="1-18"),
        claim("W", "percent_only", printed="84", **({"events": 75} if total != "87" else {}),
              totals=total),
        claim("S", "sum", terms="A;B", whole="W"),
        claim("J", "joint", terms="A;B;W;S"),
    ]  # fmt: skip


def test_percentages_of_subgroups_and_their_whole(review, tables):
    found = audit(review, tables | {"claims": joint("75-91")})
    assert found["J/joint"].verdict == "unique_count"
    assert found["J/joint"].recomputed == "63/71, 12/18, 75/89"
    assert "A/count" not in found  # many counts fit on their own, one in the joint
    assert "S/sum" not in found


def test_percentages_of_subgroups_that_no_whole_allows(review, tables):
    found = audit(review, tables | {"claims": joint("87")})
    assert judged(found, "J/joint") == ("impossible", "high")


def test_a_joint_claim_with_too_much_to_try_is_undecidable(review, tables, monkeypatch):
    monkeypatch.setattr("poolprop.evidence.audit.solver.MOST_TRIES", 2000)
    claims = [claim(name, "percent_only", printed="5", totals="1-400") for name in "ABC"]
    claims += [
        claim("N", "shared_denominator", terms="A;B;C", totals="400"),
        claim("J", "joint", terms="A;B;C;N"),
    ]
    assert audit(review, tables | {"claims": claims})["J/joint"].verdict == "not_decidable"


def test_our_own_counts_must_be_among_the_solutions(review, tables):
    tables["outcomes"].append(
        outcome("X", 8, 9, percent_reported="89", record_type="back_calculated")
    )
    claims = joint("75-91")
    claims[0]["terms"] = "X"
    found = audit(review, tables | {"claims": claims})
    assert judged(found, "J/joint") == ("contradicts", "medium")


def test_what_is_printed_twice_must_be_the_same(review, tables):
    tables["outcomes"] += [
        outcome("X", 11, 13, percent_reported="84.6"),
        outcome("Y", 12, 13, percent_reported="92.3", record_type="conflicting"),
    ]
    tables["claims"] += [
        claim("R", "repeat", terms="52;45"),
        claim("Q", "repeat", terms="R1;12/20"),
    ]
    found = audit(review, tables)
    assert judged(found, "Y/repeat") == ("contradicts", "medium")
    assert found["R/repeat"].verdict == "contradicts"
    assert found["Q/repeat"].verdict == "agrees"


@pytest.mark.parametrize(
    ("terms", "verdict"),
    [("12;R1", "agrees"), ("13;R1", "contradicts"), ("A;R1", "agrees"), ("A;R4", "contradicts"),
     ("A;B", "agrees"), ("A;12", "not_decidable")],
)  # fmt: skip
def test_prints_are_compared_by_what_they_have_in_common(review, tables, terms, verdict):
    tables["claims"] += [
        claim("A", "percent_only", printed="60", totals="1-30"),
        claim("B", "percent_only", printed="60.4", totals="1-30"),
        claim("R", "repeat", terms=terms),
    ]
    assert audit(review, tables)["R/repeat"].verdict == verdict


def test_findings_lead_to_the_discrepancies_that_judge_them(review, tables):
    tables["outcomes"] += [
        outcome("X", 11, 13, percent_reported="84.6"),
        outcome("Y", 12, 13, percent_reported="92.3", record_type="conflicting"),
    ]
    tables["discrepancies"] += [
        {"discrepancy_id": "D1", "source_id": "larch", "outcome_ids": "X", "severity": "low",
         "alternative_outcome_ids": "Y"},
        {"discrepancy_id": "D2", "source_id": "larch", "outcome_ids": "R1", "severity": "low"},
    ]  # fmt: skip
    tables["claims"].append(claim("S", "sum", terms="4;6", whole="9", discrepancy_ids="D2"))
    found = audit(review, tables)
    assert found["Y/repeat"].discrepancy_ids == ("D1",)
    assert found["S/sum"].discrepancy_ids == ("D2",)
    assert found["R1/percentage"].discrepancy_ids == ()  # it agrees
