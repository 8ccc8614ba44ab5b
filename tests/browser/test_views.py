"""Views: one is open, the others are found, linked to, gone back from and printed."""

from __future__ import annotations

import io

from pypdf import PdfReader

ASLEEP = "document.querySelectorAll('main > .view > noscript').length"


def test_a_view_is_opened_by_choice_and_left_by_going_back(visit):
    page = visit(whole=False).page
    assert page.locator("#answer").is_visible()
    assert page.locator("#sensitivity").count() == 0
    page.locator('nav.contents a[href="#view-robustness"]').click()
    assert page.locator("#sensitivity").is_visible()
    assert not page.locator("#answer").is_visible()
    page.go_back()
    page.locator("#answer").wait_for(state="visible")
    assert not page.locator("#sensitivity").is_visible()


def test_a_link_in_the_answer_leads_into_another_view(visit):
    page = visit(whole=False).page
    link = page.locator("#answer .firm a").first
    target = link.get_attribute("href")
    link.click()
    page.locator(target).wait_for(state="visible")


def test_an_address_opens_the_view_that_holds_it(visit):
    page = visit(fragment="#methods").page
    assert page.locator("#methods").is_visible()
    assert not page.locator("#answer").is_visible()


def test_the_search_of_the_browser_finds_what_no_view_shows(visit):
    """Ctrl+F makes every view an element that can be found; a match shows its view."""
    page = visit(whole=False).page
    assert page.evaluate(ASLEEP) > 2
    page.keyboard.press("Control+f")
    assert page.evaluate(ASLEEP) == 0
    section = page.locator("#methods")
    assert not section.is_visible()
    assert page.locator("#view-methods").get_attribute("hidden") == "until-found"
    section.evaluate("e => e.dispatchEvent(new Event('beforematch', { bubbles: true }))")
    assert section.is_visible()


def test_a_sign_of_the_reader_wakes_the_views_while_the_answer_is_read(visit):
    page = visit(whole=False).page
    assert page.evaluate(ASLEEP) > 2
    page.mouse.move(300, 300)
    page.wait_for_function(f"() => {ASLEEP} === 0")
    assert page.locator("#answer").is_visible()


def test_a_small_page_wakes_without_a_sign_for_the_search_in_the_browsers_menu(visit):
    page = visit(whole=False).page
    assert page.evaluate(ASLEEP) > 2
    page.wait_for_function(f"() => {ASLEEP} === 0")
    assert page.locator("#view-methods").get_attribute("hidden") == "until-found"
    assert page.locator("#answer").is_visible()


def test_what_is_open_is_printed_and_everything_on_request(visit):
    page = visit(whole=False).page
    sheets = PdfReader(io.BytesIO(page.pdf(format="A4"))).pages
    text = "".join(sheet.extract_text() for sheet in sheets)
    assert "Summary of findings" in text
    assert "Reporting checklists" not in text
    page.evaluate("page.whole()")
    text = "".join(s.extract_text() for s in PdfReader(io.BytesIO(page.pdf(format="A4"))).pages)
    assert "Reporting checklists" in text
