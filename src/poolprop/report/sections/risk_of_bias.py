"""Risk of bias: the adjudicated answer to each item for each study, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from poolprop.report.bias import OVERALL, Light, Lights
from poolprop.report.context import Context, Section
from poolprop.report.drawing import Plot, PlotRow
from poolprop.report.figures import Figure, figure
from poolprop.report.formats import plain
from poolprop.report.read import Rows
from poolprop.report.tables import Table, text_table


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """One item of the tool with the answer for each study; ``None`` where not assessed."""

    item: str
    question: str
    lights: tuple[Light | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskOfBias:
    """How it was assessed, the studies across, the items down."""

    sentence: str
    studies: tuple[str, ...]
    items: tuple[ItemRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The same item by item, counted, and both assessments with their reasons."""

    summary: Figure
    reasons: Table


def section(context: Context) -> Section | None:
    """Return the section; None if no risk of bias was assessed."""
    rows = context.results.risk_of_bias
    if not rows:
        return None
    studies = tuple(dict.fromkeys(row["study_label"] for row in rows))
    items = dict.fromkeys((row["item"], row["question"]) for row in rows)
    answers = {(row["item"], row["study_label"]): row["adjudicated"] for row in rows}
    lights = context.lights
    body = RiskOfBias(
        sentence=_assessed(rows),
        studies=studies,
        items=tuple(
            ItemRow(
                item=_item(context, item),
                question=question,
                lights=tuple(lights(answers.get((item, study))) for study in studies),
            )
            for item, question in items
        ),
    )
    return Section(id="risk-of-bias", title="Risk of bias", body=body)


def answers(context: Context) -> Section | None:
    """Return how often each answer was given, and why; None if nothing was assessed."""
    rows = context.results.risk_of_bias
    if not rows:
        return None
    lights, items = context.lights, dict.fromkeys((row["item"], row["question"]) for row in rows)
    body = Answers(
        summary=_summary(context, items, rows),
        reasons=text_table(
            "table-risk-of-bias",
            "Both assessments, the adjudicated one and its reason",
            ["Study", "Item", "Question", "Assessor A", "Assessor B", "Adjudicated", "Reason"],
            [
                [
                    row["study_label"],
                    _item(context, row["item"]),
                    row["question"],
                    plain(row["assessor_a"]),
                    plain(row["assessor_b"]),
                    _word(lights, row["adjudicated"]),
                    row["reason"],
                ]
                for row in rows
            ],
        ),
    )
    return Section(id="bias-answers", title="Risk of bias: reasons", body=body)


def _summary(context: Context, items: Iterable[tuple[str, str]], rows: Rows) -> Figure:
    """Return how often each answer was given, by item: a bar, and a column for each answer."""
    lights = context.lights
    given = {mark for row in rows if (mark := lights(row["adjudicated"])) is not None}
    levels = sorted(given, key=lambda mark: mark.rank)
    plot = Plot(
        id="plot-bias",
        title="Answers by item, number of studies",
        headers={"label": "Item"},
        rows=tuple(
            _bar(_name(context, *one), levels, [
                lights(row["adjudicated"]) for row in rows if row["item"] == one[0]
            ])
            for one in items
        ),
        after=tuple(f"{level.sign} {level.word}" for level in levels),
        axis=(0.0, 1.0),
        axis_label="Share of studies",
    )  # fmt: skip
    return figure(plot, ("Each bar is all studies with an answer to the item.",))


def _bar(label: str, levels: list[Light], marks: list[Light | None]) -> PlotRow:
    counts = [marks.count(level) for level in levels]
    total = sum(counts) or 1
    parts = zip(levels, counts, strict=True)
    return PlotRow(
        kind="bar",
        label=label,
        parts=tuple((count / total, level.colour) for level, count in parts if count),
        after=tuple((str(count),) if count else () for count in counts),
    )


def _name(context: Context, item: str, question: str) -> str:
    return f"{plain(item)}. {question}" if item.isdigit() else _item(context, item)


def _item(context: Context, item: str) -> str:
    """Name an item; an overall judgement of one endpoint names it."""
    end = context.settings.endpoints.get(item.removeprefix(f"{OVERALL}_"))
    return f"Overall, {end.short}" if end else plain(item)


def _word(lights: Lights, answer: str) -> str:
    mark = lights(answer)
    return mark.word if mark else ""


def _assessed(rows: Rows) -> str:
    """Name the tool, and two assessors only where both answered every item."""
    tools = " and ".join(dict.fromkeys(row["tool"] for row in rows))
    both = all(row["assessor_a"] and row["assessor_b"] for row in rows)
    return f"Assessed with {tools}" + (
        " by two assessors, differences adjudicated." if both else "."
    )
