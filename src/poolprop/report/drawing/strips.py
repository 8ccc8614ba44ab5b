"""A strip: what one row of a drawn table shows on its axis, at any width.

Places along the axis are per cent of the cell's width and sizes are pixels, so that one drawing
serves every screen and paper, and nothing is drawn twice. A strip is as high as its row.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import escape

from poolprop.axes import Axis, Ends, labels
from poolprop.report.drawing.rows import PlotRow, Scale, Span
from poolprop.report.drawing.svg import short
from poolprop.report.drawing.text import every_nth

LARGEST, SMALLEST, UNWEIGHTED = 7.5, 2.5, 5.0
# Between a cloud of points and the mark below it; half of a diamond's height.
GAP, DIAMOND = 7.0, 7.5
# A cell is at least so wide: what has room there, has room in every other.
NARROWEST, TICK, APART = 190.0, 12.0, 6.0
# The height of a cell grows in steps, for which the style sheet has classes; in pixels.
STEP = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """A drawn cell: its marks as SVG, what they say where no column does, how high it must be."""

    marks: str = ""
    description: str = ""
    rise: int = 0


def percent(axis: Axis, value: float) -> str:
    """Return where a value lies on an axis, as SVG writes it."""
    return f"{short(100 * axis.share(value))}%"


def strip(row: PlotRow, axis: Axis) -> Strip:
    """Draw the mark that the kind of a row calls for."""
    cloud = [(at, share) for at, share in row.cloud if not axis.beyond(at)]
    discs = swarm([(NARROWEST * axis.share(at), share) for at, share in cloud])
    rise = tallest(discs) + GAP if discs else 0.0
    marks = "".join((*_ticks(row, axis), *_mark(row, axis)))
    if discs:
        fruits = "".join(
            f'<circle class="fruit" cx="{percent(axis, at)}" cy="50%" r="{short(radius)}"'
            f' transform="translate(0 {short(-GAP - height)})"/>'
            for (at, _), (_, height, radius) in zip(cloud, discs, strict=True)
        )
        marks = f'<g transform="translate(0 {short(rise / 2)})">{fruits}{marks}</g>'
    return Strip(marks=marks, description=row.description, rise=math.ceil(rise / STEP))


def axis_strip(scale: Scale, width: float = NARROWEST) -> Strip:
    """Draw the axis below the last row: its line, its ticks, a mark where it is cut."""
    axis = scale.axis
    texts = labels(axis.ticks, scale.policy)
    n = every_nth([width * axis.share(at) for at in axis.ticks], texts, TICK, APART)
    ends = zip(axis.cut, ("0%", "100%"), (1, -1), strict=True)
    return Strip(
        marks="".join(
            (
                '<line class="axis" x2="100%"/>',
                *(f'<text class="tick middle" x="{percent(axis, at)}" y="17">{text}</text>'
                  for at, text in list(zip(axis.ticks, texts, strict=True))[::n]),
                *(f'<svg x="{end}"><path class="cut-mark" d="M{4 * side - 2} 5l5-10M'
                  f'{8 * side - 2} 5l5-10"/></svg>' for cut, end, side in ends if cut),
            )
        )
    )  # fmt: skip


def grid(axis: Axis, reference: float | None) -> str:
    """Draw what stands behind every row: a line at each tick, and the one to compare with."""
    lines = [(at, "grid") for at in axis.ticks]
    lines += [(reference, "reference")] if reference is not None else []
    return "".join(
        f'<line class="{style}" x1="{x}" x2="{x}" y2="100%"/>'
        for at, style in lines
        if style == "grid" or not axis.beyond(at)
        for x in [percent(axis, at)]
    )


def _ticks(row: PlotRow, axis: Axis) -> Iterator[str]:
    """Draw the values to compare with as short upright lines."""
    for at in row.ticks:
        if not axis.beyond(at):
            yield _box(axis, at, 1.5, 18.0, "quoted")


def _box(axis: Axis, at: float, width: float, height: float, style: str) -> str:
    """Draw a rectangle with its middle at a value."""
    moved = f"translate({short(-width / 2)} {short(-height / 2)})"
    return (
        f'<rect class="{style}" x="{percent(axis, at)}" y="50%" width="{short(width)}"'
        f' height="{short(height)}" transform="{moved}"/>'
    )


def _bar(row: PlotRow) -> Iterator[str]:
    """Draw the parts of a bar one after another."""
    at = 0.0
    for share, style in row.parts:
        yield (
            f'<rect class="bar-part {style}" x="{short(100 * at)}%" y="50%"'
            f' width="{short(100 * share)}%" height="18" transform="translate(0 -9)"/>'
        )
        at += share


def bead(axis: Axis, at: float, origin: float, ends: Ends | None, *, strong: bool) -> Strip:
    """Draw a value as a dot: on a stalk from the line to compare with, or on its interval."""
    low, high = (origin, at) if ends is None else ends
    span = Span(lower=min(low, high), upper=max(low, high))
    line = _whisker(span, axis, "stalk" if ends is None else "whisker")
    style = "bead strong" if strong else "bead"
    return Strip(
        marks="".join(line) + f'<circle class="{style}" cx="{percent(axis, at)}" cy="50%" r="4.5"/>'
    )


def _mark(row: PlotRow, axis: Axis) -> Iterator[str]:
    if row.kind == "bar":
        yield from _bar(row)
    elif row.kind == "pooled":
        yield from _diamond(row, axis)
        yield from _arrows(row.ci, axis, "diamond")
    elif row.kind == "prediction":
        yield from _whisker(row.prediction, axis, "prediction", cap=10.0)
    elif row.kind == "study":
        yield from _whisker(row.ci, axis, "whisker")
        yield from _square(row, axis)
    else:
        outer = list(_whisker(row.prediction, axis, "prediction", cap=8.0))
        pooled = row.at is not None  # else the interval is that of the one study in the cloud
        yield from outer[:1]
        yield from _whisker(row.ci, axis, "interval" if pooled else "whisker")
        # The caps come last, so that they show where the confidence interval is the wider one.
        yield from outer[1:]
        if row.at is not None and not axis.beyond(row.at):
            yield f'<circle class="dot" cx="{percent(axis, row.at)}" cy="50%" r="5"/>'


def _whisker(span: Span | None, axis: Axis, style: str, cap: float = 0.0) -> Iterator[str]:
    """Draw an interval; an end beyond the axis becomes an arrow, others get a cap."""
    if span is None:
        return
    low, high = percent(axis, span.lower), percent(axis, span.upper)
    arrows = list(_arrows(span, axis, style))
    if low != high or not arrows:  # else all of it lies beyond the axis
        yield f'<line class="{style}" x1="{low}" x2="{high}" y1="50%" y2="50%"/>'
        for end in (span.lower, span.upper):
            if cap and not axis.beyond(end):
                yield _box(axis, end, 2.0, cap, f"{style} cap")
    yield from arrows


def _arrows(span: Span | None, axis: Axis, style: str) -> Iterator[str]:
    """Draw an arrow at each end of the axis beyond which an interval goes on."""
    sides = {axis.beyond(end) for end in (span.lower, span.upper)} - {0} if span else set()
    for side in sorted(sides):
        yield arrow(axis, axis.upper if side > 0 else axis.lower, side, f"{style} arrow")


def arrow(axis: Axis, at: float, side: int, style: str, y: str = "50%") -> str:
    """Draw a tip at a value that points up the axis, or down it for a negative ``side``."""
    return (
        f'<svg x="{percent(axis, at)}" y="{y}"><path class="{style}"'
        f' d="M{6 * side} 0l{-9 * side}-4.5v9z"/></svg>'
    )


def _square(row: PlotRow, axis: Axis) -> Iterator[str]:
    """Draw a square whose area shows the share; hidden if it lies beyond the axis."""
    if row.at is None or axis.beyond(row.at):
        return
    if row.bound:
        yield arrow(axis, row.at, row.bound, "bound")
        return
    half = UNWEIGHTED if row.share is None else max(SMALLEST, LARGEST * math.sqrt(row.share))
    yield _box(axis, row.at, 2 * half, 2 * half, "square")


def _diamond(row: PlotRow, axis: Axis) -> Iterator[str]:
    """Draw a diamond; what lies beyond the axis is cut off."""
    if row.at is None or row.ci is None or axis.beyond(row.at):
        return
    low, at, high = (axis.share(value) for value in (row.ci.lower, row.at, row.ci.upper))
    width = max(high - low, 1e-9)
    peak = short(1000 * (at - low) / width)

    def end(value: float, held: float) -> float:
        """Return half of the height at which a flank is cut; 0 for a tip."""
        return DIAMOND * abs(value - held) / abs(value - row_at) if axis.beyond(value) else 0.0

    row_at = row.at
    left, right = end(row.ci.lower, axis.lower), end(row.ci.upper, axis.upper)
    corners: Sequence[str] = (
        f"M0 {short(left)}V{short(-left)}" if left else "M0 0",
        f"L{peak} {short(-DIAMOND)}",
        f"L1000 {short(-right)}V{short(right)}" if right else "L1000 0",
        f"L{peak} {short(DIAMOND)}z",
    )
    yield (
        f'<svg class="stretched" x="{short(100 * low)}%" y="50%" width="{short(100 * width)}%"'
        f' height="15" viewBox="0 0 1000 15" preserveAspectRatio="none">'
        f'<path class="diamond" d="{"".join(corners)}"/></svg>'
    )


def drawn(one: Strip, behind: str = "", name: str = "") -> str:
    """Return a strip as an SVG element: decoration where the columns say all, else an image."""
    role = (
        f' role="img" aria-label="{escape(one.description)}"'
        if one.description
        else ' aria-hidden="true"'
    )
    held = f'<defs><symbol id="{escape(name)}">{behind}</symbol></defs>' if name else ""
    used = f'<use href="#{escape(behind)}"/>' if behind and not name else ""
    return f'<svg class="strip"{role}>{held}{used}{one.marks}</svg>'


# Radius of the largest and of the smallest point; the most that a swarm may rise.
LARGEST_POINT, SMALLEST_POINT, HIGHEST = 9.0, 2.5, 54.0
Disc = tuple[float, float, float]


def swarm(points: Sequence[tuple[float, float]]) -> list[Disc]:
    """Place points so that they do not cover one another.

    ``points``: horizontal place, and size as a share of the largest: areas are proportional to it.
    In the order given; ``height`` is that of the middle above the line. Where a swarm would rise
    beyond ``HIGHEST`` points cover one another, from the line upwards again.
    """
    radii = [max(SMALLEST_POINT, LARGEST_POINT * math.sqrt(share)) for _, share in points]
    order = sorted(range(len(points)), key=lambda i: (-radii[i], points[i][0], i))
    placed: list[Disc] = []
    found: dict[int, Disc] = {}
    for i in order:
        x, radius = points[i][0], radii[i]
        height = _lowest(x, radius, placed)
        if height + radius > HIGHEST:
            height = radius + (height - radius) % max(HIGHEST - 2 * radius, 1.0)
        disc = (x, height, radius)
        placed.append(disc)
        found[i] = disc
    return [found[i] for i in range(len(points))]


def tallest(discs: Sequence[Disc]) -> float:
    """Return how far a swarm rises above its line."""
    return max((height + radius for _, height, radius in discs), default=0.0)


def _lowest(x: float, radius: float, placed: Sequence[Disc]) -> float:
    """Return the lowest height at which a disc touches no other."""
    near = [disc for disc in placed if abs(disc[0] - x) < disc[2] + radius]
    heights = [radius] + [
        height + math.sqrt((r + radius) ** 2 - (other - x) ** 2) for other, height, r in near
    ]
    free = (
        height
        for height in sorted(heights)
        if all(math.hypot(d[0] - x, d[1] - height) >= d[2] + radius - 1e-9 for d in near)
    )
    return next(free, max(heights))
