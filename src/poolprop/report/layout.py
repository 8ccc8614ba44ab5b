"""Where the columns of a plot stand.

Two layouts carry the same rows. ``wide`` is a table with the plot as one of its columns.
``narrow`` stacks name and plot and is drawn for a phone, where a shrunken wide plot could
not be read.
"""

from __future__ import annotations

from dataclasses import dataclass

from poolprop.axes import Axis, proportions
from poolprop.report.drawing import Plot
from poolprop.report.textbox import text_width
from poolprop.report.values import Sentence, spell

# Width of the column of risk of bias.
LIGHT_ROOM = 42.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the columns stand. Column positions are right edges, ``None`` if left out.

    ``stacked`` puts the plot below the name instead of beside it; ``light`` is the middle of
    the column of risk of bias.
    """

    name: str
    width: float
    label_width: float
    counts: float | None
    left: float
    right: float
    estimate: float | None
    weight: float | None
    light: float | None
    stacked: bool
    axis: Axis

    def x(self, value: float) -> float:
        """Return where a value lies, kept within the plot."""
        return self.axis.place(value, self.left, self.right)


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


def wide(plot: Plot, axis: Axis) -> Layout:
    """Return the layout for a screen or a page; columns are as wide as their texts."""
    width, gap = 860.0, 18.0
    edge = width - (LIGHT_ROOM if "light" in plot.headers else 0)
    weight = _column(plot, "weight")
    estimate = _column(plot, "estimate")
    counts = _column(plot, "counts")
    right = edge - (weight + gap if weight else 0) - (estimate + gap if estimate else 0)
    label_width = 236.0 if counts else 280.0
    left = label_width + (counts + gap if counts else 0) + gap
    return Layout(
        name="wide",
        width=width,
        label_width=label_width,
        counts=label_width + gap + counts - 6 if counts else None,
        left=left + 4,
        right=right - 4,
        estimate=edge - (weight + gap if weight else 0) if estimate else None,
        weight=edge if weight else None,
        light=width - 14 if "light" in plot.headers else None,
        stacked=False,
        axis=axis,
    )


def narrow(plot: Plot, axis: Axis) -> Layout:
    """Return the layout for a phone: name above plot, no column of weights."""
    width = 344.0
    estimate, counts = _column(plot, "estimate"), _column(plot, "counts")
    return Layout(
        name="narrow",
        width=width,
        label_width=width - (counts + 12 if counts else 0),
        counts=width if counts else None,
        left=10.0,
        right=width - (estimate + 16 if estimate else 10),
        estimate=width if estimate else None,
        weight=None,
        light=None,
        stacked=True,
        axis=axis,
    )


def _column(plot: Plot, column: str) -> float:
    """Return the width a column needs; 0 if the plot does not have it."""
    if column not in plot.headers:
        return 0.0
    texts: list[Sentence] = [getattr(row, column) for row in plot.rows]
    widths = [text_width(spell(text), 13.0, bold=True) for text in texts]
    return max([*widths, text_width(plot.headers[column], 12.0)])
