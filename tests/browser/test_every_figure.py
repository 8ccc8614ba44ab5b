"""Every figure: saved as SVG and PNG, sorted, switched to each model, reached by key."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from poolprop.formats import PERCENT

# The words of a drawing as they are shown; of a table those of its cells.
SHOWN_WORDS = """one => {
  const words = [];
  const walk = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const at = walk.currentNode.parentElement;
    const text = at.closest("text");
    const aside = at.closest("title, desc, .visually-hidden, .link-button");
    if (aside || (one.matches(".charts") && !text) || !at.getClientRects().length) continue;
    words.push(...walk.currentNode.data.split(/\\s+/).filter(Boolean));
  }
  return words.sort(); }"""
# Sorts by each key and gives, block by block, what the studies' rows say from above.
SORTED = """(figure, key) => {
  const chooser = [...figure.querySelectorAll("label")]
    .find(label => label.textContent.startsWith("Studies")).querySelector("select");
  chooser.value = key;
  chooser.dispatchEvent(new Event("change"));
  const number = (row, end) => {
    const found = row.querySelector(`[data-field$="${end}"]`);
    return found ? page.valueOf(found) : null;
  };
  return [...figure.querySelector("table").tBodies]
    .map(body => [...body.querySelectorAll(".study-row")])
    .filter(block => block.length > 1)
    .map(block => block.map(row => ({effect: number(row, "proportion"), size: number(row, "total"),
      name: page.textOf(row.querySelector("th"))}))); }"""


@pytest.fixture
def opened(visit):
    """Return a visit that walks from figure to figure."""
    return visit(whole=False)


def picker(figure, name: str):
    """Return the choice of that name above a figure."""
    return figure.locator(".plot-tools label", has_text=re.compile(f"^{name} ")).locator("select")


FIGURES = "main figure"


def figures(page) -> list:
    """Return every figure: a table with a drawn column, or a chart in each of two layouts."""
    found = page.locator(FIGURES).all()
    assert len(found) > 8
    assert len(found) == page.locator("main figure.plot-figure[id]").count()
    return found


def drawing(figure):
    """Return what is shown of a figure: its table or its chart."""
    (shown,) = figure.locator("table.drawn-table, .charts >> visible=true").all()
    return shown


def test_every_figure_has_a_name_a_caption_and_one_drawing_shown(look):
    page = look(unfolded=True).page
    for figure in figures(page):
        assert figure.locator("figcaption").inner_text().strip()
        shown = drawing(figure)
        if shown.evaluate("one => one.matches('table')"):
            assert shown.locator("caption").text_content().strip()
            continue
        for chart in shown.locator("svg.plot").all():
            label = chart.get_attribute("aria-labelledby").split()[0]
            assert page.locator(f"[id='{label}']").text_content().strip()


def test_every_figure_is_saved_whole_as_svg_and_png(opened, tmp_path):
    page = opened.page
    saved = 0
    for figure in opened.walk(FIGURES):
        name = figure.get_attribute("id")
        with page.expect_download() as download:
            figure.get_by_text("SVG", exact=True).click()
        assert download.value.suggested_filename == f"{name}.svg"
        root = ElementTree.parse(download.value.path()).getroot()
        told = [
            word
            for e in root.iter("{http://www.w3.org/2000/svg}text")
            for word in "".join(e.itertext()).split()
        ]
        assert sorted(told) == sorted(drawing(figure).evaluate(SHOWN_WORDS)), name
        width, height = (float(part) for part in root.attrib["viewBox"].split()[2:])
        with page.expect_download() as download:
            figure.get_by_text("PNG", exact=True).click()
        image = Path(download.value.path()).read_bytes()
        sides = [int.from_bytes(image[i : i + 4], "big") for i in (16, 20)]
        assert sides == [int(3 * width), int(3 * height)], name
        assert len(image) > 3000, f"{name} is empty"
        saved += 1
    assert saved == len(figures(page))
    asked = [url for url in opened.requests if not url.startswith(("file:", "blob:", "data:"))]
    assert asked == []
    assert opened.complaints == []


def year(name: str) -> float:
    """Return the year within a name; beyond all years where it has none."""
    found = re.search(r"\b(19|20)\d\d\b", name)
    return float(found[0]) if found else float("inf")


@pytest.mark.parametrize("width", [390, 1440])
def test_every_figure_sorts_its_studies_by_every_key(visit, width):
    keys = {
        "effect": lambda row: row["effect"],
        "size": lambda row: -(row["size"] or 0),
        "year": lambda row: year(row["name"]),
    }
    seen = set()
    for figure in visit(width, whole=False).walk(FIGURES):
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
    switched = 0
    for figure in opened.walk(FIGURES):
        chooser = picker(figure, "Model")
        if not chooser.count():
            continue
        pooled = figure.locator(".drawn-table .pooled-row")
        shown = """all => all.filter(g => g.getClientRects().length).map(g => {
          const number = g.querySelector("[data-field$=proportion], [data-field=median]");
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


def test_no_mark_and_no_number_of_a_figure_is_a_stop_of_the_tab_key(look):
    """The choices above it are; its numbers are listed behind one of them."""
    for figure in figures(look(unfolded=True).page):
        assert figure.locator(".plot-box [tabindex], .plot-box [role=button]").count() == 0
        if figure.locator("[data-field]").count():
            assert figure.locator(".plot-tools .sources").count() == 1
