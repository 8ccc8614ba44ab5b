"""A reader leaves a study out, changes its counts, adds one: the page answers as the library does.

What comes out is marked as the reader's, stands beside the review's own result, and never claims
to be it.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest
import small_review
import yaml
from drawn_reviews import KINDS, STEPS, build, write
from pypdf import PdfReader
from test_standards import LAYOUTS, RUN_AXE, axe  # noqa: F401 - a fixture

import poolprop
from poolprop.formats import PERCENT, share

MARK = "Your exploration, not the review's result"
TWO = [
    step.format(name=name, home=f"results/analysis/{name}")
    for name in ("response", "remission")
    for step in STEPS[:2]
]
COUNTS = [(12, 20), (30, 41), (15, 16), (11, 15)]  # of the small review: larch, maple, two of oak


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory, repo: Path):
    """Return a function that builds a page once: the small review's, or one of some counts."""
    made: dict[str, Path] = {}

    def page_of(kind: str) -> Path:
        if kind not in made:
            folder = tmp_path_factory.mktemp("tried") / kind.replace(" ", "-")
            if kind == "two forests":
                small_review.write(folder)
                build(repo, folder, "response", TWO)
            else:
                build(repo, write(folder, KINDS[kind]), steps=STEPS[:2])
            made[kind] = folder / "results" / "report.html"
        return made[kind]

    return page_of


class Reader:
    """An open page, and what a person does in it."""

    def __init__(self, context, url: str) -> None:
        self.page = context.new_page()
        self.page.set_default_timeout(4000)
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda one: self._heard(one))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(url)

    def _heard(self, message) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def forest(self, endpoint: str = "response"):
        return self.page.locator(f"#plot-forest-{endpoint}")

    def explore(self, endpoint: str = "response"):
        """Open the controls of a forest plot and return it."""
        found = self.forest(endpoint)
        found.get_by_role("button", name=re.compile("^Explore")).click()
        return found


@pytest.fixture
def read(chromium, pages):
    """Return a function that opens a page as a reader; nothing may be asked or complain."""
    readers: list[Reader] = []
    contexts = []

    def open_page(kind: str = "two forests", fragment: str = "", **more) -> Reader:
        asked = {"viewport": {"width": 1440, "height": 900}, "offline": True, **more}
        contexts.append(chromium.new_context(**asked))
        path = Path(kind) if kind.endswith(".html") else pages(kind)
        readers.append(Reader(contexts[-1], path.resolve().as_uri() + fragment))
        return readers[-1]

    yield open_page
    for reader in readers:
        assert reader.complaints == []
        assert [url for url in reader.requests if not url.startswith(("file:", "blob:"))] == []
    for context in contexts:
        context.close()


def told(fit) -> str:
    """Return an estimate with its interval as a plot writes it."""
    low, high = fit.ci.lower, fit.ci.upper
    ends = [PERCENT.number(end, low, high, fit.proportion) for end in (low, high)]
    return f"{PERCENT.number(fit.proportion, low, high)} ({'–'.join(ends)})"


def pooled(counts):
    return poolprop.pool(*zip(*counts, strict=True))


def mine(figure, kind: str = "pooled") -> str:
    return figure.locator(f"tr.mine.{kind}-row .estimate").inner_text()


def weights(figure) -> list[str]:
    return figure.locator("tbody .study-row td.weight").all_inner_texts()


def test_nothing_is_changed_until_a_reader_changes_something(read):
    page = read().page
    assert page.locator(".explore-box:visible").count() == 0
    assert page.locator("tr.mine, .strata .mine, .ghost, .out").count() == 0
    assert "explore=" not in page.url


def test_a_study_left_out_changes_every_number_to_what_the_library_gives(read):
    figure = read().explore()
    figure.get_by_label("Use Larch").uncheck()
    fit = pooled(COUNTS[1:])
    assert mine(figure) == told(fit)
    next_ = fit.prediction
    ends = [PERCENT.number(end, next_.lower, next_.upper, fit.proportion)
            for end in (next_.lower, next_.upper)]  # fmt: skip
    assert mine(figure, "prediction") == f"({'–'.join(ends)})"
    assert weights(figure) == ["—", *(share(one) for one in fit.weights)]
    assert figure.locator("tr.out").count() == 1
    said = figure.locator(".explore-box").inner_text()
    ends = [share(end) for end in (fit.spread.i2_ci.lower, fit.spread.i2_ci.upper)]
    assert f"I² = {share(fit.i2)} ({'–'.join(ends)})" in said
    low, high = fit.spread.tau2_ci.lower, fit.spread.tau2_ci.upper
    assert f"τ² = {fit.tau2:.2f} ({low:.2f}–{high:.2f})" in said  # no 0 stands bare
    assert "3 arms, 56 of 72: " in said


