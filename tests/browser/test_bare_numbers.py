"""Numbers without a panel: names, axes and the evidence's own words; each is traced or counted.

A number of a result has a panel, which ``test_numbers.py`` compares with its file. This module
holds what remains: a cell of the evidence is that cell of its table, a count is counted again,
and any other number occurs in the words of a result file or of the plan.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter

import pytest

from poolprop.formats import number

BARE = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.data, at = walk.currentNode.parentElement;
    if (!/\\d/.test(text)) continue;
    if (at.closest("[data-field], script, style, pre, code, title, desc, select, output, .row-told,"
      + " .predict, .link-button")) continue;
    const cell = at.closest("td, th"), row = at.closest("svg .row");
    const whole = cell ? page.textOf(cell) : row && at.closest("text").textContent || text;
    found.push({section: at.closest("section").id, text: whole.replace(/\\s+/g, " ").trim(),
      table: cell ? cell.closest("table").id : "", head: Boolean(cell && cell.closest("thead")),
      row: cell ? cell.parentElement.rowIndex : 0, tick: at.matches(".tick"),
      plot: Boolean(at.closest("svg")),
      quotes: Boolean((cell || at).querySelector("[data-field]"))});
  }
  return found; }"""
# Tables of the evidence: where the cells of each row come from.
EVIDENCE = {
    "table-studies": "tables/studies.csv",
    "table-discrepancies": "tables/discrepancies.csv",
    "table-findings": "evidence/findings.csv",
    "table-agreement": "evidence/agreement.csv",
    "table-source-audit": "evidence/source_audit.csv",
    "table-risk-of-bias": "tables/risk_of_bias.csv",
}
# Numbers that the templates and texts of the page itself hold, and why.
OWN_WORDS = {
    "256": "SHA-256",
    "200": "analyses drawn in a specification curve",
    "90": "contour of the funnel",
    "95": "contour of the funnel, and the level of the plan",
    "99": "contour of the funnel",
    "99.9": "the highest level of the curves",
    "1": "100 of 100, one study, an item's number",
    "100": "the end of a scale of per cent",
    "2": "two studies, level 2 of a heading",
    "10": "studies below which a funnel tells nothing",
    "2015": "year of a reference",
    "350": "volume of a reference",
    "870": "page of a reference",
    "0": "a downgrade, a boundary",
    "4.8": "number of a check of INSPECT-SR",
    "4.9": "number of a check of INSPECT-SR",
}
COUNTS = re.compile(r"k = (\d+)|(\d+) stud(?:y|ies)")


@pytest.fixture
def home(report_path):
    """Return the results folder behind the page."""
    own = report_path.parent
    return own if (own / "analysis").is_dir() else own / "results"


def tokens(text: str) -> list[str]:
    """Return the numbers within a text."""
    return re.findall(r"\d+(?:\.\d+)?", text.replace("\u202f", "").replace(",", ""))


def plain(text: str) -> str:
    return " ".join(text.split())


def strings(node) -> list[str]:
    """Return every text of a JSON file, keys included; numbers only of plans."""
    if isinstance(node, dict):
        return [*map(str, node), *(text for one in node.values() for text in strings(one))]
    if isinstance(node, list):
        return [text for one in node for text in strings(one)]
    return [node] if isinstance(node, str) else []


def words(home) -> set[str]:
    """Return the numbers within all texts of all result files, and those of the plan."""
    found: set[str] = set()
    for path in home.rglob("*.json"):
        for text in strings(json.loads(path.read_text("utf-8"))):
            found.update(tokens(text))
    for path in home.rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                found.update(t for cell in row.values() for t in tokens(cell or ""))
    plan = json.loads((home / "audit/manifest.json").read_text("utf-8"))["plan"]
    return found | set(tokens(json.dumps(plan)))


