"""Make the page: one HTML file that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from poolprop.plan import Settings
from poolprop.report.context import Terms
from poolprop.report.drawing.charts import svg_of
from poolprop.report.drawing.strips import drawn
from poolprop.report.minify import minified
from poolprop.report.page import Page, make_page
from poolprop.report.read import read_results
from poolprop.report.values import Value

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
    "evidence-panel",
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
    "evidence-panel",
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


def render(page: Page, source: Path, review: str = "") -> str:
    """Return a page as one HTML document."""
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
        "place": lambda value: page.places[value.ref, value.key],
    }
    env.tests["value"] = lambda piece: isinstance(piece, Value)
    html = env.get_template("report.html.j2").render(
        page=page,
        style=Markup(style),
        early=Markup(early),
        script=Markup(script),
        island=Markup(page.island),
        linked_data=Markup(page.linked_data),
        review=Markup(review),
        policy=digests([style], [early, script]),
    )
    return trimmed(html)


def static(source: Path, name: str) -> str:
    """Return a style sheet or script without its indentation and its comments."""
    text = (source / "static" / name).read_text("utf-8")
    if name.endswith(".js"):
        return minified(text)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return "".join(f"{line.strip()}\n" for line in text.splitlines() if line.strip())


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


# What stands in these is kept to the letter.
KEPT = re.compile(r"(<(script|style|pre)\b.*?</\2>)", re.DOTALL)
# Space beside these separates no words.
BLOCKS = (
    "html|head|body|meta|link|title|noscript|header|nav|main|section|article|footer|div|figure|"
    "figcaption|p|ul|ol|li|dl|dt|dd|table|caption|thead|tbody|tfoot|tr|th|td|h[1-4]|details|"
    "summary|template|line|circle|rect|path|g|symbol|use|text"
)
BESIDE = re.compile(rf"\s*(</?(?:{BLOCKS})\b[^>]*>)\s*")
# The next tag closes these (HTML, 13.1.2.4 Optional tags).
CLOSED = re.compile(r"</(?:td|th|tr|thead|tbody|tfoot|caption|li|dt|dd)>")
TAG = re.compile(r"<[a-z][^>]*>")
QUOTED = re.compile(r'="([^"]+)"')
UNSAFE = re.compile(r"[\s\"'=<>`]")


def trimmed(html: str) -> str:
    """Return an HTML document without what a reader of HTML does not need.

    ``html``: a document in which no attribute holds a bare ``<`` or ``>``. The same elements,
    attributes and words: without space between blocks, quotes around attributes of one word, and
    closing tags that HTML calls optional.
    """
    parts = KEPT.split(html)  # text, kept text, its tag, text, ...
    return "".join(
        part if i % 3 == 1 else _short(part) for i, part in enumerate(parts) if i % 3 != 2
    )


def _short(text: str) -> str:
    text = CLOSED.sub("", BESIDE.sub(r"\1", text))
    return TAG.sub(lambda found: _unquoted(found[0]), text)


def _unquoted(tag: str) -> str:
    """Return a tag with its values bare, or within the quotes that spare signs in them."""

    def value(found: re.Match[str]) -> str:
        held = found[1]
        if not UNSAFE.search(held):
            return f"={held}"
        spared = held.replace("&#34;", '"')
        return f"='{spared}'" if spared != held and "'" not in held else found[0]

    bare = QUOTED.sub(value, tag)
    return f"{bare[:-2]} />" if bare.endswith("/>") and bare[-3] not in "\"' " else bare
