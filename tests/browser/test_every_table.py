"""Every table: sorted by every column, filtered by every choice, searched, taken home."""

from __future__ import annotations

import csv
import re
from itertools import accumulate
from math import inf
from pathlib import Path

import pytest

COPY = {"permissions": ["clipboard-read", "clipboard-write"]}
# Every number that columns of numbers quote in the rows shown, as the result file has it.
QUOTED = """table => Array.from(table.tBodies[0].rows)
  .filter(row => !row.hidden && !row.matches(".group"))
  .filter(row => row.cells.length === table.tHead.rows[0].cells.length)
  .map(row => Array.from(row.querySelectorAll(".num [data-field]"), one => page.valueOf(one))
    .filter(value => value !== null).map(String))"""
# What a spreadsheet would read as a date.
DATE = re.compile(r"\d{1,4}[/:-]\d{1,2}([/:-]\d{1,4})?")
TABLES = "main .table-box > table"
GRID = """table => [table.tHead.rows[0], ...table.tBodies[0].rows].filter(row => !row.hidden)
  .map(row => [...row.cells].map(cell => [...cell.childNodes]
    .filter(node => !(node.matches && node.matches(".link-button")))
    .map(node => node.textContent).join("").trim()))"""
# Sorts each column twice and returns the shown texts in each order; what a cell shows is enough
# to judge the order of numbers, since rounding keeps it as far as the digits shown tell.
SORT = """table => [...table.tHead.rows[0].cells].map((title, index) => {
  const button = title.querySelector(".sort-button");
  const texts = () => [...table.tBodies[0].rows].map(row => row.cells[index].innerText.trim());
  const keyed = [...table.tBodies[0].rows].some(row => "sort" in row.cells[index].dataset);
  button.click();
  const up = [title.getAttribute("aria-sort"), texts()];
  button.click();
  const down = [title.getAttribute("aria-sort"), texts()];
  return {title: title.innerText, numeric: title.matches(".num"), keyed, up, down}; })"""
FILTER = """table => {
  const bar = document.getElementById(table.id + "-tools");
  const rows = [...table.tBodies].flatMap(body => [...body.rows])
    .filter(row => row.cells.length === table.tHead.rows[0].cells.length);
  const faults = [];
  const said = () => bar.querySelector("output").textContent;
  const text = cell => page.textOf(cell);
  const shown = () => rows.filter(row => !row.hidden);
  const fire = (box, value, kind) => { box.value = value; box.dispatchEvent(new Event(kind)); };
  const titles = [...table.querySelectorAll("th[data-filter]")];
  const choices = [...bar.querySelectorAll("select")];
  if (rows.length > 1 && titles.length !== choices.length) faults.push("choices");
  choices.forEach((box, i) => {
    const column = titles[i].cellIndex;
    const values = new Set(rows.map(row => text(row.cells[column])));
    for (const option of [...box.options].slice(1)) {
      values.delete(option.value);
      fire(box, option.value, "change");
      const fits = rows.filter(row => text(row.cells[column]) === option.value);
      if (!fits.length || fits.length !== shown().length || shown().some(r => !fits.includes(r)))
        faults.push(option.value);
      if (said() !== `${fits.length} of ${rows.length} rows`) faults.push(said());
    }
    if (values.size) faults.push([...values].join());
    fire(box, "", "change");
  });
  const search = bar.querySelector("input[type=search]");
  if ((rows.length >= 9) !== Boolean(search)) faults.push("search");
  if (search) {
    const word = text(rows[rows.length - 1].cells[0]).split(/\\s+/)[0];
    fire(search, word.toUpperCase(), "input");
    const fits = rows.filter(row => row.textContent.toLowerCase().includes(word.toLowerCase()));
    if (shown().length !== fits.length || !fits.length) faults.push(word);
    fire(search, "no row holds this", "input");
    if (shown().length || said() !== `0 of ${rows.length} rows`) faults.push("nothing");
    fire(search, "", "input");
  }
  if (shown().length !== rows.length) faults.push("rows stay hidden");
  return faults; }"""


