"""Draw one row: its texts, and the mark that its kind calls for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from poolprop.report.drawing import (
    Disc,
    DrawnRow,
    DrawnWeight,
    Line,
    PlotRow,
    Shape,
    Span,
    Text,
    Weight,
)
from poolprop.report.layout import Layout
from poolprop.report.swarm import Disc as Swarmed
from poolprop.report.swarm import swarm, tallest
from poolprop.report.textbox import wrap
from poolprop.report.values import Sentence

LABEL, DETAIL = 14.0, 12.5
LABEL_STEP, DETAIL_STEP, MARK_STEP = 18.0, 16.0, 22.0
LARGEST, SMALLEST, UNWEIGHTED = 7.5, 2.5, 5.0
# Between a cloud of points and the mark below it.
GAP = 7.0
DIAMOND = 7.5  # half of its height
Point = tuple[float, float]


def draw_row(row: PlotRow, top: float, columns: Layout) -> DrawnRow:
    """Place one row with its upper edge at ``top``; its height follows from its texts."""
    if row.kind in ("heading", "note"):
        return _text_row(row, top, columns)
    padding = 5.0
    texts, bottom = _names(row, top + padding, columns)
    cloud = [(at, share) for at, share in row.cloud if not columns.axis.beyond(at)]
    discs = swarm([(columns.x(at), share) for at, share in cloud])
    rise = tallest(discs) + GAP if discs else 0.0
    if columns.stacked:
        mark = round(bottom + rise + MARK_STEP / 2, 2)
        bottom = mark + MARK_STEP / 2
        baseline = top + padding + 13
    else:
        mark = round(max((top + padding + bottom) / 2, top + padding + rise), 2)
        bottom = max(bottom, mark + MARK_STEP / 2) if discs else bottom
        baseline = mark + 5
    texts += _cells(row, columns, baseline, mark + 5)
    lines, shapes = _mark(row, mark, columns)
    shapes = (*_fruits(discs, mark), *shapes)
    if row.light is not None and columns.light is not None:
        sign = Text(x=columns.light, y=mark + 4.5, content=(row.light.sign,), style="sign",
                    anchor="middle")  # fmt: skip
        circle = Disc(x=columns.light, y=mark, radius=8.5, style=f"rob {row.light.colour}")
        texts, shapes = [*texts, sign], (*shapes, circle)
    lines = (*_ticks(row, mark, columns), *lines)
    return DrawnRow(
        kind=row.kind,
        top=round(top, 2),
        height=round(bottom + padding - top, 2),
        summary=row.summary,
        texts=tuple(texts),
        lines=lines,
        shapes=shapes,
        others=tuple(_other(row, weight, mark, columns) for weight in row.others),
    )


def _fruits(discs: Sequence[Swarmed], mark: float) -> tuple[Disc, ...]:
    """Draw the points of a cloud above the mark."""
    return tuple(
        Disc(x=x, y=round(mark - GAP - height, 2), radius=radius, style="fruit")
        for x, height, radius in discs
    )


def _other(row: PlotRow, weight: Weight, mark: float, columns: Layout) -> DrawnWeight:
    """Draw a study as another model weighs it."""
    shapes = _square(replace(row, share=weight.share), mark, columns)
    if columns.weight is None:
        return DrawnWeight(texts=(), shapes=shapes)
    text = Text(x=columns.weight, y=round(mark + 5, 2), content=weight.text, style="cell",
                anchor="end")  # fmt: skip
    return DrawnWeight(texts=(text,), shapes=shapes)


def _text_row(row: PlotRow, top: float, columns: Layout) -> DrawnRow:
    """Place a row without a mark: a heading may use the whole width."""
    above = 12.0 if row.kind == "heading" else 4.0
    bold = row.kind == "heading"
    step, size = (LABEL_STEP, LABEL) if bold else (DETAIL_STEP, DETAIL)
    room = columns.label_width if row.counts else columns.width
    names: list[Sentence] = [(name,) for name in wrap(row.label, room, size, lines=3, bold=bold)]
    names = [row.note] if row.note else names
    texts = [
        Text(x=0.0, y=round(top + above + 13 + step * i, 2), content=name, style=row.kind)
        for i, name in enumerate(names)
    ]
    if columns.counts is not None and row.counts:
        y = round(top + above + 13, 2)
        texts.append(Text(x=columns.counts, y=y, content=row.counts, style="cell", anchor="end"))
    height = round(above + step * len(names) + 4, 2)
    return DrawnRow(
        kind=row.kind, top=round(top, 2), height=height, summary=row.summary,
        texts=tuple(texts), lines=(), shapes=(),
    )  # fmt: skip


def _names(row: PlotRow, top: float, columns: Layout) -> tuple[list[Text], float]:
    """Place name and detail; return them with the y where they end."""
    bold = row.kind == "pooled"
    texts = []
    y = top
    for line in wrap(row.label, columns.label_width, LABEL, lines=3, bold=bold):
        style = "label strong" if bold else "label"
        texts.append(Text(x=0.0, y=round(y + 13, 2), content=(line,), style=style))
        y += LABEL_STEP
    detail = row.detail
    if columns.stacked and row.light is not None:
        detail = f"{detail}; risk of bias: {row.light.word.lower()}".lstrip("; ")
    if detail:
        for line in wrap(detail, columns.label_width, DETAIL, lines=3):
            texts.append(Text(x=0.0, y=round(y + 11, 2), content=(line,), style="detail"))
            y += DETAIL_STEP
    return texts, y


def _cells(row: PlotRow, columns: Layout, first: float, mark: float) -> list[Text]:
    """Place the columns: counts beside the name, the others beside the mark."""
    style = "cell strong" if row.kind == "pooled" else "cell"
    places = [
        (columns.counts, row.counts, first, style),
        (columns.estimate, row.estimate, mark, style),
        (columns.weight, row.weight, mark, f"{style} weight"),
    ]
    return [
        Text(x=x, y=round(y, 2), content=content, style=style, anchor="end")
        for x, content, y, style in places
        if x is not None and content
    ]


def _ticks(row: PlotRow, y: float, columns: Layout) -> tuple[Line, ...]:
    """Draw the values to compare with as short upright lines."""
    return tuple(
        Line(x1=columns.x(at), y1=y - 9, x2=columns.x(at), y2=y + 9, style="quoted")
        for at in row.ticks
        if not columns.axis.beyond(at)
    )


Marks = tuple[tuple[Line, ...], tuple[Shape | Disc, ...]]


def _mark(row: PlotRow, y: float, columns: Layout) -> Marks:
    if row.kind == "pooled":
        return (), (*_diamond(row, y, columns), *_arrows(row.ci, y, columns, "diamond"))
    if row.kind == "prediction":
        return _whisker(row.prediction, y, columns, "prediction", cap=5.0)
    if row.kind == "study":
        lines, shapes = _whisker(row.ci, y, columns, "whisker")
        return lines, (*shapes, *_square(row, y, columns))
    outer, arrows = _whisker(row.prediction, y, columns, "prediction", cap=4.0)
    pooled = row.at is not None  # else the interval is that of the one study in the cloud
    inner, more = _whisker(row.ci, y, columns, "interval" if pooled else "whisker")
    # The caps come last, so that they show where the confidence interval is the wider one.
    return (*outer[:1], *inner, *outer[1:]), (*arrows, *more, *_dot(row, y, columns))


def _whisker(span: Span | None, y: float, columns: Layout, style: str, cap: float = 0.0) -> Marks:
    """Draw an interval; an end beyond the axis becomes an arrow, others get a cap."""
    if span is None:
        return (), ()
    low, high = columns.x(span.lower), columns.x(span.upper)
    arrows = _arrows(span, y, columns, style)
    if low == high and arrows:
        return (), arrows  # all of it lies beyond the axis
    lines = [Line(x1=low, y1=y, x2=high, y2=y, style=style)]
    ends = [columns.x(at) for at in (span.lower, span.upper) if not columns.axis.beyond(at)]
    lines += [Line(x1=x, y1=y - cap, x2=x, y2=y + cap, style=style) for x in ends if cap]
    return tuple(lines), arrows


def _arrows(span: Span | None, y: float, columns: Layout, style: str) -> tuple[Shape, ...]:
    """Draw an arrow at each end of the axis beyond which an interval goes on."""
    if span is None:
        return ()
    axis = columns.axis
    sides = {side for side in (axis.beyond(span.lower), axis.beyond(span.upper)) if side}
    edges = [(columns.left if side < 0 else columns.right, side) for side in sorted(sides)]
    return tuple(
        Shape(
            points=_points([(x + 6 * s, y), (x - 3 * s, y - 4.5), (x - 3 * s, y + 4.5)]),
            style=f"{style} arrow",
        )
        for x, s in edges
    )


def _square(row: PlotRow, y: float, columns: Layout) -> tuple[Shape, ...]:
    """Draw a square whose area shows the share; hidden if it lies beyond the axis."""
    if row.at is None or columns.axis.beyond(row.at):
        return ()
    half = UNWEIGHTED if row.share is None else max(SMALLEST, LARGEST * math.sqrt(row.share))
    x = columns.x(row.at)
    corners = [(x - half, y - half), (x + half, y - half), (x + half, y + half)]
    return (Shape(points=_points([*corners, (x - half, y + half)]), style="square"),)


def _diamond(row: PlotRow, y: float, columns: Layout) -> tuple[Shape, ...]:
    """Draw a diamond; what lies beyond the axis is cut off."""
    if row.at is None or row.ci is None or columns.axis.beyond(row.at):
        return ()
    at, x, axis = row.at, columns.x(row.at), columns.axis

    def end(value: float, edge: float) -> list[Point]:
        """Return its tip, or two corners where it is cut."""
        if not axis.beyond(value):
            return [(columns.x(value), y)]
        half = DIAMOND * abs(value - edge) / abs(value - at)
        return [(columns.x(edge), y + half), (columns.x(edge), y - half)]

    left = end(row.ci.lower, axis.lower)
    right = end(row.ci.upper, axis.upper)[::-1]
    corners = [*left, (x, y - DIAMOND), *right, (x, y + DIAMOND)]
    return (Shape(points=_points(corners), style="diamond"),)


def _dot(row: PlotRow, y: float, columns: Layout) -> tuple[Disc, ...]:
    if row.at is None or columns.axis.beyond(row.at):
        return ()
    return (Disc(x=columns.x(row.at), y=y, radius=5.0, style="dot"),)


def _points(corners: Sequence[Point]) -> str:
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in corners)
