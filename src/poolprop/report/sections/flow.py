"""From reports found to studies included."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from poolprop.report.context import Context, Section

NOT_REPORTED = "number not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Reports or studies that go on, with their number in words, and those that leave here."""

    label: str
    count: str
    note: str
    out: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The boxes in the order of the flow, and what is said of them."""

    boxes: tuple[Box, ...]
    caption: str


def section(context: Context) -> Section | None:
    """Return the section; None if the review has no flow."""
    rows = context.results.flow
    if not rows:
        return None
    boxes = tuple(
        _box(
            row, tuple(_box(r) for r in rows if r["kind"] == "out" and r["from_box"] == row["box"])
        )
        for row in rows
        if row["kind"] == "on"
    )
    caption = "The numbers add up from box to box; that is checked before every run."
    if any(not row["count"].isdigit() for row in rows):
        caption += " A number that nobody documented is said to be unknown, not guessed."
    return Section(id="flow", title="Study selection", body=Flow(boxes=boxes, caption=caption))


def _box(row: Mapping[str, str], out: tuple[Box, ...] = ()) -> Box:
    count = f"n = {row['count']}" if row["count"].isdigit() else NOT_REPORTED
    return Box(label=row["label"], count=count, note=row["note"], out=out)
