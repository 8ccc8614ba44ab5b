"""Every number of the page opens a panel that tells where it comes from; every address leads on."""

from __future__ import annotations

import json

import pytest

# Opens the panel of every number and gives what is wrong with any of them. Showing it and moving
# the focus, which other tests watch, would lay out the page again for each of ten thousand.
DOORS = """() => {
  const dialog = HTMLDialogElement.prototype;
  dialog.showModal = function () { this.setAttribute("open", ""); };
  dialog.close = function () { this.removeAttribute("open"); };
  const faults = [];
  let count = 0;
  for (const number of document.querySelectorAll("main [data-field]")) {
    const ref = page.refOf(number), field = number.dataset.field, about = page.facts.results[ref];
    const at = `${ref}@${field}`;
    number.dispatchEvent(new MouseEvent("click", {bubbles: true}));
    const panel = document.getElementById("door");
    if (!panel || !panel.open) { faults.push(at + " shut"); continue; }
    const told = panel.textContent;
    if (!panel.querySelector("h2").textContent.startsWith(number.textContent + " "))
      faults.push(at + " heading");
    const value = about.values[field];
    for (const part of [ref, `${field} = ${value ?? "not given"}`, "results/"])
      if (!told.includes(part)) faults.push(`${at} lacks ${part}`);
    panel.close();
    count += 1;
  }
  return [count, faults]; }"""
# One number of each kind: by the first part of its result's id, and its field without positions.
KINDS = """() => {
  const kinds = new Map();
  for (const number of document.querySelectorAll("main [data-field]")) {
    const ref = page.refOf(number), field = number.dataset.field;
    const kind = ref.split("/")[0] + " " + field.replace(/\\d+/g, "0");
    if (!kinds.has(kind)) kinds.set(kind, ref + "@" + field);
  }
  return [...kinds.values()]; }"""
# Follows an address and gives what it opened or, for an element, whether it is unfolded.
FOLLOW = """async address => {
  document.getElementById("door")?.close();
  const aim = document.getElementById(address);
  for (let fold = aim?.closest("details"); fold; fold = fold.parentElement.closest("details"))
    fold.open = false;
  const changed = new Promise(done => addEventListener("hashchange", done, {once: true}));
  location.hash = "#" + encodeURIComponent(address);
  await changed;
  await new Promise(done => setTimeout(done));
  const panel = document.getElementById("door");
  const target = document.getElementById(address);
  return {panel: panel?.open ? panel.textContent : "",
    shown: Boolean(target) && target.getClientRects().length > 0}; }"""


def whole(visit):
    """Return the page as a reader has it: all views are there, and an address shows the one."""
    page = visit(whole=False, reduced_motion="reduce").page
    page.evaluate("page.wakeAll()")
    return page


def followed(page, addresses):
    """Follow addresses one after the other and return what each of them opened."""
    walk = f"for (const one of all) found.push(await ({FOLLOW})(one));"
    return page.evaluate(f"async all => {{ const found = []; {walk} return found; }}", addresses)


def test_every_number_opens_a_panel_that_names_its_result_and_file(visit):
    opened = visit()
    count, faults = opened.page.evaluate(DOORS)
    assert faults == []
    assert count == opened.page.locator("main [data-field]").count() > 500
    assert opened.complaints == []
    assert opened.requests == [opened.url]


def test_the_address_of_every_kind_of_number_opens_its_panel(visit):
    page = whole(visit)
    kinds = page.evaluate(KINDS)
    assert len(kinds) > 30
    for address, found in zip(kinds, followed(page, kinds), strict=True):
        told = found["panel"]
        ref, _, field = address.partition("@")
        assert ref in told, address
        assert f"{field} = " in told, address


def test_every_section_part_figure_and_row_has_an_address(visit):
    page = whole(visit)
    ids = page.locator("main [id]:is(section, article, figure, tr, table, h4, details)")
    names = ids.evaluate_all("all => all.map(one => one.id)")
    assert len(names) > 50
    found = zip(names, followed(page, names), strict=True)
    shut = [name for name, one in found if not one["shown"]]
    assert shut == []


def test_a_result_without_a_row_of_its_own_is_found_by_its_name(visit):
    """``#pool/ENDPOINT/primary`` is a row; a result that only text quotes opens its panel."""
    page = whole(visit)
    refs = page.evaluate("() => Object.keys(page.facts.results)")
    for kind in sorted({ref.split("/")[0] for ref in refs}):
        ref = next(one for one in refs if one.split("/")[0] == kind)
        (found,) = followed(page, [ref])
        assert found["shown"] or ref in found["panel"], ref


def test_the_panel_tells_job_code_and_hashes(visit, report_path):
    """From a number to the job that made it, the code's digest and the SHA-256 of every file."""
    page = visit().page
    (path,) = [*report_path.parent.glob("audit/lineage.json"),
               *report_path.parent.glob("results/audit/lineage.json")]  # fmt: skip
    lineage = json.loads(path.read_text("utf-8"))
    number = page.locator("#answer .strata strong [data-field]").first
    ref = number.evaluate("one => page.refOf(one)")
    made = lineage["results"][ref]
    job = lineage["jobs"][made["job"]]
    number.click()
    panel = page.get_by_role("dialog")
    panel.locator("summary", has_text="SHA-256").click()
    told = panel.inner_text()
    assert made["job"] in told
    assert f"rule {job['rule']}" in told
    assert job["code"] in told
    for path, digest in {**job["inputs"], **job["outputs"]}.items():
        assert path in told
        assert digest in told
    for row in made["rows"]:
        held = lineage["rows"][row]
        assert f"{held['table']}:{held['line']}" in told
        assert held["sha256"][:12] in told


@pytest.mark.parametrize("width", [390, 1440])
def test_the_page_is_worked_by_the_keyboard_alone(visit, width):
    """Tab reaches the skip link, contents and tools; focus is always to be seen."""
    page = visit(width).page
    seen, hidden = set(), []
    for _ in range(70):
        page.keyboard.press("Tab")
        told = page.evaluate(
            """() => { const at = document.activeElement, style = getComputedStyle(at);
              return [at.tagName + "." + (at.getAttribute("class") || ""), style.outlineStyle,
                style.outlineWidth, at.getClientRects().length]; }"""
        )
        seen.add(told[0])
        if told[1] == "none" and not told[0].startswith("main."):
            hidden.append(told)
    assert {"A.skip", "BUTTON.theme-button", "A."} <= seen
    assert "BUTTON.tool sources" in seen
    assert "SPAN." not in seen
    assert hidden == []
