"""Nothing overlaps, is cut off or too small to read: every element, at three widths."""

from __future__ import annotations

import pytest

WIDTHS = (390, 768, 1440)
HELPERS = """
  const told = e => `${e.closest("section[id]")?.id} ${e.tagName} ${e.getAttribute("class")}: `
    + e.textContent.trim().slice(0, 50);
  const shown = e => e.getClientRects().length > 0;
  const scrolls = e => /auto|scroll/.test(getComputedStyle(e).overflowX);
  const within = e => { for (let p = e.parentElement; p; p = p.parentElement) {
    if (scrolls(p)) return p; } return null; };
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3;
"""
BEYOND_THE_EDGE = """() => {%s
  const width = document.documentElement.clientWidth;
  return [...document.querySelectorAll("body *")].filter(e => {
    const box = e.getBoundingClientRect();
    return shown(e) && box.width > 1 && !within(e) && (box.right > width + 1 || box.left < -1);
  }).map(told); }"""
CUT = """() => {%s
  return [...document.querySelectorAll("main *")].filter(e =>
    !(e instanceof SVGElement) && shown(e) && e.clientWidth && !scrolls(e)
    && getComputedStyle(e).display !== "inline" && e.scrollWidth > e.clientWidth + 1
    && !e.matches(".visually-hidden")).map(told); }"""
WITHOUT_HINT = """() => {%s
  return [...document.querySelectorAll("body *")].filter(e => {
    if (!shown(e) || !scrolls(e) || e.scrollWidth <= e.clientWidth + 1) return false;
    const edge = getComputedStyle(e).backgroundImage.includes("gradient");
    const bar = e.previousElementSibling?.querySelector(".more");
    const word = e.matches(".table-box") ? bar && shown(bar) : true;
    const reached = e.tabIndex >= 0 || e.querySelector("a");
    return !edge || !word || !reached;
  }).map(told); }"""
SMALL = """() => {%s
  const faults = [];
  for (const e of document.querySelectorAll("body *")) {
    if (!shown(e) || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const size = parseFloat(getComputedStyle(e).fontSize); // no drawing with text is scaled
    if (size < 10.95) faults.push(`${size.toFixed(1)} ${told(e)}`);
  }
  return faults; }"""
TEXTS_OF_PLOTS = """(part) => {%s
  const faults = [];
  const plots = "figure .charts, figure table";
  for (const plot of (part || document.querySelector("main")).querySelectorAll(plots)) {
    const texts = [...plot.querySelectorAll("text")].filter(t => shown(t) && t.textContent.trim());
    const boxes = texts.map(text => text.getBoundingClientRect());
    const frame = plot.getBoundingClientRect();
    texts.forEach((text, i) => {
      const box = boxes[i];
      const beyond = Math.max(frame.left - box.left, box.right - frame.right,
        frame.top - box.top, box.bottom - frame.bottom);
      if (beyond > 1.5) faults.push(`${plot.id}, ${beyond.toFixed(1)} outside: ${told(text)}`);
      for (let j = 0; j < i; j++) {
        if (meet(box, boxes[j])) faults.push(`${plot.id}: ${told(text)} / ${told(texts[j])}`);
      }
    });
  }
  return faults; }"""

# Of each table that a phone shows as a list: its titles, and the cells of its first row.
STACKED = """() => [...document.querySelectorAll("main table.stacks")].map(table => ({
  scrolls: table.parentElement.scrollWidth > table.parentElement.clientWidth + 1,
  text: table.innerText.slice(0, 80),
  titles: [...table.tHead.querySelectorAll("th")].map(title => title.innerText.trim()),
  cells: [...table.tBodies[0].rows[0].querySelectorAll("td")].map(cell => {
    const {left, width} = cell.getBoundingClientRect();
    return {title: cell.dataset.title, role: cell.getAttribute("role"), left, width}; })
}))"""


@pytest.fixture(params=WIDTHS)
def unfolded(request: pytest.FixtureRequest, look):
    """Return the page at one width, everything that is folded open."""
    return look(request.param, unfolded=True).page


def found(page, script: str) -> list[str]:
    """Return what a script finds wrong."""
    return page.evaluate(script % HELPERS)


def test_no_element_reaches_beyond_the_screen_or_is_cut(unfolded):
    assert found(unfolded, BEYOND_THE_EDGE) == []
    assert found(unfolded, CUT) == []


def test_what_scrolls_sideways_says_so_and_is_reached_by_key(unfolded):
    """The edge is shaded, a word stands above the table, and the box can be focused."""
    assert found(unfolded, WITHOUT_HINT) == []


def test_no_text_is_drawn_below_eleven_pixels(unfolded):
    assert found(unfolded, SMALL) == []


def test_no_text_of_a_plot_meets_another_or_leaves_the_plot(unfolded):
    assert found(unfolded, TEXTS_OF_PLOTS) == []


def test_every_other_model_of_a_plot_has_room_for_its_texts(visit):
    opened = visit(390, whole=False)
    switched = 0
    for figure in opened.walk("main figure"):
        chooser = figure.get_by_label("Model")
        for index in range(1, chooser.locator("option").count()):
            chooser.select_option(index=index)
            assert found(figure, TEXTS_OF_PLOTS) == []
            switched += 1
    assert switched


def test_tables_with_sentences_are_lists_on_a_phone_and_stay_tables(look):
    """Each cell stands under its title, nothing scrolls sideways, and its role is kept."""
    tables = look(390, unfolded=True).page.evaluate(STACKED)
    assert len(tables) > 3
    for table in tables:
        assert not table["scrolls"], table["text"]
        assert [cell["title"] for cell in table["cells"]] == table["titles"][1:]
        assert {cell["role"] for cell in table["cells"]} == {"cell"}
        assert len({round(cell["left"]) for cell in table["cells"] if cell["width"]}) == 1


@pytest.mark.parametrize("width", [390, 1440])
def test_the_contents_keep_the_section_that_is_read_in_sight(visit, width):
    page = visit(width).page
    last = page.locator("main section.section").last.get_attribute("id")
    page.locator(f"#{last}").evaluate("e => e.scrollIntoView({behavior: 'instant'})")
    link = page.locator(f'nav.contents a[href="#{last}"]')
    page.evaluate("scrollBy({top: -40, behavior: 'instant'})")
    wanted = "li.open > a" if width < 1000 else "[aria-current]"
    current = page.locator(f"nav.contents {wanted}").first
    current.wait_for()
    page.wait_for_function(
        "() => document.querySelector('nav.contents li.open').contains("
        "document.querySelector('nav.contents [aria-current]'))"
    )
    box = current.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert 0 <= box["y"] < 900
    assert link.count() == 1
