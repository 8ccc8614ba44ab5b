"""Contrast of every text as it is rendered, size of every target, and a page at 400 %."""

from __future__ import annotations

import pytest
from test_report import DRAWINGS

# Every text with the colour of the nearest opaque ground behind it; WCAG's formula.
FAINT = """() => {
  const numbers = text => text.match(/[\\d.]+/g).map(Number);
  const linear = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const lum = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const ratio = (a, b) => { const [x, y] = [lum(a), lum(b)].sort((p, q) => p - q);
    return (y + 0.05) / (x + 0.05); };
  const ground = at => {
    for (let one = at; one; one = one.parentElement) {
      const found = numbers(getComputedStyle(one).backgroundColor);
      if (found.length === 3 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  const faults = new Map();
  let count = 0;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const at = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !at.getClientRects().length) continue;
    if (at.closest("script, style, template, noscript, .visually-hidden, option")) continue;
    const style = getComputedStyle(at), drawn = at.closest("svg");
    const colour = numbers(drawn ? style.fill : style.color);
    const found = ratio(colour, ground(drawn ? drawn.parentElement : at));
    const large = parseFloat(style.fontSize) >= 24 ||
      (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
    count += 1;
    if (found < (large ? 3 : 4.5)) {
      const name = `${at.tagName}.${at.getAttribute("class") || ""}`;
      faults.set(name, `${name} ${found.toFixed(2)}: ${walk.currentNode.data.trim().slice(0, 40)}`);
    }
  }
  return [count, [...faults.values()]]; }"""
# Targets below 24 by 24 pixels whose middle is nearer than that to another one (WCAG 2.5.8);
# links within a sentence are excepted.
SMALL = """() => {
  const shown = [...document.querySelectorAll("button, select, input, summary, nav a")]
    .filter(e => e.getClientRects().length && getComputedStyle(e).opacity !== "0");
  const boxes = shown.map(e => e.getBoundingClientRect());
  const middle = b => [b.left + b.width / 2, b.top + b.height / 2];
  const within = (box, [x, y]) => x > box.left - 12 && x < box.right + 12 &&
    y > box.top - 12 && y < box.bottom + 12;
  return shown.filter((e, i) => {
    const box = boxes[i];
    if (box.width >= 24 && box.height >= 24) return false;
    return boxes.some((other, j) => j !== i && !shown[j].contains(e) && !e.contains(shown[j]) &&
      within(other, middle(box)));
  }).map(e => `${e.tagName}.${e.className}: ${e.textContent.trim().slice(0, 30)}`); }"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_on_the_page_can_be_told_from_its_ground(look, scheme):
    page = look(scheme=scheme, unfolded=True).page
    count, faults = page.evaluate(FAINT)
    assert count > 1000
    assert faults == []


@pytest.mark.parametrize("width", [390, 1440])
def test_every_target_is_large_enough_or_stands_apart(look, width):
    page = look(width, unfolded=True).page
    assert page.evaluate(SMALL) == []


def test_at_four_hundred_per_cent_nothing_scrolls_sideways_and_drawings_fit(look):
    """1280 pixels at 400 % are 320 pixels."""
    page = look(320, unfolded=True).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    figures = page.evaluate(DRAWINGS)
    assert len(figures) == page.locator("main figure").count() > 8
    for name, frame, (drawn,) in figures:
        assert 0 < drawn <= frame + 1, name


@pytest.mark.parametrize(("width", "beside"), [(390, False), (768, True), (1440, True)])
def test_from_a_tablet_on_the_drawing_stands_beside_its_numbers(look, width, beside):
    page = look(width, unfolded=True).page
    row = page.locator("#forests .drawn-table .pooled-row").first
    drawn, number = (row.locator(f"td.{c}").bounding_box() for c in ("drawn", "estimate"))
    level = (
        drawn["y"] < number["y"] + number["height"] and number["y"] < drawn["y"] + drawn["height"]
    )
    assert level == beside
