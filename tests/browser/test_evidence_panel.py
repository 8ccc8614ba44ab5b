"""Every number is a door: what opens, how, and what it says."""

from __future__ import annotations

import pytest

COPY = {"permissions": ["clipboard-read", "clipboard-write"]}
HEADLINE = "#strata-all strong [data-field=proportion]"


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
def test_by_key_one_button_lists_the_numbers_and_each_leads_to_its_panel(visit, width):
    page = visit(width).page
    opener = page.locator("#answer .sources").first
    opener.focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog")
    panel.wait_for()
    box = panel.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert panel.evaluate("e => e.contains(document.activeElement)")
    number = panel.locator(".door-numbers button").first
    text = number.inner_text()
    number.focus()
    page.keyboard.press("Enter")
    assert panel.get_by_role("heading").inner_text().startswith(f"{text} ")
    panel.get_by_role("button", name="Back to the list").focus()
    page.keyboard.press("Enter")
    assert panel.locator(".door-numbers button").first.inner_text() == text
    page.keyboard.press("Escape")
    panel.wait_for(state="hidden")
    assert opener.evaluate("e => e === document.activeElement")


def test_numbers_are_text_and_every_one_of_them_is_in_a_list(visit):
    """No number is announced as a button; each is behind the one button of its block."""
    page = visit().page
    main = "main [data-field]"
    assert page.locator(f"{main}[role], {main}[tabindex]").count() == 0
    count, listed, faults = page.evaluate("""() => {
      HTMLDialogElement.prototype.showModal = function () { this.setAttribute("open", ""); };
      const faults = [];
      let listed = 0;
      for (const opener of document.querySelectorAll("main .sources")) {
        opener.click();
        const made = document.querySelectorAll("#door .door-numbers button");
        listed += made.length;
        if (!opener.ariaLabel.split(": ")[1]) faults.push(opener.parentElement.id);
      }
      return [document.querySelectorAll("main [data-field]").length, listed, faults]; }""")
    assert faults == []
    assert listed == count > 500


def test_a_row_of_a_forest_plot_says_its_number_once(look):
    """The drawn cell is decoration; name, counts and estimate are cells of a true table."""
    page = look().page
    row = page.locator("#forests .drawn-table .pooled-row").first
    assert row.locator("th[scope=row]").count() == 1
    assert row.locator("td.drawn svg[aria-hidden=true]").count() == 1
    assert row.locator("td.estimate [data-field$=proportion]").count() == 1


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