def test_each_study_left_out_is_answered_while_the_page_is_idle(read):
    reader = read()
    reader.page.evaluate("""() => {
        const pool = engine.pool;
        window.asked = [];
        engine.pool = function (rows, options) {
          window.asked.push(JSON.stringify(rows.map((row) => [row.events, row.total])));
          return pool(rows, options);
        };
    }""")
    figure = reader.explore()
    for left in range(len(COUNTS)):
        counts = json.dumps(COUNTS[:left] + COUNTS[left + 1 :], separators=(",", ":"))
        reader.page.wait_for_function("(counts) => asked.includes(counts)", arg=counts)
    figure.get_by_label("Use Larch").uncheck()
    assert mine(figure) == told(pooled(COUNTS[1:]))
    asked = reader.page.evaluate("asked")
    assert len(asked) == len(set(asked))  # and nothing twice


def test_the_review_s_own_result_stays_as_it_is_and_shows_through(read):
    reader = read()
    own = reader.forest().locator("tbody tr.pooled-row:not(.mine) .estimate")
    before = own.inner_text()
    figure = reader.explore()
    figure.get_by_label("Use Larch").uncheck()
    assert own.inner_text() == before == told(pooled(COUNTS))
    assert own.locator("[data-field]").count() == 3
    assert figure.locator("tr.mine .stretched.ghost").count() == 1
    assert f"The review's own result: {before}" in figure.locator(".explore-box").inner_text()


def test_counts_are_changed_and_the_drawing_moves_on_the_same_axis(read):
    figure = read().explore()
    square = figure.locator("tr.study-row").nth(1).locator(".square")
    ticks = figure.locator("tfoot").inner_html()
    assert square.get_attribute("x") != "25%"
    figure.get_by_label("events of Maple").fill("25")
    low, high = map(float, figure.locator("table").get_attribute("data-ends").split())
    at = float(square.get_attribute("x").rstrip("%")) / 100
    assert low + at * (high - low) == pytest.approx(25 / 41, abs=1e-4)
    assert figure.locator("tfoot").inner_html() == ticks
    assert mine(figure) == told(pooled([COUNTS[0], (25, 41), *COUNTS[2:]]))
    assert "Maple: 25/41 in place of 30/41" in figure.locator(".explore-changes").inner_text()


FAULTS = (
    ("events", "x", "Maple: Events must be a whole number from 0 on, not “x”."),
    ("events", "1.5", "Maple: Events must be a whole number from 0 on, not “1.5”."),
    ("events", "42", "Maple: There cannot be more events (42) than the total (41)."),
    ("total", "0", "Maple: The total must be a whole number from 1 on, not “0”."),
    ("total", "", "Maple: The total must be a whole number from 1 on, not “”."),
)


def test_what_cannot_be_counts_is_told_in_words_and_changes_nothing(read):
    reader = read()
    figure = reader.explore()
    for part, typed, line in FAULTS:
        field = figure.get_by_label(f"{part} of Maple")
        before = field.input_value()
        field.fill(typed)
        assert figure.get_by_role("alert").inner_text() == line
        assert field.get_attribute("aria-invalid") == "true"
        assert figure.locator("tr.mine").count() == 0
        assert "explore=" not in reader.page.url
        field.fill(before)
        assert figure.get_by_role("alert").count() == 0


def add(figure, name: str, events: str, total: str) -> None:
    figure.get_by_label("Name of the study to add").fill(name)
    figure.get_by_label("Events of the study to add").fill(events)
    figure.get_by_label("Total of the study to add").fill(total)
    figure.get_by_role("button", name="Add", exact=True).click()


def test_a_study_is_added_changed_and_removed(read):
    figure = read().explore()
    add(figure, "<b>Ito</b>, 2016=1/2", "9", "30")
    assert mine(figure) == told(pooled([*COUNTS, (9, 30)]))
    assert len(weights(figure)) == 5
    figure.get_by_label("events of <b>Ito</b>, 2016=1/2").fill("12")
    assert mine(figure) == told(pooled([*COUNTS, (12, 30)]))
    figure.get_by_role("button", name="Remove <b>Ito</b>, 2016=1/2").click()
    assert figure.locator("tr.mine").count() == 0
    add(figure, "Ito", "31", "30")
    assert (
        "The study to add: There cannot be more events" in figure.get_by_role("alert").inner_text()
    )


