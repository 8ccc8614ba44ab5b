"""A plot as a true table: one of its columns is drawn, the others are its words and numbers.

Screen readers read it as any table, phones stack its cells, and paper shows the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from poolprop.axes import Axis, Ends, proportions
from poolprop.report.bias import Light
from poolprop.report.drawing.rows import Kind, Plot, PlotRow, Scale, Variant
from poolprop.report.drawing.strips import Strip, axis_strip, grid, percent, strip
from poolprop.report.values import Sentence, common_ref, spell

# Characters of an estimate with its interval, such as 92.3 (62.5-99.8).
USUAL = 17
Role = Literal["label", "fact", "counts", "drawn", "estimate", "weight", "after", "light"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A column: what it is for, its title, and for a drawn one its axis and what is behind it."""

    role: Role
    title: str
    axis: Strip | None = None
    grid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnCell:
    """A cell of text, of a mark of risk of bias, or of a strip."""

    content: Sentence = ()
    strip: Strip | None = None
    light: Light | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnRow:
    """A row: its name, and a cell for each column after the first."""

    kind: Kind
    label: str
    detail: str
    anchor: str
    cells: tuple[DrawnCell, ...]
    note: Sentence = ()

    @property
    def ref(self) -> str:
        """The result that the row quotes; only numbers of other results name theirs."""
        return common_ref((self.note, *(cell.content for cell in self.cells)))


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnVariant:
    """Another model: its rows, each study's weight, and where its dashed line stands."""

    label: str
    method: str
    rows: tuple[DrawnRow, ...]
    weights: tuple[Sentence, ...]
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnTable:
    """A plot after layout; ``groups`` are runs of rows, each with its heading if it has one.

    ``frame`` tells a script how to draw it anew, as JSON; empty where none does. ``ends`` are
    those of its axis, between which a script may draw more.
    """

    id: str
    title: str
    heads: tuple[Head, ...]
    groups: tuple[tuple[DrawnRow, ...], ...]
    variants: tuple[DrawnVariant, ...] = ()
    frame: str = ""
    ends: Ends | None = None

    @property
    def many(self) -> bool:
        """Whether several columns are drawn, each with its numbers beside it."""
        return sum(head.role == "drawn" for head in self.heads) > 1

    @property
    def long(self) -> bool:
        """Whether estimates need more room than those in per cent usually do."""
        place = next((i for i, head in enumerate(self.heads[1:]) if head.role == "estimate"), None)
        rows = (row for group in self.groups for row in group if row.cells)
        return place is not None and any(len(spell(r.cells[place].content)) > USUAL for r in rows)

    @property
    def strips(self) -> list[str]:
        """All that is drawn, to know which marks a caption has to explain."""
        rows = [row for group in self.groups for row in group]
        found = [cell.strip.marks for row in rows for cell in row.cells if cell.strip]
        return [*found, *(head.axis.marks for head in self.heads if head.axis)]


def axis_of(plot: Plot) -> Axis:
    """Return the axis of a plot: the plan's, or one that shows its rows and those of variants."""
    rows = [*plot.rows, *(row for variant in plot.variants for row in variant.rows)]
    marks = [row.at for row in rows if row.at is not None]
    marks += [at for row in rows for at in (*row.ticks, *(x for x, _ in row.cloud))]
    marks += [] if plot.reference is None else [plot.reference]
    spans = [(row.ci.lower, row.ci.upper) for row in rows if row.ci and row.kind == "study"]
    wide = [row.ci for row in rows if row.ci and row.kind != "study"]
    wide += [row.prediction for row in rows if row.prediction]
    return proportions(marks, spans, [(one.lower, one.upper) for one in wide], plot.axis)


def draw(plot: Plot) -> DrawnTable:
    """Lay a plot out as a table."""
    axis = axis_of(plot)
    heads = tuple(_heads(plot, axis))
    rows = _scaled(plot.rows)
    return DrawnTable(
        id=plot.id,
        title=plot.title,
        heads=heads,
        groups=tuple(_groups(_row(row, heads, axis) for row in rows)),
        variants=tuple(_variant(plot, i, heads, axis) for i in range(len(plot.variants))),
        ends=(axis.lower, axis.upper),
    )


def _heads(plot: Plot, axis: Axis) -> Iterable[Head]:
    """Return the columns in the order in which they are read."""
    scale = Scale(axis=axis, label=plot.axis_label, policy=plot.policy)
    yield Head(role="label", title=plot.headers["label"])
    yield from (Head(role="fact", title=title) for title in plot.facts)
    if "counts" in plot.headers:
        yield Head(role="counts", title=plot.headers["counts"])
    yield Head(role="drawn", title=plot.axis_label, axis=axis_strip(scale),
               grid=grid(axis, plot.reference))  # fmt: skip
    for role in ("estimate", "weight"):
        if role in plot.headers:
            yield Head(role=role, title=plot.headers[role])
    yield from (Head(role="after", title=title) for title in plot.after)
    if "light" in plot.headers:
        yield Head(role="light", title=plot.headers["light"])


def _row(row: PlotRow, heads: Sequence[Head], axis: Axis) -> DrawnRow:
    texts = {"fact": iter(row.facts), "after": iter(row.after)}

    def cell(role: Role) -> DrawnCell:
        if role == "drawn":
            return DrawnCell(strip=strip(row, axis))
        if role == "light":
            return DrawnCell(light=row.light)
        held = texts.get(role)
        return DrawnCell(content=next(held, ()) if held else getattr(row, role))

    return DrawnRow(
        kind=row.kind, label=row.label, detail=row.detail, anchor=row.anchor,
        note=row.counts if row.kind == "heading" else row.note,
        cells=() if row.kind in ("heading", "note") else tuple(cell(h.role) for h in heads[1:]),
    )  # fmt: skip


def _groups(rows: Iterable[DrawnRow]) -> Iterable[tuple[DrawnRow, ...]]:
    """Split rows before each heading."""
    group: list[DrawnRow] = []
    for row in rows:
        if row.kind == "heading" and group:
            yield tuple(group)
            group = []
        group.append(row)
    yield tuple(group)


def _variant(plot: Plot, i: int, heads: Sequence[Head], axis: Axis) -> DrawnVariant:
    one: Variant = plot.variants[i]
    at = next((row.at for row in one.rows if row.kind == "pooled"), None)
    return DrawnVariant(
        label=one.label,
        method=one.method,
        rows=tuple(_row(row, heads, axis) for row in one.rows),
        weights=tuple(row.others[i] for row in plot.rows if row.kind == "study" and row.others),
        reference="" if at is None or axis.beyond(at) else percent(axis, at),
    )


def _scaled(rows: Sequence[PlotRow]) -> list[PlotRow]:
    """Scale the shares so that the heaviest study has share 1."""
    heaviest = max((row.share or 0.0 for row in rows), default=0.0) or 1.0
    return [replace(row, share=None if row.share is None else row.share / heaviest) for row in rows]
