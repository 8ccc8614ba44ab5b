"""A source text, cut into sections, paragraphs, tables and captions.

Plain text and Markdown are read alike: one line is one paragraph, table cells are parted by
tabs. What a page break does to a text is undone: captions, tables and their notes are no
paragraphs, and a paragraph that was cut is made whole again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

# Headings of the first level, also inside an abstract, where they are of the second.
MAIN = frozenset([
    "abstract", "introduction", "background", "methods", "materials and methods",
    "patients and methods", "results", "discussion", "conclusion", "conclusions", "references",
    "acknowledgments", "authorship", "funding",
])  # fmt: skip
LABEL = re.compile(
    r"^\**(Purpose|Background|Objectives?|Aims?|Methods|Patients and Methods|Results|Conclusions?)"
    r"\s*:\**\s+(?=\S)"
)
MARKDOWN = re.compile(r"^(#{1,6})\s+(.*\S)")
CAPTION = re.compile(r"^\**(Table|Fig(?:ure)?\.?)\s*(\d+)[\s.*:]*(.*)", re.IGNORECASE)
TABLE_NOTE = re.compile(r"^\*\*(Notes|Abbreviations)\s*:\*\*")
CITATION = re.compile(r"<sup>[^<]*</sup>|\^\{[^}]*\}|[⁰¹²³⁴-⁹⁻]+|\[\d[\d,\s]*\]")
TAG = re.compile(r"</?[a-z]+[^>]*>")
CLOSED = tuple('.?!:)]”"')
HEADING_LENGTH = 80


@dataclass(slots=True)
class Section:
    """Text under one heading."""

    path: tuple[str, ...]
    lines: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Document:
    """A source text, cut into sections, tables and captions."""

    sections: list[Section] = field(default_factory=list)
    tables: dict[int, list[list[str]]] = field(default_factory=dict)
    captions: dict[tuple[str, int], str] = field(default_factory=dict)


@lru_cache(maxsize=32)
def read_document(text: str) -> Document:
    """Cut a source text, plain or Markdown, into sections, tables and captions."""
    lines = _with_abstract([line.rstrip("\r") for line in text.split("\n")])
    reader = _Reader(markdown=any(MARKDOWN.match(line) for line in lines))
    for index, line in enumerate(lines):
        if line.strip():
            alone = not _strip(lines, index - 1) and not _strip(lines, index + 1)
            reader.take(line, alone=alone)
    return reader.document


def _strip(lines: Sequence[str], index: int) -> str:
    return lines[index].strip() if 0 <= index < len(lines) else ""


def _with_abstract(lines: list[str]) -> list[str]:
    """Give the text before the introduction a heading ``Abstract`` if it has none."""
    names = [_name(line) for line in lines]
    if "introduction" not in names or "abstract" in names:
        return lines
    intro = lines[names.index("introduction")]
    marks = MARKDOWN.match(intro)
    title = next((i for i, line in enumerate(lines) if MARKDOWN.match(line)), -1) if marks else -1
    heading = f"{marks[1]} Abstract" if marks else "Abstract"
    return [*lines[: title + 1], "", heading, "", *lines[title + 1 :]]


def _name(heading: str) -> str:
    return re.sub(r"^#+\s*", "", heading.strip()).casefold()


class _Reader:
    """Takes one line after the other and knows under which heading it stands."""

    def __init__(self, *, markdown: bool) -> None:
        self.document = Document(sections=[Section(())])
        self._markdown = markdown
        self._stack: list[tuple[int, str]] = []
        self._table: int | None = None
        self._legend: tuple[str, int] | None = None

    def take(self, raw: str, *, alone: bool) -> None:
        """Sort one line that is not blank."""
        line = raw.strip()
        if found := CAPTION.match(line):
            self._caption(found)
        elif "\t" in raw:
            if self._table is not None:
                self.document.tables.setdefault(self._table, []).append(raw.split("\t"))
        elif level := self._level(line, alone=alone):
            self._open(level, MARKDOWN.sub(r"\2", line))
        elif not TABLE_NOTE.match(line):
            if found := LABEL.match(line):
                self._open(self._abstract_level(1) + 1, found[1])
                line = line[found.end() :]
            if self._legend:
                self.document.captions[self._legend] += f" {line}"
            else:
                self.document.sections[-1].lines.append(line)
            self._legend = None

    def _caption(self, found: re.Match[str]) -> None:
        kind, number = found[1][0].upper(), int(found[2])
        self._table = number if kind == "T" else None
        self.document.captions.setdefault((kind, number), found[0])
        # A caption without words of its own has them in the next line.
        self._legend = (kind, number) if not CAPTION.sub("", found[3]) else None

    def _open(self, level: int, title: str) -> None:
        self._legend = None
        self._stack = [*(entry for entry in self._stack if entry[0] < level), (level, title)]
        self.document.sections.append(Section(tuple(name for _, name in self._stack)))

    def _abstract_level(self, default: int) -> int:
        found = [level for level, title in self._stack if title.casefold() == "abstract"]
        return found[0] if found else default

    def _level(self, line: str, *, alone: bool) -> int:
        """Return the level of a heading, 0 if the line is none."""
        if self._markdown:
            marks = MARKDOWN.match(line)
            return len(marks[1]) if marks else 0
        if line.casefold() in MAIN:
            inside = self._abstract_level(0) and line.casefold() != "introduction"
            return 2 if inside and line.casefold() != "abstract" else 1
        short = len(line) <= HEADING_LENGTH and line[0].isupper() and not line.endswith(CLOSED)
        return 2 if alone and short else 0


def paragraphs(lines: Sequence[str]) -> Iterator[str]:
    """Yield the paragraphs of a section; those that a page break cut are made whole again.

    A line that does not end a sentence goes on in the next line that starts in lower case, or else
    in the very next line; what stands between does not count.
    """
    index = 0
    while index < len(lines):
        text = lines[index]
        while not CITATION.sub("", text).rstrip(" *_").endswith(CLOSED):
            rest = range(index + 1, len(lines))
            following = next((i for i in rest if lines[i][0].islower()), index + 1)
            if following >= len(lines):
                break
            text, index = f"{text} {lines[following]}", following
        yield text
        index += 1
