"""What a plot is before layout: plain data, no arithmetic.

A :class:`Plot` says what to show; :mod:`poolprop.report.drawing.tables` turns it into a table with
a drawn column.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from poolprop.axes import Axis, Ends
from poolprop.formats import PERCENT, Policy
from poolprop.report.bias import Light
from poolprop.report.values import Sentence

Kind = Literal[
    "heading", "study", "pooled", "prediction", "interval", "note", "bar", "case", "curve"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """An axis with its title, and how its proportions are written; None: plain numbers."""

    axis: Axis
    label: str
    policy: Policy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """An interval on the scale of the axis."""

    lower: float
    upper: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlotRow:
    """One line of a plot.

    Attributes
    ----------
    kind : str
        ``study`` is a square with whiskers, ``pooled`` a diamond, ``prediction`` a bar,
        ``interval`` a dot with its interval and prediction interval; ``heading`` and
        ``note`` are text only.
    label, detail : str
        Name, and a second name in smaller type.
    facts : tuple of Sentence
        What the plot's columns of the user's choice say of a study.
    counts, estimate, weight : Sentence
        Text of the columns; empty where a column does not apply.
    after : tuple of Sentence
        Texts of the plot's further columns of numbers.
    at, share : float or None
        Position of the mark, and the share of the weight that the square shows.
    ci, prediction : Span or None
        Intervals to draw.
    light : Light or None
        Risk of bias of the study.
    note : Sentence
        Text of a ``note``, on one line; its label is not drawn then.
    parts : tuple of (float, str)
        Shares of a bar, with the class of each.
    ticks : tuple of float
        Where short upright lines stand, for values to compare with.
    cloud : tuple of (float, float)
        Points to draw above the mark: where, and size as a share of the largest.
    others : tuple of Sentence
        The study's weight in each of the plot's variants.
    bound : int
        -1 where the value is known to lie below the mark, 1 where above it; else 0.
    policy : Policy
        How the row's proportions are written.
    description : str
        What the drawing shows and no column says, for screen readers.
    anchor : str
        Element id of the row, for deep links.
    """

    kind: Kind
    label: str
    detail: str = ""
    facts: tuple[Sentence, ...] = ()
    counts: Sentence = ()
    estimate: Sentence = ()
    weight: Sentence = ()
    at: float | None = None
    share: float | None = None
    ci: Span | None = None
    prediction: Span | None = None
    light: Light | None = None
    note: Sentence = ()
    parts: tuple[tuple[float, str], ...] = ()
    ticks: tuple[float, ...] = ()
    cloud: tuple[tuple[float, float], ...] = ()
    others: tuple[Sentence, ...] = ()
    after: tuple[Sentence, ...] = ()
    bound: int = 0
    policy: Policy = PERCENT
    description: str = ""
    anchor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """The pooled rows of another model, to be shown in place of a plot's own.

    Attributes
    ----------
    label, method : str
        Name of the model, and the method in full.
    rows : tuple of PlotRow
        Diamond and prediction interval.
    """

    label: str
    method: str
    rows: tuple[PlotRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """What to draw.

    Attributes
    ----------
    id : str
        Fixed identifier, unique on the page.
    title : str
        Its name.
    headers : dict
        Titles of the columns: ``label``, ``counts``, ``estimate``, ``weight``, ``light``; a
        missing key leaves the column out.
    facts, after : tuple of str
        Titles of further columns: texts beside the name, and numbers beside the estimate.
    rows : tuple of PlotRow
        Top to bottom.
    reference : float or None
        Where to draw the dashed vertical line.
    axis : (float, float) or None
        Ends of the axis that the plan asks for; None: chosen from what the plot shows.
    axis_label : str
        Title below the axis.
    variants : tuple of Variant
        Other models; each takes the place of the rows from the first ``pooled`` one on.
    """

    id: str
    title: str
    headers: dict[str, str]
    rows: tuple[PlotRow, ...]
    facts: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    reference: float | None = None
    axis: Ends | None = None
    axis_label: str = ""
    variants: tuple[Variant, ...] = ()

    @property
    def policy(self) -> Policy:
        """How its proportions are written: as those of its first row with a mark."""
        marked = (row for row in self.rows if row.at is not None or row.ci is not None)
        return next((row.policy for row in marked), PERCENT)
