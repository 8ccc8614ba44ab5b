"""The specification curve: analyses by their estimate, and below it what each of them chose."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from poolprop.axes import Axis, Ends, labels, proportions
from poolprop.formats import Policy
from poolprop.report.drawing.rows import Kind
from poolprop.report.drawing.strips import Strip
from poolprop.report.drawing.svg import short
from poolprop.report.drawing.tables import DrawnCell, DrawnRow, DrawnTable, Head
from poolprop.report.prose import symbols
from poolprop.report.values import Record, policy_of

# Of the height of the curve: ticks nearer than this to a threshold give way to it.
NEAR = 0.064
UNIT, SHOWN = 1000.0, 200


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
    """Return at most ``most`` columns, evenly by rank; both ends and the primary one stay."""
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


def specification(
    name: str, title: str, record: Record, primary: int | None, thresholds: Sequence[float],
    axis: Axis,
) -> DrawnTable:  # fmt: skip
    """Return curve and choices as a table: a row for the curve, and one for each level."""
    shown = thinned(columns(record), SHOWN, primary)
    policy = policy_of(record)
    lines = _stretched(len(shown), _curve(shown, axis, primary))
    curve = DrawnCell(
        strip=Strip(marks=_scale(axis, thresholds) + lines + _told(axis, thresholds, policy))
    )
    first = _row("curve", f"Estimate{'' if policy.unit == '%' else f',{policy.unit}'}", curve)
    groups: list[tuple[DrawnRow, ...]] = [(first,)]
    for choice in record["choices"]:
        rows = [_row("heading", symbols(choice["label"]))]
        for level in choice["levels"]:
            d = runs([c.levels.get(choice["choice"]) == level["level"] for c in shown])
            mark = _stretched(len(shown), f'<path class="spec-mark" d="{d}"/>')
            rows.append(_row("case", symbols(level["label"]), DrawnCell(strip=Strip(marks=mark))))
        groups.append(tuple(rows))
    frame = {"low": axis.lower, "high": axis.upper, "most": SHOWN}
    return DrawnTable(
        id=name,
        title=title,
        heads=(Head(role="label", title="Choice"),
               Head(role="drawn", title="Analyses by their estimate, and what each chose")),
        groups=tuple(groups),
        frame=json.dumps(frame, separators=(",", ":")),
    )  # fmt: skip


def _row(kind: Kind, label: str, *cells: DrawnCell) -> DrawnRow:
    return DrawnRow(kind=kind, label=label, detail="", anchor="", cells=cells)


def _stretched(count: int, paths: str) -> str:
    """Draw paths in columns of width 1 and in thousandths of the height."""
    return (
        f'<svg class="stretched" viewBox="0 0 {count} {UNIT:g}" preserveAspectRatio="none">'
        f"{paths}</svg>"
    )


def _scale(axis: Axis, thresholds: Sequence[float]) -> str:
    """Draw a line at each tick within the cell, dashed at the thresholds of the plan."""
    lines = []
    for at in _ruled(axis, thresholds).ticks:
        style, y = "reference" if at in thresholds else "grid", _down(axis, at)
        lines.append(f'<line class="{style}" x2="100%" y1="{y}" y2="{y}"/>')
    return "".join(lines)


def _told(axis: Axis, thresholds: Sequence[float], policy: Policy) -> str:
    """Write the ticks over the curve, which leaves no room beside it on a phone."""
    ticks = _ruled(axis, thresholds).ticks
    return "".join(
        f'<text class="tick" y="{_down(axis, at)}" dy="-3">{text}</text>'
        for at, text in zip(ticks, labels(ticks, policy), strict=True)
    )


def _down(axis: Axis, value: float) -> str:
    return f"{short(100 * (1 - axis.share(value)))}%"


def _ruled(axis: Axis, thresholds: Sequence[float]) -> Axis:
    """Return an axis with ticks at the thresholds too, and none too near to one."""
    cuts = [at for at in thresholds if not axis.beyond(at)]
    near = NEAR * (axis.upper - axis.lower)
    kept = [at for at in axis.ticks if all(abs(at - cut) >= near for cut in cuts)]
    return replace(axis, ticks=tuple(sorted({*kept, *cuts})))


def _curve(shown: Sequence[Column], axis: Axis, primary: int | None) -> str:
    def y(value: float) -> str:
        return short(UNIT * (1 - axis.share(value)))

    def dots(columns: Sequence[tuple[int, Column]]) -> str:
        return "".join(f"M{i}.5 {y(c.estimate)}h0" for i, c in columns)

    def whiskers(columns: Sequence[tuple[int, Column]]) -> str:
        return "".join(f"M{i}.5 {y(c.lower)}V{y(c.upper)}" for i, c in columns)

    every = list(enumerate(shown))
    own = [(i, c) for i, c in every if c.place == primary]
    drawn = (("spec-interval", whiskers(every)), ("spec-dot", dots(every)),
             ("spec-primary", whiskers(own)), ("spec-own", dots(own)))  # fmt: skip
    return "".join(f'<path class="{style}" d="{d}"/>' for style, d in drawn)


def runs(marked: Sequence[bool]) -> str:
    """Return neighbouring marks as strokes across the middle of a row, each from the one before."""
    parts, at = [], 0
    for own, group in groupby(marked):
        length = len(list(group))
        if own:
            parts.append(f"h{length}")
        elif at + length < len(marked):
            parts.append(f"m{length} 0")
        at += length
    return f"M0 {UNIT / 2:g}{''.join(parts)}" if any(marked) else ""