def test_everything_can_be_put_back_as_the_review_has_it(read):
    reader = read()
    before = reader.forest().locator("table").inner_html()
    strata = reader.page.locator("#strata").inner_html()
    figure = reader.explore()
    figure.get_by_label("Use Larch").uncheck()
    figure.get_by_label("events of Maple").fill("25")
    add(figure, "Ito", "9", "30")
    figure.get_by_role("button", name="Undo: Maple").click()
    assert mine(figure) == told(pooled([*COUNTS[1:], (9, 30)]))
    figure.get_by_role("button", name="Restore all").click()
    assert "explore=" not in reader.page.url
    figure.get_by_role("button", name=re.compile("^Explore")).click()
    plain = re.sub(r' class=""', "", figure.locator("table").inner_html())
    plain = plain.replace('row "', 'row"').replace('row ghost"', 'row"')
    assert plain == before
    assert re.sub(r' class=""', "", reader.page.locator("#strata").inner_html()) == strata


def test_the_address_carries_the_exploration_through_a_link_and_a_reload(read):
    reader = read()
    figure = reader.explore()
    figure.get_by_label("Use Larch").uncheck()
    figure.get_by_label("events of Maple").fill("25")
    add(figure, "Ito 2016", "9", "30")
    wanted = mine(figure)
    assert unquote(reader.page.url.partition("#")[2]) == (
        "plot-forest-response&explore=-R1,R4=25/41,+pool/response/primary:Ito 2016=9/30"
    )
    reader.page.reload()
    assert mine(reader.forest()) == wanted
    other = read(fragment="#" + reader.page.url.partition("#")[2])
    assert mine(other.forest()) == wanted
    assert other.forest().locator("tr.mine.study-row td.counts").inner_text() == "9/30"
    short = read(fragment="#explore=-R1")
    assert mine(short.forest()) == told(pooled(COUNTS[1:]))


def test_the_back_button_undoes_and_forward_does_again(read):
    reader = read()
    figure = reader.explore()
    figure.get_by_label("Use Larch").uncheck()
    field = figure.get_by_label("events of Maple")
    field.press("End")
    field.press("Backspace")
    reader.page.keyboard.type("1")
    assert field.input_value() == "31"
    assert mine(figure) == told(pooled([(31, 41), *COUNTS[2:]]))
    reader.page.go_back()
    assert mine(figure) == told(pooled(COUNTS[1:]))
    reader.page.go_back()
    assert figure.locator("tr.mine").count() == 0
    reader.page.go_forward()
    assert mine(figure) == told(pooled(COUNTS[1:]))


def test_links_within_the_page_keep_the_exploration_and_lead_where_they_did(read):
    reader = read(fragment="#explore=-R1")
    reader.page.locator(".contents > ol > li > a").last.click()
    assert "explore=-R1" in reader.page.url
    place = reader.page.evaluate("page.place()")
    assert place
    assert reader.page.locator(f"[id='{place}']").is_visible()
    reader.page.go_back()
    assert mine(reader.forest()) == told(pooled(COUNTS[1:]))


BROKEN = (
    "-R99", "R1=21/20", "R1=x/20", "R1", "-R1=1/2", "+pool/nothing/primary:A=1/2", "%E0%A4%A",
    "+A=1/2", "=", "R1=1/2/3",
)  # fmt: skip


def test_what_a_broken_link_says_is_left_out_with_a_word(read):
    reader = read()
    for broken in BROKEN:
        reader.page.evaluate("text => { location.hash = text; }", f"explore={broken},-R4")
        reader.page.wait_for_url("**#explore=-R4")
        status = reader.page.locator("#status").inner_text()
        assert status.endswith(f"fits nothing here and is left out: {broken}")
        assert mine(reader.forest()) == told(pooled([COUNTS[0], *COUNTS[2:]]))
        reader.page.evaluate("location.hash = ''")


