"""A difference as one page: estimates before and after, drawn as a forest plot."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from typing import Any

from poolprop.audit.difference import Difference, Move
from poolprop.audit.difference_text import PARTS, change, names, shown, verdict
from poolprop.audit.snapshot import Estimate
from poolprop.axes import Axis, labels, proportions
from poolprop.formats import PERCENT

LEFT, WIDTH, RIGHT = 330.0, 360.0, 20.0  # where the axis begins and how long it is
SIDE = 10  # of the square that marks an estimate
STYLES = ("tokens", "difference")
STEP, TOP = 44.0, 34.0  # height of a row, and of the axis


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An interval and its estimate in the drawing's units."""

    kind: str
    y: float
    lower: float
    upper: float
    estimate: float
    square: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A result of the picture: its name, and its lines before and after."""

    name_y: float
    id_y: float
    label: str
    id: str
    lines: tuple[Line, ...]


def page(found: Difference, report: Path) -> str:
    """Return the page; ``report`` is the folder with templates and colours of the report."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(report / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    styles = report / "static" / "css"
    main = [move for move in found.moves if move.main]
    return environment.get_template("difference.html.j2").render(
        found=found,
        style=Markup("".join((styles / f"{name}.css").read_text("utf-8") for name in STYLES)),
        picture=_picture(main),
        said=[*names(found), *([] if any(m.main for m in found.flips) else verdict(found))],
        table=[(move, shown(move.old), shown(move.new), change(move)) for move in main],
        parts=[(title, getattr(found, name)) for name, title in PARTS.items()],
    )


def _axis(moves: list[Move]) -> Axis:
    """Return an axis that shows the estimates before and after."""
    every = [one for move in moves for one in (move.old, move.new) if one is not None]
    return proportions(
        [one.proportion for one in every], wide=[(one.lower, one.upper) for one in every]
    )


def _picture(moves: list[Move]) -> dict[str, Any]:
    axis = _axis(moves)
    rows = [
        Row(
            name_y=TOP + STEP * (place + 0.5) - 2,
            id_y=TOP + STEP * (place + 0.5) + 12,
            label=shorten(move.label, 42, placeholder=" …"),
            id=move.id,
            lines=tuple(
                _line(kind, one, TOP + STEP * (place + part), axis)
                for kind, one, part in (("old", move.old, 0.32), ("new", move.new, 0.68))
                if one is not None
            ),
        )
        for place, move in enumerate(moves)
    ]
    return {
        "rows": rows,
        "width": LEFT + WIDTH + RIGHT,
        "height": TOP + STEP * len(rows) + 8,
        "left": LEFT,
        "right": LEFT + WIDTH,
        "ticks": [
            (_x(tick, axis), text)
            for tick, text in zip(axis.ticks, labels(axis.ticks, PERCENT), strict=True)
        ],
    }


def _line(kind: str, one: Estimate, y: float, axis: Axis) -> Line:
    x = _x(one.proportion, axis)
    return Line(
        kind=kind,
        y=round(y, 2),
        lower=_x(one.lower, axis),
        upper=_x(one.upper, axis),
        estimate=x,
        square=f"M{x - SIDE / 2:g} {y - SIDE / 2:g}h{SIDE}v{SIDE}h-{SIDE}z",
        title=f"{'before' if kind == 'old' else 'after'}: {shown(one)}",
    )


def _x(value: float, axis: Axis) -> float:
    return axis.place(value, LEFT, LEFT + WIDTH)
