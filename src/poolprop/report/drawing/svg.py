"""How coordinates are written into SVG: to a tenth of a unit, in as few characters as it takes.

A page of many plots is mostly coordinates. A tenth of a unit is less than a pixel, so nothing
is lost; moves are relative, so most numbers are short.
"""

from __future__ import annotations

from collections.abc import Sequence

Point = tuple[float, float]


def short(value: float) -> str:
    """Write a coordinate to one decimal, without a needless zero."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def path(points: Sequence[Point], *, closed: bool = False) -> str:
    """Write points as the data of a path: the first place, then moves from point to point."""
    tenths = [(round(10 * x), round(10 * y)) for x, y in points]
    (x, y), *rest = tenths
    parts = [f"M{_tenth(x)} {_tenth(y)}"]
    for after_x, after_y in rest:
        parts.append(_move(after_x - x, after_y - y))
        x, y = after_x, after_y
    return "".join(parts) + ("z" if closed else "")


def _tenth(value: int) -> str:
    return short(value / 10)


def _move(across: int, down: int) -> str:
    if down == 0:
        return f"h{_tenth(across)}"
    if across == 0:
        return f"v{_tenth(down)}"
    second = _tenth(down)
    return f"l{_tenth(across)}{second if second.startswith('-') else ' ' + second}"
