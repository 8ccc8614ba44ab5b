"""A real Chromium, offline, on a page opened from disk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
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

    def _console(self, message) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)


Open = Callable[..., Visit]


@pytest.fixture
def visit(chromium, report_path: Path) -> Iterator[Open]:
    """Return a function that opens the report without a network."""
    contexts = []

    def open_page(
        width: int = 1440, scheme: str = "light", fragment: str = "", *, whole: bool = True, **more
    ) -> Visit:
        """Open it: all views below one another, or with ``whole=False`` as a reader meets it."""
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True, **more
        )
        contexts.append(context)
        opened = Visit(context, report_path, fragment)
        if whole and not fragment and more.get("java_script_enabled", True):
            opened.page.evaluate("page.everything()")
        return opened

    yield open_page
    for context in contexts:
        context.close()
