from __future__ import annotations

import re

import pytest

WIDTHS = (390, 768, 1440)
SCHEMES = ("light", "dark")
# Each figure that is shown: its name, its width and those of its drawings.
DRAWINGS = """() => [...document.querySelectorAll("main figure")]
  .filter(figure => figure.getClientRects().length)
  .map(figure => [figure.id, figure.getBoundingClientRect().width,
    [...figure.querySelectorAll("table.drawn-table, .charts")]
      .map(drawn => drawn.getBoundingClientRect().width)])"""


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_is_quiet_whole_and_never_scrolls_sideways(look, width, scheme):
    opened = look(width, scheme)
    page = opened.page
    page.wait_for_load_state("networkidle")
    assert opened.complaints == []
    assert opened.requests == [opened.url]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    for section in page.locator("main section.section").all():
        assert section.is_visible()
        assert section.locator("h2").is_visible()


def test_contents_lead_to_every_section(visit):
    page = visit().page
    names = page.locator("main section.section").evaluate_all("all => all.map(s => s.id)")
    links = page.locator("nav.contents ol ol a").evaluate_all(
        "all => all.map(a => a.hash.slice(1))"
    )
    assert links == names
    page.locator("nav.contents > ol > li > a").last.click()
    page.locator(f'nav.contents a[href="#{names[-1]}"]').click()
    page.wait_for_function(
        "id => document.getElementById(id).getBoundingClientRect().top < innerHeight", arg=names[-1]
    )


def test_every_drawing_is_one_for_every_width(look):
    """Nothing is drawn twice for phones; on a phone a drawing has the width of its box."""
    for width in (390, 768, 1440):
        figures = look(width).page.evaluate(DRAWINGS)
        assert figures
        for name, frame, drawn in figures:
            assert len(drawn) == 1, name
            assert 0 < drawn[0] <= frame + 1, name


def test_the_theme_button_goes_round_and_is_remembered(visit):
    page = visit(scheme="light").page
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    button = page.get_by_role("button", name="Theme")
    assert button.is_visible()
    button.click()
    button.click()
    assert page.locator("#theme-name").inner_text() == "dark"
    assert page.evaluate(ground) != light
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    button.click()
    assert page.locator("#theme-name").inner_text() == "system"
    assert page.evaluate(ground) == light


def test_tables_sort_by_value_and_keep_missing_ones_last(visit):
    page = visit().page
    table = page.locator("#summary table").first
    title = table.get_by_role("button", name="Estimate")
    cells = "rows => rows.map(row => page.sortKey(row.cells[1]))"
    rows = table.locator("tbody tr")

    title.click()
    assert title.locator("xpath=..").get_attribute("aria-sort") == "ascending"
    up = rows.evaluate_all(cells)
    title.click()
    assert title.locator("xpath=..").get_attribute("aria-sort") == "descending"
    down = rows.evaluate_all(cells)

    for keys, downwards in ((up, False), (down, True)):
        given = [key for key in keys if key.replace(".", "").isdigit()]
        assert keys[: len(given)] == given
        assert given == sorted(given, key=float, reverse=downwards)


def test_a_deep_link_opens_what_hides_it(visit):
    name = visit().page.locator("details:not([open]) tr[id]").first.get_attribute("id")
    page = visit(fragment=f"#{name}").page
    row = page.locator(f'[id="{name}"]')
    row.wait_for(state="visible")
    page.wait_for_function(
        "id => document.getElementById(id).getBoundingClientRect().top < innerHeight", arg=name
    )


def test_a_heading_copies_its_link_and_its_name_stays_its_own(visit):
    page = visit(permissions=["clipboard-read", "clipboard-write"]).page
    heading = page.locator("#summary > h2, #summary .titled > h2").first
    heading.hover()
    page.get_by_role("button", name="Copy link to Summary of findings").click()
    page.get_by_role("status").filter(has_text="ink").wait_for()
    assert page.evaluate("location.hash") == "#summary"
    assert page.get_by_role("heading", name="Summary of findings", exact=True).count() == 1


def test_a_number_tells_its_result_field_and_digits(visit):
    page = visit().page
    number = page.locator("#answer .strata strong [data-field]").first
    number.hover()
    told = number.get_attribute("title")
    # The first number of the page: a pooled proportion, or the count of a single study.
    field = r"((result\.)?proportion: 0\.\d{4,}|events: \d+)"
    assert re.fullmatch(rf"(pool|subgroup)/[\w/]+, {field}", told)


def test_without_scripts_everything_can_be_read(visit):
    page = visit(java_script_enabled=False).page
    assert (
        page.locator("main section.section").count()
        == page.locator("nav.contents ol ol a").count()
        > 5
    )
    assert page.locator("#forests table.drawn-table").first.is_visible()
    page.locator("summary").first.click()
    assert page.locator("details table").first.is_visible()
    assert not page.locator("#theme").is_visible()


def test_hostile_names_run_nothing(look):
    opened = look()
    assert opened.page.locator("script:not([type])").count() == 2
    assert opened.page.locator("img").count() == 0


def test_motion_is_only_for_those_who_want_it(visit):
    page = visit(reduced_motion="reduce").page
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_printing_keeps_every_section_and_opens_tables(visit):
    page = visit(scheme="dark").page
    page.emulate_media(media="print", color_scheme="dark")
    assert page.locator("#forests table.drawn-table").first.is_visible()
    assert not page.locator("nav.contents").is_visible()
    paper = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--paper')")
    assert paper.strip() == "#ffffff"
    pdf = page.pdf(format="A4")
    assert pdf.startswith(b"%PDF")
    assert pdf.count(b"/Type /Page\n") >= 4


def test_contradictions_can_be_filtered_by_severity(visit):
    page = visit().page
    bar = page.locator("#table-discrepancies-tools")
    table = page.locator("#table-discrepancies tbody tr")
    whole = table.count()
    bar.get_by_label("Severity").select_option("High")
    shown = [row for row in table.all() if row.is_visible()]
    assert 0 < len(shown) < whole
    assert all("High" in row.inner_text() for row in shown)
    assert bar.locator("output").inner_text() == f"{len(shown)} of {whole} rows"
    bar.get_by_label("Severity").select_option("all")
    assert all(row.is_visible() for row in table.all())
