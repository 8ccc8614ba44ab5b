"""The sections of the page, one module each, top to bottom.

Each module has ``section(context)``, which returns a :class:`~poolprop.report.context.Section`
or None where there is nothing to show. To add a section: a module here, a template of the
same id in ``report/templates/sections/``, and a place in :data:`SECTIONS`.
"""

from __future__ import annotations

from collections.abc import Callable

from poolprop.report.context import Context, Section
from poolprop.report.sections import (
    answer,
    bayes,
    benchmarks,
    certainty,
    comparisons,
    coverage,
    diagnostics,
    evidence_map,
    flow,
    forests,
    methods,
    multiverse,
    provenance,
    risk_of_bias,
    safety,
    second_engine,
    sensitivity,
    sources,
    studies,
    subgroups,
    summary,
    survival,
)

SECTIONS: tuple[Callable[[Context], Section | None], ...] = (
    answer.section,
    summary.section,
    forests.section,
    subgroups.section,
    bayes.section,
    sensitivity.section,
    diagnostics.section,
    multiverse.section,
    coverage.section,
    safety.section,
    survival.section,
    comparisons.section,
    benchmarks.section,
    flow.section,
    evidence_map.section,
    studies.section,
    risk_of_bias.section,
    certainty.section,
    sources.section,
    methods.section,
    second_engine.section,
    provenance.section,
)
