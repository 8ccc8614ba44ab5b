"""The answer: one card per endpoint, and one picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from poolprop.axes import alike
from poolprop.report import certified, few, grade, prose, quoted, uncertainty
from poolprop.report.context import (
    Context,
    Section,
    answered,
    factors,
    leading,
    primary_estimand,
    primary_result,
)
from poolprop.report.drawing import Plot, PlotRow
from poolprop.report.drawn import axis_of
from poolprop.report.figures import (
    Figure,
    crossing,
    figure,
    headers,
    interval_row,
    marks,
)
from poolprop.report.formats import level
from poolprop.report.read import EndpointResults
from poolprop.report.values import Record, Sentence, join, quote, quote_range, spell

# The factors that the plan names first are in the answer; all have their place below.
MOST_FACTORS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The answer to one endpoint; ``number`` is empty where no study reports it.

    ``certainty`` is its level in words and signs, empty without the result file.
    """

    id: str
    label: str
    number: Sentence
    interval: Sentence
    interval_name: str
    term: str
    certainty: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """All cards, what limits them, and the pictures."""

    cards: tuple[Card, ...]
    caveat: str
    pictures: tuple[Figure, ...]


def section(context: Context) -> Section:
    """Return the first section of the page."""
    endpoints = leading(context)
    mixed = any(_leading(endpoint) for endpoint in endpoints)
    body = Answer(
        cards=tuple(_card(context, endpoint) for endpoint in endpoints),
        caveat=context.settings.review.caveat if mixed else "",
        pictures=_pictures(context),
    )
    return Section(id="answer", title="The answer", body=body)


def _card(context: Context, endpoint: EndpointResults) -> Card:
    meta, estimand = endpoint.pool["endpoint"], primary_estimand(endpoint)
    result = primary_result(estimand)
    return Card(
        id=meta["id"],
        label=meta["label"],
        number=_number(result) if result else (),
        interval=quote_range(result, "ci") if result else (),
        interval_name=f"{level(context.settings.level)} CI",
        term="term-ci",
        certainty=_certainty(context, endpoint, estimand) if result else "",
        sentences=tuple(
            _sentences(endpoint, estimand, result, context.settings.review.participants)
        ),
    )


def _number(result: Record) -> Sentence:
    """Quote the estimate; of a single study its counts."""
    if not prose.single(result):
        return (quote(result, "proportion", "percent"),)
    return join(quote(result, "events", "count"), " of ", quote(result, "total", "count"))


def _certainty(context: Context, endpoint: EndpointResults, estimand: Record) -> str:
    found = grade.assessment(context, endpoint.id, estimand["estimand"])
    return grade.spelled(found) if found else ""


def _sentences(
    endpoint: EndpointResults, estimand: Record, result: Record | None, participants: str
) -> Iterator[Sentence]:
    if result is None:
        yield (" ".join(estimand["notes"]) or "No study reports it.",)
        return
    yield prose.answer(result, estimand["studies"], participants)
    if result["k"] == few.FEW and (view := uncertainty.primary_view(endpoint)):
        yield few.beside(view)
    yield prose.expectation(result)
    if not prose.single(result):  # of one study a prior alone would speak
        yield from uncertainty.sentences(endpoint)
    for factor in factors(endpoint)[:MOST_FACTORS]:
        levels = factor["levels"]
        if len(levels) > 1 or levels[0]["k"] < estimand["k"]:
            yield prose.by_level(factor)
    if endpoint.certificate.get("methods") and endpoint.certificate["default"]:
        yield certified.measured(endpoint.certificate)


def _leading(endpoint: EndpointResults) -> Record | None:
    """Return the factor that the plan names first, if its levels are more than one."""
    found = next(iter(factors(endpoint)), None)
    return found if found and len(found["levels"]) > 1 else None


def _pictures(context: Context) -> tuple[Figure, ...]:
    """Draw the overall estimate of each endpoint and that of each level.

    Endpoints share a figure unless one of them would be too small to be seen beside another.
    """
    names = {endpoint.id for endpoint in leading(context)}
    plots = [
        _plot(context, f"picture-answer-{e.id}", _rows(context, e, estimand, result), e.id)
        for e, estimand, result in answered(context)
        if e.id in names
    ]
    planned = any(plot.axis for plot in plots)
    one_scale = len({plot.policy.scale for plot in plots}) == 1
    if one_scale and not planned and alike([axis_of(plot) for plot in plots]):
        rows = [row for plot in plots for row in plot.rows]
        plots = [_plot(context, "picture-answer", rows)]
    return tuple(figure(plot, _caption(context, plot.rows)) for plot in plots)


def _plot(context: Context, name: str, rows: Sequence[PlotRow], endpoint: str = "") -> Plot:
    return Plot(
        id=name,
        title="Estimates with intervals and prediction intervals",
        headers=headers(
            context.settings.level, rows[-1].policy, label="Endpoint and group", weight=False
        ),
        rows=tuple(rows),
        axis=context.axis(endpoint),
    )


def _rows(
    context: Context, endpoint: EndpointResults, estimand: Record, result: Record
) -> list[PlotRow]:
    return [
        PlotRow(kind="heading", label=endpoint.pool["endpoint"]["label"]),
        *_level_rows(context, endpoint),
        interval_row(result, "", "Overall", _k(estimand)),
    ]


def _level_rows(context: Context, endpoint: EndpointResults) -> list[PlotRow]:
    """Draw each level, with what the sources quote of other studies for it."""
    factor = _leading(endpoint)
    rows = []
    for record in factor["levels"] if factor else []:
        prefix = few.leader(record)
        detail = _k(record) + (", Bayesian" if prefix == "companion." else "")
        row = interval_row(record, prefix, record["label"], detail)
        rows.append(quoted.ticked(row, quoted.beside(context, endpoint.id, record["level"])))
    return rows


def _k(record: Record) -> str:
    if record["k"] == 1:
        return "one study"
    return spell(prose.sources(record, record["studies"]))


def _caption(context: Context, rows: Sequence[PlotRow]) -> Sentence:
    text = marks(rows, context.settings.level)
    if any(row.ticks for row in rows):
        text = f"{text} {quoted.TICKS}"
    return (f"{text} {prose.CROSSING}" if crossing(rows) else text,)
