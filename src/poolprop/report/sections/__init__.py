"""The sections of the page, one module each, and the views in which they stand.

Each module has ``section(context)``, which returns a :class:`~poolprop.report.context.Section`
or None where there is nothing to show. To add a section: a module here and a place in one of the
:data:`VIEWS`. A section whose markup is its own has a template of the same id in
``report/templates/sections/``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from poolprop.report.context import Context, Section
from poolprop.report.sections import (
    answer,
    bayes,
    benchmarks,
    certainty,
    change,
    characteristics,
    comparisons,
    confidence,
    course,
    coverage,
    diagnostics,
    evidence_map,
    forests,
    groups,
    methods,
    models,
    multiverse,
    other_figures,
    provenance,
    ratios,
    risk_of_bias,
    safety,
    second_engine,
    sensitivity,
    sources,
    studies,
    subgroups,
    summary,
    survival,
    trust,
)

Make = Callable[[Context], Section | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Sections that are read together, top to bottom: one view at a time is open.

    The first holds the answer and the review; all others are opened by choice.
    """

    id: str
    title: str
    sections: tuple[Make, ...]


VIEWS = (
    View(
        id="review",
        title="Answer and review",
        sections=(
            answer.section,
            summary.section,
            forests.section,
            groups.section,
            studies.section,
            risk_of_bias.section,
            change.section,
            provenance.cite,
        ),
    ),
    View(
        id="robustness",
        title="Robustness",
        sections=(
            sensitivity.section,
            models.section,
            subgroups.section,
            diagnostics.section,
            multiverse.section,
            confidence.section,
            bayes.section,
            coverage.section,
        ),
    ),
    View(
        id="harms",
        title="More outcomes and harms",
        sections=(
            forests.others,
            safety.section,
            survival.section,
            ratios.section,
            comparisons.section,
        ),
    ),
    View(
        id="evidence",
        title="Evidence and sources",
        sections=(
            studies.flow,
            evidence_map.section,
            characteristics.section,
            course.section,
            risk_of_bias.answers,
            certainty.section,
            benchmarks.section,
            sources.section,
            trust.section,
            other_figures.section,
        ),
    ),
    View(
        id="methods",
        title="Methods and provenance",
        sections=(methods.section, second_engine.section, provenance.section),
    ),
)
