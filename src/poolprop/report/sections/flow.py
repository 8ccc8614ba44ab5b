"""From reports found to studies included."""

from __future__ import annotations

from dataclasses import dataclass

from poolprop.report.context import Context, Section
from poolprop.report.figures import Figure
from poolprop.report.flowchart import flowchart
from poolprop.report.formats import MISSING
from poolprop.report.tables import text_table

TITLES = ("Box", "Number", "What happened", "Remark")
HAPPENED = {"on": "goes on", "out": "left out"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The chart, and the same as a table."""

    figure: Figure


def section(context: Context) -> Section | None:
    """Return the section; None if the review has no flow."""
    boxes = context.results.flow
    if not boxes:
        return None
    name, title = "plot-flow", "From reports found to studies included"
    table = text_table(
        "table-flow",
        title,
        TITLES,
        [
            [
                box["label"],
                box["count"] or "NR",
                HAPPENED.get(box["kind"], box["kind"]),
                box["note"] or MISSING,
            ]
            for box in boxes
        ],
    )
    unknown = any(not box["count"].isdigit() for box in boxes)
    caption = "The numbers add up from box to box; that is checked before every run."
    if unknown:
        caption += " A number that nobody documented is said to be unknown, not guessed."
    figure = Figure(
        id=name, drawings=flowchart(name, title, boxes), caption=(caption,), table=table
    )
    return Section(id="flow", title="Flow of reports", body=Flow(figure=figure))
