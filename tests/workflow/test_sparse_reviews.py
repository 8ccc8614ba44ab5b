"""No number, interval, test or sentence appears that the data of a review cannot carry.

Every job of the workflow runs, in this process: one study, two, all alike, all or none, and forty.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sparse_reviews
from unit.report.page import Page

from poolprop.files import read_json


@pytest.fixture(scope="module")
def commands(repo, tmp_path_factory):
    return sparse_reviews.jobs(repo, sparse_reviews.write(tmp_path_factory.mktemp("plan"), "forty"))


@pytest.fixture(scope="module", params=list(sparse_reviews.KINDS))
def built(request, repo, commands, tmp_path_factory):
    """Return the kind of a review, its folder and its page, once for each kind."""
    folder = sparse_reviews.write(tmp_path_factory.mktemp("sparse"), request.param)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        html = sparse_reviews.build(repo, commands)
    return request.param, folder, html


def section(html: str, name: str) -> str:
    found = Page(html).all("section", id=name)
    return re.sub(r"\s+", " ", found[0].text) if found else ""


def text(html: str) -> str:
    """Return what a reader reads; the plan that ran, printed as JSON, holds null rightly."""
    shown = (e.text for e in Page(html).all("section") if e.attrs["id"] != "provenance")
    return re.sub(r"\s+", " ", " ".join(shown))


def pool(folder: Path):
    return read_json(folder / "results/analysis/response/pool.json", "poolprop/pool/1")


def test_the_page_holds_nothing_that_is_no_number_or_no_word(built):
    shown = text(built[2])
    assert not re.search(r"\b(nan|NaN|inf|Infinity|None|null|undefined)\b", shown)
    assert not re.search(r"\b0 (studies|arms)\b|\b1 (studies|arms|reviews|thresholds)\b", shown)


def test_every_interval_has_a_width_and_lies_on_the_scale(built):
    for estimand in pool(built[1])["estimands"]:
        for result in estimand["results"]:
            ci = result["ci"]
            assert 0 <= ci["lower"] < ci["upper"] <= 1, result["id"]
            assert ci["lower"] <= result["proportion"] <= ci["upper"]


def test_spread_is_said_of_three_studies_or_more_only(built):
    kind, _, html = built
    shown = "τ² =" in section(html, "forests")
    assert shown == (kind not in ("one study", "two studies"))


def test_p_values_stand_where_there_is_something_to_test(built):
    kind, _, html = built
    found = re.search(r"\bp [=<] ", section(html, "forests") + section(html, "subgroups"))
    assert bool(found) == (kind in ("all alike", "forty"))


def test_one_study_is_never_called_pooled(built):
    kind, _, html = built
    answer, forests = section(html, "answer"), section(html, "forests")
    assert ("pooled" in answer.replace("not pooled", "")) == (kind != "one study")
    alone = kind in ("one study", "two studies")
    assert ("12 of 20 36 to 81% one study, Study01" in answer) == alone
    assert ("Square: one study, not pooled" in answer) == ("one study, Study" in answer)
    assert ("its own proportion with its exact interval; nothing is pooled" in forests) == (
        kind == "one study"
    )


def test_two_studies_are_shown_with_the_bayesian_answer_and_it_is_said(built):
    """One rule for every place of the page: decision 25."""
    kind, _, html = built
    said = "Of two studies the Bayesian estimate and interval are shown" in section(html, "safety")
    assert said == (kind == "two studies")
    answer = section(html, "answer")
    assert ("2 studies, 61 participants; Bayesian" in answer) == (kind == "two studies")


def test_leaving_one_out_needs_more_than_two_that_are_left(built):
    """Without one of three studies two are left, which other figures do not show by this model."""
    kind, _, html = built
    assert ("Leave one out" in section(html, "sensitivity")) == (
        kind not in ("one study", "two studies", "none responds")
    )


def test_an_interval_without_width_is_left_out_and_it_is_said(built):
    kind, folder, _ = built
    notes = " ".join(pool(folder)["estimands"][0]["notes"])
    assert ("its interval has no width" in notes) == (kind == "all alike")


def test_what_everyone_or_no_one_had_is_one_sided_and_not_tested(built):
    kind, folder, html = built
    result = pool(folder)["estimands"][0]["results"][0]
    if kind == "all respond":
        assert (result["proportion"], result["ci"]["upper"]) == (1, 1)
    if kind == "none responds":
        assert (result["proportion"], result["ci"]["lower"]) == (0, 0)
    if kind in ("all respond", "none responds"):
        why = "No test between levels: everyone had the event"
        if kind == "none responds":  # and one of its two levels holds one study
            why = "Not tested: 1 of the 2 levels has 2 or more studies; two are needed."
        assert why in section(html, "subgroups")


def test_survival_of_one_study_is_not_pooled_and_a_time_without_rates_is_said(built):
    kind, _, html = built
    survival = section(html, "survival")
    assert "At 24 months: no study reports a rate" in survival
    assert ("nothing is pooled" in survival) == (kind == "one study")


def test_nobody_judged_and_nothing_is_tested_against_quoted_results(built):
    _, _, html = built
    assert "Nobody has judged the certainty of this evidence" in section(html, "certainty")
    assert "No test is made against them" in section(html, "benchmarks")


def test_chances_stand_with_their_prior_and_not_in_the_answer(built):
    kind, _, html = built
    assert "probability" not in section(html, "answer")
    said = section(html, "bayes")
    above = "500 per 1,000" if kind == "none responds" else "50%"
    given = re.search(rf"The probability that the proportion is above {above} .*? 8 priors", said)
    assert given
    assert "prior uniform on the proportion, half-normal(1.5) on τ" in said
    assert ("One study says nothing of how much studies differ" in said) == (kind == "one study")


def test_ranges_of_analyses_are_said_where_there_is_a_range(built):
    kind, _, html = built
    said, answer = section(html, "multiverse"), section(html, "answer")
    kept = "whose intervals held at least 94% of true values in simulated small reviews" in said
    assert kept == (kind != "one study")
    for lower, upper in re.findall(r"([\d.]+) to ([\d.]+)%? over \d+ ways", answer):
        assert lower != upper
    assert not re.search(r"moves it most, by [+−]?0(\.0+)? ", answer)
    alike = kind in ("all alike", "all respond")  # "none responds" leaves two of its three
    assert ("leaving out any study does not move it" in answer) == alike
