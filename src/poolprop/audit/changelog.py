"""The changelog of the evidence: one section for each state, the newest first."""

from __future__ import annotations

import re

from poolprop.audit.difference import Difference
from poolprop.audit.difference_text import as_markdown

HEAD = """\
# Changelog of the evidence

What each version of the evidence changed, and what that did to the estimates. `poolprop diff OLD
--changelog` writes it; sections are by digest of the evidence, so a state is never told twice.
"""
SECTION = re.compile(r"^<!-- (\w+)\.\.(\w+) -->\n", re.MULTILINE)


def updated(before: str, found: Difference) -> str:
    """Return the changelog with this difference as its newest section.

    A section that starts from the same old state, or tells of the same new one, is replaced: the
    newest section grows until its state is released.
    """
    old, new = (one.digest[:12] or "none" for one in (found.old, found.new))
    sections = [
        (start, end, body) for start, end, body in _sections(before) if end != new and start != old
    ]
    sections.insert(0, (old, new, as_markdown(found).rstrip()))
    return HEAD + "".join(f"\n<!-- {start}..{end} -->\n{body}\n" for start, end, body in sections)


def _sections(text: str) -> list[tuple[str, str, str]]:
    marks = list(SECTION.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return [
        (mark.group(1), mark.group(2), text[mark.end() : end].strip("\n"))
        for mark, end in zip(marks, ends, strict=False)
    ]
