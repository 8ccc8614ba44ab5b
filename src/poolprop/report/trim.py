"""Write the same document in fewer characters: what HTML lets a page leave out, is left out."""

from __future__ import annotations

import re

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
