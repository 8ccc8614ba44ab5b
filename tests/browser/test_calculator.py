"""The calculator: counts pasted from anywhere, a forest plot and an answer, nothing sent."""

from __future__ import annotations

import io
import random
import re
from pathlib import Path

import pytest
from pypdf import PdfReader
from test_standards import LAYOUTS, RUN_AXE, axe  # noqa: F401 - a fixture

import poolprop
from poolprop.__main__ import main
from poolprop.axes import proportions
from poolprop.formats import PERCENT

COUNTS = [(12, 21), (91, 110), (11, 12), (12, 13)]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("calculator") / "pool.html"
    assert main(["calculator", str(found)]) == 0
    return found


@pytest.fixture
def visit(chromium, path):
    """Return a function that opens the calculator; nothing may be asked or complain."""
    contexts, complaints, requests = [], [], []

    def open_page(**more):
        asked = {"viewport": {"width": 1440, "height": 900}, "offline": True, **more}
        contexts.append(chromium.new_context(**asked))
        page = contexts[-1].new_page()
        page.set_default_timeout(4000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda one: complaints.append(one.text))
        page.on("request", lambda one: requests.append(one.url))
        page.goto(path.as_uri())
        return page

    yield open_page
    assert complaints == []
    assert [url for url in requests if not url.startswith(("file:", "blob:"))] == []
    for context in contexts:
        context.close()


def pool(page, text: str) -> str:
    page.get_by_label("Studies").fill(text)
    page.get_by_role("button", name="Pool", exact=True).click()
    return page.locator("#said").inner_text()


def told(counts) -> str:
    fit = poolprop.pool(*zip(*counts, strict=True))
    low, high = fit.ci.lower, fit.ci.upper
    ends = [PERCENT.number(end, low, high, fit.proportion) for end in (low, high)]
    return f"{PERCENT.number(fit.proportion, low, high)} ({'–'.join(ends)})"


@pytest.mark.parametrize(
    "text",
    [
        "Study\tEvents\tTotal\nOak\t12\t21\nMaple\t91\t110\nLarch\t11\t12\nElm\t12\t13\n",
        "Oak;12;21\r\nMaple;91;110\r\nLarch;11;12\r\nElm;12;13",
        "Oak, 2011, 12, 21\nMaple, 91, 110\n\nLarch,11,12\n  \nElm,12,13",
        '"Oak","12","21"\n"Maple","91","110"\nLarch,11,12,,\nElm,12,13',
        "12 21\n91 110\n11 12\n12 13",
        "12/21\n91/110\n11/12\n12/13",
        "n\tx\tstudy\n21\t12\tOak\n110\t91\tMaple\n12\t11\tLarch\n13\t12\tElm",
    ],
)
def test_what_a_spreadsheet_gives_is_read_and_pooled_as_the_library_pools(visit, text):
    page = visit()
    said = pool(page, text)
    assert page.locator("#wrong li").count() == 0
    assert page.locator(".study-row .counts").all_inner_texts() == [f"{x}/{n}" for x, n in COUNTS]
    assert page.locator(".pooled-row .estimate").inner_text() == told(COUNTS)
    assert said.startswith("4 studies, 126 of 156: 81% (95% CI 50 to 97); ")
    if "Oak" in text:
        assert page.locator(".study-row th").first.inner_text().startswith("Oak")


def test_each_fault_is_told_with_its_line(visit):
    page = visit()
    pool(
        page, "Study;Events;Total\nOak;12;21\nMaple;120;110\nLarch;x;12\nElm;3\nAsh;3;0\nFir;1.5;9"
    )
    assert page.get_by_role("alert").locator("li").all_inner_texts() == [
        "Line 3: There cannot be more events (120) than the total (110).",
        "Line 4: Events must be a whole number from 0 on, not “x”.",
        "Line 5: two numbers are needed, events and total; there is “Elm;3”.",
        "Line 6: The total must be a whole number from 1 on, not “0”.",
        "Line 7: Events must be a whole number from 0 on, not “1.5”.",
    ]
    assert page.locator("table").count() == 0
    assert pool(page, "   \n") == ""
    assert "Paste at least one line" in page.get_by_role("alert").inner_text()
    pool(page, "Oak")
    assert "Line 1: two numbers are needed" in page.get_by_role("alert").inner_text()


