"""The Bayesian view and the multiverse in a browser: figures, prediction, filters."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import binom

PREDICT = """n => page.chances(
  JSON.parse(document.querySelector("[data-next-study]").dataset.nextStudy), n)"""


@pytest.fixture
def results(report_path):
    """Return a function that reads a result file of the first endpoint on the page."""
    home = report_path.parent
    home = home if (home / "analysis").is_dir() else home / "results"

    def read(visited, name):
        number = visited.locator("#strata-all td [data-ref]").first
        path = home / "analysis" / number.get_attribute("data-ref").split("/")[1] / name
        return json.loads(path.read_text("utf-8"))

    return read


@pytest.mark.parametrize("width", [390, 1440])
def test_densities_and_curve_are_drawn(look, width):
    page = look(width).page
    assert page.locator("#bayes figure").first.locator("svg.density").count() == 2
    assert page.locator("#bayes svg.density").first.is_visible()
    own = page.locator("#multiverse .spec-primary").first
    assert own.get_attribute("d").count("M") == 1


@pytest.mark.parametrize("n", [1, 10, 137])
def test_the_prediction_is_that_of_the_posterior(look, results, n):
    page = look().page
    future = results(page, "bayes.json")["estimands"][0]["next_study"]
    weights = np.array(future["weights"])
    share = expit(future["start"] + future["step"] * np.arange(weights.size))
    expected = weights @ binom.pmf(np.arange(n + 1), n, share[:, None])
    assert page.evaluate(PREDICT, n) == pytest.approx(expected / expected.sum(), abs=1e-6)


def test_the_reader_may_ask_for_any_number_of_patients(visit):
    page = visit().page
    box = page.locator("#bayes .predict").first
    before = box.locator("output").inner_text()
    box.get_by_label("Of the next").fill("33")
    assert box.locator("output").inner_text() != before
    box.get_by_label("Of the next").fill("0")
    assert "whole number" in box.locator("output").inner_text()


def test_choices_narrow_the_range(visit, results):
    page = visit().page
    record = results(page, "multiverse.json")
    box = page.locator("#multiverse .explore").first
    output = box.locator("output")
    values = np.array([one["proportion"] for one in record["sets"]])
    assert output.inner_text().startswith(f"{values.size:,} of {values.size:,} analyses: ")
    choice = record["choices"][0]
    select = box.locator("select").first
    for place, level in enumerate(choice["levels"]):
        select.select_option(str(place))
        owner, codes = record["combinations"]["set"], record["combinations"]["levels"]
        sets = {one for one, code in zip(owner, codes, strict=True) if int(code[0], 36) == place}
        kept = values[sorted(sets)]
        said = output.inner_text()
        assert said.startswith(f"{kept.size:,} of {values.size:,} analyses: "), level
        told = re.search(r"from ([\d.]+) to ([\d.]+)%, median ([\d.]+)%", said).groups()
        for text, value in zip(told, (kept.min(), kept.max(), np.median(kept)), strict=True):
            places = len(text.partition(".")[2])
            assert float(text) == pytest.approx(100 * value, abs=0.6 * 10**-places)
    select.select_option("-1")
    assert output.inner_text().startswith(f"{values.size:,} of {values.size:,} analyses: ")


DRAWN = """plot => ({
  dots: [...plot.querySelector(".spec-dot").getAttribute("d").matchAll(/M([\\d.]+) ([\\d.]+)h0/g)]
    .map(m => [Number(m[1]), Number(m[2])]),
  ends: [...plot.querySelector(".spec-interval").getAttribute("d")
    .matchAll(/M([\\d.]+) ([\\d.]+)V([\\d.]+)/g)].map(m => [Number(m[2]), Number(m[3])]),
  marks: [...plot.querySelectorAll(".spec-mark")].map(p => p.getAttribute("d")),
  frame: JSON.parse(plot.dataset.frame),
  columns: plot.querySelector(".stretched").viewBox.baseVal.width,
})"""


@pytest.mark.parametrize("width", [390, 1440])
def test_choices_redraw_the_curve_and_all_brings_it_back(visit, results, width):
    page = visit(width).page
    record = results(page, "multiverse.json")
    article = page.locator("#multiverse article").first
    plot = article.locator("table[data-frame]")
    before = plot.evaluate(DRAWN)
    owner, codes = record["combinations"]["set"], record["combinations"]["levels"]
    every = [
        [{"p": p, "lower": low, "upper": up} for p, low, up in zip(
            one["proportion"], one["lower"], one["upper"], strict=True)]
        for one in record["sets"]
    ]  # fmt: skip
    select = article.locator(".explore select").first
    for place in range(len(record["choices"][0]["levels"])):
        sets = {one for one, code in zip(owner, codes, strict=True) if int(code[0], 36) == place}
        kept = sorted((one for at in sets for one in every[at]), key=lambda one: one["p"])
        select.select_option(str(place))
        drawn = plot.evaluate(DRAWN)
        frame, count = drawn["frame"], min(len(kept), drawn["frame"]["most"])
        assert len(drawn["dots"]) == len(drawn["ends"]) == count
        assert f"Drawn: {count} of them" in article.locator(".explore output").inner_text()
        if not count:
            continue

        def y(share, frame=frame):
            return 1000 * (1 - (share - frame["low"]) / (frame["high"] - frame["low"]))

        heights = [height for _, height in drawn["dots"]]
        assert heights == sorted(heights, reverse=True)
        assert heights[0] == pytest.approx(y(kept[0]["p"]), abs=0.11)
        assert heights[-1] == pytest.approx(y(kept[-1]["p"]), abs=0.11)
        held = {round(y(one["p"]), 1) for one in kept}
        assert all(min(abs(height - one) for one in held) < 0.11 for height in heights)
        lows = [y(one["lower"]) for one in kept]
        assert all(min(abs(low - one) for one in lows) < 0.5 for low, _ in drawn["ends"])
        xs = [x for x, _ in drawn["dots"]]
        assert 0 < min(xs) <= max(xs) < drawn["columns"] == count
        # The chosen level is marked from end to end, the other levels of the choice nowhere.
        for level, mark in enumerate(drawn["marks"][: len(record["choices"][0]["levels"])]):
            stroke = re.findall(r"M([\d.]+) [\d.]+H([\d.]+)", mark)
            ends = [tuple(map(float, one)) for one in stroke]
            whole = [(0, count)]
            assert ends == (whole if level == place else [])
    select.select_option("-1")
    assert plot.evaluate(DRAWN) == before


def test_a_choice_that_leaves_nothing_leaves_an_empty_curve(visit):
    page = visit().page
    empty = page.evaluate("""() => {
      const article = document.querySelector("#multiverse article");
      for (const select of article.querySelectorAll(".explore select")) {
        select.value = String(select.options.length - 2);
        select.dispatchEvent(new Event("change"));
      }
      const said = article.querySelector(".explore output").textContent;
      const d = article.querySelector("table[data-frame] .spec-dot").getAttribute("d");
      return [said, (d.match(/h0/g) || []).length];
    }""")
    said, dots = empty
    assert (dots == 0) == said.startswith("No analysis")


def test_without_scripts_tables_and_figures_remain(visit):
    page = visit(java_script_enabled=False).page
    assert page.locator("#bayes table").first.is_visible()
    assert page.locator("#bayes svg.density").first.is_visible()
    assert page.locator("#multiverse table.drawn-table").first.is_visible()
    assert page.locator("#multiverse table").first.is_visible()
