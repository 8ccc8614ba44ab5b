"""Reporting checklists: whole, linked, and honest about what nobody has written."""

from __future__ import annotations

from unit.report import page, synthetic
from unit.report.test_page import SOURCE

from poolprop.report.checklists.moose import MOOSE
from poolprop.report.checklists.prisma import PRISMA
from poolprop.report.render import build


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
