"""Plots answer: they tell, sort, switch the model and can be taken home."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from poolprop.formats import PERCENT, share

PLOT = "#forests figure"
SHOWN = "rows => rows.filter(r => r.getClientRects().length)"
TOP = """rows => rows.map(r => [r.getBoundingClientRect().top,
  Number(page.facts.results[r.dataset.ref].values.proportion)])
  .sort((a, b) => a[0] - b[0]).map(pair => pair[1])"""
ESTIMATE = "g => g.querySelector('[data-field=proportion]').textContent"


def test_hover_and_focus_tell_what_a_row_is(visit):
    page = visit().page
    figure = page.locator(PLOT).first
    row = figure.locator("svg.wide .study-row").first
    told = figure.locator(".row-told")
    row.hover()
    words = row.get_attribute("aria-label")
    assert told.inner_text() == words
    assert "weight" in words
    page.keyboard.press("Escape")
    assert not told.is_visible()
    row.focus()
    page.keyboard.press("ArrowDown")
    assert told.inner_text() != words
    box, frame = told.bounding_box(), figure.bounding_box()
    assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 1


@pytest.mark.parametrize("width", [390, 1440])
def test_studies_sort_within_their_panel_and_go_back(visit, width):
    page = visit(width).page
    figure = page.locator(PLOT).first
    rows = figure.locator("svg .study-row")
    before = rows.evaluate_all(f"all => ({TOP})(({SHOWN})(all))")
    chooser = figure.get_by_label("Studies")
    chooser.select_option("effect")
    after = rows.evaluate_all(f"all => ({TOP})(({SHOWN})(all))")
    assert after == sorted(before)
    chooser.select_option("")
    assert rows.evaluate_all(f"all => ({TOP})(({SHOWN})(all))") == before


def test_another_model_moves_the_diamond_and_its_numbers(visit):
    page = visit().page
    figure = page.locator(PLOT).first
    pooled = figure.locator("svg.wide .pooled-row")
    shown = f"all => ({SHOWN})(all).map(g => [g.dataset.ref, ({ESTIMATE})(g)])"
    ((ref, _),) = pooled.evaluate_all(shown)
    chooser = figure.get_by_label("Model")
    chooser.select_option(index=1)
    ((other, text),) = pooled.evaluate_all(shown)
    assert other.startswith(ref + "/")
    held = page.evaluate("ref => page.facts.results[ref].values", other)
    assert text == PERCENT.number(held["proportion"], held["ci.lower"], held["ci.upper"])
    assert figure.locator(".shown-model").inner_text().startswith("Diamond, squares")
    chooser.select_option("")
    assert pooled.evaluate_all(shown)[0][0] == ref


@pytest.mark.parametrize("width", [390, 1440])
def test_another_model_weighs_the_studies_anew_in_numbers_squares_and_words(visit, width):
    page = visit(width).page
    figure = page.locator(PLOT).first
    rows = figure.locator("svg .study-row").locator("visible=true")
    drawn = """all => all.map(g => {
      const square = [...g.querySelectorAll(".square")].find(s => s.getClientRects().length);
      const text = [...g.querySelectorAll(".weight, .of-model text")].find(
        t => t.getClientRects().length);
      return [square.getBoundingClientRect().width, text ? text.textContent : "",
              g.getAttribute("aria-label")];
    })"""
    before = rows.evaluate_all(drawn)
    chooser = figure.get_by_label("Model")
    for index in range(1, chooser.locator("option").count()):
        chooser.select_option(index=index)
        after = rows.evaluate_all(drawn)
        ref = figure.locator("svg .variant.shown .pooled-row").first.get_attribute("data-ref")
        held = page.evaluate("ref => page.facts.results[ref].values", ref)
        weights = [held[f"weights.{i}"] for i in range(len(after))]
        assert sum(weights) == pytest.approx(1)
        told = [share(weight) for weight in weights]
        if width == 1440:
            assert [text for _, text, _ in after] == told
            words = zip(after, told, strict=True)
            assert all(f"weight {text}" in name for (_, _, name), text in words)
        scale = figure.locator("svg").locator("visible=true").evaluate(
            "e => e.getBoundingClientRect().width / e.viewBox.baseVal.width")  # fmt: skip
        sides = [max(5.0, 15 * (weight / max(weights)) ** 0.5) for weight in weights]
        assert [side / scale for side, _, _ in after] == pytest.approx(sides, abs=0.25)
    chooser.select_option("")
    assert rows.evaluate_all(drawn) == before


def test_a_plot_is_saved_as_svg_and_png_without_a_request(visit):
    opened = visit(scheme="dark")
    figure = opened.page.locator(PLOT).first
    with opened.page.expect_download() as download:
        figure.get_by_text("SVG", exact=True).click()
    root = ElementTree.parse(download.value.path()).getroot()
    assert download.value.suggested_filename == f"{figure.get_attribute('id')}.svg"
    assert root.attrib["width"] == "860"
    assert not [e for e in root.iter() if "class" in e.attrib]
    assert any(e.attrib.get("font-size") == "14px" for e in root.iter())
    with opened.page.expect_download() as download:
        figure.get_by_text("PNG", exact=True).click()
    assert Path(download.value.path()).read_bytes()[16:20] == (3 * 860).to_bytes(4, "big")
    assert [url for url in opened.requests if not url.startswith(("file:", "blob:", "data:"))] == []
    assert opened.complaints == []
