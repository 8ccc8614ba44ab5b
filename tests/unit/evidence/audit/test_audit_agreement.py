"""Agreement of the two extractions: shares, and kappa as the literature computes it."""

from __future__ import annotations

import random

import audit_review
import pytest
import small_review

from poolprop.evidence.audit.agreement import agreement, kappa
from poolprop.evidence.load import load


def test_kappa_is_that_of_its_definition():
    # 45 + 15 agreed of 100; raters say yes 60 and 70 times: chance agreement 0.54.
    ratings = [("yes", "yes")] * 45 + [("yes", "no")] * 15
    ratings += [("no", "yes")] * 25 + [("no", "no")] * 15
    assert kappa(ratings)[0] == pytest.approx((0.60 - 0.54) / (1 - 0.54))


def test_perfect_agreement_is_one_and_stays_within_limits():
    assert kappa([("a", "a"), ("b", "b")] * 10) == pytest.approx((1, 1, 1))


def test_one_category_has_no_kappa():
    assert kappa([("a", "a")] * 5) is None


def pair(number: int, **cells: object) -> dict[str, object]:
    return {
        "pair_id": f"P{number}", "source_id": "larch", "label": "A proportion", "status": "agreed",
    } | cells  # fmt: skip


@pytest.fixture
def lines(review):
    both = {"a_row": "1", "b_row": "1", "a_events": 12, "a_total": 20, "b_events": 12,
            "b_total": 20, "category_a": "reported", "category_b": "reported"}  # fmt: skip
    rows = [
        pair(1, **both, outcome_ids="R1"),
        pair(2, **both | {"b_events": 11}, status="adjudicated_a", outcome_ids="R2"),
        pair(3, **both | {"category_b": "derived"}, outcome_ids="R3"),
        pair(4, a_row="7", a_events=1, a_total=2, status="only_a"),
    ]
    small_review.write(review, audit_review.content() | {"extraction": rows})
    found = agreement(load(review / "data"))
    return {(line["source_id"], line["aspect"]): line for line in found}


@pytest.mark.parametrize(
    ("aspect", "n", "agreed"),
    [
        ("found_by_both", 4, 3),
        ("reported_found_by_both", 3, 3),
        ("presence", 4, 3),
        ("counts", 3, 2),
        ("category", 3, 2),
    ],
)
def test_shares_are_counted_by_aspect(lines, aspect, n, agreed):
    line = lines["larch", aspect]
    assert (line["n"], line["agreed"]) == (n, agreed)
    assert line["percent"] == pytest.approx(100 * agreed / n, abs=0.005)


def test_rows_in_neither_extraction_count_for_presence_over_all(lines):
    assert (lines["all", "presence"]["n"], lines["all", "presence"]["agreed"]) == (8, 7)


def test_without_extractions_there_is_nothing_to_compare(review):
    assert agreement(load(review / "data")) == []


@pytest.mark.parametrize("categories", ["ab", "abc", "abcd"])
def test_kappa_and_its_limits_are_those_of_statsmodels(categories):
    from statsmodels.stats.inter_rater import cohens_kappa

    rng = random.Random(len(categories))
    ratings = [
        (a, a if rng.random() < 0.6 else rng.choice(categories))
        for a in rng.choices(categories, k=80)
    ]
    table = [[ratings.count((a, b)) for b in categories] for a in categories]
    theirs = cohens_kappa(table)
    assert kappa(ratings) == pytest.approx((theirs.kappa, theirs.kappa_low, theirs.kappa_upp))
