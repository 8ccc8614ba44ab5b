"""Results as text, tables and frames."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

import poolprop as pp

EVENTS, TOTAL = [12, 91, 11, 12], [21, 110, 12, 13]


@pytest.fixture(scope="module")
def fit():
    return pp.pool(EVENTS, TOTAL, model="two-step")


@pytest.fixture(scope="module")
def split():
    return pp.subgroups(EVENTS, TOTAL, ["b", "a & <b>", "a & <b>", "b"], model="two-step")


class Table(HTMLParser):
    """Collects the tags and texts of a table."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.open, self.texts, self.scopes = [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.open.append(tag)
        self.scopes += [value for name, value in attrs if name == "scope"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def test_repr_is_one_line_with_estimate_and_interval(fit):
    assert repr(fit) == (
        f"<PoolResult {100 * fit.proportion:.0f}% (95% CI {100 * fit.ci.lower:.0f} to "
        f"{100 * fit.ci.upper:.0f}), 4 studies, 126 of 156, two-step>"
    )
    assert "1 study, 3 of 9, single-study>" in repr(pp.pool([3], [9]))


def test_summary_has_the_method_the_prediction_and_the_notes(fit):
    lines = fit.summary().split("\n")
    assert lines[0].endswith("4 studies, 126 of 156")
    assert lines[1] == fit.method
    assert lines[2].startswith("Prediction interval ")
    assert lines[3] == fit.heterogeneity()
    assert lines[3] == (
        "tau2 0.61 (logit; 95% 0.00 to 9.03); I2 68% (from the estimate of tau2; 95% 0% to 97%); "
        "their intervals: profile restricted likelihood, chi-square cut; Q 8.74 on 3 df, p = 0.033"
    )
    assert tuple(lines[4:]) == fit.notes


def test_rare_events_are_read_on_a_scale_of_their_own():
    rare = pp.pool([3, 5, 1, 2], [10_000, 20_000, 15_000, 30_000])
    assert rare.summary().startswith("Pooled proportion 1.4 per 10,000 (95% CI 0.31 to 4.5); ")
    assert rare.summary("percent").startswith("Pooled proportion 0.014% (95% CI 0.003 to 0.045)")
    assert rare.summary("per_100000", 1).startswith("Pooled proportion 14.5 per 100,000 (")
    mirrored = pp.pool([9_997, 19_995, 14_999, 29_998], [10_000, 20_000, 15_000, 30_000])
    assert mirrored.summary().startswith("Pooled proportion 99.986% (95% CI 99.955 to 99.997)")
    assert "1.4 per 10,000" in repr(rare)
    assert "1.4 per 10,000" in rare._repr_html_()


def test_one_study_is_told_by_its_counts():
    assert pp.pool([12], [13]).summary().startswith("Proportion of the one study 12 of 13: 92%")
    assert "all 7: 100% (95% CI 59 to 100)" in pp.pool([7], [7]).summary()


def test_both_scales_are_named_and_neither_can_be_paired_with_the_other(fit):
    record = fit.to_dict()
    natural = record["ci_lower"], record["proportion"], record["ci_upper"]
    assert natural == (fit.ci.lower, fit.proportion, fit.ci.upper)
    model = record["estimate_lower"], record["estimate"], record["estimate_upper"]
    assert model == (fit.ci_estimate.lower, fit.estimate, fit.ci_estimate.upper)
    assert record["estimate_scale"] == "logit"
    assert record["ci_lower"] < record["proportion"] < record["ci_upper"]
    assert record["estimate_lower"] < record["estimate"] < record["estimate_upper"]
    assert pp.pool(EVENTS, TOTAL, model="two-step", measure="PAS").estimate_scale == "arcsine"
    assert pp.pool(EVENTS, TOTAL, link="probit").estimate_scale == "probit"
    # the names of the release before
    assert record["ci"] == {"lower": fit.ci.lower, "upper": fit.ci.upper}
    assert record["ci_estimate"]["lower"] == fit.ci_estimate.lower


def test_html_is_a_captioned_table_with_headings_and_escapes(fit):
    noted = replace(fit, notes=("a < b & <script>",))
    html = noted._repr_html_()
    table = Table(html)
    assert table.open == []
    assert "<script>" not in html
    assert "a < b & <script>" in table.texts
    assert table.tags[:2] == ["table", "caption"]
    assert set(table.scopes) == {"row"}
    assert f"{100 * fit.proportion:.0f}%" in table.texts


def test_frame_has_one_row_with_the_limits_as_columns(fit):
    frame = fit.to_frame()
    assert frame.shape[0] == 1
    row = frame.iloc[0]
    assert row["proportion"] == fit.proportion
    assert (row["ci_lower"], row["ci_upper"]) == (fit.ci.lower, fit.ci.upper)
    without = pp.pool([3], [9]).to_frame().iloc[0]
    assert without["prediction_lower"] is None


def test_subgroups_show_each_level_and_the_test(split):
    assert repr(split).startswith("<SubgroupResult b ")
    assert "\n" not in repr(split)
    lines = split.summary().split("\n")
    assert [line.split(":")[0] for line in lines[:2]] == ["b", "a & <b>"]
    assert lines[2].startswith("Q between ")
    frame = split.to_frame()
    assert frame["level_name"].tolist() == ["b", "a & <b>"]
    assert frame["k"].tolist() == [2, 2]


def test_subgroups_in_html_are_escaped_and_headed(split):
    table = Table(split._repr_html_())
    assert table.open == []
    assert table.scopes == ["col"] * 5 + ["row"] * 2
    assert "a & <b>" in table.texts


def test_a_grouping_without_a_test_says_why():
    one = pp.subgroups(EVENTS, TOTAL, ["a"] * 4, model="two-step")
    assert one.summary().endswith("One level: there is nothing to test.")
    assert repr(one).endswith("no test>")
