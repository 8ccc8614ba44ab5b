"""What a reader sees is what the result files hold, number by number."""

from __future__ import annotations

import json

from unit.report.page import records, resolve

from poolprop.report.formats import FORMATS

COLLECT = """() => [...document.querySelectorAll("[data-ref]")].map(
  e => [e.dataset.ref, e.dataset.field, e.dataset.value, e.dataset.format, e.textContent])"""


def test_every_number_shown_is_that_of_its_result(visit, report_path):
    home = report_path.parent
    known = records(home if (home / "analysis").is_dir() else home / "results")
    shown = visit().page.evaluate(COLLECT)
    assert len(shown) > 500
    for ref, field, value, form, text in shown:
        held = resolve(known[ref], field)
        assert (json.loads(value) if value else None) == held, (ref, field)
        assert text == FORMATS[form](held), (ref, field)


def test_headlines_are_the_primary_results(visit, report_path):
    page = visit().page
    for card in page.locator("#answer .card").all():
        number = card.locator(".headline [data-ref]").first
        endpoint = card.get_attribute("id").removeprefix("answer-")
        assert number.get_attribute("data-ref") == f"pool/{endpoint}/primary"
        assert number.get_attribute("data-field") == "proportion"
