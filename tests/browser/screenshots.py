"""Take a picture of every section at three widths, in light and dark; for people to look at.

``make screenshots`` writes them to ``build/screenshots/WIDTH-SCHEME/SECTION.png``, and puts them
together on sheets (``build/screenshots/sheets/``), cut where they are longer than a sheet.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
WIDTHS = (1440, 768, 390)
SCHEMES = ("light", "dark")
HEIGHT, SHEET, GAP = 1200, 1560, 12
ALONE = """id => {
  for (const one of document.querySelectorAll("main section.section")) one.hidden = one.id !== id;
}"""

# What depends on sizes is drawn one frame later.
SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def take(page: Any, folder: Path, *, unfold: bool) -> dict[str, tuple[int, int]]:
    """Save each section of an open page; return the sizes of the pictures by section."""
    folder.mkdir(parents=True, exist_ok=True)
    page.evaluate("document.querySelector('.contents').style.position = 'static'")
    if unfold:
        page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    sizes = {}
    for name in page.locator("main section.section").evaluate_all("all => all.map(one => one.id)"):
        page.evaluate(ALONE, name)
        page.evaluate(SETTLED)
        section = page.locator(f"section[id='{name}']")
        section.screenshot(path=folder / f"{name}.png", animations="disabled")
        box = section.bounding_box()
        sizes[name] = (round(box["width"]), round(box["height"]))
    return sizes


def slices(sizes: dict[str, tuple[int, int]]) -> Iterator[tuple[str, int, int, int]]:
    """Yield name, width, top and height of the pieces that fit on a sheet."""
    for name, (width, height) in sizes.items():
        for top in range(0, height - GAP, HEIGHT):
            yield name, width, top, min(HEIGHT, height - top)


def lay_out(page: Any, folder: Path, sizes: dict[str, tuple[int, int]], target: Path) -> int:
    """Write sheets with as many pieces side by side as fit; return how many."""
    pieces = list(slices(sizes))
    width = max(piece[1] for piece in pieces)
    columns = max(1, (SHEET + GAP) // (width + GAP))
    sheets = [pieces[i : i + columns] for i in range(0, len(pieces), columns)]
    for number, sheet in enumerate(sheets, 1):
        figures = "".join(
            f"<figure style='width:{wide}px'><figcaption>{name} {top}</figcaption>"
            f"<div style='height:{high}px;background:url({(folder / f'{name}.png').as_uri()})"
            f" 0 -{top}px no-repeat'></div></figure>"
            for name, wide, top, high in sheet
        )
        html = target / "sheet.html"
        html.write_text(
            "<!DOCTYPE html><style>body{margin:0;display:flex;gap:12px;background:#888;"
            "font:14px sans-serif}figure{margin:0}figcaption{background:#ff0}</style>" + figures,
            "utf-8",
        )
        page.set_viewport_size({"width": columns * (width + GAP), "height": HEIGHT + 20})
        page.goto(html.as_uri())
        page.screenshot(path=target / f"{folder.name}-{number:02d}.png")
        html.unlink()
    return len(sheets)


def main() -> None:
    """Take all pictures of one report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--unfold", action="store_true", help="open everything that is folded")
    parser.add_argument("--only", default="", help="one combination alone, such as 390-dark")
    given = parser.parse_args()
    browser_path = next(path for name in BROWSERS if (path := shutil.which(name)))
    sheets = given.folder / "sheets"
    sheets.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=["--headless=new", "--no-sandbox"]
        )
        for scheme in SCHEMES:
            for width in WIDTHS:
                folder = (given.folder / f"{width}-{scheme}").resolve()
                if given.only not in ("", folder.name):
                    continue
                page = browser.new_page(
                    viewport={"width": width, "height": 1000}, color_scheme=scheme
                )
                page.goto(given.report.resolve().as_uri())
                sizes = take(page, folder, unfold=given.unfold)
                count = lay_out(page, folder, sizes, sheets.resolve())
                page.close()
                print(f"{folder.name}: {len(sizes)} sections on {count} sheets")
        browser.close()


if __name__ == "__main__":
    main()
