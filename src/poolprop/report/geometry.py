"""Lay out a plot: from proportions and names to coordinates.

Row heights follow from the names, so rows never overlap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from poolprop.report.drawing import (
    Drawing,
    DrawnRow,
    DrawnVariant,
    Line,
    Plot,
    PlotRow,
    Text,
    Variant,
)
from poolprop.report.layout import Layout, axis_of, narrow, wide
from poolprop.report.marks import draw_row
from poolprop.report.scales import Scale, across
from poolprop.report.textbox import text_width

AXIS_ROOM = 24.0


def draw(plot: Plot, layout: Layout) -> Drawing:
    """Lay out every row, the column titles and the axis; other models in the place of this one."""
    top = 24.0
    rows = _stack(_scaled(plot.rows), top + 6, layout)
    start = next((row.top for row in rows if row.kind == "pooled"), top + 6)
    variants = [(one, _stack(one.rows, start, layout)) for one in plot.variants]
    ends = [
        drawn[-1].top + drawn[-1].height for drawn in (rows, *(v for _, v in variants)) if drawn
    ]
    y = round(max(ends, default=top + 6) + 4, 2)
    scale = Scale(axis=layout.axis, label=plot.axis_label, policy=plot.policy)
    grid, labels = across(scale, layout.left, layout.right, top, y, layout.width)
    return Drawing(
        id=f"{plot.id}-{layout.name}",
        layout=layout.name,
        width=layout.width,
        height=round(y + AXIS_ROOM + (18 if plot.axis_label else 0), 2),
        title=plot.title,
        description=plot.description,
        texts=(*_headers(plot, layout), *labels, *_axis_title(plot, layout, y)),
        lines=(*grid, *_rules(plot, layout, top, y)),
        rows=rows,
        variants=tuple(_variant(one, drawn, layout, top, y) for one, drawn in variants),
    )


def _stack(rows: Sequence[PlotRow], y: float, layout: Layout) -> tuple[DrawnRow, ...]:
    """Draw rows below one another, the first with its upper edge at ``y``."""
    drawn = []
    for row in rows:
        drawn.append(draw_row(row, y, layout))
        y += drawn[-1].height
    return tuple(drawn)


def _variant(
    variant: Variant, rows: tuple[DrawnRow, ...], layout: Layout, top: float, y: float
) -> DrawnVariant:
    at = next((row.at for row in variant.rows if row.kind == "pooled"), None)
    lines = _reference(at, layout, top, y)
    return DrawnVariant(label=variant.label, method=variant.method, rows=rows, lines=lines)


def _reference(at: float | None, layout: Layout, top: float, y: float) -> tuple[Line, ...]:
    if at is None or layout.axis.beyond(at):
        return ()
    x = layout.x(at)
    return (Line(x1=x, y1=top, x2=x, y2=y, style="reference"),)


def _scaled(rows: Sequence[PlotRow]) -> list[PlotRow]:
    """Scale the shares so that the heaviest study has share 1, in each model."""
    heaviest = max((row.share or 0.0 for row in rows), default=0.0) or 1.0
    listed = zip(*(row.others for row in rows if row.others), strict=True)
    tops = [max(one.share for one in column) for column in listed]
    return [
        replace(
            row,
            share=None if row.share is None else row.share / heaviest,
            others=tuple(
                replace(one, share=one.share / (top or 1.0))
                for one, top in zip(row.others, tops, strict=bool(row.others))
            ),
        )
        for row in rows
    ]


def _headers(plot: Plot, layout: Layout) -> tuple[Text, ...]:
    places = [
        ("label", 0.0, "start"),
        ("counts", layout.counts, "end"),
        ("estimate", layout.estimate, "end"),
        ("weight", layout.weight, "end"),
        ("light", layout.light, "middle"),
    ]
    if layout.stacked and layout.counts is not None:
        places = [("label", 0.0, "start"), ("counts", layout.counts, "end")]
    return tuple(
        Text(x=x, y=14.0, content=(plot.headers[key],), style="head", anchor=anchor)
        for key, x, anchor in places
        if x is not None and plot.headers.get(key)
    )


def _axis_title(plot: Plot, layout: Layout, y: float) -> tuple[Text, ...]:
    if not plot.axis_label:
        return ()
    half = text_width(plot.axis_label, 12.0) / 2
    middle = max(half, min((layout.left + layout.right) / 2, layout.width - half))
    return (
        Text(
            x=round(middle, 2), y=y + 35, content=(plot.axis_label,), style="tick", anchor="middle"
        ),
    )


def _rules(plot: Plot, layout: Layout, top: float, y: float) -> tuple[Line, ...]:
    rule = Line(x1=0.0, y1=top - 1, x2=layout.width, y2=top - 1, style="rule")
    return (rule, *_reference(plot.reference, layout, top, y))


def layouts(plot: Plot) -> tuple[Drawing, Drawing]:
    """Return the plot in both layouts, wide first."""
    axis = axis_of(plot)
    return draw(plot, wide(plot, axis)), draw(plot, narrow(plot, axis))
