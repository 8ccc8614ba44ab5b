"""The matplotlib kernel of tables with a drawn column: forest plots and their like."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from poolprop.axes import Axis, Ends, labels
from poolprop.plots.layouts import DEFAULT, Layout
from poolprop.plots.style import INK, MUTED, POOLED, PREDICTION, TONES, style
from poolprop.report.drawing.rows import Plot, PlotRow, Span
from poolprop.report.drawing.tables import axis_of
from poolprop.report.drawing.text import every_nth, text_width, wrap
from poolprop.report.values import Sentence, spell

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Inches: the width of a page's text, a row, and the margins above and below all rows.
WIDTH, ROW, MARGINS = 7.2, 0.34, 1.05
LARGEST, SIZE, SMALL, GAP, NAMES = 60.0, 8.5, 7.0, 12.0, 150.0
LEAST = 0.3  # of the width is for the drawing, however long the texts are
STRONG = ("pooled", "heading")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of text: title, the text of each row, and its edge (or first its width) in points.

    ``side`` is which edge that is; before it is placed, on which side of the drawing it stands.
    """

    title: str
    texts: tuple[str, ...]
    at: float
    side: str


def draw(plot: Plot, ax: Axes | None = None, layout: Layout = DEFAULT) -> Axes:
    """Draw a plot's rows: names and numbers beside the axes, marks within.

    ``plot``: what to draw: the description from which the report makes its table. ``ax``: axes that
    give up some of their width for the texts; a figure of its own if left out, as high as its rows
    need. ``layout``: where the columns stand, their titles and the colours of the marks. Returned
    are the axes of the drawing, with the data's scale.
    """
    from matplotlib.figure import Figure

    rows = plot.rows
    with style():
        columns = _columns(plot, layout)
        if ax is None:
            width = max(WIDTH, _needed(columns) / 72 / (1 - LEAST) / 0.98)
            figure = Figure(figsize=(width, MARGINS + ROW * len(rows)))
            height = figure.get_figheight()
            ax = figure.add_axes((0.01, 0.6 / height, 0.98, ROW * len(rows) / height))
        room = _points(ax)
        columns = _place(ax, columns)
        axis = axis_of(plot)
        ax.set_xlim(axis.lower, axis.upper)
        ax.set_ylim(len(rows) - 0.5, -0.5)
        _frame(ax, plot, axis)
        for column in columns:
            _write(ax, column, rows, room)
        if plot.reference is not None and not axis.beyond(plot.reference):
            last = max(y for y, row in enumerate(rows) if row.kind != "note")
            ax.vlines(plot.reference, -0.5, last + 0.5, color=POOLED, linewidth=0.8,
                      linestyle="--", zorder=1)  # fmt: skip
        heaviest = max((row.share or 0.0 for row in rows), default=0.0) or 1.0
        for y, row in enumerate(rows):
            _mark(ax, axis, y, row, heaviest, layout)
    return ax


def _texts(plot: Plot, layout: Layout) -> Iterator[tuple[str, str, list[str]]]:
    """Yield where a column stands, its title and its texts, in the order of reading."""
    titles = plot.headers | {"events": "Events", "total": "Total"} | dict(layout.titles)

    def told(of: str, i: int | None = None) -> list[str]:
        cells: list[Sentence] = [
            getattr(r, of) if i is None else (getattr(r, of)[i : i + 1] or ((),))[0]
            for r in plot.rows
        ]
        return [spell(one) for one in cells]

    for side, keys in (("left", layout.left), ("right", layout.right)):
        for key in keys:
            if key in ("facts", "after"):
                for i, title in enumerate(getattr(plot, key)):
                    yield side, title, told(key, i)
            elif key in ("events", "total") and "counts" in plot.headers:
                nth = ("events", "total").index(key)
                yield (
                    side,
                    titles[key],
                    [one.split("/")[nth] if one else "" for one in told("counts")],
                )
            elif key == "light" and key in plot.headers:
                yield side, titles[key], [r.light.sign if r.light else "" for r in plot.rows]
            elif key in plot.headers:
                yield side, titles[key], told(key)


