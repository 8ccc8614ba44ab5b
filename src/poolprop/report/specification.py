"""The specification curve: analyses by their estimate, and below it what each of them chose."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from poolprop.axes import Axis, Ends, proportions
from poolprop.formats import Policy
from poolprop.report.curves import CurveDrawing, Path
from poolprop.report.drawing import Line, Text
from poolprop.report.prose import symbols
from poolprop.report.scales import Scale, upwards
from poolprop.report.textbox import wrap
from poolprop.report.values import Record, policy_of

CURVE, TOP, STEP, HEAD = 220.0, 14.0, 15.0, 24.0
WIDE, NARROW = 860.0, 344.0
LABELS, TICKS_ROOM = 352.0, 56.0
# Ticks nearer than this to a threshold give way to it.
APART = 14.0
SHOWN_WIDE, SHOWN_NARROW = 200, 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One analysis: where it stands among sets and methods, its numbers and its levels."""

    place: int
    estimate: float
    lower: float
    upper: float
    levels: dict[str, str]


def columns(record: Record) -> list[Column]:
    """Return every analysis of a multiverse in the order of its estimates."""
    methods = record["methods"]
    found = [
        Column(
            place=row * len(methods) + i,
            estimate=one["proportion"][i],
            lower=one["lower"][i],
            upper=one["upper"][i],
            levels={**one["levels"], **method["levels"]},
        )
        for row, one in enumerate(record["sets"])
        for i, method in enumerate(methods)
    ]
    return sorted(found, key=lambda c: (c.estimate, c.lower, c.place))


def axis_of(record: Record, plan: Ends | None) -> Axis:
    """Return an axis that holds the estimates of all analyses, and of their intervals the usual."""
    every = columns(record)
    spans = [(one.lower, one.upper) for one in every]
    return proportions([one.estimate for one in every], wide=spans, plan=plan)


def thinned(all_columns: Sequence[Column], most: int, primary: int | None) -> list[Column]:
    """Return at most so many columns, evenly by rank; both ends and the primary one stay."""
    count = len(all_columns)
    if count <= most:
        return list(all_columns)
    ranks = {round(i * (count - 1) / (most - 1)) for i in range(most)}
    own = next((i for i, column in enumerate(all_columns) if column.place == primary), None)
    if own is not None and own not in ranks:
        inner = ranks - {0, count - 1}
        ranks.discard(min(inner, key=lambda rank: (abs(rank - own), rank)))
        ranks.add(own)
    return [all_columns[rank] for rank in sorted(ranks)]


def specification_drawings(
    name: str,
    title: str,
    description: str,
    record: Record,
    primary: int | None,
    thresholds: Sequence[float],
    axis: Axis,
) -> tuple[CurveDrawing, CurveDrawing]:
    """Draw curve and choices: labels beside the marks, and above them for a phone."""
    every = columns(record)

    def drawn(layout: str, most: int) -> CurveDrawing:
        return _drawing(
            f"{name}-{layout}", layout, title, description, record["choices"],
            thinned(every, most, primary), primary, thresholds, axis, policy_of(record),
        )  # fmt: skip

    return drawn("wide", SHOWN_WIDE), drawn("narrow", SHOWN_NARROW)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """Where columns stand, and what the vertical axis spans."""

    left: float
    right: float
    count: int
    wide: bool
    axis: Axis

    def x(self, i: float) -> float:
        return round(self.left + (i + 0.5) * (self.right - self.left) / self.count, 1)

    def y(self, value: float) -> float:
        return round(self.axis.place(value, TOP + CURVE, TOP), 1)


