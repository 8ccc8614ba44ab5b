"""Charts with two axes, and densities with one: drawn once, for every width.

Places are per cent of the frame and sizes are pixels. Lines and areas are stretched with the
frame, their strokes are not; labels stand outside it, where the style sheet leaves a margin.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import escape

from poolprop.axes import Axis, labels
from poolprop.report.drawing.rows import Scale
from poolprop.report.drawing.strips import APART, TICK, arrow, axis_strip, grid
from poolprop.report.drawing.svg import path, short
from poolprop.report.drawing.text import text_width, wrap

# Frames as wide as on a phone, and on a screen: labels are placed where they have room there.
WIDTHS = (260.0, 620.0)
HEIGHT, LABEL, DOT, UNIT = 254.0, 12.5, 5.0, 1000.0
Point = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A point with its name beside it; ``summary`` is told by the pointer."""

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
    """What to draw: ``dots`` are points without a name, ``arrows`` tips that point along x.

    What lies beyond an axis is not drawn; lines end at the frame. Without ``y`` heights have no
    meaning of their own, from 0 to 1, and no axis.
    """

    id: str
    title: str
    description: str
    x: Scale
    y: Scale | None
    head: str = ""
    spots: tuple[Spot, ...] = ()
    dots: tuple[Point, ...] = ()
    paths: tuple[Path, ...] = ()
    arrows: tuple[tuple[float, float, int, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """Where a value lies, in thousandths of the frame from its left and upper edges."""

    x_axis: Axis
    y_axis: Axis

    def place(self, point: Point) -> Point:
        x, y = point
        return UNIT * self.x_axis.share(x), UNIT * (1 - self.y_axis.share(y))

    def holds(self, point: Point) -> bool:
        return not self.x_axis.beyond(point[0]) and not self.y_axis.beyond(point[1])

    def down(self, value: float) -> str:
        """Return how far below the upper edge a value lies."""
        return f"{short(100 * (1 - self.y_axis.share(value)))}%"

    def at(self, point: Point, x: str = "x", y: str = "y") -> str:
        """Return the place of a point as SVG's attributes."""
        across, down = self.place(point)
        return f'{x}="{short(across / 10)}%" {y}="{short(down / 10)}%"'


def svg_of(chart: Chart) -> str:
    """Return a chart as an SVG element."""
    frame = _Frame(x_axis=chart.x.axis, y_axis=chart.y.axis if chart.y else Axis(lower=0, upper=1))
    name = escape(chart.id)
    parts = (
        f'<svg class="plot panel{"" if chart.y else " density"}" id="{name}-chart" role="img"'
        f' aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{escape(chart.title)}</title>'
        f'<desc id="{name}-desc">{escape(chart.description)}</desc>',
        _stretched(_areas(chart, frame)),
        *_axes(chart),
        _stretched(_lines(chart, frame)),
        *(arrow(frame.x_axis, x, side, style, frame.down(y)) for x, y, side, style in chart.arrows),
        *_spots(chart, frame),
        "</svg>",
    )  # fmt: skip
    return "".join(parts)


def _stretched(paths: Iterator[str]) -> str:
    held = "".join(paths)
    box = f"0 0 {UNIT:g} {UNIT:g}"
    return held and (
        f'<svg class="stretched" viewBox="{box}" preserveAspectRatio="none">{held}</svg>'
    )


def _areas(chart: Chart, frame: _Frame) -> Iterator[str]:
    for one in (p for p in chart.paths if p.closed):
        corners = [frame.place(point) for point in one.points]
        yield f'<path class="{one.style}" d="{path(corners, closed=True)}"/>'


def _lines(chart: Chart, frame: _Frame) -> Iterator[str]:
    """Draw the lines, and the dots as one path of points without length."""
    for one in (p for p in chart.paths if not p.closed):
        runs = inside(one.points, chart.x.axis)
        d = "".join(path([frame.place(point) for point in run]) for run in runs)
        yield f'<path class="curve {one.style}" d="{d}"/>' if d else ""
    held = [frame.place(dot) for dot in chart.dots if frame.holds(dot)]
    if held:
        d = "".join(f"M{short(x)} {short(y)}h0" for x, y in held)
        yield f'<path class="subset" d="{d}"/>'


def _axes(chart: Chart) -> Iterator[str]:
    """Draw grid and axes: across below the frame, upwards at its left."""
    yield grid(chart.x.axis, None)
    yield f'<svg y="100%">{axis_strip(chart.x, WIDTHS[0]).marks}</svg>'
    yield f'<text class="tick middle" x="50%" y="100%" dy="38">{escape(chart.x.label)}</text>'
    if chart.head:
        yield f'<text class="head" dy="-12">{escape(chart.head)}</text>'
    if chart.y is None:
        return
    axis, scale = chart.y.axis, chart.y
    for at, text in zip(axis.ticks, labels(axis.ticks, scale.policy), strict=True):
        y = f"{short(100 * (1 - axis.share(at)))}%"
        yield f'<line class="grid" x2="100%" y1="{y}" y2="{y}"/>'
        yield f'<text class="tick end" x="-8" y="{y}" dy="4">{text}</text>'
    yield '<line class="axis" y2="100%"/>'
    yield from (
        f'<svg y="{end}"><path class="cut-mark" d="M-5 {4 * side + 2}l10-5M-5 {8 * side + 2}l10-5"'
        "/></svg>"
        for cut, end, side in zip(axis.cut, ("100%", "0%"), (-1, 1), strict=True)
        if cut
    )
    yield f'<text class="head" x="-54" dy="-14">{escape(scale.label)}</text>'


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


def _spots(chart: Chart, frame: _Frame) -> Iterator[str]:
    """Draw the named points; a name that has room only on a screen is left out on a phone."""
    spots = [spot for spot in chart.spots if frame.holds((spot.x, spot.y))]
    narrow, wide = (_labels(spots, frame, width) for width in WIDTHS)
    for i, spot in enumerate(spots):
        at = frame.at((spot.x, spot.y), "cx", "cy")
        yield f'<circle class="dot" {at} r="{DOT:g}"><title>{escape(spot.summary)}</title></circle>'
        found = narrow.get(i) or wide.get(i)
        if found:
            (dx, dy, anchor), more = found, "" if i in narrow else " roomy"
            yield (
                f'<text class="detail {anchor}{more}" {frame.at((spot.x, spot.y))} dx="{dx:g}"'
                f' dy="{dy:g}">{escape(_short(spot.label))}</text>'
            )


def _short(label: str) -> str:
    return wrap(label, WIDTHS[0] / 2, LABEL, lines=1)[0]


def _labels(
    spots: Sequence[Spot], frame: _Frame, width: float
) -> dict[int, tuple[float, float, str]]:
    """Return where names stand beside their points: on the first side where they cover nothing."""
    places = [frame.place((spot.x, spot.y)) for spot in spots]
    middles = [(x * width / UNIT, y * HEIGHT / UNIT) for x, y in places]
    taken = [(x - DOT, y - DOT, x + DOT, y + DOT) for x, y in middles]
    found: dict[int, tuple[float, float, str]] = {}
    for i, (spot, (x, y)) in enumerate(zip(spots, middles, strict=True)):
        if not spot.label:
            continue
        room = text_width(_short(spot.label), LABEL)
        sides = ((9.0, 4.0, "start", 9.0), (-9.0, 4.0, "end", -9.0 - room),
                 (0.0, -10.0, "middle", -room / 2), (0.0, 20.0, "middle", -room / 2))  # fmt: skip
        for dx, dy, anchor, left in sides:
            box = (x + left, y + dy - 12, x + left + room, y + dy + 4)
            fits = box[0] > 0 and box[2] < width + APART + TICK and box[1] > -8 and box[3] < HEIGHT
            if fits and not any(_meet(box, other) for other in taken):
                taken.append(box)
                found[i] = (dx, dy, anchor)
                break
    return found


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def density(name: str, head: str, scale: Scale, record: dict[str, Sequence[float]],
            interval: tuple[float, float], line: float) -> Chart:  # fmt: skip
    """Return a posterior and its prior as a chart: the interval shaded, a line at the median."""
    at, posterior, prior = (record[key] for key in ("at", "posterior", "prior"))
    top = max(posterior) * HEADROOM

    def curve(values: Sequence[float]) -> tuple[Point, ...]:
        return tuple((x, min(y / top, 1.0)) for x, y in zip(at, values, strict=True))

    own = curve(posterior)
    within = [p for p in own if interval[0] <= p[0] <= interval[1] and not scale.axis.beyond(p[0])]
    area = ((within[0][0], 0.0), *within, (within[-1][0], 0.0)) if within else ()
    shaded = (Path(points=area, style="credible", closed=True),) if within else ()
    return Chart(
        id=name, title=head, description="", head=head, x=scale, y=None,
        paths=(*shaded, Path(points=((line, 0.0), (line, 1.0)), style="reference"),
               Path(points=curve(prior), style="prior-curve"),
               Path(points=own, style="posterior-curve")),
    )  # fmt: skip


# Room above the highest point of a posterior; a prior that rises beyond is cut there.
HEADROOM = 1.06


def marks_of(charts: Sequence[Chart]) -> str:
    """Return all that is drawn, to know which marks a caption has to explain."""
    return "".join(map(svg_of, charts))
