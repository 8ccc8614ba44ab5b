"""Terms explain themselves to keyboard, pointer and touch, and without scripts (WCAG 1.4.13)."""

from __future__ import annotations

import pytest

LINK = "#answer a.term"
BUTTON = "#summary button.term"
MEANING = "e => document.getElementById((e.dataset.term || e.hash).slice(1))"


def words(page, term):
    return term.evaluate(f"e => ({MEANING})(e).textContent")


@pytest.mark.parametrize("selector", [LINK, BUTTON])
@pytest.mark.parametrize("width", [390, 1440])
def test_focus_tells_the_meaning_and_escape_puts_it_away(visit, selector, width):
    page = visit(width).page
    term, tip = page.locator(selector).first, page.get_by_role("tooltip")
    assert tip.count() == 0
    term.focus()
    assert tip.inner_text() == words(page, term)
    assert term.get_attribute("aria-describedby") == tip.get_attribute("id")
    box = tip.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    page.keyboard.press("Escape")
    assert not tip.is_visible()
    assert term.evaluate("e => e === document.activeElement")
    assert term.get_attribute("aria-describedby") is None


def test_the_pointer_may_rest_on_the_meaning_and_it_goes_when_the_pointer_leaves(visit):
    page = visit().page
    term, tip = page.locator(LINK).first, page.get_by_role("tooltip")
    term.hover()
    tip.wait_for()
    tip.hover()
    page.wait_for_timeout(600)
    assert tip.is_visible()
    page.mouse.move(2, 2)
    page.locator(".term-tip").wait_for(state="hidden")


def test_a_tap_on_a_title_sorts_and_tells(visit):
    page = visit(390, has_touch=True).page
    title = page.locator(BUTTON).first
    title.tap()
    assert page.get_by_role("tooltip").inner_text() == words(page, title)
    assert title.locator("xpath=..").get_attribute("aria-sort") == "ascending"


def test_no_link_stands_inside_a_button_and_every_term_has_a_meaning(look):
    page = look().page
    assert page.locator("button a, a button").count() == 0
    terms = page.locator("a.term, button.term")
    assert terms.count() > 20
    meanings = terms.evaluate_all(f"all => all.map(e => ({MEANING})(e).textContent.trim().length)")
    assert min(meanings) > 10


def test_without_scripts_a_term_leads_to_the_glossary(visit):
    page = visit(java_script_enabled=False).page
    term = page.locator("#summary a.term").first
    target = term.get_attribute("href")[1:]
    term.click()
    assert page.url.endswith(f"#{target}")
    assert page.locator(f"#glossary dd[id='{target}']").is_visible()
