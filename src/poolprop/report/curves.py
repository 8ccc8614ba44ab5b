"""Densities as curves: posterior and prior of one or several quantities, side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from poolprop.report.drawing import Line, Span, Text
from poolprop.report.formats import number, percent
from poolprop.report.svg import path
from poolprop.report.values import Record

HEIGHT, TOP, FOOT, GAP = 170.0, 30.0, 48.0, 60.0
WIDE, NARROW, EDGE = 860.0, 344.0, 20.0
TICKS = 5
# Room above the highest point of a posterior; a prior that rises beyond is cut there.
HEADROOM = 1.06


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A path of SVG; ``style`` names its class."""

    d: str
    style: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One quantity: its densities at points, its interval, and where lines stand.

    ``share`` says that it is a proportion, whose ticks are percentages.
    """

    title: str
    axis: str
    density: Record
    interval: Span
    lines: tuple[float, ...]
    share: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveDrawing:
    """Panels after layout, in user units of ``width`` by ``height``.

    ``frame`` tells a script where to draw, as JSON; empty where none does.
    """

    id: str
    layout: str
    width: float
    height: float
    title: str
    description: str
    texts: tuple[Text, ...]
    lines: tuple[Line, ...]
    paths: tuple[Path, ...]
    frame: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """Where a panel stands, and what its axis spans."""

    left: float
    right: float
    top: float
    low: float
    high: float

    @property
    def base(self) -> float:
        return self.top + HEIGHT

    def x(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.left + share * (self.right - self.left), 1)


def density_drawings(
    name: str, title: str, description: str, panels: Sequence[Panel]
) -> tuple[CurveDrawing, CurveDrawing]:
    """Lay out panels side by side, and below each other for a phone."""
    each = (WIDE - GAP * (len(panels) - 1)) / len(panels)
    beside = [
        _frame(panel, EDGE + i * (each + GAP), (i + 1) * each + i * GAP - EDGE, TOP)
        for i, panel in enumerate(panels)
    ]
    step = TOP + HEIGHT + FOOT
    below = [_frame(panel, EDGE, NARROW - EDGE, TOP + i * step) for i, panel in enumerate(panels)]

    def drawn(layout: str, width: float, height: float, frames: list[_Frame]) -> CurveDrawing:
        pairs = list(zip(panels, frames, strict=True))
        return CurveDrawing(
            id=f"{name}-{layout}",
            layout=layout,
            width=width,
            height=height,
            title=title,
            description=description,
            texts=tuple(text for panel, frame in pairs for text in _texts(panel, frame)),
            lines=tuple(line for panel, frame in pairs for line in _lines(panel, frame)),
            paths=tuple(path for panel, frame in pairs for path in _paths(panel, frame)),
        )

    return (
        drawn("wide", WIDE, step, beside),
        drawn("narrow", NARROW, step * len(panels), below),
    )


def _frame(panel: Panel, left: float, right: float, top: float) -> _Frame:
    high = 1.0 if panel.share else float(panel.density["at"][-1])
    return _Frame(left=left, right=right, top=top, low=0.0, high=high)


def ticks(high: float) -> list[float]:
    """Return round values from 0 to about ``high``, a handful."""
    raw = high / TICKS
    unit = 10.0 ** math.floor(math.log10(raw))
    step = next(unit * m for m in (1, 2, 5, 10) if unit * m >= raw * 0.999)
    return [step * i for i in range(int(high / step * 1.0001) + 1)]


def _texts(panel: Panel, frame: _Frame) -> list[Text]:
    middle = round((frame.left + frame.right) / 2, 1)
    title = Text(x=frame.left, y=frame.top - 14, content=(panel.title,), style="head")
    label = Text(x=middle, y=frame.base + 36, content=(panel.axis,), style="tick", anchor="middle")
    marks = [
        Text(
            x=frame.x(at),
            y=frame.base + 18,
            content=(percent(at, 0) if panel.share else number(at, 1),),
            style="tick",
            anchor="middle",
        )
        for at in ticks(frame.high)
    ]
    return [title, *marks, label]


def _lines(panel: Panel, frame: _Frame) -> list[Line]:
    def upright(at: float, style: str) -> Line:
        x = frame.x(at)
        return Line(x1=x, y1=frame.top, x2=x, y2=frame.base, style=style)

    grid = [upright(at, "grid") for at in ticks(frame.high)]
    base = Line(x1=frame.left, y1=frame.base, x2=frame.right, y2=frame.base, style="axis")
    return [*grid, base, *(upright(at, "reference") for at in panel.lines)]


def _paths(panel: Panel, frame: _Frame) -> list[Path]:
    at, posterior, prior = (panel.density[key] for key in ("at", "posterior", "prior"))
    top = max(posterior) * HEADROOM

    def points(values: Sequence[float]) -> list[tuple[float, float]]:
        return [
            (frame.x(x), round(frame.base - HEIGHT * min(y / top, 1.0), 1))
            for x, y in zip(at, values, strict=True)
        ]

    curve = points(posterior)
    low, high = frame.x(panel.interval.lower), frame.x(panel.interval.upper)
    inside = [point for point in curve if low <= point[0] <= high]
    shaded = []
    if inside:
        area = [(inside[0][0], frame.base), *inside, (inside[-1][0], frame.base)]
        shaded = [Path(d=path(area, closed=True), style="credible")]
    return [
        *shaded,
        Path(d=path(points(prior)), style="prior-curve"),
        Path(d=path(curve), style="posterior-curve"),
    ]
