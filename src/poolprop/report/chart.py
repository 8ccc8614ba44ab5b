"""Charts with two axes: points with names, lines and areas, laid out for screen and phone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from poolprop.report.drawing import Disc, Drawing, DrawnRow, Line, Shape, Text
from poolprop.report.formats import FORMATS
from poolprop.report.textbox import text_width, wrap

SIZES = {"wide": (860.0, 330.0), "narrow": (344.0, 300.0)}
LEFT, RIGHT, TOP, BOTTOM = 58.0, 20.0, 30.0, 46.0
DOT, LABEL, LINE_HEIGHT = 5.0, 12.5, 16.0
Point = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """An axis: its ends, its title, how its ticks are written, and where (empty: chosen here).

    ``lower`` may be the larger end, for an axis that runs downwards.
    """

    lower: float
    upper: float
    label: str
    form: str = "number"
    ticks: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A point that can be focused: its name is drawn beside it, ``summary`` is told."""

    x: float
    y: float
    label: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A line or an area through points; ``style`` names its class."""

    points: tuple[Point, ...]
    style: str
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What to draw: ``dots`` are points without a name, with the class of each."""

    id: str
    title: str
    description: str
    x: Scale
    y: Scale
    spots: tuple[Spot, ...] = ()
    dots: tuple[tuple[float, float, str], ...] = ()
    paths: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where the axes stand, and where a value lies."""

    width: float
    height: float
    x_scale: Scale
    y_scale: Scale

    def x(self, value: float) -> float:
        """Return the horizontal place of a value, kept within the frame."""
        room = self.width - LEFT - RIGHT
        return round(LEFT + room * _share(value, self.x_scale), 2)

    def y(self, value: float) -> float:
        """Return the vertical place of a value, kept within the frame."""
        room = self.height - TOP - BOTTOM
        return round(self.height - BOTTOM - room * _share(value, self.y_scale), 2)

    def place(self, points: Sequence[Point]) -> str:
        """Return points as SVG writes them."""
        return " ".join(f"{self.x(x):g},{self.y(y):g}" for x, y in points)


def layouts(chart: Chart) -> tuple[Drawing, ...]:
    """Return the chart in both layouts, wide first."""
    return tuple(_draw(chart, name) for name in SIZES)


def ends(values: Sequence[float], *, zero: bool = False) -> tuple[float, float]:
    """Return the ends of an axis that holds all values, with some room."""
    low, high = min(values), max(values)
    low = min(low, 0.0) if zero else low
    room = 0.08 * (high - low) or 0.5 * abs(high) or 1.0
    return (low if zero and low == 0 else low - room), high + room


def ticks(scale: Scale, most: int = 6) -> tuple[float, ...]:
    """Return round values within an axis, at most ``most``."""
    if scale.ticks:
        return scale.ticks
    low, high = sorted((scale.lower, scale.upper))
    rough = (high - low) / most
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(i * step for i in range(first, last + 1))


def _share(value: float, scale: Scale) -> float:
    share = (value - scale.lower) / (scale.upper - scale.lower)
    return min(1.0, max(0.0, share))


def _draw(chart: Chart, layout: str) -> Drawing:
    width, height = SIZES[layout]
    frame = Frame(width=width, height=height, x_scale=chart.x, y_scale=chart.y)
    lines, texts = _axes(chart, frame)
    areas = [Shape(points=frame.place(p.points), style=p.style) for p in chart.paths if p.closed]
    dots = [
        Shape(points=_square(frame.x(x), frame.y(y)), style=style) for x, y, style in chart.dots
    ]
    curves = [Shape(points=frame.place(p.points), style=p.style) for p in chart.paths
              if not p.closed]  # fmt: skip
    return Drawing(
        id=f"{chart.id}-{layout}", layout=layout, width=width, height=height, title=chart.title,
        description=chart.description, texts=texts, lines=lines, rows=_spots(chart, frame),
        shapes=(*areas, *dots), curves=tuple(curves),
    )  # fmt: skip


def _square(x: float, y: float, half: float = 2.5) -> str:
    corners = ((-half, -half), (half, -half), (half, half), (-half, half))
    return " ".join(f"{x + dx:g},{y + dy:g}" for dx, dy in corners)


def _axes(chart: Chart, frame: Frame) -> tuple[tuple[Line, ...], tuple[Text, ...]]:
    left, right = LEFT, frame.width - RIGHT
    top, bottom = TOP, frame.height - BOTTOM
    lines = [Line(x1=left, y1=bottom, x2=right, y2=bottom, style="axis"),
             Line(x1=left, y1=top, x2=left, y2=bottom, style="axis")]  # fmt: skip
    texts = []
    for value in ticks(chart.x, 5):
        x = frame.x(value)
        lines.append(Line(x1=x, y1=top, x2=x, y2=bottom, style="grid"))
        text = FORMATS[chart.x.form](value)
        texts.append(Text(x=x, y=bottom + 17, content=(text,), style="tick", anchor="middle"))
    for value in ticks(chart.y):
        y = frame.y(value)
        lines.append(Line(x1=left, y1=y, x2=right, y2=y, style="grid"))
        text = FORMATS[chart.y.form](value)
        texts.append(Text(x=left - 8, y=y + 4, content=(text,), style="tick", anchor="end"))
    middle = round((left + right) / 2, 2)
    texts.append(
        Text(x=middle, y=bottom + 38, content=(chart.x.label,), style="tick", anchor="middle")
    )
    texts.append(Text(x=2.0, y=15.0, content=(chart.y.label,), style="head"))
    return tuple(lines), tuple(texts)


def _spots(chart: Chart, frame: Frame) -> tuple[DrawnRow, ...]:
    """Draw the named points; a name goes to the side where it covers nothing."""
    places = [(frame.x(spot.x), frame.y(spot.y)) for spot in chart.spots]
    taken = [(x - DOT, y - DOT, x + DOT, y + DOT) for x, y in places]
    return tuple(
        _spot(spot, place, taken, frame) for spot, place in zip(chart.spots, places, strict=True)
    )


def _spot(spot: Spot, place: Point, taken: list[Box], frame: Frame) -> DrawnRow:
    x, y = place
    (label,) = wrap(spot.label, frame.width / 2 - 1.4 * RIGHT, LABEL, lines=1)
    wide = text_width(label, LABEL)
    sides = (
        (x + 9, y + 4, "start", x + 9),
        (x - 9, y + 4, "end", x - 9 - wide),
        (x, y - 10, "middle", x - wide / 2),
        (x, y + 20, "middle", x - wide / 2),
    )
    boxes = [(left, base - 12, left + wide, base + 4) for _, base, _, left in sides]
    free = (i for i, box in enumerate(boxes) if _fits(box, frame) and not _covers(box, taken))
    best = next(free, None)
    texts: tuple[Text, ...] = ()
    if best is not None:
        at, base, anchor, _ = sides[best]
        taken.append(boxes[best])
        texts = (Text(x=round(at, 2), y=round(base, 2), content=(label,), style="detail",
                      anchor=anchor),)  # fmt: skip
    return DrawnRow(
        kind="point", top=round(y - LINE_HEIGHT, 2), height=2 * LINE_HEIGHT, summary=spot.summary,
        texts=texts, lines=(), shapes=(Disc(x=x, y=y, radius=DOT, style="dot"),),
    )  # fmt: skip


def _fits(box: Box, frame: Frame) -> bool:
    left, top, right, bottom = box
    inside = left > LEFT and right < frame.width
    return inside and top > TOP - 8 and bottom < frame.height - BOTTOM + 6


def _covers(box: Box, taken: Sequence[Box]) -> bool:
    return any(
        box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
        for other in taken
    )
