"""Risk of bias: the adjudicated answer to each item for each study, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from poolprop.report.bars import Bar, Part, bars
from poolprop.report.bias import Light, light
from poolprop.report.context import Context, Section
from poolprop.report.figures import Figure
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
    """How it was assessed, the studies across, the items down, and the reasons as a table."""

    sentence: str
    studies: tuple[str, ...]
    items: tuple[ItemRow, ...]
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
    body = RiskOfBias(
        sentence=_assessed(rows),
        studies=studies,
        items=tuple(
            ItemRow(
                item=plain(item),
                question=question,
                lights=tuple(light(answers.get((item, study))) for study in studies),
            )
            for item, question in items
        ),
        summary=_summary(items, rows),
        reasons=text_table(
            "table-risk-of-bias",
            "Both assessments, the adjudicated one and its reason",
            ["Study", "Item", "Question", "Assessor A", "Assessor B", "Adjudicated", "Reason"],
            [
                [
                    row["study_label"],
                    plain(row["item"]),
                    row["question"],
                    plain(row["assessor_a"]),
                    plain(row["assessor_b"]),
                    plain(row["adjudicated"]),
                    row["reason"],
                ]
                for row in rows
            ],
        ),
    )
    return Section(id="risk-of-bias", title="Risk of bias", body=body)


def _summary(items: Iterable[tuple[str, str]], rows: Rows) -> Figure:
    """Return how often each answer was given, by item."""
    title, name = "Answers by item, number of studies", "plot-bias"
    made = [
        Bar(
            label=_name(*item),
            parts=_parts([r["adjudicated"] for r in rows if r["item"] == item[0]]),
        )
        for item in items
    ]
    caption = (
        "Each bar is all studies; the sign, the word and the number say the same as the colour."
    )
    return Figure(id=name, drawings=bars(name, title, made), caption=(caption,))


def _name(item: str, question: str) -> str:
    return f"{plain(item)}. {question}" if item.isdigit() else question


def _parts(answers: list[str]) -> tuple[Part, ...]:
    marks = [mark for answer in answers if (mark := light(answer)) is not None]
    order = {colour: place for place, colour in enumerate(("good", "between", "open", "bad"))}
    kinds = sorted(dict.fromkeys(marks), key=lambda mark: (order[mark.colour], mark.word))
    return tuple(
        Part(style=mark.colour, sign=mark.sign, word=mark.word, count=marks.count(mark))
        for mark in kinds
    )


def _assessed(rows: Rows) -> str:
    """Name the tool, and two assessors only where both answered every item."""
    tools = " and ".join(dict.fromkeys(row["tool"] for row in rows))
    both = all(row["assessor_a"] and row["assessor_b"] for row in rows)
    return f"Assessed with {tools}" + (
        " by two assessors, differences adjudicated." if both else "."
    )
