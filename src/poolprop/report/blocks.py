"""What a section is made of: paragraphs, tables, figures, lists, and parts with a heading each.

A string or a sentence is a paragraph; what is empty is left out. ``macros/blocks.html.j2`` writes
them. Only a section with markup of its own has a template.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup

from poolprop.report.figures import Figure
from poolprop.report.tables import Table
from poolprop.report.values import Sentence


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph with a class of its own; ``auto``: its direction is that of its letters."""

    block: ClassVar[str] = "text"
    content: Sentence | str
    style: str
    auto: bool = False


@dataclass(frozen=True, slots=True)
class Folded:
    """A table behind a summary: its caption, or other words."""

    block: ClassVar[str] = "folded"
    table: Table
    title: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """A list of notes, or one without a class; nothing where it is empty."""

    block: ClassVar[str] = "items"
    items: tuple[str, ...]
    style: str = "notes"


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with what belongs to each."""

    block: ClassVar[str] = "facts"
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within a part, with what it is of for those who hear it alone."""

    block: ClassVar[str] = "heading"
    title: str
    of: str
    id: str = ""
    level: int = 4


@dataclass(frozen=True, slots=True)
class Widget:
    """A place that a script fills from data of its own."""

    block: ClassVar[str] = "widget"
    style: str
    name: str
    data: str


@dataclass(frozen=True, slots=True)
class Part:
    """Blocks under a heading of their own, such as those of one outcome."""

    block: ClassVar[str] = "part"
    id: str
    title: str
    blocks: Blocks
    of: str = ""


Block = str | Sentence | Text | Table | Folded | Figure | Items | Facts | Heading | Widget | Part
Blocks = tuple[Block | None, ...]


def code(text: str) -> Markup:
    """Return a text set as code."""
    return Markup("<code>{}</code>").format(text)