def _width(title: str, texts: Sequence[str]) -> float:
    return max(text_width(text, SIZE, bold=True) for text in (title, *texts)) + GAP


def _columns(plot: Plot, layout: Layout) -> list[Column]:
    """Return the columns of text with their widths, the names first."""
    texts = [row.label for row in plot.rows if row.kind not in ("heading", "note")]
    head = layout.titles.get("label", plot.headers["label"])
    label = min(NAMES, max(_width(head, texts), 60.0))
    first = Column(title=head, texts=tuple(_names(plot.rows)), at=label, side="names")
    return [first, *(
        Column(title=title, texts=tuple(told), at=_width(title, told), side=side)
        for side, title, told in _texts(plot, layout)
    )]  # fmt: skip


def _needed(columns: Sequence[Column]) -> float:
    """Return how many points the columns take, with a gap on both sides of the drawing."""
    return sum(column.at for column in columns) + 2 * GAP


def _points(ax: Axes) -> float:
    """Return how wide axes are."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    width: float = ax.get_position().width * figure.get_figwidth() * 72
    return width


def _place(ax: Axes, columns: Sequence[Column]) -> list[Column]:
    """Shrink the axes to what the columns of text leave, and return these with their edges."""
    place, points = ax.get_position(), _points(ax)
    left = sum(column.at for column in columns if column.side != "right")
    share = max(LEAST, 1 - _needed(columns) / points)
    start = min(1 - share, (left + GAP) / points)
    ax.set_position((place.x0 + place.width * start, place.y0, place.width * share, place.height))
    found, at = [], -start * points
    for column in columns:
        if column.side == "names":
            found.append(replace(column, at=at, side="left"))
            at += column.at
    for side in ("left", "right"):
        for column in columns:
            if column.side == side:
                at += column.at
                found.append(replace(column, at=at - GAP / 2, side="right"))
        at = points * share + GAP
    return found


def _names(rows: Sequence[PlotRow]) -> Iterator[str]:
    for row in rows:
        if row.kind == "note":
            yield spell(row.note) or row.label
        elif row.kind == "heading":
            yield row.label
        else:
            yield wrap(row.label, NAMES - GAP, SIZE, lines=1)[0]


def _write(ax: Axes, column: Column, rows: Sequence[PlotRow], room: float) -> None:
    """Write a column beside the axes, its edge in points from their left side.

    A note runs across all columns, in as many lines as the ``room`` of these asks for.
    """
    put: dict[str, Any] = {"textcoords": "offset points", "ha": column.side, "va": "center",
                           "annotation_clip": False}  # fmt: skip
    across = ax.get_yaxis_transform()
    ax.annotate(column.title, (0, -0.9), (column.at, 0), xycoords=across, color=MUTED,
                fontweight="bold", **put)  # fmt: skip
    first = column.side == "left"
    for y, (text, row) in enumerate(zip(column.texts, rows, strict=True)):
        weight = "bold" if row.kind in STRONG else "normal"
        colour, size = (MUTED, SMALL) if row.kind == "note" else (INK, SIZE)
        lifted = -0.2 if first and row.detail else 0.0
        if row.kind == "note":
            text = "\n".join(wrap(text, room, SMALL, lines=3))
        if text:
            ax.annotate(text, (0, y + lifted), (column.at, 0), xycoords=across, color=colour,
                        fontsize=size, fontweight=weight, **put)  # fmt: skip
        if first and row.detail:
            short = wrap(row.detail, NAMES - GAP, SMALL, lines=1)[0]
            ax.annotate(short, (0, y + 0.22), (column.at, 0), xycoords=across, color=MUTED,
                        fontsize=SMALL, **put)  # fmt: skip


def _frame(ax: Axes, plot: Plot, axis: Axis) -> None:
    for side in ("left", "right", "top"):
        ax.spines[side].set_visible(False)
    ax.set_yticks([])
    width = _points(ax)
    texts = labels(axis.ticks, plot.policy)
    n = every_nth([axis.place(at, 0.0, width) for at in axis.ticks], texts, SIZE, 3.0)
    ax.set_xticks(axis.ticks, labels=["" if i % n else text for i, text in enumerate(texts)])
    for cut, end, inwards in zip(axis.cut, (0, 1), (4, -4), strict=True):
        for nth in (1, 2) if cut else ():
            ax.annotate(
                "/", (end, 0), (inwards * nth, 0), xycoords="axes fraction",
                textcoords="offset points", ha="center", va="center", color=MUTED, fontsize=SIZE,
            )  # fmt: skip
    ax.set_xlabel(plot.axis_label)


def _mark(
    ax: Axes, axis: Axis, y: int, row: PlotRow, heaviest: float, layout: Layout
) -> None:  # fmt: skip
    if row.kind == "bar":
        at = 0.0
        for share, tone in row.parts:
            ax.barh(y, share, left=at, height=0.6, color=TONES.get(tone, MUTED))
            at += share
    elif row.kind == "pooled":
        _diamond(ax, y, row, layout.diamond)
        _arrows(ax, axis, y, row.ci, layout.diamond)
    elif row.kind == "prediction":
        _interval(ax, axis, y, row.prediction, PREDICTION, 2.5)
    elif row.kind in ("study", "interval"):
        own = row.kind == "study" or row.at is None
        _interval(ax, axis, y, row.prediction, PREDICTION, 1.2)
        _interval(ax, axis, y, row.ci, INK if own else POOLED, 1.0 if own else 2.6)
        _point(ax, axis, y, row, heaviest, layout.square)
    for at in row.ticks:
        ax.vlines(at, y - 0.35, y + 0.35, color=MUTED, linewidth=0.9)
    for at, share in row.cloud:
        ax.scatter([at], [y - 0.25], s=LARGEST * share, color=INK, alpha=0.4, linewidths=0)


def _point(
    ax: Axes, axis: Axis, y: int, row: PlotRow, heaviest: float, square: str
) -> None:  # fmt: skip
    if row.at is None or axis.beyond(row.at):
        return
    share = 0.45 if row.share is None else max(0.1, row.share / heaviest)
    marker = {0: "s", -1: "<", 1: ">"}[row.bound] if row.kind == "study" else "o"
    face = square if row.kind == "study" else "white"
    ax.scatter([row.at], [y], s=LARGEST * share if row.kind == "study" else 22, marker=marker,
               facecolor=face, edgecolor=square if row.kind == "study" else POOLED, clip_on=False,
               linewidths=0 if row.kind == "study" else 1.6, zorder=3)  # fmt: skip


def _ends(span: Span) -> Ends:
    return span.lower, span.upper


def _interval(ax: Axes, axis: Axis, y: int, span: Span | None, color: str, width: float) -> None:
    """Draw an interval within the axis, with an arrow where it goes on beyond it."""
    if span is not None:
        ax.hlines(y, *_ends(span), color=color, linewidth=width)
        _arrows(ax, axis, y, span, color)


def _arrows(ax: Axes, axis: Axis, y: int, span: Span | None, color: str) -> None:
    for side in {axis.beyond(end) for end in _ends(span)} - {0} if span else ():
        ax.plot(
            [0 if side < 0 else 1], [y], transform=ax.get_yaxis_transform(), color=color,
            marker="<" if side < 0 else ">", markersize=4, clip_on=False, zorder=4,
        )  # fmt: skip


def _diamond(ax: Axes, y: int, row: PlotRow, color: str) -> None:
    if row.at is None or row.ci is None or not math.isfinite(row.at):
        return
    across = [row.ci.lower, row.at, row.ci.upper, row.at]
    ax.fill(across, [y, y - 0.3, y, y + 0.3], color=color, zorder=3)
