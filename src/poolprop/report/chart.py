"""Charts with two axes: points with names, lines and areas, laid out for screen and phone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from poolprop.axes import Axis
from poolprop.report.drawing import Disc, Drawing, DrawnRow, Line, Shape, Text
from poolprop.report.scales import Scale, across, upwards
from poolprop.report.textbox import text_width, wrap

SIZES = {"wide": (860.0, 330.0), "narrow": (344.0, 300.0)}
LEFT, RIGHT, TOP, BOTTOM = 58.0, 20.0, 30.0, 46.0
DOT, LABEL, LINE_HEIGHT = 5.0, 12.5, 16.0
Point = tuple[float, float]
Box = tuple[float, float, float, float]


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
    """What to draw: ``dots`` are points without a name, with the class of each.

    What lies beyond an axis is not drawn; lines end at the frame.
    """

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
    x_axis: Axis
    y_axis: Axis

    def x(self, value: float) -> float:
        """Return the horizontal place of a value, kept within the frame."""
        return self.x_axis.place(value, LEFT, self.width - RIGHT)

    def y(self, value: float) -> float:
        """Return the vertical place of a value, kept within the frame."""
        return self.y_axis.place(value, self.height - BOTTOM, TOP)

    def holds(self, x: float, y: float) -> bool:
        """Return whether a point lies within the frame."""
        return not self.x_axis.beyond(x) and not self.y_axis.beyond(y)

    def place(self, points: Sequence[Point]) -> str:
        """Return points as SVG writes them."""
        return " ".join(f"{self.x(x):g},{self.y(y):g}" for x, y in points)


def layouts(chart: Chart) -> tuple[Drawing, ...]:
    """Return the chart in both layouts, wide first."""
    return tuple(_draw(chart, name) for name in SIZES)


def _draw(chart: Chart, layout: str) -> Drawing:
    width, height = SIZES[layout]
    frame = Frame(width=width, height=height, x_axis=chart.x.axis, y_axis=chart.y.axis)
    lines, texts = _axes(chart, frame)
    areas = [Shape(points=frame.place(p.points), style=p.style) for p in chart.paths if p.closed]
    dots = [
        Shape(points=_square(frame.x(x), frame.y(y)), style=style)
        for x, y, style in chart.dots
        if frame.holds(x, y)
    ]
    curves = [
        Shape(points=frame.place(run), style=p.style)
        for p in chart.paths
        if not p.closed
        for run in inside(p.points, chart.x.axis)
    ]
    return Drawing(
        id=f"{chart.id}-{layout}", layout=layout, width=width, height=height, title=chart.title,
        description=chart.description, texts=texts, lines=lines, rows=_spots(chart, frame),
        shapes=(*areas, *dots), curves=tuple(curves),
    )  # fmt: skip


def inside(points: Sequence[Point], axis: Axis) -> list[list[Point]]:
    """Return the parts of a line that lie within a horizontal axis, cut at its ends."""
    low, high = sorted((axis.lower, axis.upper))
    runs: list[list[Point]] = []
    for a, b in pairwise(points):
        if max(a[0], b[0]) < low or min(a[0], b[0]) > high:
            continue
        start, stop = (_held(end, a, b, low, high) for end in (a, b))
        if not runs or runs[-1][-1] != start:
            runs.append([start])
        runs[-1].append(stop)
    return runs


def _held(end: Point, a: Point, b: Point, low: float, high: float) -> Point:
    """Return an end of the segment from ``a`` to ``b``, moved along it to within a range."""
    x = min(high, max(low, end[0]))
    return end if x == end[0] else (x, a[1] + (b[1] - a[1]) * (x - a[0]) / (b[0] - a[0]))


def _square(x: float, y: float, half: float = 2.5) -> str:
    corners = ((-half, -half), (half, -half), (half, half), (-half, half))
    return " ".join(f"{x + dx:g},{y + dy:g}" for dx, dy in corners)


def _axes(chart: Chart, frame: Frame) -> tuple[tuple[Line, ...], tuple[Text, ...]]:
    left, right = LEFT, frame.width - RIGHT
    base = frame.height - BOTTOM
    lines, texts = across(chart.x, left, right, TOP, base, frame.width)
    more, beside = upwards(chart.y, base, TOP, left, right)
    titles = (
        Text(x=round((left + right) / 2, 2), y=base + 38, content=(chart.x.label,), style="tick",
             anchor="middle"),
        Text(x=2.0, y=15.0, content=(chart.y.label,), style="head"),
    )  # fmt: skip
    return (*lines, *more), (*texts, *beside, *titles)


def _spots(chart: Chart, frame: Frame) -> tuple[DrawnRow, ...]:
    """Draw the named points; a name goes to the side where it covers nothing."""
    spots = [spot for spot in chart.spots if frame.holds(spot.x, spot.y)]
    places = [(frame.x(spot.x), frame.y(spot.y)) for spot in spots]
    taken = [(x - DOT, y - DOT, x + DOT, y + DOT) for x, y in places]
    return tuple(
        _spot(spot, place, taken, frame) for spot, place in zip(spots, places, strict=True)
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
