"""Summary of findings: every outcome, benefit and harm, with its certainty."""

from __future__ import annotations

from collections.abc import Iterator

from poolprop.report import grade, prose, small_k
from poolprop.report.context import (
    Context,
    Section,
    bayesian,
    leading,
    most_reported,
    primary_estimand,
    primary_result,
)
from poolprop.report.formats import MISSING, level
from poolprop.report.read import EndpointResults
from poolprop.report.tables import Cell, Column, Field, Table, TableRow, cell, numbers, table, texts
from poolprop.report.values import Piece, Record, Sentence, join, look_up, quote, quote_range

# Adverse events in the summary: those that most studies and patients stand behind.
MOST_EVENTS = 6


def section(context: Context) -> Section:
    """Return the section with the summary of findings."""
    of, people = level(context.settings.level), context.settings.review.participants
    columns = (
        Column(title="Outcome", room="long"),
        Column(title=f"Estimate ({of} CI)", numeric=True,
               help="pooled; the counts where one study, or too few, stand behind it"),
        Column(title=f"{of} prediction", numeric=True,
               help="where the proportion of a new study like these is expected"),
        Column(title=f"{people.capitalize()} (studies)", numeric=True),
        Column(title="Certainty"),
        Column(title="Lowered for", room="long"),
    )  # fmt: skip
    rows = (
        *(row for endpoint in leading(context) for row in _outcome(context, endpoint)),
        *(
            row
            for endpoint in context.results.endpoints
            if endpoint not in leading(context)
            for row in _outcome(context, endpoint)
        ),
        *(_event(context, event) for event in most_reported(context, MOST_EVENTS)),
    )
    findings = Table(
        id="table-summary",
        caption="Benefits and harms, with the certainty of the evidence",
        columns=columns,
        rows=rows,
    )
    return Section(
        id="summary", title="Summary of findings", body=(findings, _proportions(context))
    )


def _proportions(context: Context) -> Table | None:
    """Tell the proportion of the median study from the average over studies, and say whose each is.

    The estimate of the answer is maximum likelihood; predictions and probabilities come from a
    posterior, whose own median stands beside it here.
    """
    found = [
        (str(one.pool["endpoint"]["label"]), result, view)
        for one in context.results.endpoints
        if (view := bayesian(one)) is not None
        and (result := primary_result(primary_estimand(one))) is not None
        and result["k"] > 1
    ]
    if not found:
        return None
    priors = dict.fromkeys(
        f"{view['tau_prior']} prior on τ, {view['mu_prior']}" for _, _, view in found
    )

    def told(title: str, place: int, at: str, ci: str) -> Field:
        return numbers(
            title,
            lambda row: join(
                quote(row[place], at, "percent"), " (", quote_range(row[place], ci), ")"
            ),
        )

    fields = (
        texts("Outcome", lambda row: row[0], room="long"),
        told("Median study, maximum likelihood", 1, "proportion", "ci"),
        told("Median study, posterior median", 2, "median", "ci"),
        told("Average over studies, posterior median", 2, "population.median", "population.ci"),
    )
    caption = (
        "Two proportions by name: of the median study, and averaged over studies. "
        f"Posterior: {'; '.join(priors)}."
    )
    return table("table-proportions", caption, found, fields)


def _outcome(context: Context, endpoint: EndpointResults) -> Iterator[TableRow]:
    """Yield the primary estimand, and those that the plan sets beside it."""
    shown = ("primary", *context.settings.endpoints[endpoint.id].beside)
    primary = primary_estimand(endpoint)
    for estimand in endpoint.pool["estimands"]:
        if estimand is primary or estimand["estimand"] in shown:
            yield _finding(context, endpoint, estimand, strong=estimand is primary)


def _finding(
    context: Context, endpoint: EndpointResults, estimand: Record, *, strong: bool
) -> TableRow:
    meta, result = endpoint.pool["endpoint"], primary_result(estimand)
    name = f"{meta['label']}: {estimand['label'][:1].lower()}{estimand['label'][1:]}"
    if result is None:
        reason = " ".join(estimand["notes"]) or "No study reports it."
        empty = (cell(MISSING),) * 5
        cells: tuple[Cell, ...] = (cell(f"{name} ({reason.rstrip('.')})"), *empty)
        return TableRow(cells=cells, anchor=estimand["id"], strong=strong)
    lead = small_k.of_estimand(context, endpoint, estimand["estimand"], result)
    total = quote(result, "total", "count")
    cells = (
        cell(name),
        *_numbers(lead, result),
        cell(total, " (", prose.sources(estimand, estimand["studies"])[0], ")"),
        *_certainty(context, endpoint.id, estimand["estimand"]),
    )
    return TableRow(cells=cells, anchor=estimand["id"], strong=strong)


def _numbers(lead: small_k.Lead, record: Record) -> tuple[Cell, Cell]:
    """Return estimate with interval, and prediction; the counts where nothing is pooled."""
    if not lead.informative:
        return _counts(record, f", {small_k.TOO_WIDE}"), cell(MISSING)
    ends = join(" (", quote_range(lead.record, lead.ci), ")")
    if record["k"] == 1:
        return _counts(record, ends), cell(MISSING)
    share = quote(lead.record, lead.proportion, "percent")
    by = " Bayesian" if lead.bayesian else ""
    prediction = look_up(lead.record, lead.prediction)
    return (
        cell(share, ends, by),
        cell(quote_range(lead.record, lead.prediction) if prediction else MISSING),
    )


def _counts(record: Record, *more: Piece | Sentence) -> Cell:
    """Return counts among estimates: sorted by their share as those are, not by the events."""
    events, total = quote(record, "events", "count"), quote(record, "total", "count")
    share = record["events"] / record["total"]
    return Cell(content=join(events, " of ", total, *more), sort=str(share))


def _certainty(context: Context, endpoint: str, estimand: str) -> tuple[Cell, Cell]:
    one = grade.assessment(context, endpoint, estimand)
    if one is None:
        return cell(MISSING), cell(MISSING)
    return cell(grade.spelled(one)), cell(grade.lowered(one))


def _event(context: Context, event: Record) -> TableRow:
    of = small_k.of_group(context, event) if event["result"] is not None else None
    grade_of = context.term("grade", event["grade"]).lower()
    total, k = quote(event, "total", "count"), quote(event, "k", "count")
    if of is None or event["k"] == 1:
        numbers = (_counts(event), cell(MISSING))
    else:
        numbers = _numbers(of, event)
    judged = (cell(MISSING), cell(MISSING))
    name = f"{event['label']}, {grade_of}" if grade_of else event["label"]
    return TableRow(cells=(cell(name), *numbers, cell(total, " (", k, ")"), *judged))
