"""The audit of the documents of this review finds what their readers found."""

from __future__ import annotations

import re

import pytest

from poolprop.evidence.audit.agreement import agreement
from poolprop.evidence.audit.findings import findings, unsettled
from poolprop.evidence.load import load
from poolprop.evidence.locators import missing


@pytest.fixture(scope="module")
def evidence(repo):
    return load(repo / "data")


@pytest.fixture(scope="module")
def found(evidence):
    return findings(evidence)


def about(found, source_id, kind, *verdicts):
    return [
        one
        for one in found
        if (one.source_id, one.kind) == (source_id, kind) and one.verdict in verdicts
    ]


def test_a_percentage_in_a_two_arm_abstract_that_no_count_can_give(found):
    impossible = about(found, "blinaven", "count", "impossible")
    assert "74% of 1-7" in [one.printed for one in impossible]


def test_the_patients_that_the_impossible_percentage_fits(found):
    solved = about(found, "blinaven", "joint", "unique_count")
    assert {one.recomputed for one in solved} == {"14/19, 29/39", "5/6, 3/9, 4/6, 2/9"}


def test_a_fisher_p_value_that_its_table_does_not_give(found):
    (finding,) = about(found, "lei2025", "p_value", "contradicts")
    assert finding.printed == "5/8 against 1/5, P = 0.226 (Fisher)"
    assert "Fisher 0.2657" in finding.recomputed


def test_a_p_value_that_an_exact_test_moves_across_the_threshold(found):
    (finding,) = about(found, "kantarjian2023", "test_choice", "method_differs")
    assert finding.recomputed.startswith("Fisher 0.0851")
    assert finding.severity == "medium"


def test_two_intervals_of_another_method_than_the_one_named(found):
    differing = about(found, "lei2025", "interval", "method_differs")
    assert {(one.printed, one.recomputed) for one in differing} == {
        ("66.7-99.6% (Agresti-Coull)", "Wilson with end correction 66.7-99.6%"),
        ("64.6-99.6% (Agresti-Coull)", "Wilson with end correction 64.6-99.6%"),
    }


def test_three_toxicity_percentages_that_fit_one_undeclared_denominator_only(found):
    (finding,) = about(found, "inovendex", "shared_denominator", "unique_count")
    assert finding.recomputed == "9/11, 8/11, 7/11"
    assert len(about(found, "inovendex", "count", "impossible")) == 3  # of the 12 or 13 declared


def test_rows_whose_percentage_does_not_fit_their_count(found):
    wrong = [one for one in found if (one.kind, one.verdict) == ("percentage", "contradicts")]
    assert {one.printed for one in wrong} == {"3/18 (33%)", "1/22 (4%)", "5/8 (62.6%)"}


def test_abstract_and_table_differ_on_three_toxicity_rates(found):
    repeats = about(found, "lei2025", "repeat", "contradicts")
    assert {
        "92.3% against 84.6%", "46.2% against 53.8%", "30.8% against 23.1%",
    } <= {one.recomputed for one in repeats}  # fmt: skip


def test_sos_counts_that_do_not_add_up(found):
    sums = about(found, "kantarjian2023", "sum", "contradicts")
    assert ("7/29 + 1/24 for 7/53", "8") in [(one.printed, one.recomputed) for one in sums]
    assert len(about(found, "kantarjian2023", "joint", "impossible")) == 2


def test_mrd_by_salvage_line_has_one_solution(found):
    (finding,) = [one for one in found if one.recomputed == "75/89, 63/71, 12/18"]
    assert (finding.kind, finding.verdict) == ("joint", "unique_count")


def test_every_survival_interval_is_symmetric_on_the_log_log_scale(found):
    intervals = about(found, "kantarjian2023", "survival_interval", "agrees")
    assert len(intervals) == 14
    assert all("log-log" in one.recomputed for one in intervals)


def test_our_own_solved_counts_are_never_contradicted(found):
    assert [one.finding_id for one in found if one.detail.startswith("Our table")] == []


def test_each_finding_has_one_identifier(found):
    assert len({one.finding_id for one in found}) == len(found)


def test_each_discrepancy_that_a_program_can_find_is_found(evidence, found):
    linked = {name for one in found for name in one.discrepancy_ids}
    by_program = {
        item.discrepancy_id for item in evidence.discrepancies if item.found_by == "program"
    }
    assert by_program == linked


def test_every_contradiction_of_the_flagship_is_settled(evidence):
    assert list(unsettled(evidence)) == []


def test_the_extractions_agree_on_almost_every_count(evidence):
    lines = {(line["source_id"], line["aspect"]): line for line in agreement(evidence)}
    assert lines["all", "counts"]["percent"] > 98
    assert lines["all", "counts"]["kappa"] > 0.95
    assert {source for source, _ in lines} == {"all", *evidence.sources}


def test_each_claim_is_printed_at_its_place(evidence, shared):
    faults = {}
    for claim in evidence.claims.values():
        source = evidence.sources[claim.source_id]
        text = (shared / "seeds" / source.file_name).read_text("utf-8")
        figures = [claim.figure.value] if claim.figure else []
        figures += [one for one in (claim.estimate, claim.lower, claim.upper) if one is not None]
        figures += [float(term) for term in claim.terms if re.fullmatch(r"[\d.]+", term)]
        if problems := missing(claim.locator, figures, text):
            faults[claim.claim_id] = problems
    assert faults == {}