def rows(path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_cell_of_the_evidence_is_that_of_its_table(look, home):
    """All cells with digits of a row stand in one and the same row of the file."""
    names = {row["label"] for row in rows(home / "tables/studies.csv")}
    bare = [one for one in look().page.evaluate(BARE) if one["text"] not in names]
    checked = 0
    for table, name in EVIDENCE.items():
        path = home / name
        cells: dict[int, list[str]] = {}
        for one in bare:
            if one["table"] == table and not one["head"] and not one["quotes"]:
                cells.setdefault(one["row"], []).append(one["text"])
        held = [" | ".join(plain(cell or "") for cell in row.values()) for row in rows(path)]
        held = [f"{text} | " + " ".join(tokens(text)) for text in held]
        rounded = [(text, [float(t) for t in tokens(text)]) for text in held]
        for texts in cells.values():
            checked += 1
            assert any(
                all(text in whole or near(text, numbers) for text in texts)
                for whole, numbers in rounded
            ), (table, texts)
    assert checked > 10


def near(text: str, numbers: list[float]) -> bool:
    """Whether a cell is a number of the row to the digits that it shows, or holds only such."""
    found = tokens(text)
    return bool(found) and all(
        any(abs(float(t) - n) <= 0.51 * 10 ** -len(t.partition(".")[2]) for n in numbers)
        for t in found
    )


def test_counts_of_verdicts_are_counted_again(look, home):
    page = look(unfolded=True).page
    judged = Counter(row["verdict"] for row in rows(home / "evidence/findings.csv"))
    counts = sorted(judged.values())
    total, *parts = map(int, tokens(page.locator("#sources p", has_text="recomputed").inner_text()))
    assert total == sum(counts)
    assert sorted(parts) == counts
    cells = page.locator("#table-verdicts tbody tr").evaluate_all(
        "all => all.map(row => [...row.cells].slice(1).map(cell => Number(cell.textContent)))"
    )
    assert sorted(sum(column) for column in zip(*cells, strict=True) if any(column)) == counts


def test_bars_of_bias_hold_every_study_once(look, home):
    studies = Counter(row["item"] for row in rows(home / "tables/risk_of_bias.csv"))
    bars = (
        look()
        .page.locator("#plot-bias tbody tr")
        .evaluate_all(
            "all => all.map(row => [...row.querySelectorAll('.after')].map(td => td.textContent))"
        )
    )
    sums = [sum(int(text) for text in counts if text.strip()) for counts in bars]
    assert sorted(sums) == sorted(studies.values())


def test_simulated_spreads_are_those_of_the_certificate(look, home):
    page = look().page
    for path in home.glob("analysis/*/certificate.json"):
        record = json.loads(path.read_text("utf-8"))
        titles = page.locator(f"#table-coverage-{record['endpoint']['id']} thead th")
        told = [t for text in titles.all_text_contents() for t in re.findall(r"τ = ([\d.]+)", text)]
        if told:
            assert told == [number(case["tau"]) for case in record["cases"]]


def test_steps_count_the_files_of_the_lineage(look, home):
    jobs = json.loads((home / "audit/lineage.json").read_text("utf-8"))["jobs"]
    told = (
        look()
        .page.locator("#table-steps tbody tr")
        .evaluate_all("all => all.map(row => [...row.cells].map(cell => page.textOf(cell)))")
    )
    assert len(told) == len(jobs)
    for name, _, *counts, code in told:
        job = jobs[name]
        assert counts == [str(len(job["inputs"])), str(len(job["outputs"]))]
        assert code == job["code"]


def test_studies_counted_in_plots_are_those_of_the_result(look):
    """``k = 4`` and ``4 studies`` beside a mark say what the result of the row says."""
    found = look().page.evaluate(
        """() => [...document.querySelectorAll(".drawn-table tr[data-ref]")].map(row =>
          [page.textOf(row.querySelector("th") || row), row.dataset.ref,
           page.facts.results[row.dataset.ref]?.values.k])"""
    )
    checked = 0
    for text, ref, k in found:
        for match in COUNTS.finditer(text):
            if k is not None:
                checked += 1
                assert int(match[1] or match[2]) == k, (ref, text)
    assert checked or not any(COUNTS.search(text) for text, *_ in found)


def test_headings_of_a_plot_count_the_rows_below_them(look):
    found = look().page.evaluate(
        """() => [...document.querySelectorAll("#subgroups .drawn-table tbody")]
          .filter(body => body.querySelector(".heading-row"))
          .map(body => [body.querySelector(".heading-row").textContent,
            body.querySelectorAll(".study-row").length])"""
    )
    told = [(COUNTS.search(text), below) for text, below in found]
    assert len([one for one in told if one[0]]) > 2
    for match, below in told:
        if match:
            assert int(match[1] or match[2]) == below


def test_any_other_number_is_of_a_name_a_note_or_the_plan(look, home):
    bare = look().page.evaluate(BARE)
    known = words(home) | set(OWN_WORDS)
    counted = {"table-verdicts", "table-steps"}
    heads = {one["text"] for one in bare if one["head"]}
    strange = {
        (one["section"], one["table"], one["text"])
        for one in bare
        if not one["tick"]
        and one["table"] not in EVIDENCE
        and one["table"] not in counted
        and one["section"] != "reporting"  # test_checklists.py counts these
        and not (one["table"].startswith("table-coverage") and one["head"])
        and not (one["section"] == "glossary" and one["text"] in heads)
        and not one["quotes"]
        and [t for t in tokens(COUNTS.sub("", one["text"])) if t not in known]
    }
    assert strange == set()