@pytest.fixture
def opened(visit):
    """Return a visit that walks from table to table."""
    return visit(whole=False, **COPY)


def leading_number(text: str) -> tuple[float, float] | None:
    """Return the least and the most that a cell's first number may stand for; None without one.

    Each number has digits of its own: 6% may be less than 5.7%.
    """
    plain = re.sub(r"[\s\u2009\u202f\u00a0]", "", text).replace("\N{MINUS SIGN}", "-")
    if plain.startswith("\N{INFINITY}"):
        return inf, inf
    if counts := re.match(r"([\d,]+)of([\d,]+)", plain):  # among percentages
        events, total = (int(part.replace(",", "")) for part in counts.groups())
        return 100 * events / total, 100 * events / total
    found = re.match(r"(<|>|[a-z]*|\+?)(-?\d[\d,]*\.?(\d*))", plain)
    if not found:
        return None
    value, half = float(found[2].replace(",", "")), 0.499 * 10.0 ** -len(found[3])
    return {"<": (-inf, value), ">": (value, inf)}.get(found[1], (value - half, value + half))


def test_every_column_of_every_table_sorts_both_ways(opened):
    columns = 0
    for table in opened.walk(f"{TABLES}[data-sortable]"):
        if table.locator("tbody tr").count() < 2:
            continue
        name = table.get_attribute("id")
        for column in table.evaluate(SORT):
            columns += 1
            (rising, up), (falling, down) = column["up"], column["down"]
            assert (rising, falling) == ("ascending", "descending"), (name, column["title"])
            assert sorted(up) == sorted(down)
            if not column["numeric"]:
                continue
            for texts, rise in ((up, True), (down, False)):
                numbers = [leading_number(text) for text in texts]
                held = [one for one in numbers if one is not None][:: 1 if rise else -1]
                least = accumulate((low for low, _ in held), max)
                ordered = [low <= high for low, (_, high) in zip(least, held, strict=True)]
                assert all(ordered), (name, column["title"], texts)
                missing = [one is None for one in numbers]
                assert missing == sorted(missing), (name, column["title"], texts)
    assert columns > 50
    assert opened.complaints == []


def test_every_filter_of_every_table_shows_what_it_says(opened):
    faults = {table.get_attribute("id"): table.evaluate(FILTER) for table in opened.walk(TABLES)}
    assert {name: found for name, found in faults.items() if found} == {}
    assert opened.page.locator(".filters select").count() > 5


def check_machine_table(lines, table, name):
    """Check that a saved table has each number of the page in full, in a column of numbers."""
    titles, *rows = lines
    quoted = table.evaluate(QUOTED)
    assert len(rows) == len(quoted), name
    assert len(set(titles)) == len(titles), (name, titles)
    assert all(len(row) == len(titles) for row in rows), name
    for row, numbers in zip(rows, quoted, strict=True):
        held = list(row)
        for number in numbers:
            assert number in held, (name, number, row)
            held.remove(number)
        for cell in row:
            assert not DATE.fullmatch(cell), (name, cell)
            assert cell[:1] not in "=+@" or not cell, (name, cell)


def test_every_table_is_copied_and_saved_as_it_is_shown(opened):
    page = opened.page
    for table in opened.walk(TABLES):
        name, grid = table.get_attribute("id"), table.evaluate(GRID)
        bar = page.locator(f"[id='{name}-tools']")
        with page.expect_download() as download:
            bar.get_by_text("CSV", exact=True).click()
        assert download.value.suggested_filename == f"{name}.csv"
        text = Path(download.value.path()).read_text("utf-8-sig")
        check_machine_table(list(csv.reader(text.splitlines(keepends=True))), table, name)
        bar.get_by_text("Copy", exact=True).click()
        page.get_by_role("status").filter(has_text="Table copied").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()").replace("\r\n", "\n")
        assert copied == "\n".join("\t".join(row) for row in grid), name
        page.evaluate("document.getElementById('status').textContent = ''")
    asked = [url for url in opened.requests if not url.startswith(("file:", "blob:", "data:"))]
    assert asked == []
    assert opened.complaints == []
