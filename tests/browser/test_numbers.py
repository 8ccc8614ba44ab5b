"""What a reader sees is what the result files hold, number by number."""

from __future__ import annotations

import json

from unit.report.page import Element, records_of, resolve, unpacked, written

from poolprop.report.values import usual_format

COLLECT = """() => [...document.querySelectorAll("[data-field]")].map(
  e => [e.closest("[data-ref]").dataset.ref, e.dataset.field, e.dataset.format, e.textContent])"""
ISLAND = "() => JSON.parse(document.getElementById('island').textContent)"
FACTS = "() => page.facts"


def test_every_number_shown_is_that_of_its_result(look, report_path):
    """Each number equals, after rounding, the value in the very file that its panel names."""
    home = report_path.parent
    home = home if (home / "results").is_dir() else home.parent
    page = look().page
    shown_by_script, told = page.evaluate(FACTS), unpacked(page.evaluate(ISLAND))
    assert {name: shown_by_script[name] for name in told} == told
    facts, files = told["results"], told["files"]
    known = [records_of(json.loads((home / name).read_text("utf-8"))) for name in files]
    shown = page.evaluate(COLLECT)
    assert len(shown) > 500
    for ref, field, form, text in shown:
        told = facts[ref]
        held = resolve(known[told["file"]][ref], field)
        assert told["values"][field] == held, (ref, field)
        format_of = form or usual_format(field, text)
        attrs = {"data-ref": ref, "data-field": field, "data-format": format_of}
        element = Element("span", attrs, ())
        candidates = known[told["file"]][ref]
        assert text == written(home / "results", candidates, element), (ref, field)


def test_headlines_are_the_primary_results(look, report_path):
    page = look().page
    cells = page.locator("#strata-all td").all()
    assert len(cells) > 1
    for cell in cells:
        number = cell.locator("strong [data-field]").first
        assert number.get_attribute("data-ref").startswith("pool/")
        assert number.get_attribute("data-ref").endswith("/primary")
        assert number.get_attribute("data-field") in ("proportion", "events")
