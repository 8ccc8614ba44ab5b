"""Every number is a door: what opens, how, and what it says."""

from __future__ import annotations

import pytest

COPY = {"permissions": ["clipboard-read", "clipboard-write"]}
HEADLINE = "#answer .headline [data-field=proportion]"


def test_a_click_opens_a_panel_that_tells_where_the_number_comes_from(visit):
    page = visit().page
    number = page.locator(HEADLINE).first
    number.click()
    panel = page.get_by_role("dialog")
    assert panel.get_by_role("heading").inner_text().startswith(number.inner_text())
    told = panel.inner_text()
    for part in ("Result", "pool/", "File", "results/analysis/", "Method", "Rows used", "GLMM"):
        assert part in told
    assert panel.locator(".door-rows tbody tr").count() >= 2
    assert "poolprop.pool(" in told


@pytest.mark.parametrize("width", [390, 1440])
def test_enter_opens_escape_closes_and_focus_returns(visit, width):
    page = visit(width).page
    number = page.locator(HEADLINE).first
    number.focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog")
    panel.wait_for()
    box = panel.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert panel.evaluate("e => e.contains(document.activeElement)")
    page.keyboard.press("Escape")
    panel.wait_for(state="hidden")
    assert number.evaluate("e => e === document.activeElement")


def test_arrows_move_among_the_numbers_of_a_table(visit):
    page = visit().page
    table = page.locator("#summary table").first
    assert table.locator('[data-field][tabindex="0"]').count() == 1
    table.locator('[data-field][tabindex="0"]').focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    at = "document.activeElement"
    assert page.evaluate(f"{at}.dataset.field") == "ci.lower"
    assert page.evaluate(f"{at}.closest('tr').rowIndex") == 2
    page.keyboard.press("Enter")
    assert "interval, lower end" in page.get_by_role("dialog").inner_text()


def test_a_row_of_a_plot_opens_its_estimate(visit):
    page = visit().page
    row = page.locator("#forests svg.wide .pooled-row").first
    row.focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("dialog").get_by_role("heading").inner_text().endswith("proportion")
    page.keyboard.press("Escape")
    assert row.evaluate("e => e === document.activeElement")


def test_the_address_of_a_number_opens_its_panel(visit):
    page = visit(**COPY).page
    page.locator(HEADLINE).first.click()
    page.locator("dialog").get_by_role("button", name="Copy link").click()
    address = page.evaluate("navigator.clipboard.readText()")
    assert address.endswith("primary@proportion")
    again = visit(fragment="#" + address.partition("#")[2]).page
    assert "proportion" in again.get_by_role("dialog").get_by_role("heading").inner_text()


def test_the_code_that_is_copied_is_the_code_that_is_shown(visit):
    page = visit(**COPY).page
    page.locator(HEADLINE).first.click()
    page.get_by_role("button", name="Copy code").click()
    code = page.evaluate("navigator.clipboard.readText()")
    assert code == page.get_by_role("dialog").locator("pre").first.inner_text()


def test_names_in_a_panel_stay_text(visit):
    opened = visit()
    page = opened.page
    page.evaluate(
        """() => { for (const row of Object.values(page.facts.rows))
             row.label = "<img src=x onerror=alert(1)>"; }"""
    )
    page.locator(HEADLINE).first.click()
    assert page.locator("dialog img").count() == 0
    assert "<img" in page.get_by_role("dialog").inner_text()
    assert opened.complaints == []
