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


@pytest.mark.parametrize("width", [390, 1440])
def test_studies_sort_within_their_panel_and_go_back(visit, width):
    page = visit(width).page
    figure = page.locator(PLOT).first
    rows = figure.locator(".drawn-table .study-row")
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
    pooled = figure.locator(".drawn-table .pooled-row")
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
def test_another_model_weighs_the_studies_anew_in_numbers_and_squares(visit, width):
    page = visit(width).page
    figure = page.locator(PLOT).first
    rows = figure.locator(".drawn-table .study-row")
    drawn = """all => all.map(row => [row.querySelector(".square").getBoundingClientRect().width,
      row.querySelector("td.weight").textContent])"""
    before = rows.evaluate_all(drawn)
    chooser = figure.get_by_label("Model")
    for index in range(1, chooser.locator("option").count()):
        chooser.select_option(index=index)
        after = rows.evaluate_all(drawn)
        ref = figure.locator(".drawn-table .pooled-row >> visible=true").get_attribute("data-ref")
        held = page.evaluate("ref => page.facts.results[ref].values", ref)
        weights = [held[f"weights.{i}"] for i in range(len(after))]
        assert sum(weights) == pytest.approx(1)
        assert [text for _, text in after] == [share(weight) for weight in weights]
        sides = [max(5.0, 15 * (weight / max(weights)) ** 0.5) for weight in weights]
        assert [side for side, _ in after] == pytest.approx(sides, abs=0.1)
    chooser.select_option("")
    assert rows.evaluate_all(drawn) == before


def test_a_plot_is_saved_as_svg_and_png_without_a_request(visit):
    opened = visit(scheme="dark")
    figure = opened.page.locator(PLOT).first
    with opened.page.expect_download() as download:
        figure.get_by_text("SVG", exact=True).click()
    root = ElementTree.parse(download.value.path()).getroot()
    assert download.value.suggested_filename == f"{figure.get_attribute('id')}.svg"
    width = figure.locator("table").evaluate("e => e.getBoundingClientRect().width")
    assert float(root.attrib["width"]) == pytest.approx(width)
    assert not [e for e in root.iter() if "class" in e.attrib]
    assert root[0].attrib["fill"] == "#ffffff", "saved in the light theme, whatever is shown"
    assert {"rgb(23, 32, 43)", "#17202b"} & {e.attrib.get("fill") for e in root.iter()}
    with opened.page.expect_download() as download:
        figure.get_by_text("PNG", exact=True).click()
    assert Path(download.value.path()).read_bytes()[16:20] == int(3 * width).to_bytes(4, "big")
    assert [url for url in opened.requests if not url.startswith(("file:", "blob:", "data:"))] == []
    assert opened.complaints == []