def _drawing(
    name: str, layout: str, title: str, description: str, choices: Sequence[Any],
    shown: Sequence[Column], primary: int | None, thresholds: Sequence[float], axis: Axis,
    policy: Policy,
) -> CurveDrawing:  # fmt: skip
    wide = layout == "wide"
    width = WIDE if wide else NARROW
    left = LABELS if wide else TICKS_ROOM
    frame = _Frame(left=left, right=width - 4, count=len(shown), wide=wide, axis=axis)
    texts, lines, paths, bottom = _matrix(choices, shown, frame, width)
    cuts = [at for at in thresholds if not axis.beyond(at)]
    ruled = [
        Line(x1=left, y1=frame.y(at), x2=width - 4, y2=frame.y(at), style="reference")
        for at in cuts
    ]
    grid, labels = upwards(
        Scale(axis=_ruled(axis, cuts), label="", policy=policy),
        *(TOP + CURVE, TOP, left, width - 4),
    )
    unit = "" if policy.unit == "%" else policy.unit.strip()
    head = [Text(x=left, y=TOP - 3, content=(unit,), style="tick")] if unit else []
    return CurveDrawing(
        id=name, layout=layout, width=width, height=round(bottom + 6, 1), title=title,
        description=description, texts=(*head, *labels, *texts), lines=(*grid, *ruled, *lines),
        paths=(*_curve(shown, frame, primary), *paths),
        frame=json.dumps(
            {"left": left, "right": width - 4, "top": TOP, "height": CURVE,
             "low": axis.lower, "high": axis.upper, "most": SHOWN_WIDE if wide else SHOWN_NARROW},
            separators=(",", ":"),
        ),
    )  # fmt: skip


def _ruled(axis: Axis, thresholds: Sequence[float]) -> Axis:
    """Return an axis with ticks at the thresholds too, and none too near to one."""
    near = APART / CURVE * (axis.upper - axis.lower)
    kept = [at for at in axis.ticks if all(abs(at - cut) >= near for cut in thresholds)]
    return replace(axis, ticks=tuple(sorted({*kept, *thresholds})))


def _curve(shown: Sequence[Column], frame: _Frame, primary: int | None) -> list[Path]:
    intervals = "".join(
        f"M{frame.x(i):g} {frame.y(c.lower):g}V{frame.y(c.upper):g}" for i, c in enumerate(shown)
    )
    dots = "".join(f"M{frame.x(i):g} {frame.y(c.estimate):g}h0" for i, c in enumerate(shown))
    own = [(i, c) for i, c in enumerate(shown) if c.place == primary]
    mark = "".join(
        f"M{frame.x(i):g} {frame.y(c.lower):g}V{frame.y(c.upper):g}"
        f"M{frame.x(i) - 5:g} {frame.y(c.estimate):g}h10"
        for i, c in own
    )
    return [
        Path(d=intervals, style="spec-interval"),
        Path(d=dots, style="spec-dot"),
        Path(d=mark, style="spec-primary"),
    ]


def _matrix(
    choices: Sequence[Any], shown: Sequence[Column], frame: _Frame, width: float
) -> tuple[list[Text], list[Line], list[Path], float]:
    """Return a band for each level of each choice, marked where an analysis has it."""
    texts, lines, paths = [], [], []
    y = TOP + CURVE + 12
    for choice in choices:
        y += HEAD
        texts.append(Text(x=0.0, y=y, content=(symbols(choice["label"]),), style="head"))
        lines.append(Line(x1=0.0, y1=y - 15, x2=width, y2=y - 15, style="rule"))
        for level in choice["levels"]:
            y += STEP + (0 if frame.wide else STEP)
            room = (LABELS if frame.wide else width) - 16
            label = wrap(level["label"], room, 12.0, lines=1)[0]
            place = y + 1 if frame.wide else y - STEP + 2
            texts.append(Text(x=8.0, y=round(place, 1), content=(label,), style="tick"))
            d = _runs([c.levels.get(choice["choice"]) == level["level"] for c in shown], frame)
            # A level without a mark keeps its line: a filtered curve may need it.
            paths.append(Path(d=f"M0 {y - 3:g}{d}", style="spec-mark"))
    return texts, lines, paths, y + 4


def _runs(marked: Sequence[bool], frame: _Frame) -> str:
    """Return neighbouring marks as horizontal strokes, relative to the start of the line."""
    unit = (frame.right - frame.left) / frame.count
    parts, at, i = [], 0.0, 0
    while i < len(marked):
        if not marked[i]:
            i += 1
            continue
        end = i
        while end < len(marked) and marked[end]:
            end += 1
        start = round(frame.left + i * unit, 1)
        stop = round(frame.left + end * unit, 1)
        parts.append(f"m{start - at:.4g} 0h{stop - start:.4g}")
        at = start + float(f"{stop - start:.4g}")
        i = end
    return "".join(parts)
