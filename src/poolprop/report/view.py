"""The whole page as data: what the templates are given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from poolprop.plan import Settings
from poolprop.report.context import Context, Section, Terms
from poolprop.report.doors import island, shown
from poolprop.report.explore import explorable
from poolprop.report.machines import citation, linked_data
from poolprop.report.packing import places
from poolprop.report.read import Results
from poolprop.report.sections import VIEWS, Make, glossary, reporting


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A view with the sections for which there are results."""

    id: str
    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The page: its title, the question it answers, its views, and what opens behind numbers."""

    title: str
    question: str
    version: str
    software: str
    code: str
    views: tuple[Shown, ...]
    island: str
    places: Mapping[tuple[str, str], int]
    citation: tuple[tuple[str, str], ...]
    linked_data: str


def make_page(results: Results, settings: Settings, terms: Terms | None = None) -> Page:
    """Gather all sections, view by view.

    ``terms``: labels of the vocabulary: field, then code, then label. Codes without a label are
    written in plain words.
    """
    context = Context(results=results, settings=settings, terms=_with_levels(results, terms or {}))
    views = [
        Shown(id=view.id, title=view.title, sections=_made(context, view.sections))
        for view in VIEWS
    ]
    # What tells of all other sections closes the last view.
    last = views.pop()
    made = tuple(section for view in (*views, last) for section in view.sections)
    checklists = reporting.section(context, made)
    words = glossary.section((*made, checklists))
    views.append(replace(last, sections=(*last.sections, checklists, words)))
    numbers = shown(views)
    return Page(
        title=settings.review.title,
        question=settings.review.question,
        version=", ".join(filter(None, (settings.review.version, settings.review.date))),
        code=str(results.manifest.get("code", "")),
        software=str(results.manifest.get("version", "")),
        views=tuple(view for view in views if view.sections),
        island=island(results, numbers, {"explore": explorable(results, settings, numbers)}),
        places=places(numbers),
        citation=citation(context),
        linked_data=linked_data(context),
    )


def _made(context: Context, makers: Iterable[Make]) -> tuple[Section, ...]:
    return tuple(found for make in makers if (found := make(context)) is not None)


def _with_levels(results: Results, terms: Terms) -> Terms:
    """Add the labels that the subgroup results carry, so that both name a level alike."""
    merged: dict[str, Mapping[str, str]] = dict(terms)
    for endpoint in results.endpoints:
        for factor in endpoint.subgroups.get("factors", []):
            found = {level["level"]: level["label"] for level in factor["levels"]}
            merged[factor["factor"]] = {**found, **merged.get(factor["factor"], {})}
    return merged
