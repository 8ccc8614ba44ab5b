"""What the sources quote of other studies: beside our estimates, and as a table with locators."""

from __future__ import annotations

from poolprop.report import quoted
from poolprop.report.blocks import Folded
from poolprop.report.context import Context, Section, leading
from poolprop.report.drawing.rows import Plot, PlotRow
from poolprop.report.figures import Figure, axis_label, figure, headers, interval_row, span
from poolprop.report.formats import MISSING, level, plain
from poolprop.report.read import EndpointResults
from poolprop.report.tables import Table, numbers, ranges, table, texts
from poolprop.report.values import Record, Sentence, join, look_up, policy_of, quote, quote_range

NO_TEST = (
    "No test is made against them: they are cited results from other populations, "
    "taken second-hand. A p value would lend the "
    "comparison an exactness that it does not have. They show what was expected when these studies "
    "were planned."
)


def section(context: Context) -> Section | None:
    """Return the section; None if the sources quote nothing."""
    found = quoted.all_of(context)
    if not found:
        return None
    figures = tuple(_figure(context, endpoint) for endpoint in leading(context))
    body = (NO_TEST, *figures, Folded(_table(context, found)))
    return Section(id="benchmarks", title="Quoted results of other studies", body=body)


def _figure(context: Context, endpoint: EndpointResults) -> Figure | None:
    """Draw our estimate of each level, and below it what is quoted of that level."""
    rows: list[PlotRow] = []
    for record in quoted.levels(endpoint):
        others = quoted.beside(context, endpoint.id, record["level"])
        if others:
            rows.append(PlotRow(kind="heading", label=record["label"]))
            rows.append(interval_row(record, "result.", "This review", quoted.studies(record)))
            rows += [_row(one) for one in others]
    if not rows:
        return None
    meta = endpoint.pool["endpoint"]
    plot = Plot(
        id=f"plot-benchmarks-{meta['id']}",
        title=f"{meta['label']}: this review and what its sources quote of others",
        headers=headers(context.settings.level, policy_of(meta), weight=False),
        rows=tuple(rows),
        axis=context.axis(endpoint.id),
        axis_label=f"{meta['short']}, {axis_label(policy_of(meta))}",
    )
    caption = (
        "This review: estimate with its interval, and where several studies were pooled the "
        "prediction interval. Below it, squares: quoted results, with the printed interval or the "
        "exact one of the quoted counts where there is either; a line without a square is a range, "
        "an arrow a value known only to lie below or above."
    )
    return figure(plot, (f"{meta['label']}. {caption}",))


def _row(one: Record) -> PlotRow:
    ci = "ci" if one["ci"] else ""
    ranged = one["upper"] is not None
    shown = span(one, ci) if ci else None
    return PlotRow(
        kind="study",
        label=one["quoted_study"],
        detail=f"{one['outcome_label']}, quoted by {one['source_label']}",
        counts=_counts(one) if one["events"] is not None and one["total"] is not None else (),
        estimate=_estimate(one),
        at=None if ranged else one["proportion"],
        bound=quoted.SIDES.get(one["bound"], 0),
        ci=quoted.range_of(one) if ranged else shown,
        policy=policy_of(one),
    )


def _estimate(one: Record) -> Sentence:
    """Quote what was printed, and the interval that is drawn beside it."""
    told = quoted.figure_of(one, sign=False)
    drawn = one["ci"] and one["upper"] is None
    return join(told, " (", quote_range(one, "ci", "points"), ")") if drawn else told


def _counts(one: Record) -> Sentence:
    return join(quote(one, "events", "count"), "/", quote(one, "total", "count"))


def _table(context: Context, found: list[Record]) -> Table:
    def outcome(one: Record) -> str:
        return context.term("outcome", one["outcome"]) if one["outcome"] else MISSING

    fields = (
        texts("Quoted study", "quoted_study", room="long"),
        texts("Quoted by", "source_label", filtered=True),
        texts("Outcome", outcome),
        numbers("Result", _result),
        ranges(f"{level(context.settings.level)} interval", "ci",
               about="printed, or exact from the counts"),
        numbers("Median survival, months", _median),
        texts("Where in the source", "locator", room="long"),
        texts("Same patients as",
              lambda one: "this review" if one["own"] else one["overlap"] or MISSING),
        texts("Remarks", "note", room="longest"),
    )  # fmt: skip
    caption = "Results of other studies that the sources quote; none is pooled or tested"
    return table("table-benchmarks", caption, found, fields, anchor="id")


def _result(one: Record) -> Sentence:
    if look_up(one, "proportion") is None:
        return (MISSING,)
    result = quoted.figure_of(one, sign=True)
    counted = one["events"] is not None and one["total"] is not None
    return join(result, " (", _counts(one), ")") if counted else result


def _median(one: Record) -> Sentence:
    if one["median_months"] is None:
        return (MISSING,)
    bound = plain(one["median_bound"]).lower()
    before = {"less than": "below ", "more than": "above ", "at most": "at most "}.get(bound, "")
    text = join(before, quote(one, "median_months", "months"))
    if one["median_upper"] is None:
        return text
    return join(text, " to ", quote(one, "median_upper", "months"))
