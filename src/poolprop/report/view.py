"""The whole page as data: what the templates are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from poolprop.report.context import Context, Section, Terms
from poolprop.report.doors import island, shown
from poolprop.report.read import Results
from poolprop.report.sections import SECTIONS, glossary, reporting
from poolprop.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The page: its title, the question it answers, its sections, and what opens behind numbers."""

    title: str
    question: str
    version: str
    software: str
    code: str
    sections: tuple[Section, ...]
    island: str


def make_view(results: Results, settings: Settings, terms: Terms | None = None) -> View:
    """Gather all sections.

    Parameters
    ----------
    results : Results
        The result files.
    settings : Settings
        The plan that ran.
    terms : mapping, optional
        Labels of the vocabulary: field, then code, then label. Codes without a label are
        written in plain words.
    """
    context = Context(results=results, settings=settings, terms=_with_levels(results, terms or {}))
    made = tuple(found for make in SECTIONS if (found := make(context)) is not None)
    made = (*made, reporting.section(context, made))
    made = (*made, glossary.section(made))
    return View(
        title=settings.review.title,
        question=settings.review.question,
        version=", ".join(filter(None, (settings.review.version, settings.review.date))),
        code=str(results.manifest.get("code", "")),
        software=str(results.manifest.get("version", "")),
        sections=made,
        island=island(results, shown(made)),
    )


def _with_levels(results: Results, terms: Terms) -> Terms:
    """Add the labels that the subgroup results carry, so that both name a level alike."""
    merged: dict[str, Mapping[str, str]] = dict(terms)
    for endpoint in results.endpoints:
        for factor in endpoint.subgroups.get("factors", []):
            found = {level["level"]: level["label"] for level in factor["levels"]}
            merged[factor["factor"]] = {**found, **merged.get(factor["factor"], {})}
    return merged
