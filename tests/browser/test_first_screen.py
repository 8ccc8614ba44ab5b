"""The first screen: the answer within it at two sizes, for the flagship and a review of init."""

from __future__ import annotations

import io
import itertools
import shutil
from pathlib import Path

import pytest
from drawn_reviews import STEPS, build
from pypdf import PdfReader

from poolprop.__main__ import main

SCREENS = [(1440, 1000), (390, 844)]
WITHIN = """id => { const box = document.getElementById(id).getBoundingClientRect();
  return [box.top, box.bottom, innerHeight, box.left, box.right, innerWidth]; }"""
STOPS = """() => [...document.querySelectorAll("a, button, input, select, summary, [tabindex]")]
  .filter(e => e.tabIndex >= 0 && !e.disabled && e.checkVisibility()).length"""
MOST_SHEETS = 8
MOST_BYTES, MOST_ELEMENTS, MOST_STOPS, MOST_OF_THE_ANSWER = 1_500_000, 20_000, 250, 40


@pytest.fixture(scope="session")
def of_init(tmp_path_factory: pytest.TempPathFactory, repo: Path) -> Path:
    """Return the page of the example that `poolprop init` writes."""
    folder = tmp_path_factory.mktemp("init") / "smell"
    assert main(["init", "--example", str(folder)]) == 0
    for name in ("results", ".snakemake"):
        shutil.rmtree(folder / name, ignore_errors=True)
    build(repo, folder, "olfactory_loss", STEPS[:2])
    return folder / "results" / "report.html"


@pytest.fixture(scope="session", params=["flagship", "init"])
def page_of(request: pytest.FixtureRequest) -> Path:
    if request.param == "flagship":
        return request.getfixturevalue("flagship").folder / "results" / "report.html"
    return request.getfixturevalue("of_init")


def opened(chromium, path: Path, width: int, height: int, **more: object):
    context = chromium.new_context(
        viewport={"width": width, "height": height}, offline=True, **more
    )
    page = context.new_page()
    page.goto(path.resolve().as_uri())
    return page


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_the_answer_by_the_first_strata_and_over_all_is_on_the_first_screen(
    chromium, page_of, width, height
):
    page = opened(chromium, page_of, width, height)
    first = page.locator("#strata tbody").first.get_attribute("id")
    for name in dict.fromkeys((first, "strata-all")):
        top, bottom, high, left, right, wide = page.evaluate(WITHIN, name)
        assert 0 <= top < bottom <= high, name
        assert 0 <= left < right <= wide, name


def test_each_further_factor_is_one_flick_away_on_a_phone(chromium, flagship):
    page = opened(chromium, flagship.folder / "results/report.html", 390, 844)
    assert page.locator("#strata-setting").is_visible()
    assert not page.locator("#strata-lineage").is_visible()
    page.get_by_role("button", name="By lineage").click()
    assert page.locator("#strata-lineage").is_visible()
    assert not page.locator("#strata-setting").is_visible()
    _, bottom, high, *_ = page.evaluate(WITHIN, "strata-lineage")
    assert bottom <= high


def test_the_strata_stay_a_table_on_a_phone(chromium, page_of):
    page = opened(chromium, page_of, 390, 844)
    table = page.get_by_role("table", name="Each stratum by each outcome")
    assert table.get_by_role("rowheader").count() > 1
    assert table.get_by_role("columnheader").count() >= 2


def test_the_keyboard_walks_through_the_answer_in_few_stops(chromium, page_of):
    """Each stop is seen and named; the answer is left within forty."""
    page = opened(chromium, page_of, 1440, 1000)
    inside = 0
    for pressed in itertools.count(1):
        page.keyboard.press("Tab")
        told = page.evaluate(
            """() => { const at = document.activeElement, box = at.getBoundingClientRect();
              return { section: at.closest("section")?.id, name: at.textContent.trim()
                || at.getAttribute("aria-label"), seen: box.width > 0 && box.height > 0,
                outline: getComputedStyle(at).outlineStyle }; }"""
        )
        assert told["seen"], told
        assert told["name"], told
        assert told["outline"] != "none", told
        if told["section"] not in (None, "answer"):
            break
        inside += told["section"] == "answer"
        assert pressed <= MOST_OF_THE_ANSWER
    assert inside >= 2


def test_the_page_is_light_when_it_opens(chromium, flagship):
    path = flagship.folder / "results/report.html"
    assert path.stat().st_size <= MOST_BYTES
    page = opened(chromium, path, 1440, 1000)
    assert page.evaluate("document.querySelectorAll('*').length") <= MOST_ELEMENTS
    assert page.evaluate(STOPS) <= MOST_STOPS


def test_the_answer_and_the_review_print_on_few_sheets(chromium, flagship):
    page = opened(chromium, flagship.folder / "results/report.html", 1440, 1000)
    sheets = PdfReader(io.BytesIO(page.pdf(format="A4"))).pages
    assert len(sheets) <= MOST_SHEETS
    text = "".join(sheet.extract_text() for sheet in sheets)
    assert "How to cite" in text
    assert "Multiverse analysis" not in text


def test_without_scripts_the_whole_review_stands_below_the_answer(chromium, page_of):
    page = opened(chromium, page_of, 1440, 1000, java_script_enabled=False)
    names = page.locator("nav.contents ol ol a")
    sections = page.locator("main section.section")
    assert sections.count() == names.count() > 10
    for section in sections.all():
        assert section.is_visible()
    assert page.locator("#strata tbody").last.is_visible()