def test_one_study_is_its_own_answer_and_names_stay_text(visit):
    page = visit()
    said = pool(page, "<img src=x onerror=alert(1)>;5;10")
    assert said.startswith("One study, <img src=x onerror=alert(1)>: 5 of 10, 50%")
    assert "Nothing is pooled." in said
    assert page.locator(".pooled-row, #out img").count() == 0
    pool(page, "1;40\n6;105")
    assert "Bayesian" in page.locator("#said").inner_text()


@pytest.mark.parametrize(
    "text", ["0 20\n0 410\n0 90", "20 20\n41 41", "1 1200000\n3 2500000\n0 700000", "1 2"]
)
def test_any_counts_have_an_answer(visit, text):
    page = visit()
    assert pool(page, text)
    assert not re.search("NaN|undefined|null|Infinity", page.locator("main").inner_text())


def test_the_axis_is_the_one_that_the_report_would_have(visit):
    """Compared with ``poolprop.axes`` value by value, on drawn marks and intervals."""
    draw = random.Random(20)
    cases = []
    for _ in range(300):
        scale = 10.0 ** -draw.choice([0, 0, 0, 1, 3, 5])
        marks = [draw.random() * scale for _ in range(draw.choice([1, 2, 3, 9]))]
        ends = [(at - scale * draw.random() / 5, at + scale * draw.random() / 5) for at in marks]
        spans = [(max(0.0, low), min(1.0, high)) for low, high in ends]
        wide = [(0.0, min(1.0, scale * draw.random()))] if draw.random() < 0.7 else []
        cases.append((marks, spans, wide))
    script = """cases => cases.map(([marks, spans, wide]) => {
      const named = all => all.map(([lower, upper]) => ({lower, upper}));
      const ends = calculator.ends(marks, named(spans), named(wide));
      return [ends, calculator.ticks(ends)]; })"""
    for (marks, spans, wide), (ends, ticks) in zip(
        cases, visit().evaluate(script, cases), strict=True
    ):
        axis = proportions(marks, spans, wide)
        assert ends == pytest.approx([axis.lower, axis.upper], rel=1e-9, abs=1e-15)
        assert ticks == pytest.approx(list(axis.ticks), rel=1e-9, abs=1e-15)


def test_what_comes_out_is_taken_along_and_printed(visit):
    page = visit()
    pool(page, "Oak;12;21\nMaple;91;110")
    page.get_by_role("button", name="Python line").click()
    fit = eval(page.locator("pre").inner_text().splitlines()[0], {"poolprop": poolprop})
    assert fit.k == 2
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert '"calculator","Oak","yes",12,21,' in Path(download.value.path()).read_text("utf-8-sig")
    text = PdfReader(io.BytesIO(page.pdf())).pages[0].extract_text()
    assert "Maple" in text
    assert "Python line" not in text


@pytest.mark.parametrize("layout", LAYOUTS)
def test_axe_finds_nothing_in_the_calculator(visit, axe, layout):  # noqa: F811
    width, scheme = LAYOUTS[layout]
    page = visit(viewport={"width": width, "height": 900}, color_scheme=scheme)
    pool(page, "Oak;12;21\nMaple;91;110\nLarch;11;12")
    page.evaluate(axe)
    assert page.evaluate(RUN_AXE) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_file_is_the_same_at_each_call_and_whole_or_absent(path, tmp_path, capsys):
    again = tmp_path / "again.html"
    assert main(["calculator", str(again)]) == 0
    assert again.read_bytes() == path.read_bytes()
    (tmp_path / "mine.html").write_text("x")
    assert main(["calculator", str(tmp_path / "mine.html")]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "mine.html: holds something else already" in said
    assert sorted(one.name for one in tmp_path.iterdir()) == ["again.html", "mine.html"]
    assert (tmp_path / "mine.html").read_text() == "x"


def test_without_scripts_the_page_says_what_it_needs(visit):
    page = visit(java_script_enabled=False)
    assert "computes with scripts" in page.locator("main").inner_text()