def test_the_keyboard_alone_does_all_of_it(read):
    reader = read()
    figure = reader.forest()
    figure.get_by_role("button", name=re.compile("^Explore")).focus()
    press = reader.page.keyboard.press
    press("Enter")
    for _ in range(40):
        press("Tab")
        if reader.page.evaluate("document.activeElement.getAttribute('aria-label')") == "Use Larch":
            break
    press("Space")
    assert mine(figure) == told(pooled(COUNTS[1:]))
    focused = "document.activeElement.getAttribute('aria-label')"
    assert reader.page.evaluate(focused) == "Use Larch"
    press("Tab")
    assert reader.page.evaluate(focused) == "events of Larch"


def test_a_screen_reader_is_told_what_came_out(read):
    reader = read()
    reader.explore().get_by_label("Use Larch").uncheck()
    status = reader.page.get_by_role("status").filter(has_text=MARK)
    assert "3 arms, 56 of 72" in status.inner_text()


def test_targets_are_large_enough_for_a_finger(read):
    reader = read(viewport={"width": 390, "height": 844}, has_touch=True)
    figure = reader.explore()
    figure.get_by_label("Use Larch").tap()
    small = figure.locator(".explore-box button, .explore-toggle, tbody input, form input")
    sizes = small.evaluate_all(
        """all => all.filter(e => e.checkVisibility()).map(e => e.getBoundingClientRect())
          .map(box => Math.min(box.width, box.height))"""
    )
    assert len(sizes) > 15
    assert min(sizes) >= 24
    assert reader.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_model_chosen_meanwhile_is_what_stands_when_the_exploration_ends(read):
    """The plot's choices and the reader's numbers share cells, and neither loses its own."""
    figure = read().explore()
    chooser = figure.get_by_label("Model")
    own = weights(figure)
    chooser.select_option(index=1)
    chosen = weights(figure)
    assert chosen != own
    figure.get_by_label("Use Larch").uncheck()
    without = ["—", *(share(one) for one in pooled(COUNTS[1:]).weights)]
    assert weights(figure) == without
    for index, found in ((0, own), (1, chosen)):
        chooser.select_option(index=index)
        assert weights(figure) == without, "whatever is chosen, the reader's pool is as it was"
        figure.get_by_label("Use Larch").check()
        assert weights(figure) == found
        figure.get_by_label("Use Larch").uncheck()


def test_two_forests_are_explored_at_once(read):
    reader = read()
    one = reader.explore()
    other = reader.explore("remission")
    one.get_by_label("Use Larch").uncheck()
    add(other, "Ito", "5", "10")
    assert mine(one) == told(pooled(COUNTS[1:]))
    assert mine(other) == told(pooled([(9, 20), (21, 41), (5, 10)]))
    assert "Ito" not in one.inner_text()
    one.get_by_role("button", name="Restore all").click()
    assert one.locator("tr.mine").count() == 0
    assert mine(other) == told(pooled([(9, 20), (21, 41), (5, 10)]))


def test_one_study_left_is_told_by_itself_and_none_as_none(read):
    figure = read().explore("remission")
    figure.get_by_label("Use Larch").uncheck()
    said = figure.locator(".explore-box")
    assert "One study is left, Maple: 21 of 41, " in said.inner_text()
    assert "Nothing is pooled." in said.inner_text()
    assert "nothing is pooled" in figure.locator("tr.mine.pooled-row").inner_text()
    assert figure.locator("tr.mine .diamond:not(.ghost *)").count() == 0
    figure.get_by_label("Use Maple").uncheck()
    assert "No study is left: there is nothing to pool." in said.inner_text()


def test_a_review_of_one_study_can_be_given_another(read):
    reader = read("one study")
    figure = reader.explore()
    add(figure, "Ito", "5", "9000")
    fit = pooled([(3, 10_000), (5, 9000)])
    assert figure.locator("tr.mine.pooled-row td.counts").inner_text() == "8/19000"
    assert "2 studies, 8 of 19,000: " in figure.locator(".explore-box").inner_text()
    assert fit.k == 2
    figure.get_by_label(re.compile("^Use Study01")).uncheck()
    assert "One study is left, Ito: 5 of 9,000" in figure.locator(".explore-box").inner_text()


