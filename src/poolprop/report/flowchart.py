"""The flow of reports as boxes: what goes on stands below, what leaves to the side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from poolprop.report.drawing import Drawing, DrawnRow, Line, Shape, Text
from poolprop.report.textbox import wrap

NOT_REPORTED = "number not known"
SIZE, STEP, PAD, GAP = 14.0, 18.0, 10.0, 26.0
# Width of the page, of the boxes that go on and of those that leave; where the latter begin.
PLACES = {"wide": (860.0, 400.0, 360.0, 490.0), "narrow": (344.0, 344.0, 300.0, 44.0)}
Box = Mapping[str, str]


def flowchart(name: str, title: str, boxes: Sequence[Box]) -> tuple[Drawing, ...]:
    """Return the chart in both layouts, wide first.

    Parameters
    ----------
    name, title : str
        Identifier and name of the figure.
    boxes : sequence of mapping
        Rows of ``flow.csv``: ``box``, ``from_box``, ``kind``, ``label``, ``count``.
    """
    words = "; ".join(f"{box['label']}: {_count(box)}" for box in boxes)
    return tuple(_draw(name, layout, title, words, boxes) for layout in PLACES)


def _count(box: Box) -> str:
    return f"n = {box['count']}" if box["count"].isdigit() else NOT_REPORTED


def _draw(name: str, layout: str, title: str, words: str, boxes: Sequence[Box]) -> Drawing:
    width, main, side, at = PLACES[layout]
    stacked = layout == "narrow"
    rows: list[DrawnRow] = []
    lines: list[Line] = []
    y, below, bottom = 4.0, 0.0, 0.0
    for box in (one for one in boxes if one["kind"] == "on"):
        y = max(y, below)
        if rows:
            lines += _arrow(24.0, bottom, y)
        drawn = _box(box, 0.0, y, main)
        rows.append(drawn)
        bottom = y + drawn.height
        below = y = bottom + GAP
        top = bottom + 8 if stacked else bottom - drawn.height
        for left in (b for b in boxes if b["kind"] == "out" and b["from_box"] == box["box"]):
            drawn = _box(left, at, top, side)
            middle = top + drawn.height / 2
            start = 24.0 if stacked else main
            lines.append(Line(x1=start, y1=middle, x2=at, y2=middle, style="flow-line"))
            rows.append(drawn)
            top += drawn.height + 8
            below = max(below, top + 8)
        y = max(y, below) if stacked else y
    end = max((row.top + row.height for row in rows), default=0.0)
    return Drawing(
        id=f"{name}-{layout}", layout=layout, width=width, height=round(end + 6, 2), title=title,
        description=words, texts=(), lines=tuple(lines), rows=tuple(rows),
    )  # fmt: skip


def _arrow(x: float, top: float, bottom: float) -> list[Line]:
    return [
        Line(x1=x, y1=top, x2=x, y2=bottom, style="flow-line"),
        Line(x1=x - 5, y1=bottom - 7, x2=x, y2=bottom, style="flow-line"),
        Line(x1=x + 5, y1=bottom - 7, x2=x, y2=bottom, style="flow-line"),
    ]


def _box(box: Box, x: float, y: float, width: float) -> DrawnRow:
    names = wrap(box["label"], width - 2 * PAD, SIZE, lines=3)
    texts = [
        Text(x=x + PAD, y=round(y + PAD + 12 + STEP * i, 2), content=(line,), style="label")
        for i, line in enumerate(names)
    ]
    last = round(y + PAD + 12 + STEP * len(names), 2)
    texts.append(Text(x=x + PAD, y=last, content=(_count(box),), style="cell strong"))
    height = 2 * PAD + STEP * (len(names) + 1) - 2
    corners = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
    points = " ".join(f"{px:g},{py:.2f}" for px, py in corners)
    return DrawnRow(
        kind="box", top=round(y, 2), height=round(height, 2),
        summary=f"{box['label']}: {_count(box)}", texts=tuple(texts), lines=(),
        shapes=(Shape(points=points, style=f"flow-box {box['kind']}"),),
    )  # fmt: skip
