"""Lay out a plot: from proportions and names to coordinates.

Row heights follow from the names, so rows never overlap.
"""

from __future__ import annotations

from dataclasses import replace

from poolprop.report.drawing import Drawing, Line, Plot, PlotRow, Span, Text
from poolprop.report.formats import percent
from poolprop.report.layout import Layout, narrow, wide
from poolprop.report.marks import draw_row

TICKS = 5
AXIS_ROOM = 24.0


def draw(plot: Plot, layout: Layout) -> Drawing:
    """Lay out every row, the column titles and the axis."""
    top = 24.0
    heaviest = max((row.share or 0.0 for row in plot.rows), default=0.0) or 1.0
    rows = []
    y = top + 6
    for row in plot.rows:
        drawn = draw_row(_scaled(row, heaviest), y, layout)
        rows.append(drawn)
        y += drawn.height
    y = round(y + 4, 2)
    return Drawing(
        id=f"{plot.id}-{layout.name}",
        layout=layout.name,
        width=layout.width,
        height=round(y + AXIS_ROOM + (18 if plot.axis_label else 0), 2),
        title=plot.title,
        description=plot.description,
        texts=(*_headers(plot, layout), *_axis_texts(plot, layout, y)),
        lines=_axis_lines(plot, layout, top, y),
        rows=tuple(rows),
    )


def _scaled(row: PlotRow, heaviest: float) -> PlotRow:
    """Scale the share of a row so that the heaviest study has share 1."""
    return row if row.share is None else replace(row, share=row.share / heaviest)


def _headers(plot: Plot, layout: Layout) -> tuple[Text, ...]:
    places = [
        ("label", 0.0, "start"),
        ("counts", layout.counts, "end"),
        ("estimate", layout.estimate, "end"),
        ("weight", layout.weight, "end"),
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
        middle = round((layout.left + layout.right) / 2, 2)
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
    x = layout.x(plot.reference)
    return (*grid, base, rule, Line(x1=x, y1=top, x2=x, y2=y, style="reference"))


def layouts(plot: Plot) -> tuple[Drawing, Drawing]:
    """Return the plot in both layouts, wide first."""
    return draw(plot, wide(plot)), draw(plot, narrow(plot))
