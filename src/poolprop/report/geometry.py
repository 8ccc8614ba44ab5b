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
    Span,
    Text,
    Variant,
)
from poolprop.report.formats import percent
from poolprop.report.layout import Layout, narrow, wide
from poolprop.report.marks import draw_row
from poolprop.report.textbox import text_width

TICKS = 5
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
    return Drawing(
        id=f"{plot.id}-{layout.name}",
        layout=layout.name,
        width=layout.width,
        height=round(y + AXIS_ROOM + (18 if plot.axis_label else 0), 2),
        title=plot.title,
        description=plot.description,
        texts=(*_headers(plot, layout), *_axis_texts(plot, layout, y)),
        lines=_axis_lines(plot, layout, top, y),
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
    lines = () if at is None else (_reference(at, layout, top, y),)
    return DrawnVariant(label=variant.label, method=variant.method, rows=rows, lines=lines)


def _reference(at: float, layout: Layout, top: float, y: float) -> Line:
    x = layout.x(at)
    return Line(x1=x, y1=top, x2=x, y2=y, style="reference")


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


def _tick_values(axis: Span) -> tuple[float, ...]:
    step = (axis.upper - axis.lower) / TICKS
    return tuple(axis.lower + step * i for i in range(TICKS + 1))


def _axis_texts(plot: Plot, layout: Layout, y: float) -> tuple[Text, ...]:
    texts = [
        Text(x=layout.x(tick), y=y + 17, content=(percent(tick, 0),), style="tick", anchor="middle")
        for tick in _tick_values(plot.axis)
    ]
    if plot.axis_label:
        half = text_width(plot.axis_label, 12.0) / 2
        middle = max(half, min((layout.left + layout.right) / 2, layout.width - half))
        middle = round(middle, 2)
        texts.append(
            Text(x=middle, y=y + 35, content=(plot.axis_label,), style="tick", anchor="middle")
        )
    return tuple(texts)


def _axis_lines(plot: Plot, layout: Layout, top: float, y: float) -> tuple[Line, ...]:
    grid = [
        Line(x1=layout.x(tick), y1=top, x2=layout.x(tick), y2=y, style="grid")
        for tick in _tick_values(plot.axis)
    ]
    base = Line(x1=layout.left, y1=y, x2=layout.right, y2=y, style="axis")
    rule = Line(x1=0.0, y1=top - 1, x2=layout.width, y2=top - 1, style="rule")
    if plot.reference is None:
        return (*grid, base, rule)
    return (*grid, base, rule, _reference(plot.reference, layout, top, y))


def layouts(plot: Plot) -> tuple[Drawing, Drawing]:
    """Return the plot in both layouts, wide first."""
    return draw(plot, wide(plot)), draw(plot, narrow(plot))
