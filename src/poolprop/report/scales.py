"""Axes as they are drawn: grid lines, labels that have room, and a mark where an axis is cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from poolprop.axes import Axis, Ends, labels
from poolprop.formats import Policy
from poolprop.report.drawing import Line, Text
from poolprop.report.textbox import every_nth, text_width

SIZE, GAP = 12.0, 6.0
# Half width and half height of the two strokes that mark a cut.
SLANT, RISE, APART = 2.5, 5.0, 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """An axis with its title, and how its proportions are written; None: plain numbers."""

    axis: Axis
    label: str
    policy: Policy | None = None


def across(
    scale: Scale, start: float, stop: float, top: float, base: float, width: float
) -> tuple[list[Line], list[Text]]:
    """Draw a horizontal axis below a plot.

    Parameters
    ----------
    scale : Scale
        The axis; its title is drawn by whoever knows where there is room.
    start, stop : float
        Where its ends lie.
    top, base : float
        Where the grid begins, and where the axis itself lies.
    width : float
        Of the drawing; labels stay within it.

    Returns
    -------
    list of Line, list of Text
        Grid, axis and marks of cuts; labels of the ticks. Where labels would touch, only every
        second, third ... is written.
    """
    axis = scale.axis
    places = [axis.place(tick, start, stop) for tick in axis.ticks]
    lines = [Line(x1=x, y1=top, x2=x, y2=base, style="grid") for x in places]
    lines.append(Line(x1=start, y1=base, x2=stop, y2=base, style="axis"))
    lines += [*_cuts(axis, (start, stop), base)]
    texts = [
        Text(x=x, y=round(base + 17, 2), content=(text,), style="tick", anchor="middle")
        for x, text in _roomy(places, labels(axis.ticks, scale.policy), width)
    ]
    return lines, texts


def upwards(
    scale: Scale, base: float, top: float, left: float, right: float
) -> tuple[list[Line], list[Text]]:
    """Draw a vertical axis at the left of a plot: grid, axis, marks of cuts; labels."""
    axis = scale.axis
    places = [axis.place(tick, base, top) for tick in axis.ticks]
    lines = [Line(x1=left, y1=y, x2=right, y2=y, style="grid") for y in places]
    lines.append(Line(x1=left, y1=top, x2=left, y2=base, style="axis"))
    lines += [
        Line(x1=left - RISE, y1=y + SLANT, x2=left + RISE, y2=y - SLANT, style="cut-mark")
        for cut, end, inwards in zip(axis.cut, (base, top), (-1, 1), strict=True)
        if cut
        for y in (end + inwards * 4, end + inwards * (4 + APART))
    ]
    texts = [
        Text(x=left - 8, y=round(y + 4, 2), content=(text,), style="tick", anchor="end")
        for y, text in zip(places, labels(axis.ticks, scale.policy), strict=True)
    ]
    return lines, texts


def _cuts(axis: Axis, ends: Ends, base: float) -> list[Line]:
    """Draw two slanted strokes where the quantity goes on beyond an end of the axis."""
    return [
        Line(x1=x - SLANT, y1=base + RISE, x2=x + SLANT, y2=base - RISE, style="cut-mark")
        for cut, end, inwards in zip(axis.cut, ends, (1, -1), strict=True)
        if cut
        for x in (end + inwards * 4, end + inwards * (4 + APART))
    ]


def _roomy(places: Sequence[float], texts: Sequence[str], width: float) -> list[tuple[float, str]]:
    """Return the labels that have room beside one another: every one, every second ..."""
    halves = [text_width(text, SIZE) / 2 for text in texts]
    held = [
        round(max(half, min(x, width - half)), 2) for x, half in zip(places, halves, strict=True)
    ]
    n = every_nth(held, texts, SIZE, GAP)
    return list(zip(held[::n], texts[::n], strict=True))
