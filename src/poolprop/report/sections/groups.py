"""Groups at a glance: the levels of every factor of the outcomes that the review asks for."""

from __future__ import annotations

from dataclasses import dataclass

from poolprop.report.context import Context, Section, leading
from poolprop.report.figures import Figure
from poolprop.report.orchard import orchard


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """One figure an outcome."""

    figures: tuple[Figure, ...]


def section(context: Context) -> Section | None:
    """Return the section; None without a group."""
    drawn = (orchard(context, endpoint) for endpoint in leading(context))
    figures = tuple(one for one in drawn if one is not None)
    if not figures:
        return None
    return Section(id="groups", title="Groups at a glance", body=Groups(figures=figures))
