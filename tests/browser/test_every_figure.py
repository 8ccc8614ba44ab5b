"""Every figure: saved as SVG and PNG, sorted, switched to each model, reached by key."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from poolprop.formats import PERCENT

UNFOLD = "for (const fold of document.querySelectorAll('details')) fold.open = true"
SHOWN_TEXTS = """plot => [...plot.querySelectorAll("text")]
  .filter(t => getComputedStyle(t).display !== "none" && t.getClientRects().length)
  .map(t => t.textContent.replace(/\\s+/g, " ").trim()).filter(Boolean).sort()"""
# Sorts by each key and gives, block by block, what the shown rows say of themselves from above.
SORTED = """(figure, key) => {
  const chooser = [...figure.querySelectorAll("label")]
    .find(label => label.textContent.startsWith("Studies")).querySelector("select");
  chooser.value = key;
  chooser.dispatchEvent(new Event("change"));
  const plot = [...figure.querySelectorAll("svg.plot")].find(one => one.getClientRects().length);
  const blocks = [];
  let run = [];
  for (const row of plot.querySelectorAll(":scope > .row")) {
    if (row.matches(".study-row")) run.push(row);
    else run = [];
    if (run.length === 2) blocks.push(run);
  }
  const number = (row, end) => {
    const found = row.querySelector(`[data-field$="${end}"]`);
    return found ? page.valueOf(found) : null;
  };
  return blocks.map(block => block
    .map(row => ({top: row.getBoundingClientRect().top, effect: number(row, "proportion"),
      size: number(row, "total"),
      name: [...row.querySelectorAll(".label")].map(t => t.textContent).join(" ")}))
    .sort((a, b) => a.top - b.top)); }"""
STOPS = """plot => [...plot.querySelectorAll("[tabindex]")].map(row => row.tabIndex)"""


@pytest.fixture
def opened(visit):
    """Return a visit with every fold open."""
    made = visit()
    made.page.evaluate(UNFOLD)
    return made


def picker(figure, name: str):
    """Return the choice of that name above a figure."""
    return figure.locator(".plot-tools label", has_text=re.compile(f"^{name} ")).locator("select")


def figures(page) -> list:
    """Return every figure; each holds one drawing for each of two layouts."""
    found = page.locator("main figure").all()
    assert len(found) > 8
    assert len(found) == page.locator("main figure.plot-figure[id]").count()
    drawings = page.locator("main figure svg.plot").count()
    assert page.locator("main svg").count() == drawings == 2 * len(found)
    return found


def test_every_figure_has_a_name_a_caption_and_one_layout_shown(opened):
    for figure in figures(opened.page):
        assert figure.locator("figcaption").inner_text().strip()
        shown = [plot for plot in figure.locator("svg.plot").all() if plot.is_visible()]
        assert len(shown) == 1
        label = shown[0].get_attribute("aria-labelledby").split()[0]
        assert opened.page.locator(f"[id='{label}']").text_content().strip()


def test_every_figure_is_saved_whole_as_svg_and_png(opened, tmp_path):
    page = opened.page
    for figure in figures(page):
        name = figure.get_attribute("id")
        plot = figure.locator("svg.wide")
        with page.expect_download() as download:
            figure.get_by_text("SVG", exact=True).click()
        assert download.value.suggested_filename == f"{name}.svg"
        root = ElementTree.parse(download.value.path()).getroot()
        texts = [
            " ".join("".join(e.itertext()).split())
            for e in root.iter("{http://www.w3.org/2000/svg}text")
        ]
        assert sorted(filter(None, texts)) == plot.evaluate(SHOWN_TEXTS), name
        width, height = (float(part) for part in root.attrib["viewBox"].split()[2:])
        with page.expect_download() as download:
            figure.get_by_text("PNG", exact=True).click()
        image = Path(download.value.path()).read_bytes()
        sides = [int.from_bytes(image[i : i + 4], "big") for i in (16, 20)]
        assert sides == [int(3 * width), int(3 * height)], name
        assert len(image) > 3000, f"{name} is empty"
    asked = [url for url in opened.requests if not url.startswith(("file:", "blob:", "data:"))]
    assert asked == []
    assert opened.complaints == []


def year(name: str) -> float:
    """Return the year within a name; beyond all years where it has none."""
    found = re.search(r"\b(19|20)\d\d\b", name)
    return float(found[0]) if found else float("inf")


@pytest.mark.parametrize("width", [390, 1440])
def test_every_figure_sorts_its_studies_by_every_key(visit, width):
    page = visit(width).page
    page.evaluate(UNFOLD)
    keys = {
        "effect": lambda row: row["effect"],
        "size": lambda row: -(row["size"] or 0),
        "year": lambda row: year(row["name"]),
    }
    seen = set()
    for figure in page.locator("main figure").all():
        chooser = picker(figure, "Studies")
        if not chooser.count():
            continue
        before = figure.evaluate(SORTED, "")
        for key in chooser.locator("option").evaluate_all("all => all.map(o => o.value)"):
            blocks = figure.evaluate(SORTED, key)
            seen.add(key)
            assert [len(block) for block in blocks] == [len(block) for block in before]
            for block, was in zip(blocks, before, strict=True):
                names = [row["name"] for row in block]
                assert sorted(names) == sorted(row["name"] for row in was)
                if key in keys:
                    held = [keys[key](row) for row in block]
                    assert held == sorted(held, key=lambda one: (one is None, one)), names
            if key == "name":
                for block in blocks:
                    names = [row["name"].lower() for row in block if row["name"][0].isascii()]
                    plain = [name for name in names if name[0].isalpha()]
                    assert [name[0] for name in plain] == sorted(name[0] for name in plain)
        assert figure.evaluate(SORTED, "") == before
    assert {"", "effect", "size", "name"} <= seen


def test_every_model_of_every_figure_shows_its_own_numbers(opened):
    page = opened.page
    switched = 0
    for figure in page.locator("main figure").all():
        chooser = picker(figure, "Model")
        if not chooser.count():
            continue
        pooled = figure.locator("svg.wide .pooled-row")
        shown = """all => all.filter(g => g.getClientRects().length).map(g => {
          const number = g.querySelector("[data-field$=proportion]");
          const ends = g.querySelectorAll("[data-field$='ci.lower'], [data-field$='ci.upper']");
          const told = [number, ...ends];
          return [number.textContent, told.map(page.valueOf), page.refOf(number)]; })"""
        refs = set()
        for index in range(chooser.locator("option").count()):
            chooser.select_option(index=index)
            ((text, held, ref),) = pooled.evaluate_all(shown)
            assert text == PERCENT.number(*held), (ref, text)
            refs.add(ref)
        assert len(refs) == chooser.locator("option").count()
        chooser.select_option("")
        switched += 1
    assert switched


def test_every_figure_is_one_stop_of_the_tab_key_and_a_row_opens_its_panel(opened):
    """Enter opens the panel of the first number, Escape closes it, the focus comes back."""
    page = opened.page
    panel = page.get_by_role("dialog")
    opened_panels = 0
    for figure in figures(page):
        plot = figure.locator("svg.wide")
        stops = plot.evaluate(STOPS)
        if not stops:
            continue
        assert stops.count(0) == 1, figure.get_attribute("id")
        row = plot.locator("[tabindex='0']")
        row.focus()
        page.keyboard.press("End")
        page.keyboard.press("Home")
        if not row.locator("[data-field]").count():
            continue
        page.keyboard.press("Enter")
        panel.wait_for()
        text = panel.get_by_role("heading").inner_text()
        numbers = row.locator("[data-field]").all_text_contents()
        assert any(text.startswith(number) for number in numbers), (text, numbers)
        page.keyboard.press("Escape")
        panel.wait_for(state="hidden")
        assert row.evaluate("row => row === document.activeElement"), figure.get_attribute("id")
        opened_panels += 1
    assert opened_panels > 3
    assert opened.complaints == []
