"""Densities as curves: posterior and prior of one or several quantities, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from poolprop.axes import Axis
from poolprop.report.drawing import Line, Span, Text
from poolprop.report.scales import Scale, across
from poolprop.report.svg import path
from poolprop.report.values import Record

HEIGHT, TOP, FOOT, GAP = 170.0, 30.0, 48.0, 60.0
WIDE, NARROW, EDGE = 860.0, 344.0, 20.0
# Room above the highest point of a posterior; a prior that rises beyond is cut there.
HEADROOM = 1.06


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A path of SVG; ``style`` names its class."""

    d: str
    style: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One quantity: its densities at points, its interval, and where lines stand."""

    title: str
    scale: Scale
    density: Record
    interval: Span
    lines: tuple[float, ...]


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
    """Where a panel stands."""

    left: float
    right: float
    top: float
    axis: Axis

    @property
    def base(self) -> float:
        return self.top + HEIGHT

    def x(self, value: float) -> float:
        return self.axis.place(value, self.left, self.right)


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
        axes = [_axis(panel, frame) for panel, frame in pairs]
        return CurveDrawing(
            id=f"{name}-{layout}",
            layout=layout,
            width=width,
            height=height,
            title=title,
            description=description,
            texts=tuple(text for _, texts in axes for text in texts),
            lines=tuple(line for lines, _ in axes for line in lines),
            paths=tuple(path for panel, frame in pairs for path in _paths(panel, frame)),
        )

    return (
        drawn("wide", WIDE, step, beside),
        drawn("narrow", NARROW, step * len(panels), below),
    )


def _frame(panel: Panel, left: float, right: float, top: float) -> _Frame:
    return _Frame(left=left, right=right, top=top, axis=panel.scale.axis)


def _axis(panel: Panel, frame: _Frame) -> tuple[list[Line], list[Text]]:
    """Draw the axis of a panel with its titles, and the upright lines."""
    lines, texts = across(
        panel.scale, frame.left, frame.right, frame.top, frame.base, frame.right + EDGE
    )
    middle = round((frame.left + frame.right) / 2, 1)
    title = Text(x=frame.left, y=frame.top - 14, content=(panel.title,), style="head")
    label = Text(x=middle, y=frame.base + 36, content=(panel.scale.label,), style="tick",
                 anchor="middle")  # fmt: skip
    upright = [
        Line(x1=frame.x(at), y1=frame.top, x2=frame.x(at), y2=frame.base, style="reference")
        for at in panel.lines
        if not frame.axis.beyond(at)
    ]
    return [*lines, *upright], [title, *texts, label]


def _paths(panel: Panel, frame: _Frame) -> list[Path]:
    at, posterior, prior = (panel.density[key] for key in ("at", "posterior", "prior"))
    top = max(posterior) * HEADROOM

    def points(values: Sequence[float]) -> list[tuple[float, float]]:
        return [
            (frame.x(x), round(frame.base - HEIGHT * min(y / top, 1.0), 1))
            for x, y in zip(at, values, strict=True)
            if not frame.axis.beyond(x)
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
