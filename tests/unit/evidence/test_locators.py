"""A locator leads to its place, and a figure that is not there is found out."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from poolprop.evidence.documents import read_document
from poolprop.evidence.load import load
from poolprop.evidence.locators import (
    LocatorError,
    Place,
    figures,
    missing,
    parse,
    resolve,
    verify,
    verify_all,
)
from poolprop.evidence.tables import Outcome

PLAIN = """
A trial of moss in maples, with a title that is far too long to be taken for a heading at all

Key Points

- Moss helped.
- Nine of ten maples liked it.

Forty-two maples were treated (abstract).

Introduction

Moss is green, and in 1990 it was greener still, says who remembers it; the maples

Submitted in spring.

of today know it.¹⁻³

Methods

Trees

We planted 40 trees.

Results

Response

Twenty-one trees (50%) grew in the shade of other trees, as many as before, 3 (7%) flowered and

Figure 1. Trees.

none died.

All 42 trees were seen.

Table 1. Events by grade

Event\tGrade 1-2\tGrade 3
Leaf fall\t4 (10)\t0
Bark\t1 (2)\t2 (5)
Oaks\t7\t8
Bark\t5\t6

Fig. 2

A curve, B another curve with 99 dots.

Discussion

The rate was 50%.
"""

MARKDOWN = """
# Ivy on oaks

**Results:** Ivy reached 11 of 12 oaks (91.7%).

**Conclusion:** Ivy climbs.

## Introduction

Ivy was tried before.<sup>7,8</sup>

## Results

### Response

Of 13 oaks 12 (92.3%; 66.7 to 99.6) were green throughout

**Table 1** Oaks

Oak\tHeight
A/1\t5
B/2\t<b>6</b>

**Notes:** In metres, all 77 of them.

