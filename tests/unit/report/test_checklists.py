"""Reporting checklists: whole, linked, and honest about what nobody has written."""

from __future__ import annotations

import shutil
from collections import Counter

import pytest
from unit.report import page, synthetic
from unit.report.test_page import SECTIONS, SOURCE

from poolprop.report.checklists import MOOSE, PRISMA
from poolprop.report.render import build
from poolprop.report.sections.reporting import CHECKLISTS


def states(parsed: page.Page, name: str) -> dict[str, str]:
    """Return the state of each item of a checklist."""
    found, number = {}, ""
    inside = False
    for element in parsed.elements:
        if element.tag == "table":
            inside = element.attrs.get("id") == f"table-checklist-{name}"
        elif inside and element.tag == "th" and element.attrs["scope"] == "row":
            number = element.text
        elif inside and element.attrs.get("class", "").startswith("light "):
            found[number] = element.text
    return found


def test_prisma_has_27_items_in_42_parts_and_moose_35():
    assert len(PRISMA.items) == 42
    assert len({item.number.rstrip("abcdef") for item in PRISMA.items}) == 27
    assert len(MOOSE.items) == 35


def test_a_section_fills_its_item_and_what_nobody_wrote_is_missing(plain):
    found = states(page.Page(build(plain, SOURCE, synthetic.settings())), "prisma")
    assert len(found) == 42
    assert found["19"] == "filled"
    assert found["24a"] == "text missing"


def test_a_statement_of_the_plan_fills_an_item_or_says_why_it_does_not_apply(plain):
    said = {"prisma-24a": "Not registered; <b>why</b>.", "lsr-L1": "Not applicable: not living."}
    settings = synthetic.settings(review=synthetic.PLAN["review"] | {"statements": said})
    parsed = page.Page(build(plain, SOURCE, settings))
    assert states(parsed, "prisma")["24a"] == "filled"
    assert states(parsed, "lsr")["L1"] == "not applicable"
    assert "Not registered; <b>why</b>." in parsed.text()
    assert not parsed.all("b")


def lines(parsed: page.Page, name: str) -> list[list[page.Element]]:
    """Return the cells of each row of a checklist."""
    found: list[list[page.Element]] = []
    inside = False
    for element in parsed.elements:
        if element.tag == "table":
            inside = element.attrs.get("id") == f"table-checklist-{name}"
        elif inside and element.tag == "tr":
            found.append([])
        elif inside and "table" in element.parents and element.tag in ("th", "td", "a"):
            found[-1].append(element)
    return [row for row in found if row][1:]


@pytest.mark.parametrize("checklist", CHECKLISTS, ids=lambda one: one.key)
def test_each_item_names_sections_that_pages_have(checklist):
    """A name that no section has would never fill its item."""
    for item in checklist.items:
        assert set(item.sections) <= set(SECTIONS), item.number


@pytest.mark.parametrize("checklist", CHECKLISTS, ids=lambda one: one.key)
def test_filled_means_a_link_to_a_section_or_a_statement_and_missing_means_neither(
    plain, checklist
):
    shutil.rmtree(plain / "certainty")  # a section that items point to and this page lacks
    said = {f"{checklist.key}-{checklist.items[0].number}": "Said by people."}
    settings = synthetic.settings(review=synthetic.PLAN["review"] | {"statements": said})
    parsed = page.Page(build(plain, SOURCE, settings))
    present = {e.attrs["id"]: e for e in parsed.all("section")}
    assert "certainty" not in present
    for item, cells in zip(checklist.items, lines(parsed, checklist.key), strict=True):
        links = [cell.attrs["href"][1:] for cell in cells if cell.tag == "a"]
        number, part, asks, state, where = [cell for cell in cells if cell.tag != "a"]
        assert (number.text, part.text, asks.text) == (item.number, item.part, item.asks)
        wanted = [name for name in item.sections if name in present][:1]
        assert links == wanted
        assert all(present[name].text.strip() for name in links)
        words = where.text.strip()
        assert state.text == ("filled" if links or words else "text missing"), item.number


@pytest.mark.parametrize("checklist", CHECKLISTS, ids=lambda one: one.key)
def test_the_heading_of_a_checklist_counts_its_states(plain, checklist):
    parsed = page.Page(build(plain, SOURCE, synthetic.settings()))
    found = Counter(states(parsed, checklist.key).values())
    told = next(e.text for e in parsed.all("summary") if e.text.startswith(f"{checklist.name}: "))
    assert f"{len(checklist.items)} item" in told
    for state, count in found.items():
        assert f"{count} {state}" in told
