"""The glossary at the end of the page, made from what the page shows."""

from __future__ import annotations

from dataclasses import dataclass

from poolprop.report.context import Section
from poolprop.report.glossary import Entry, terms, titles


@dataclass(frozen=True, slots=True, kw_only=True)
class Glossary:
    """Terms of the field, and titles of columns."""

    terms: tuple[Entry, ...]
    titles: tuple[Entry, ...]


def section(made: tuple[Section, ...]) -> Section:
    """Return the glossary of the sections made so far."""
    body = Glossary(terms=terms(), titles=titles(made))
    return Section(id="glossary", title="Glossary", body=body)