def test_the_first_table_and_the_subgroups_follow_the_same_rows(read):
    reader = read()
    page = reader.page
    page.get_by_role("button", name="Explore: the answer").click()
    page.locator(".explore-list").get_by_label("Use Larch").first.uncheck()
    whole = page.locator("#strata-all td").first
    fit = pooled(COUNTS[1:])
    number = f"{PERCENT.number(fit.proportion, fit.ci.lower, fit.ci.upper)}%"
    assert whole.locator(".mine strong").inner_text() == number
    assert page.locator(".strata td.ghost").count() >= 1
    assert mine(reader.forest()) == told(fit)
    page.evaluate("page.everything()")
    level = page.locator("#plot-subgroup-response-setting tbody").filter(has_text="Maple")
    other = page.locator("#plot-subgroup-response-setting tbody").filter(has_text="Oak")
    # Which rows a level rests on is its own choice: where it is another row, nothing moves.
    assert level.locator("tr.out").count() == 1
    assert "one study is left" in level.inner_text()
    assert other.locator("tr.mine").count() == 0


def test_what_is_shown_is_taken_along_as_csv_python_and_a_patch_of_the_plan(
    read, pages, repo, tmp_path
):
    reader = read(permissions=["clipboard-read", "clipboard-write"])
    figure = reader.explore()
    figure.get_by_label("Use Maple").uncheck()
    with reader.page.expect_download() as download:
        figure.get_by_role("button", name="CSV of what I see").click()
    lines = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))
    row = next(one for one in lines if one["row"] == "pooled")
    fit = pooled([COUNTS[0], *COUNTS[2:]])
    for name, value in (("proportion", fit.proportion), ("lower", fit.ci.lower),
                        ("upper", fit.ci.upper), ("tau2", fit.tau2)):  # fmt: skip
        assert float(row[name]) == pytest.approx(value, rel=1e-6, abs=1e-9)
    assert MARK in row["note"]
    code = figure.locator(".explore-box pre")
    figure.get_by_role("button", name="Python line").click()
    same = eval(code.inner_text(), {"poolprop": poolprop})
    assert told(same) == mine(figure)
    figure.get_by_role("button", name="Patch for the plan").click()
    assert told_by_the_plan(code.inner_text(), pages, repo, tmp_path) == mine(figure)
    figure.get_by_role("button", name="Copy link").click()
    assert reader.page.evaluate("navigator.clipboard.readText()") == reader.page.url


def test_the_r_line_gives_the_same_estimate_in_r(read):
    missing = no_lme4()
    if missing and os.environ.get("CI") == "true":
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
    reader = read()
    figure = reader.explore()
    figure.get_by_label("Use Maple").uncheck()
    figure.get_by_role("button", name="R line").click()
    line = figure.locator(".explore-box pre").inner_text() + "\ncat(plogis(lme4::fixef(fit)))"
    run = subprocess.run(["Rscript", "-e", line], capture_output=True, text=True, check=True)
    fit = pooled([COUNTS[0], *COUNTS[2:]])
    # glmer stops before the maximum, with few nodes about each mode.
    assert float(run.stdout.split()[-1]) == pytest.approx(fit.proportion, abs=2e-3)


def no_lme4() -> str:
    """Return why the line cannot be run here; empty where it can."""
    if shutil.which("Rscript") is None:
        return "needs Rscript"
    asked = subprocess.run(["Rscript", "-e", "library(lme4)"], capture_output=True, check=False)
    return "needs R with lme4" if asked.returncode else ""


def test_the_link_of_a_number_keeps_the_exploration(read):
    reader = read(permissions=["clipboard-read", "clipboard-write"])
    figure = reader.explore()
    figure.get_by_label("Use Maple").uncheck()
    explored = reader.page.url.split("explore=")[1]
    reader.page.evaluate("page.door('pool/response/primary', 'proportion').open()")
    reader.page.locator(".door-bar").get_by_role("button", name="Copy link").click()
    link = reader.page.evaluate("navigator.clipboard.readText()")
    assert link.endswith(f"#pool/response/primary@proportion&explore={explored}")


def told_by_the_plan(patch: str, pages, repo: Path, folder: Path) -> str:
    """Return what the review shows of the patch's estimand once it is in the plan and built."""
    shutil.copytree(pages("two forests").parents[1], folder, dirs_exist_ok=True)
    plan = yaml.safe_load((folder / "config/config.yaml").read_text())
    ((endpoint, body),) = yaml.safe_load(patch)["endpoints"].items()
    ((name, estimand),) = body["estimands"].items()
    assert "without Maple" in estimand["label"]
    plan["endpoints"][endpoint]["estimands"][name] = estimand
    small_review.write_plan(folder, plan)
    build(repo, folder, "response", TWO[:2])
    record = json.loads((folder / f"results/analysis/{endpoint}/pool.json").read_text())
    found = next(one for one in record["estimands"] if one["estimand"] == name)["results"][0]
    assert found["k"] == 3
    ci = found["ci"]
    low, high = ci["lower"], ci["upper"]
    ends = [PERCENT.number(end, low, high, found["proportion"]) for end in (low, high)]
    return f"{PERCENT.number(found['proportion'], low, high)} ({'–'.join(ends)})"


