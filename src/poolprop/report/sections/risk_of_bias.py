"""Risk of bias: the adjudicated answer to each item for each study, and why."""

from __future__ import annotations

from poolprop.report.bias import OVERALL, Light
from poolprop.report.context import Context, Section
from poolprop.report.drawing.rows import Plot, PlotRow
from poolprop.report.figures import Figure, figure
from poolprop.report.formats import plain
from poolprop.report.read import Rows
from poolprop.report.tables import listed


def section(context: Context) -> Section | None:
    """Return the adjudicated answers, studies across; None if no risk of bias was assessed."""
    rows, lights = context.results.risk_of_bias, context.lights
    if not rows:
        return None
    studies = dict.fromkeys(row["study_label"] for row in rows)
    answers = {(row["item"], row["study_label"]): row["adjudicated"] for row in rows}
    lines = [
        {
            "item": _item(context, item),
            "question": question,
            "lights": [lights(answers.get((item, study))) for study in studies],
        }
        for item, question in _items(rows)
    ]
    body = {"sentence": _assessed(rows), "studies": list(studies), "lines": lines}
    return Section(id="risk-of-bias", title="Risk of bias", body=body)


def answers(context: Context) -> Section | None:
    """Return how often each answer was given, and why; None if nothing was assessed."""
    rows, lights = context.results.risk_of_bias, context.lights
    columns = {
        "Study": lambda row: row["study_label"],
        "Item": lambda row: _item(context, row["item"]),
        "Question": lambda row: row["question"],
        "Assessor A": lambda row: plain(row["assessor_a"]),
        "Assessor B": lambda row: plain(row["assessor_b"]),
        "Adjudicated": lambda row: mark.word if (mark := lights(row["adjudicated"])) else "",
        "Reason": lambda row: row["reason"],
    }
    if not rows:
        return None
    caption = "Both assessments, the adjudicated one and its reason"
    body = (_summary(context, rows), listed("table-risk-of-bias", caption, rows, columns))
    return Section(id="bias-answers", title="Risk of bias: reasons", body=body)


def _items(rows: Rows) -> list[tuple[str, str]]:
    """Return the items of the tool with their questions, in the order of the table."""
    return list(dict.fromkeys((row["item"], row["question"]) for row in rows))


def _summary(context: Context, rows: Rows) -> Figure:
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
            for one in _items(rows)
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


def _assessed(rows: Rows) -> str:
    """Name the tool, and two assessors only where both answered every item."""
    tools = " and ".join(dict.fromkeys(row["tool"] for row in rows))
    both = all(row["assessor_a"] and row["assessor_b"] for row in rows)
    return f"Assessed with {tools}" + (
        " by two assessors, differences adjudicated." if both else "."
    )