the year 2024.
"""

LABELLED = """Background: Ferns are old.
Methods: We looked at 64 ferns.
Results: A total of 19 ferns unrolled.
A second paragraph on 21 ferns.
Conclusions: Ferns unroll."""


def at(locator: str, text: str) -> str:
    (place,) = parse(locator)
    return resolve(place, read_document(text))


def outcome(**changes: object) -> Outcome:
    cells = {
        "outcome_id": "TRE-001",
        "arm_id": "trees",
        "population": "all",
        "setting": "mixed",
        "lineage": "mixed",
        "outcome": "growth",
        "grade": "",
        "timepoint": "best",
        "events": "21",
        "total": "42",
        "denominator_basis": "treated",
        "percent_reported": "50",
        "ci_lower_reported": "",
        "ci_upper_reported": "",
        "record_type": "reported",
        "derivation": "",
        "derived_from": "",
        "locator": "Results > Response, para 1; Results > Response, para 2",
        "agreement": "agreed",
        "adjudication": "",
        "note": "",
    }
    return Outcome.model_validate(cells | changes)


def test_places_of_a_locator_in_order():
    assert parse("Results > Safety, para 2; Table 1, row T cells > Prior, t(4;11); Figure 3") == (
        Place(kind="section", path=("Results", "Safety"), number=2),
        Place(kind="table", path=("T cells", "Prior, t(4;11)"), number=1),
        Place(kind="figure", number=3),
    )


@pytest.mark.parametrize("locator", ["", "Results, para 0", "Table 1, column 2", "A; ; B"])
def test_what_is_not_a_locator_is_refused(locator):
    with pytest.raises(LocatorError, match="is not a locator"):
        parse(locator)


@pytest.mark.parametrize(
    ("locator", "start"),
    [
        ("Key Points, para 2", "- Nine of ten"),
        ("Methods > Trees, para 1", "We planted"),
        ("Trees", "We planted"),
        ("Results > Response, para 2", "All 42"),
        ("discussion, para 1", "The rate"),
        ("Table 1, row Leaf fall", "Leaf fall\t4"),
        ("Table 1, row leaf", "Leaf fall\t4"),
        ("Table 1, row Oaks > Bark", "Bark\t5"),
        ("Table 1, row #4", "Bark\t5"),
        ("Figure 1", "Figure 1. Trees."),
        ("Figure 2", "Fig. 2 A curve"),
    ],
)
def test_place_in_plain_text(locator, start):
    assert at(locator, PLAIN).startswith(start)


def test_abstract_is_what_stands_before_the_introduction():
    assert "Forty-two maples" in at("Abstract", PLAIN)
    assert "1990" not in at("Abstract", PLAIN)
    assert at("Abstract > Results, para 1", MARKDOWN).startswith("Ivy reached 11")


def test_paragraph_cut_by_a_page_is_made_whole():
    introduction = at("Introduction, para 1", PLAIN)
    assert introduction.endswith("the maples of today know it.¹⁻³")
    assert at("Results > Response, para 1", PLAIN).endswith("flowered and none died.")
    assert at("Response, para 1", MARKDOWN).endswith("throughout the year 2024.")


def test_of_two_sections_the_less_nested_is_meant():
    assert "12 (92.3%" in at("Results", MARKDOWN)
    assert at("Table 1, row B/2", MARKDOWN) == "B/2\t<b>6</b>"


def test_equally_nested_sections_need_their_headings():
    twice = "# T\n\n## A\n\n### Safety\n\nOne.\n\n## B\n\n### Safety\n\nTwo.\n"
    with pytest.raises(LocatorError, match="more than one section"):
        at("Safety, para 1", twice)
    assert at("B > Safety, para 1", twice) == "Two."


def test_labels_of_an_abstract_are_its_sections():
    assert at("Results, para 1", LABELLED) == "A total of 19 ferns unrolled."
    assert at("Results, para 2", LABELLED) == "A second paragraph on 21 ferns."
    titled = f"Abstract\n{LABELLED}"
    assert at("Abstract > Results, para 2", titled) == "A second paragraph on 21 ferns."


@pytest.mark.parametrize(
    ("locator", "problem"),
    [
        ("Harvest, para 1", "no section 'Harvest'"),
        ("Discussion, para 2", "has 1 paragraphs, not 2"),
        ("Table 7", "no table 7"),
        ("Table 1, row Moss", "no row 'Moss' in table 1"),
        ("Table 1, row #5", "no row '#5'"),
        ("Table 1, row Event", "no row 'Event'"),
        ("Figure 9", "no figure 9"),
    ],
)
def test_place_that_is_not_there(locator, problem):
    with pytest.raises(LocatorError, match=problem):
        at(locator, PLAIN)


def test_numbers_in_digits_and_words():
    text = "Fifty-three of 1,110 (4.8%), seven at T2, no deaths [3,4], ninety.<sup>12</sup>"
    assert figures(text) == [Decimal(number) for number in ("53", "1110", "4.8", "7", "0", "90")]


def test_range_is_two_numbers_and_a_name_is_none():
    assert figures("CD19 at day 14–21") == [Decimal(14), Decimal(21)]


def test_reported_figures_are_found():
    assert verify(outcome(), PLAIN) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"events": "20"}, "20 does not stand"),
        ({"total": "41"}, "41 does not stand"),
        ({"percent_reported": "51.5"}, "51.5 does not stand"),
        ({"ci_lower_reported": "35.5"}, "35.5 does not stand"),
        ({"locator": "Results > Roots, para 1"}, "no section 'Results > Roots'"),
        ({"events": "42", "percent_reported": "7"}, "% stand apart"),
    ],
)
def test_wrong_figures_are_found_out(changes, problem):
    assert problem in "\n".join(verify(outcome(**changes), PLAIN))


def test_derived_counts_need_not_stand_there_but_their_percentage_must():
    assert verify(outcome(events="20", derivation="one fewer"), PLAIN) == []
    assert verify(outcome(derivation="by hand", percent_reported="51"), PLAIN)


def test_row_fails_with_the_row_it_derives_from():
    wrong = outcome(events="20")
    derived = outcome(outcome_id="TRE-002", derivation="same trees", derived_from="TRE-001")
    problems = verify_all([wrong, derived], {"trees": "moss"}, {"moss": PLAIN})
    assert problems["TRE-002"] == ["derives from TRE-001, which fails"]
    assert verify_all([wrong], {"trees": "moss"}, {}) == {}


def test_figures_not_reported_are_not_looked_for():
    assert missing("Discussion, para 1", ["50", "", "NR", None], PLAIN) == []


# ---------------------------------------------------------------- the review's own sources


@pytest.fixture(scope="module")
def sources(repo: Path, shared: Path) -> dict[str, str]:
    folder = shared / "seeds"
    if not folder.is_dir():
        pytest.skip("the source documents are not at hand")
    evidence = load(repo / "data")
    return {
        source.source_id: (folder / source.file_name).read_text(encoding="utf-8")
        for source in evidence.sources.values()
    }


def test_every_outcome_stands_where_its_row_says(repo, sources):
    evidence = load(repo / "data")
    source_of = {arm: evidence.study_of(arm).source_id for arm in evidence.arms}
    assert verify_all(evidence.outcomes.values(), source_of, sources) == {}


@pytest.mark.parametrize(
    ("table", "source", "columns"),
    [
        ("survival", "study_id", ("value", "ci_lower", "ci_upper", "p_value")),
        ("continuous", "study_id", ("value", "lower", "upper", "p_value")),
        ("patients", "study_id", ("age", "marrow_blasts_percent", "wbc_1e9_l", "rbc_units")),
        ("benchmarks", "source_id", ("percent", "percent_upper", "median_os_months")),
        ("discrepancies", "source_id", ()),
        ("studies", "source_id", ("n_enrolled",)),
    ],
)
def test_figures_of_the_other_tables_stand_where_they_say(repo, sources, table, source, columns):
    problems = []
    with (repo / "data" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            reported = row.get("record_type") != "derived"
            cells = [row[column].lstrip("<") for column in columns if reported]
            values = [cell for cell in cells if cell != "not_reached"]
            problems += missing(row["locator"], values, sources[row[source]])
    assert problems == []
