"""A claim that cannot be judged is refused in one line; the tables of the audit are optional."""

from __future__ import annotations

import audit_review
import pytest
import small_review

from poolprop.__main__ import main
from poolprop.evidence.load import load


def faults(folder, capsys, claims):
    small_review.write(folder, audit_review.content() | {"claims": claims})
    assert main(["check", str(folder)]) == 2
    return capsys.readouterr().err.splitlines()


def test_the_tables_of_the_audit_may_be_absent(review):
    assert not (review / "data/claims.csv").exists()
    evidence = load(review / "data")
    assert (evidence.claims, evidence.extraction) == ({}, ())


def test_the_tables_of_the_audit_may_be_empty(review):
    small_review.write(review, audit_review.content())
    assert load(review / "data").claims == {}


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"kind": "p_value", "terms": "R1", "printed": "0.05"},
         "terms: a claim of kind p_value needs 2 terms, here are 1. Correct the cell."),
        ({"kind": "p_value", "terms": "R1;R10", "printed": "0.05"},
         "terms: 'R10' is not an outcome, claim, fraction or number. Correct it, or add "
         "that row to "
         "outcomes.csv or claims.csv."),
        ({"kind": "p_value", "terms": "1/2;2/3", "printed": "n.s."},
         "printed: 'n.s.' is not a printed number. Correct the cell."),
        ({"kind": "p_value", "terms": "1/2;2/3", "printed": "0.5", "method": "t test"},
         "method: 't test' is none of Fisher, Pearson, Yates, likelihood ratio, mid-p, Barnard, "
         "Boschloo, chi-square. Correct the cell."),
        ({"kind": "percent_only", "printed": "74"},
         "totals: no possible denominator is given. Correct the cell."),
        ({"kind": "percent_only", "printed": "74", "totals": "7-1"},
         "totals: '7-1' is not a number or range such as 1-7 (got '7-1'). Correct the cell."),
        ({"kind": "percent_only", "printed": "74", "totals": "1-2000"},
         "totals: more than 1000 denominators are too many to try (got '1-2000'). "
         "Correct the cell."),
        ({"kind": "percent_only", "printed": "74", "totals": "7", "terms": "1/2"},
         "terms: '1/2' is no outcome. Name one that is."),
        ({"kind": "hazard_ratio", "printed": "0.02", "estimate": "1.4"},
         "estimate: estimate, lower and upper are not all given. Correct the cell."),
        ({"kind": "sum", "terms": "1;2"},
         "whole: neither whole nor a printed whole number is given. Correct the cell."),
        ({"kind": "sum", "terms": "1;2", "printed": "<5"},
         "whole: neither whole nor a printed whole number is given. Correct the cell."),
        ({"kind": "repeat", "terms": "1/0;3/2"},
         "terms: '3/2' is not an outcome, claim, fraction or number. Correct it, or add "
         "that row to "
         "outcomes.csv or claims.csv."),
        ({"kind": "hazard_ratio", "printed": "0.02", "estimate": 3, "lower": 0, "upper": 2},
         "estimate: the ratio does not lie within an interval above 0. Correct the cell."),
        ({"kind": "shared_denominator", "terms": "R1;R2", "totals": "9"},
         "terms: 'R1' is no percent_only claim. Name one that is."),
        ({"kind": "joint", "terms": "R1;R2"},
         "terms: 'R1' is no claim. Name one that is."),
    ],
)  # fmt: skip
def test_a_claim_that_cannot_be_judged_is_refused(review, capsys, cells, message):
    lines = faults(review, capsys, [audit_review.claim("C1", **cells)])
    assert f"data/claims.csv:2:{message}" in lines


def test_a_condition_on_percentages_that_are_not_listed_is_refused(review, capsys):
    claims = [
        audit_review.claim("A", "percent_only", printed="50", totals="1-9"),
        audit_review.claim("B", "percent_only", printed="25", totals="1-9"),
        audit_review.claim("C", "percent_only", printed="33", totals="1-9"),
        audit_review.claim("S", "sum", terms="A;B", whole="C"),
        audit_review.claim("J", "joint", terms="A;B;S"),
    ]
    assert faults(review, capsys, claims) == [
        "data/claims.csv:6:terms: 'S' is about 'C', which is not among the terms. "
        "List the percentage it is about as well."
    ]
