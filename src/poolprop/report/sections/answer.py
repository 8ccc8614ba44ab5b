"""The answer: one card per endpoint, and one picture."""

from __future__ import annotations

from dataclasses import dataclass

from poolprop.report import prose
from poolprop.report.context import (
    Context,
    Section,
    answered,
    factors,
    primary_estimand,
    primary_result,
)
from poolprop.report.drawing import Plot, PlotRow
from poolprop.report.figures import Figure, counts, figure, headers, interval_row
from poolprop.report.formats import level
from poolprop.report.read import EndpointResults
from poolprop.report.values import Record, Sentence, Value, join, quote, quote_range


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelLine:
    """One level of a factor: its name, its number, and what it rests on."""

    label: str
    number: Value
    interval: Sentence
    basis: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The answer to one endpoint; ``number`` is None where no study reports it."""

    id: str
    short: str
    label: str
    number: Value | None
    interval: Sentence
    interval_name: str
    sentences: tuple[Sentence, ...]
    caveat: str
    factor: str
    levels: tuple[LevelLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """All cards and the picture."""

    cards: tuple[Card, ...]
    picture: Figure | None


def section(context: Context) -> Section:
    """Return the first section of the page."""
    cards = tuple(_card(context, endpoint) for endpoint in context.results.endpoints)
    return Section(
        id="answer", title="The answer", body=Answer(cards=cards, picture=_picture(context))
    )


def _card(context: Context, endpoint: EndpointResults) -> Card:
    meta, estimand = endpoint.pool["endpoint"], primary_estimand(endpoint)
    result, factor = primary_result(estimand), _leading(endpoint)
    levels = factor["levels"] if factor and len(factor["levels"]) > 1 else []
    sentences = _sentences(estimand, result)
    return Card(
        id=meta["id"],
        short=meta["short"],
        label=meta["label"],
        number=quote(result, "proportion", "percent") if result else None,
        interval=quote_range(result, "ci") if result else (),
        interval_name=f"{level(context.settings.level)} CI",
        sentences=sentences,
        caveat=context.settings.review.caveat if levels else "",
        factor=factor["label"] if factor else "",
        levels=tuple(_line(record) for record in levels if record["result"]),
    )


def _sentences(estimand: Record, result: Record | None) -> tuple[Sentence, ...]:
    if result is None:
        return tuple((note,) for note in estimand["notes"]) or (("No study reports it.",),)
    return prose.answer(result, estimand["studies"]), prose.expectation(result)


def _leading(endpoint: EndpointResults) -> Record | None:
    """Return the factor that the plan names first."""
    return next(iter(factors(endpoint)), None)


def _line(record: Record) -> LevelLine:
    result = record["result"]
    if prose.single(result):
        basis: Sentence = join("one study, ", counts(record))
    else:
        basis = join(prose.sources(record, record["studies"]), ", ", counts(record))
    return LevelLine(
        label=record["label"],
        number=quote(record, "result.proportion", "percent"),
        interval=quote_range(record, "result.ci"),
        basis=basis,
    )


def _picture(context: Context) -> Figure | None:
    """Draw, for each endpoint, the overall estimate and that of each level."""
    rows: list[PlotRow] = []
    for endpoint, estimand, result in answered(context):
        rows.append(PlotRow(kind="heading", label=endpoint.pool["endpoint"]["label"]))
        rows += _level_rows(endpoint)
        detail = _k(estimand)
        rows.append(interval_row(result, "", "Overall", detail))
    if not rows:
        return None
    words = "; ".join(row.summary for row in rows if row.summary)
    plot = Plot(
        id="picture-answer",
        title="Estimates with intervals and prediction intervals",
        description=words,
        headers=headers(context.settings.level, label="Endpoint and group", weight=False),
        rows=tuple(rows),
    )
    return figure(plot, _caption(context))


def _level_rows(endpoint: EndpointResults) -> list[PlotRow]:
    factor = _leading(endpoint)
    levels = factor["levels"] if factor and len(factor["levels"]) > 1 else []
    return [
        interval_row(record, "result.", record["label"], _k(record))
        for record in levels
        if record["result"]
    ]


def _k(record: Record) -> str:
    return f"{record['k']} {prose.plural(record['k'], 'study')}" if record["k"] > 1 else "one study"


def _caption(context: Context) -> Sentence:
    of = level(context.settings.level)
    return (
        f"Dot: pooled estimate. Thick line: {of} confidence interval. Thin line with caps: {of} "
        "prediction interval, where a new study's proportion is expected. Square: one study, "
        "with its own exact interval.",
    )
