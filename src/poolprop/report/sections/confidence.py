"""Confidence curves: the intervals of every level, of each study and of the pooled value."""

from __future__ import annotations

from dataclasses import dataclass

from poolprop.report import gates
from poolprop.report.context import Context, Section, answered, leading
from poolprop.report.drapery import drapery
from poolprop.report.figures import Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """One figure an outcome."""

    figures: tuple[tuple[str, Figure], ...]


def section(context: Context) -> Section | None:
    """Return the section; None where no outcome has studies enough."""
    level = context.settings.level
    found = [
        (str(one.pool["endpoint"]["label"]), drawn)
        for one, _, result in answered(context)
        if one in leading(context)
        and result["k"] >= gates.MODELS
        and (drawn := drapery(one.confidence, result, level, context.axis(one.id)))
    ]
    if not found:
        return None
    return Section(id="confidence", title="Confidence curves", body=Curves(figures=tuple(found)))
