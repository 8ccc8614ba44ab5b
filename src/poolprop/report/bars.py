"""Stacked bars: how often each answer was given, row by row, with the number in each part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from poolprop.report.drawing import Drawing, DrawnRow, Shape, Text
from poolprop.report.textbox import text_width, wrap

SIZE, STEP, BAR, PAD = 14.0, 18.0, 20.0, 6.0
WIDTHS = {"wide": (860.0, 400.0), "narrow": (344.0, 344.0)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a bar: its class, its sign, its word, how many."""

    style: str
    sign: str
    word: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A row: its name and its parts, left to right."""

    label: str
    parts: tuple[Part, ...]


def bars(name: str, title: str, rows: Sequence[Bar]) -> tuple[Drawing, ...]:
    """Return the bars in both layouts, wide first."""
    words = "; ".join(_told(row) for row in rows)
    drawings = []
    for layout, (width, names) in WIDTHS.items():
        y, drawn = 2.0, []
        for row in rows:
            drawn.append(_row(row, y, width, names, stacked=layout == "narrow"))
            y += drawn[-1].height
        drawings.append(
            Drawing(id=f"{name}-{layout}", layout=layout, width=width, height=round(y + 4, 2),
                    title=title, description=words, texts=(), lines=(), rows=tuple(drawn))
        )  # fmt: skip
    return tuple(drawings)


def _told(row: Bar) -> str:
    parts = ", ".join(f"{part.word.lower()} {part.count}" for part in row.parts)
    return f"{row.label}: {parts}"


def _row(row: Bar, top: float, width: float, names: float, *, stacked: bool) -> DrawnRow:
    lines = wrap(row.label, names - 8, SIZE, lines=3)
    texts = [
        Text(x=0.0, y=round(top + PAD + 13 + STEP * i, 2), content=(line,), style="label")
        for i, line in enumerate(lines)
    ]
    tall = STEP * len(lines)
    left = 0.0 if stacked else names + 10
    y = top + PAD + (tall + 4 if stacked else max(0.0, (tall - BAR) / 2))
    total = sum(part.count for part in row.parts) or 1
    shapes, x = [], left
    for part in row.parts:
        wide = (width - left) * part.count / total
        corners = ((x, y), (x + wide, y), (x + wide, y + BAR), (x, y + BAR))
        points = " ".join(f"{px:.2f},{py:.2f}" for px, py in corners)
        shapes.append(Shape(points=points, style=f"bar-part {part.style}"))
        texts += _caption(part, x, wide, y)
        x += wide
    height = PAD * 2 + (tall + 4 + BAR if stacked else max(tall, BAR))
    return DrawnRow(
        kind="bar", top=round(top, 2), height=round(height, 2), summary=_told(row),
        texts=tuple(texts), lines=(), shapes=tuple(shapes),
    )  # fmt: skip


def _caption(part: Part, x: float, wide: float, y: float) -> list[Text]:
    """Write sign, word and number into a part, or as much of it as there is room for."""
    texts = (f"{part.sign} {part.word} {part.count}", f"{part.sign} {part.count}")
    fitting = [text for text in texts if text_width(text, 13.0) + 10 < wide]
    return [
        Text(x=round(x + 6, 2), y=round(y + 14.5, 2), content=(text,), style="cell")
        for text in fitting[:1]
    ]
