"""What each plot of the report shows: from result files to rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

from poolprop.formats import MISSING, PERCENT, Policy, level
from poolprop.report import prose, small_k
from poolprop.report.bias import Light
from poolprop.report.drawing.charts import Chart, marks_of
from poolprop.report.drawing.rows import Plot, PlotRow, Span
from poolprop.report.drawing.tables import DrawnTable, draw
from poolprop.report.formats import beside
from poolprop.report.tables import Table
from poolprop.report.values import (
    Record,
    Sentence,
    join,
    look_up,
    policy_of,
    quote,
    quote_range,
    quote_within,
)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A drawing with its caption, what belongs to it as a table, and whose result it is.

    It is a ``plot``, drawn as a table with a drawn column, or a ``panel``, such a table made
    elsewhere, or ``charts`` side by side.
    """

    block: ClassVar[str] = "figure"
    id: str
    caption: Sentence
    plot: Plot | None = None
    panel: DrawnTable | None = None
    charts: tuple[Chart, ...] = ()
    table: Table | None = None
    table_title: str = "The numbers of this figure"
    ref: str = ""

    @cached_property
    def drawn(self) -> DrawnTable | None:
        """The table with a drawn column, if it is one."""
        return draw(self.plot) if self.plot else self.panel

    @property
    def title(self) -> str:
        """What it is called."""
        return self.drawn.title if self.drawn else self.charts[0].title


def figure(plot: Plot, caption: Sentence, table: Table | None = None, ref: str = "") -> Figure:
    """Join a plot with its caption, a table and the id of its result."""
    title = table.caption if table else ""
    made = Figure(id=plot.id, plot=plot, caption=caption, table=table, ref=ref, table_title=title)
    return _explained(made, "".join(made.drawn.strips) if made.drawn else "")


def panelled(panel: DrawnTable, caption: Sentence) -> Figure:
    """Join a table with drawn columns with its caption."""
    made = Figure(id=panel.id, panel=panel, caption=caption)
    return _explained(made, "".join(panel.strips))


def charted(*charts: Chart, caption: Sentence, table: Table | None = None, ref: str = "") -> Figure:
    """Join charts with their caption, their numbers as a table and the id of their result."""
    made = Figure(id=charts[0].id, charts=charts, caption=caption, table=table, ref=ref)
    return _explained(made, marks_of(charts))


def _explained(made: Figure, marks: str) -> Figure:
    """Say in the caption what the marks of cut intervals and axes are, of those that are drawn."""
    parts = [
        " Arrow: the interval goes on beyond the axis." if ' arrow"' in marks else "",
        " Two slashes: the axis is cut." if '"cut-mark"' in marks else "",
    ]
    return replace(made, caption=join(made.caption, *parts))


def axis_label(policy: Policy) -> str:
    """Return what names the axis of proportions: ``% of total``, ``per 10,000``."""
    return "% of total" if policy.scale == "percent" else policy.unit.strip()


def headers(
    level_of: float, policy: Policy = PERCENT, *, label: str = "Study", weight: bool = True
) -> dict[str, str]:
    """Return the column titles of a plot."""
    estimate = f"{policy.unit.strip()} ({level(level_of)} CI)"
    titles = {"label": label, "counts": "Events/total", "estimate": estimate}
    return titles | {"weight": "Weight"} if weight else titles


def spread_titles(level_of: float) -> tuple[str, ...]:
    """Return the titles of the columns of :func:`spread`."""
    return f"{level(level_of)} prediction", "τ²", "I²"


def spread(owner: Record, prefix: str, lead: small_k.Lead) -> tuple[Sentence, ...]:
    """Quote where a new study is expected and how studies differ; two show no spread."""
    many = look_up(owner, f"{prefix}k") > 2
    return (
        quote_range(lead.record, lead.prediction, "points"),
        quote_within(owner, f"{prefix}tau2", "number") if many else (MISSING,),
        quote_within(owner, f"{prefix}i2", "share") if many else (MISSING,),
    )


def span(record: Record, field: str) -> Span | None:
    """Return an interval of a result as a span; None if it has none."""
    found = look_up(record, field)
    return None if found is None else Span(lower=found["lower"], upper=found["upper"])


def counts(record: Record, prefix: str = "") -> Sentence:
    """Quote events and total: ``12/21``."""
    if look_up(record, f"{prefix}events") is None:
        return ("without counts",)
    events = quote(record, f"{prefix}events", "count")
    return (events, "/", quote(record, f"{prefix}total", "count"))


def estimate(record: Record, ci: str, proportion: str = "proportion") -> Sentence:
    """Quote an estimate and its interval in percent: ``57.1 (34.0-78.2)``."""
    at = quote(record, proportion, "points")
    return join(at, " (", quote_range(record, ci, "points"), ")")