def test_no_sentence_of_an_exploration_claims_to_be_the_review_s(read):
    """Only sentences that say so speak of the review; rows and cells are named the reader's."""
    reader = read(fragment="#explore=-R1,R4=25/41,-R2")
    boxes = reader.page.locator(".explore-box:visible")
    assert boxes.count() >= 2
    for text in boxes.all_inner_texts():
        assert text.startswith(MARK)
        rest = text.replace(MARK, "")
        for sentence in re.findall(r"[^.]*review[^.]*", rest):
            assert sentence.strip().startswith("The review's own result: ")
    rows = reader.page.locator("tr.mine:not(.study-row) th").all_inner_texts()
    assert rows
    assert all(text.startswith("Your exploration: ") for text in rows)
    cells = reader.page.locator(".strata .mine small").all_inner_texts()
    assert cells
    assert all(text.startswith("Your exploration") for text in cells)


def test_an_exploration_prints_with_its_mark_and_without_its_controls(read):
    page = read(fragment="#explore=-R1,R4=25/41").page
    text = "".join(one.extract_text() for one in PdfReader(io.BytesIO(page.pdf())).pages)
    plain = " ".join(text.split())
    assert MARK in plain
    assert "Larch: left out" in plain
    assert "Your exploration: pooled" in plain
    assert "25/41" in plain
    for word in ("Restore all", "Copy link", "Undo", "Add a study"):
        assert word not in plain


def test_a_picture_of_an_exploration_names_it_and_shows_its_counts(read):
    reader = read()
    figure = reader.explore()
    figure.get_by_label("events of Maple").fill("25")
    with reader.page.expect_download() as download:
        figure.get_by_text("SVG", exact=True).click()
    drawn = Path(download.value.path()).read_text("utf-8")
    words = " ".join(re.sub("<[^>]+>", " ", drawn).split())
    assert "Your exploration: pooled" in words
    assert "25/41" in words


def test_without_scripts_there_are_no_controls_and_the_page_is_whole(read):
    page = read(fragment="#explore=-R1", java_script_enabled=False).page
    assert page.locator(".explore-toggle, .explore-box, .mine").count() == 0
    assert page.locator("#plot-forest-response .pooled-row").is_visible()


def test_another_model_has_no_controls_and_says_why(repo, tmp_path, read):
    write(tmp_path, KINDS["ordinary"])
    plan = yaml.safe_load((tmp_path / "config/config.yaml").read_text())
    plan["models"] = {"primary": {"model": "two-step", "tau2": "REML", "ci": "hksj"}}
    small_review.write_plan(tmp_path, plan)
    build(repo, tmp_path, steps=STEPS[:2])
    page = read(str(tmp_path / "results/report.html")).page
    assert page.locator(".explore-toggle").count() == 0
    assert "the binomial-normal model alone" in page.locator("#answer").inner_text()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_axe_finds_nothing_in_an_open_exploration(read, axe, layout):  # noqa: F811
    width, scheme = LAYOUTS[layout]
    reader = read(viewport={"width": width, "height": 900}, color_scheme=scheme)
    figure = reader.explore()
    figure.get_by_label("Use Larch").uncheck()
    add(figure, "Ito", "9", "30")
    figure.get_by_role("button", name="Python line").click()
    reader.page.get_by_role("button", name="Explore: the answer").click()
    reader.page.evaluate(axe)
    assert reader.page.evaluate(RUN_AXE) == []


@pytest.mark.parametrize("kind", ["none", "rare", "forty studies"])
def test_any_review_can_be_explored(read, kind):
    """Of every outcome, each study left out in turn: a number or a reason, never a fault."""
    reader = read(kind)
    figure = reader.explore()
    counts = KINDS[kind]
    for i, box in enumerate(figure.get_by_role("checkbox").all()[:3]):
        box.uncheck()
        text = figure.locator(".explore-box").inner_text()
        assert not re.search("NaN|undefined|null|Infinity", figure.inner_text())
        left = [one for at, one in enumerate(counts) if at != i]
        assert f"{sum(x for x, _ in left):,} of {sum(n for _, n in left):,}" in text
        figure.get_by_role("checkbox").nth(i).check()
