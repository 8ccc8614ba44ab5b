"""The whole page as data: what the templates are given."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from poolprop.plan import Settings
from poolprop.report.context import (
    Context,
    Section,
    Terms,
    leading,
    primary_estimand,
    primary_result,
)
from poolprop.report.evidence_panel.facts import island, quoted_numbers
from poolprop.report.evidence_panel.packing import places
from poolprop.report.explore import explorable
from poolprop.report.read import Results
from poolprop.report.sections import VIEWS, Make, glossary, reporting


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenView:
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
    views: tuple[OpenView, ...]
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
        OpenView(id=view.id, title=view.title, sections=_made(context, view.sections))
        for view in VIEWS
    ]
    # What tells of all other sections closes the last view.
    last = views.pop()
    made = tuple(section for view in (*views, last) for section in view.sections)
    checklists = reporting.section(context, made)
    words = glossary.section((*made, checklists))
    views.append(replace(last, sections=(*last.sections, checklists, words)))
    numbers = quoted_numbers(views)
    return Page(
        title=settings.review.title,
        question=settings.review.question,
        version=", ".join(filter(None, (settings.review.version, settings.review.date))),
        code=str(results.manifest.get("code", "")),
        software=str(results.manifest.get("version", "")),
        views=tuple(view for view in views if view.sections),
        island=island(results, numbers, {"explore": explorable(results, settings, numbers)}),
        places=places(numbers),
        citation=_citation(context),
        linked_data=_linked_data(context),
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


def _citation(context: Context) -> tuple[tuple[str, str], ...]:
    """Return names and contents of the ``citation_`` tags."""
    review = context.settings.review
    tags = (
        ("citation_title", review.title),
        ("citation_publication_date", review.date.replace("-", "/")),
        ("citation_language", "en"),
        ("citation_technical_report_number", review.version),
    )
    return tuple((name, content) for name, content in tags if content)


def _linked_data(context: Context) -> str:
    """Return the review, its version and its primary results, safe inside a script element."""
    review, manifest = context.settings.review, context.results.manifest
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "ScholarlyArticle",
        "name": review.title,
        "abstract": review.question,
        "version": review.version,
        "datePublished": review.date,
        "inLanguage": "en",
        "isBasedOn": {
            "@type": "Dataset",
            "name": f"Study tables of: {review.title}",
            "description": review.question,
            "version": review.version,
            "measurementTechnique": "systematic review and meta-analysis of proportions",
            "variableMeasured": _measured(context),
        },
        "creditText": f"poolprop {manifest.get('version', '')}".strip(),
    }
    told = {name: value for name, value in found.items() if value}
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.replace("<", "\\u003c").replace("\u2028", " ").replace("\u2029", " ")


def _measured(context: Context) -> list[dict[str, Any]]:
    """Return the primary outcomes with the ends of their intervals, as proportions."""
    return [
        {
            "@type": "PropertyValue",
            "name": str(endpoint.pool["endpoint"]["label"]),
            "propertyID": str(result["id"]),
            "value": result["proportion"],
            "minValue": result["ci"]["lower"],
            "maxValue": result["ci"]["upper"],
            "unitText": "proportion",
        }
        for endpoint in leading(context)
        if (result := primary_result(primary_estimand(endpoint))) is not None
    ]
