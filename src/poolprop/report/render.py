"""Make the page: one HTML file that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from poolprop.plan import Settings
from poolprop.report.chart import svg_of
from poolprop.report.context import Terms
from poolprop.report.read import read_results
from poolprop.report.strips import drawn
from poolprop.report.trim import trimmed
from poolprop.report.values import Value
from poolprop.report.view import Page, make_page

# Cascade order: later files may override earlier ones.
STYLES = (
    "tokens",
    "base",
    "layout",
    "answer",
    "tables",
    "filters",
    "lights",
    "map",
    "terms",
    "plots",
    "doors",
    "explore",
    "print",
)
ENGINE = ("engine-numbers", "engine-model", "engine")
SCRIPTS = (
    "formats",
    *ENGINE,
    "facts",
    "page",
    "explore-state",
    "views",
    "answer",
    "grid",
    "theme",
    "contents",
    "filters",
    "tables",
    "terms",
    "plot-tools",
    "doors",
    "links",
    "predict",
    "multiverse",
    "explore-draw",
    "explore-pool",
    "explore-take",
    "explore-controls",
    "explore",
)


def build(
    results: Path, source: Path, settings: Settings, terms: Terms | None = None, review: str = ""
) -> str:
    """Return the report on a folder of results as one HTML document.

    ``source``: the ``report/`` folder, with ``templates/`` and ``static/``. ``terms``: labels of
    the vocabulary: field, then code, then label. ``review``: the element that carries plan and
    tables, from :func:`poolprop.embedded.element`. The same text for the same input: it holds no
    clock and no path. Raises ``ResultError`` if a result file is missing, or was written by another
    version.
    """
    found = read_results(results, tuple(settings.endpoints))
    return render(make_page(found, settings, terms), source, review)


def render(view: Page, source: Path, review: str = "") -> str:
    """Return a view as one HTML document."""
    style = "".join(static(source, f"css/{name}.css") for name in STYLES)
    early = static(source, "js/early.js")
    script = "".join(static(source, f"js/{name}.js") for name in SCRIPTS)
    env = Environment(
        loader=FileSystemLoader(source / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.filters |= {
        "drawn": lambda *parts: Markup(drawn(*parts)),
        "chart": lambda chart: Markup(svg_of(chart)),
        "place": lambda value: view.places[value.ref, value.told],
    }
    env.tests["value"] = lambda piece: isinstance(piece, Value)
    page = env.get_template("report.html.j2").render(
        view=view,
        style=Markup(style),
        early=Markup(early),
        script=Markup(script),
        island=Markup(view.island),
        linked_data=Markup(view.linked_data),
        review=Markup(review),
        policy=digests([style], [early, script]),
    )
    return trimmed(page)


def static(source: Path, name: str) -> str:
    """Return a style sheet or script without its indentation and its comments."""
    text = (source / "static" / name).read_text("utf-8")
    if name.endswith(".css"):
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    lines = map(str.strip, text.splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))


def digests(styles: list[str], scripts: list[str]) -> str:
    """Return the content security policy: our own style and scripts run, nothing else does."""
    return "; ".join(
        (
            "default-src 'none'",
            "style-src " + " ".join(_digest(text) for text in styles),
            "script-src " + " ".join(_digest(text) for text in scripts),
            "img-src data: blob:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _digest(text: str) -> str:
    content = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(content).decode('ascii')}'"
