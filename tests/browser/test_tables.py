"""Tables can be searched, filtered, copied and taken home."""

from __future__ import annotations

import csv
import re
from pathlib import Path

COPY = {"permissions": ["clipboard-read", "clipboard-write"]}


def test_search_hides_what_does_not_hold_every_word(visit):
    page = visit().page
    page.evaluate("for (const box of document.querySelectorAll('details')) box.open = true")
    bar = page.locator("#table-risk-of-bias-tools")
    rows = page.locator("#table-risk-of-bias tbody tr")
    whole = rows.count()
    bar.get_by_label("Search").fill("OVERALL")
    shown = [row for row in rows.all() if row.is_visible()]
    assert 0 < len(shown) < whole
    assert all("overall" in row.inner_text().lower() for row in shown)
    assert bar.locator("output").inner_text() == f"{len(shown)} of {whole} rows"


def test_a_table_is_downloaded_as_csv_without_a_request(visit):
    opened = visit()
    page = opened.page
    table = page.locator("#summary table").first
    with page.expect_download() as download:
        page.locator("#summary .filters").first.get_by_text("CSV").click()
    saved = download.value
    assert saved.suggested_filename == f"{table.get_attribute('id')}.csv"
    lines = list(csv.reader(Path(saved.path()).read_text("utf-8-sig").splitlines()))
    titles = lines[0]
    assert titles[0] == "Outcome"
    assert {"proportion", "ci_lower", "ci_upper"} <= set(titles)
    assert len(lines) == 1 + table.locator("tbody tr").count()
    counted = 0
    for line, row in zip(lines[1:], table.locator("tbody tr").all(), strict=True):
        for number in row.locator("td").nth(0).locator("[data-field]").all():
            *within, name = number.get_attribute("data-field").split(".")
            name = f"{within[-1]}_{name}" if name in ("lower", "upper") else name
            at = next(i for i, title in enumerate(titles) if re.search(rf"(^| ){name}$", title))
            assert float(line[at]) == number.evaluate("one => page.valueOf(one)"), (titles, line)
            counted += 1
    assert counted > len(lines)
    assert [url for url in opened.requests if not url.startswith(("file:", "blob:"))] == []


def test_what_is_copied_is_what_is_shown(visit):
    page = visit(**COPY).page
    table = page.locator("#table-discrepancies")
    page.locator("#table-discrepancies-tools").get_by_label("Severity").select_option("High")
    page.locator("#table-discrepancies-tools").get_by_text("Copy").click()
    page.get_by_role("status").filter(has_text="copied").wait_for()
    lines = page.evaluate("navigator.clipboard.readText()").splitlines()
    shown = [row for row in table.locator("tbody tr").all() if row.is_visible()]
    assert len(lines) == 1 + len(shown)


def test_every_table_can_be_taken_home(look):
    page = look().page
    tools = page.locator(".filters > .exports").count()
    assert tools == page.locator("main .table-box > table").count() > 10
