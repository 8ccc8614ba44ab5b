"""The graph of steps: each rule a box, below the rules whose results it read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from poolprop.report.drawing import Drawing, DrawnRow, Line, Shape, Text
from poolprop.report.values import Record

# Width of the drawing, boxes side by side.
PLACES = {"wide": (860.0, 5), "narrow": (344.0, 2)}
HEIGHT, SIDE, BETWEEN, BELOW = 46.0, 8.0, 12.0, 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A rule: how many jobs it had, what it built on, and how far from the tables it stands."""

    rule: str
    jobs: int
    before: tuple[str, ...]
    depth: int


def steps_of(jobs: Record) -> tuple[Step, ...]:
    """Return the rules of a lineage's jobs, those that read only plan and tables first.

    Parameters
    ----------
    jobs : mapping
        Job, then ``rule``, ``inputs`` and ``outputs``.
    """
    maker = {path: str(job["rule"]) for job in jobs.values() for path in job["outputs"]}
    counts = Counter(str(job["rule"]) for job in jobs.values())
    before = {
        rule: tuple(
            sorted(
                {
                    maker[path]
                    for job in jobs.values()
                    if job["rule"] == rule
                    for path in job["inputs"]
                    if path in maker
                }
                - {rule}
            )
        )
        for rule in counts
    }
    depth: dict[str, int] = {}
    while len(depth) < len(before):
        ready = [r for r in before if r not in depth and all(b in depth for b in before[r])]
        depth |= {r: max((depth[b] + 1 for b in before[r]), default=0) for r in ready}
    found = (
        Step(rule=rule, jobs=counts[rule], before=before[rule], depth=depth[rule])
        for rule in before
    )
    return tuple(sorted(found, key=lambda step: (step.depth, step.rule)))


def step_graph(name: str, title: str, steps: Sequence[Step]) -> tuple[Drawing, ...]:
    """Return the graph in both layouts, wide first."""
    return tuple(_draw(name, layout, title, steps) for layout in PLACES)


def _draw(name: str, layout: str, title: str, steps: Sequence[Step]) -> Drawing:
    width, across = PLACES[layout]
    box = (width - 2 - SIDE * (across - 1)) / across  # a border needs room
    corner: dict[str, tuple[float, float]] = {}
    y = 4.0
    for depth in range(max((step.depth for step in steps), default=0) + 1):
        level = [step.rule for step in steps if step.depth == depth]
        for place, rule in enumerate(level):
            row, column = divmod(place, across)
            corner[rule] = (1 + column * (box + SIDE), y + row * (HEIGHT + BETWEEN))
        y += -(-len(level) // across) * (HEIGHT + BETWEEN) - BETWEEN + BELOW
    return Drawing(
        id=f"{name}-{layout}", layout=layout, width=width, height=round(y - BELOW + 6, 2),
        title=title, description="; ".join(_said(step) for step in steps), texts=(),
        lines=tuple(_edges(steps, corner, box)),
        rows=tuple(_box(step, *corner[step.rule], box) for step in steps),
    )  # fmt: skip


def _edges(
    steps: Sequence[Step], corner: Mapping[str, tuple[float, float]], box: float
) -> list[Line]:
    """Return lines from each box to those that it built on; boxes are drawn over them."""
    lines = []
    for step in steps:
        x, y = corner[step.rule]
        for other in step.before:
            above, bottom = corner[other][0] + box / 2, corner[other][1] + HEIGHT
            lines.append(
                Line(x1=round(above, 2), y1=round(bottom, 2), x2=round(x + box / 2, 2), y2=y,
                     style="flow-line")
            )  # fmt: skip
    return lines


def _said(step: Step) -> str:
    many = "1 job" if step.jobs == 1 else f"{step.jobs} jobs"
    return f"{step.rule}, {many}, reads {', '.join(step.before) or 'plan and tables'}"


def _box(step: Step, x: float, y: float, width: float) -> DrawnRow:
    many = "1 job" if step.jobs == 1 else f"{step.jobs} jobs"
    corners = ((x, y), (x + width, y), (x + width, y + HEIGHT), (x, y + HEIGHT))
    return DrawnRow(
        kind="box", top=round(y, 2), height=HEIGHT, summary=_said(step), lines=(),
        texts=(
            Text(x=round(x + 8, 2), y=y + 19, content=(step.rule,), style="label"),
            Text(x=round(x + 8, 2), y=y + 37, content=(many,), style="cell"),
        ),
        shapes=(
            Shape(points=" ".join(f"{a:g},{b:.2f}" for a, b in corners), style="flow-box on"),
        ),
    )  # fmt: skip
