"""The page against the standards' own checkers: axe, the Nu validator, and paper."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import unicodedata
from pathlib import Path

import pytest
from pypdf import PdfReader

TOOLS = Path(__file__).parent / "node_modules"
LAYOUTS = {"light": (1440, "light"), "dark": (1440, "dark"), "phone": (390, "light")}
# Runs every rule, best practices included, and tells each element that breaks one.
RUN_AXE = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.flatMap(
    rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 200)}`));
}"""


def tool(path: Path, *commands: str) -> Path:
    """Return a tool's file; skip without it or its commands, but fail in CI."""
    missing = [name for name in commands if shutil.which(name) is None]
    missing += [] if path.is_file() else [f"{path.name} (make page-tools)"]
    if missing:
        reason = f"not installed: {', '.join(missing)}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@pytest.fixture(scope="session")
def axe() -> str:
    """Return the script of axe-core."""
    return tool(TOOLS / "axe-core" / "axe.min.js").read_text("utf-8")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_axe_finds_no_violation(visit, axe, layout):
    width, scheme = LAYOUTS[layout]
    page = visit(width, scheme).page
    page.evaluate("for (const box of document.querySelectorAll('details')) box.open = true")
    page.evaluate(axe)
    assert page.evaluate(RUN_AXE) == []


# Properties of standards (CSS Containment 3, SVG 2) that the validator's list is too old for.
YOUNG = ("container-type", "paint-order", "vector-effect")
UNKNOWN = tuple(f"CSS: “{name}”: Property “{name}” doesn't exist." for name in YOUNG)


def test_the_html_is_valid(report_path, tmp_path):
    """A copy is read in which container queries are media queries, so that their rules are too."""
    jar = tool(TOOLS / "vnu-jar" / "build" / "dist" / "vnu.jar", "java")
    copy = tmp_path / "report.html"
    text = report_path.read_text("utf-8")
    copy.write_text(text.replace("@container (", "@media ("), "utf-8")
    command = ["java", "-Xss4m", "-jar", str(jar), "--format", "json", str(copy)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    messages = json.loads(run.stderr)["messages"]
    # The validator knows no hashes in a policy: it takes our own style and scripts for blocked.
    faults = [one for one in messages if "Content Security Policy" not in one["message"]]
    faults = [one for one in faults if one["message"] not in UNKNOWN]
    assert [(one["message"], one.get("extract")) for one in faults] == []


def test_printing_to_pdf_keeps_every_section(visit):
    """Each heading, each table's caption and each study's name stand in the PDF's text."""
    page = visit(whole=False).page
    page.evaluate("page.whole()")
    wanted = page.evaluate(
        """() => [...document.querySelectorAll("main h2, main h3, main h4, main caption span")]
          .map(e => [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data).join(""))"""
    )
    reader = PdfReader(io.BytesIO(page.pdf(format="A4")))
    printed = squeezed("".join(sheet.extract_text() for sheet in reader.pages))
    plain = [text for text in wanted if text.isascii()]
    assert len(plain) > 20
    assert [text for text in plain if squeezed(text) not in printed] == []


def squeezed(text: str) -> str:
    """Drop what line breaks, hyphens and ligatures do to a text."""
    return "".join(unicodedata.normalize("NFKC", text).replace("-", "").split())