def study_row(
    owner: Record,
    prefix: str,
    interval: str,
    *,
    weight: bool = True,
    light: Light | None = None,
    anchor: bool = False,
) -> PlotRow:
    """Return the row of one study.

    ``owner``, ``prefix``: the result that lists the study, and the dotted path to it (ending in a
    dot): weights belong to the result, not to the study alone. ``anchor``: whether the row is the
    place that the study's address leads to.
    """
    study = look_up(owner, prefix.removesuffix(".")) if prefix else owner
    ci = f"intervals.{interval}"
    share = study.get("weight")
    return PlotRow(
        kind="study",
        anchor=study["id"] if anchor else "",
        label=study["label"],
        detail=beside(study["label"], study["arm_label"]),
        counts=counts(study),
        estimate=estimate(study, ci),
        weight=(quote(owner, f"{prefix}weight", "share"),) if weight and share else (),
        at=study["proportion"],
        share=share,
        ci=span(study, ci),
        light=light,
        policy=policy_of(study),
    )


def pooled_rows(
    lead: small_k.Lead, counted: Sentence, level_of: float, label: str = ""
) -> tuple[PlotRow, ...]:
    """Return the diamond and, if there is one, the bar of the prediction interval."""
    of = policy_of(lead.record)
    diamond = PlotRow(
        kind="pooled",
        label=small_k.pooled_name(lead) + label,
        counts=counted,
        estimate=estimate(lead.record, lead.ci, lead.proportion),
        at=lead.at,
        ci=lead.span(lead.ci),
        policy=of,
    )
    prediction = lead.span(lead.prediction)
    if prediction is None:
        return (diamond,)
    bar = PlotRow(
        kind="prediction",
        label=f"{level(level_of)} prediction interval",
        estimate=join("(", quote_range(lead.record, lead.prediction, "points"), ")"),
        prediction=prediction,
        policy=of,
    )
    return diamond, bar


def panel(
    record: Record, label: str, interval: str, prefix: str = "result.", *, anchor: bool = False
) -> list[PlotRow]:
    """Return the rows of one group: heading, studies, and the pooled value if there is one.

    ``record``: a group with ``k``, ``studies`` and ``result``; one study has no pooled value.
    ``interval``: which of the studies' own intervals to draw. ``prefix``: dotted path to the pooled
    value that the diamond shows; empty: the studies stand alone. ``anchor``: whether the heading is
    the place that the group's address leads to.
    """
    many = record["k"] > 1
    title = f"{label} (k = {record['k']})"
    heading = PlotRow(kind="heading", label=title, anchor=record["id"] if anchor else "",
                      counts=counts(record) if many else ())  # fmt: skip
    studies = [
        study_row(record, f"studies.{i}.", interval, weight=False)
        for i in range(len(record["studies"]))
    ]
    if record["result"] is None or not (many and prefix):
        return [heading, *studies]
    lead, of = small_k.direct(record, prefix), look_up(record, f"{prefix}level")
    pooled = pooled_rows(lead, counts(record, prefix), of, f": {label}")
    spread = prose.spread(record, prefix)
    lines = [PlotRow(kind="note", label="", note=spread)] if spread else []
    return [heading, *studies, *pooled, *lines]


def interval_row(
    owner: Record,
    prefix: str,
    label: str,
    detail: str = "",
    *,
    own: bool = False,
    lead: small_k.Lead | None = None,
) -> PlotRow:
    """Return a result as dot, confidence interval and prediction interval.

    A result that rests on one study is drawn as a study: a square with its own interval. ``own``:
    the row is the place of the result, with its address and the columns of :func:`spread`.
    ``lead``: what stands for it, where it does not stand for itself.
    """
    result = look_up(owner, prefix.removesuffix(".")) if prefix else owner
    lead, single = lead or small_k.direct(owner, prefix), result["k"] == 1
    return PlotRow(
        kind="study" if single else "interval",
        label=label,
        detail=detail,
        counts=counts(owner, prefix),
        estimate=estimate(lead.record, lead.ci, lead.proportion)
        if lead.informative
        else (small_k.TOO_WIDE,),
        at=lead.at if lead.informative else None,
        ci=lead.span(lead.ci) if lead.informative else None,
        prediction=lead.span(lead.prediction) if lead.informative and not single else None,
        after=spread(owner, prefix, lead) if own and lead.informative else (),
        anchor=owner["id"] if own else "",
        policy=policy_of(owner),
    )


def crossing(rows: Sequence[PlotRow]) -> bool:
    """Return whether any confidence interval reaches beyond its prediction interval."""
    pairs = [(row.ci, row.prediction) for row in rows]
    return any(
        ci and outer and (ci.lower < outer.lower or ci.upper > outer.upper) for ci, outer in pairs
    )


def reference(rows: Sequence[PlotRow]) -> float | None:
    """Return where the last diamond stands."""
    found = [row.at for row in rows if row.kind == "pooled"]
    return found[-1] if found else None


def marks(rows: Sequence[PlotRow], level_of: float) -> str:
    """Say what the marks of rows of :func:`interval_row` are, of those that were drawn."""
    of, parts = level(level_of), []
    if any(row.kind == "interval" for row in rows):
        parts.append(f"Dot: pooled estimate. Thick line: {of} confidence interval.")
    if any(row.kind == "interval" and row.prediction for row in rows):
        parts.append(
            f"Thin line with caps: {of} prediction interval, where a new study's proportion is "
            "expected."
        )
    if any(row.kind == "study" for row in rows):
        parts.append("Square: one study, with its own exact interval.")
    return " ".join(parts)
