"""A real Chromium, offline, on a page opened from disk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

# Names under which Chromium is installed; screenshots.py looks for the same.
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


@pytest.fixture(scope="session", params=["made-up", "flagship"])
def report_path(request: pytest.FixtureRequest) -> Path:
    """Return a report: on made-up results, and on the review that ships, built by Snakemake."""
    if request.param == "flagship":
        return request.getfixturevalue("flagship").folder / "results" / "report.html"
    return request.getfixturevalue("made_up_report")


@pytest.fixture(scope="session")
def made_up_report(tmp_path_factory: pytest.TempPathFactory, repo: Path) -> Path:
    """Return a report on made-up results, hostile names among them."""
    from unit.report import synthetic

    from poolprop.report.render import build

    home = tmp_path_factory.mktemp("page")
    names = (*synthetic.NAMES, *synthetic.HOSTILE)
    results = synthetic.write_results(home / "results", names)
    page = home / "report.html"
    page.write_text(build(results, repo / "report", synthetic.settings()), "utf-8")
    return page


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """Return a running Chromium; skip without one, but fail in CI."""
    from playwright.sync_api import sync_playwright

    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        reason = f"no Chromium found; looked for {', '.join(BROWSERS)}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=["--headless=new", "--no-sandbox"]
        )
        yield browser
        browser.close()


class Visit:
    """An open page, with everything it complained about or asked for."""

    def __init__(self, context, path: Path, fragment: str) -> None:
        self.page = context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.url = path.resolve().as_uri()
        self.page.goto(self.url + fragment)

    def walk(self, selector: str) -> Iterator:
        """Yield each element, its view shown as to a reader: others are not laid out at each step.

        For a page opened with ``whole=False``; all that is folded is open on the way.
        """
        self.page.evaluate("page.whole()")
        for one in self.page.locator(selector).all():
            one.evaluate("one => page.show(one)")
            yield one

    def _console(self, message) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)


Open = Callable[..., Visit]
UNFOLD = "for (const fold of document.querySelectorAll('details')) fold.open = true"
# What depends on sizes is drawn one frame later.
SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
# All that a test could have changed: elements and attributes, what is chosen, focus and place.
STATE = """() => [document.querySelector("main").outerHTML, document.activeElement.tagName,
  location.hash, scrollX, scrollY,
  [...document.querySelectorAll("input, select")].map(one => one.value).join()]"""


def _open(
    chromium, path: Path, width: int, scheme: str, fragment: str, *, whole: bool, **more
) -> Visit:
    """Open a page in a browser's context of its own, without a network."""
    size = {"width": width, "height": 900}
    context = chromium.new_context(viewport=size, color_scheme=scheme, offline=True, **more)
    opened = Visit(context, path, fragment)
    if whole and not fragment and more.get("java_script_enabled", True):
        opened.page.evaluate("page.everything()")
    return opened


@pytest.fixture
def visit(chromium, report_path: Path) -> Iterator[Open]:
    """Return a function that opens the report without a network."""
    visits: list[Visit] = []

    def open_page(
        width: int = 1440, scheme: str = "light", fragment: str = "", *, whole: bool = True, **more
    ) -> Visit:
        """Open it: all views below one another, or with ``whole=False`` as a reader meets it."""
        visits.append(_open(chromium, report_path, width, scheme, fragment, whole=whole, **more))
        return visits[-1]

    yield open_page
    for each in visits:
        each.page.context.close()


class Shelf:
    """Open pages that tests only look at: each is opened once, and stays as it was opened."""

    MOST = 6  # as many are kept; each takes some hundred megabytes

    def __init__(self, chromium) -> None:
        self.chromium = chromium
        self.kept: dict[tuple, tuple[Visit, list]] = {}
        self.lent: list[tuple] = []

    def lend(self, path: Path, width: int, scheme: str, *, unfolded: bool) -> Visit:
        """Return the page at that width and in that scheme, with every fold open if asked."""
        key = (path, width, scheme, unfolded)
        found = self.kept.pop(key, None)
        if found is None:
            opened = _open(self.chromium, path, width, scheme, "", whole=True)
            if unfolded:
                opened.page.evaluate(UNFOLD)
            opened.page.evaluate(SETTLED)
            found = opened, opened.page.evaluate(STATE)
        self.kept[key] = found
        self.lent.append(key)
        return found[0]

    def take_back(self) -> list[tuple]:
        """Return which of the lent pages were changed; those, and the oldest, are closed."""
        changed = [key for key in self.lent if self.kept[key][0].page.evaluate(STATE)
                   != self.kept[key][1]]  # fmt: skip
        self.lent = []
        for key in dict.fromkeys([*changed, *list(self.kept)[: -self.MOST]]):
            self.kept.pop(key)[0].page.context.close()
        return changed

    def close(self) -> None:
        """Close every page."""
        for opened, _ in self.kept.values():
            opened.page.context.close()


@pytest.fixture(scope="session")
def shelf(chromium) -> Iterator[Shelf]:
    """Return the pages that are open for all tests that only look."""
    with closing(Shelf(chromium)) as found:
        yield found


@pytest.fixture
def look(shelf: Shelf, report_path: Path) -> Iterator[Open]:
    """Return a function that gives the whole report to look at; a test that acts uses `visit`."""

    def open_page(width: int = 1440, scheme: str = "light", *, unfolded: bool = False) -> Visit:
        return shelf.lend(report_path, width, scheme, unfolded=unfolded)

    yield open_page
    changed = shelf.take_back()
    assert changed == [], "the test changed a page that others look at: let it use `visit`"
