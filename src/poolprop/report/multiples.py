"""Small multiples: several measures of the same studies, each on a scale of its own.

For a screen the measures stand side by side and each study is a row across them; for a phone
each study is a block with one line for each measure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from poolprop.axes import Axis
from poolprop.report.drawing import Disc, Drawing, DrawnRow, Line, Text
from poolprop.report.textbox import wrap
from poolprop.report.values import Sentence

WIDE, NARROW = 860.0, 344.0
NAMES, GAP, NUMBER = 150.0, 16.0, 46.0
LABEL, ROW, LINE_STEP, HEAD = 14.0, 30.0, 21.0, 42.0
# Where the plot of a measure begins and ends on a phone: its name to the left, its number right.
PHONE = (124.0, 276.0)
EDGE = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A measure: its title, its scale, and where the line stands to compare with.

    ``short`` is the title where there is little room.
    """

    title: str
    short: str
    axis: Axis
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One value of a study: where it lies, how it is written, and an interval if it has one."""

    at: float | None
    text: Sentence
    ends: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A study with a point for each measure; ``strong`` marks those that stand out."""

    label: str
    summary: str
    points: tuple[Point, ...]
    strong: bool


def multiples(
    name: str, title: str, measures: Sequence[Measure], cases: Sequence[Case]
) -> tuple[Drawing, Drawing]:
    """Return the figure in both layouts, wide first."""
    words = "; ".join(case.summary for case in cases)
    return (
        _wide(name, title, words, measures, cases),
        _narrow(name, title, words, measures, cases),
    )


def _wide(
    name: str, title: str, words: str, measures: Sequence[Measure], cases: Sequence[Case]
) -> Drawing:
    each = (WIDE - NAMES - GAP * (len(measures) - 1)) / len(measures)
    starts = [NAMES + i * (each + GAP) for i in range(len(measures))]
    places = [(start + EDGE, start + each - NUMBER - EDGE) for start in starts]
    bottom = HEAD + ROW * len(cases)
    texts = [
        Text(x=round(start, 2), y=14.0 + 14 * i, content=(line,), style="head")
        for start, measure in zip(starts, measures, strict=True)
        for i, line in enumerate(wrap(measure.title, each, 12.0, lines=2, bold=True))
    ]
    lines = [
        _upright(measure, measure.at, place, HEAD - 6, bottom)
        for measure, place in zip(measures, places, strict=True)
    ]
    rows = []
    for i, case in enumerate(cases):
        top = HEAD + ROW * i
        y = top + ROW / 2
        label = wrap(case.label, NAMES - 10, LABEL, lines=1, bold=case.strong)[0]
        parts = [
            _mark(measure, point, place, y, place[1] + EDGE + NUMBER, case.strong)
            for measure, point, place in zip(measures, case.points, places, strict=True)
        ]
        rows.append(_row(case, top, ROW, [Text(x=0.0, y=y + 5, content=(label,),
                         style="label strong" if case.strong else "label")], parts))  # fmt: skip
    return Drawing(
        id=f"{name}-wide", layout="wide", width=WIDE, height=bottom + 4, title=title,
        description=words, texts=tuple(texts), lines=tuple(lines), rows=tuple(rows),
    )  # fmt: skip


def _narrow(
    name: str, title: str, words: str, measures: Sequence[Measure], cases: Sequence[Case]
) -> Drawing:
    rows, y = [], 0.0
    for case in cases:
        label = wrap(case.label, NARROW - 30, LABEL, lines=1, bold=case.strong)[0]
        texts = [Text(x=0.0, y=y + 22, content=(label,),
                      style="label strong" if case.strong else "label")]  # fmt: skip
        parts = []
        for i, (measure, point) in enumerate(zip(measures, case.points, strict=True)):
            middle = y + 32 + LINE_STEP * (i + 0.5)
            title_of = wrap(measure.short, PHONE[0] - 8, 12.5, lines=1)[0]
            texts.append(Text(x=0.0, y=middle + 4, content=(title_of,), style="detail"))
            upright = _upright(measure, measure.at, PHONE, middle - 9, middle + 9)
            lines, discs, number = _mark(measure, point, PHONE, middle, NARROW, case.strong)
            parts.append(((upright, *lines), discs, number))
        height = 36 + LINE_STEP * len(measures)
        rows.append(_row(case, y, height, texts, parts))
        y += height
    return Drawing(
        id=f"{name}-narrow", layout="narrow", width=NARROW, height=y + 4, title=title,
        description=words, texts=(), lines=(), rows=tuple(rows),
    )  # fmt: skip


Mark = tuple[tuple[Line, ...], tuple[Disc, ...], Text]


def _mark(
    measure: Measure, point: Point, place: tuple[float, float], y: float, right: float, strong: bool
) -> Mark:
    """Draw a value as a dot on a stalk from the line to compare with, its number at the right."""
    number = Text(x=round(right, 2), y=y + 5, content=point.text, anchor="end",
                  style="cell strong" if strong else "cell")  # fmt: skip
    if point.at is None:
        return (), (), number
    x, origin = _x(measure, point.at, place), _x(measure, measure.at, place)
    ends = (origin, x) if point.ends is None else tuple(_x(measure, e, place) for e in point.ends)
    style = "stalk" if point.ends is None else "whisker"
    line = Line(x1=min(ends), y1=y, x2=max(ends), y2=y, style=style)
    bead = Disc(x=x, y=y, radius=4.5, style="bead strong" if strong else "bead")
    return (line, *_cuts(measure, point, place, y)), (bead,), number


def _cuts(measure: Measure, point: Point, place: tuple[float, float], y: float) -> tuple[Line, ...]:
    """Draw a tip at each end of the scale beyond which an interval goes on."""
    sides = [measure.axis.beyond(end) for end in point.ends or ()]
    return tuple(
        Line(x1=edge - 5 * side, y1=y + up, x2=edge, y2=y, style="whisker")
        for side, edge in zip((-1, 1), place, strict=True)
        if side in sides
        for up in (-4, 4)
    )


def _row(
    case: Case, top: float, height: float, texts: Sequence[Text], parts: Sequence[Mark]
) -> DrawnRow:
    return DrawnRow(
        kind="case", top=top, height=height, summary=case.summary,
        texts=(*texts, *(number for _, _, number in parts)),
        lines=tuple(line for lines, _, _ in parts for line in lines),
        shapes=tuple(disc for _, discs, _ in parts for disc in discs),
    )  # fmt: skip


def _upright(
    measure: Measure, value: float, place: tuple[float, float], top: float, bottom: float
) -> Line:
    x = _x(measure, value, place)
    return Line(x1=x, y1=top, x2=x, y2=bottom, style="reference")


def _x(measure: Measure, value: float, place: tuple[float, float]) -> float:
    return measure.axis.place(value, *place)
