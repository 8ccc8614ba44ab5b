"""The answer: the review's strata in one table, and a line each on how far it can be trusted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from poolprop.report import grade, prose, small_k
from poolprop.report.context import (
    Context,
    Section,
    answered,
    leading,
    most_reported,
    primary_estimand,
    primary_result,
)
from poolprop.report.formats import level
from poolprop.report.read import EndpointResults
from poolprop.report.strata import Strata, strata
from poolprop.report.values import (
    Record,
    Sentence,
    Term,
    join,
    listing,
    quote,
    quote_range,
    separated,
)

# How many of the adverse events that most studies report stand in the answer.
MOST_EVENTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line below the table: what it is about, what is said, and where there is more."""

    title: str
    text: Sentence
    link: str = ""
    more: str = ""


def section(context: Context) -> Section:
    """Return the first section of the page."""
    table = strata(context)
    body = {
        "strata": table,
        "key": _key(context, table),
        "lines": tuple(_lines(context)),
        "question": context.settings.review.question,
    }
    return Section(id="answer", title="The answer", body=body)


def _key(context: Context, table: Strata) -> Sentence:
    """Say what the marks are, of those that are drawn."""
    strips = [cell.strip for cell in table.cells if cell.strip]
    of = level(context.settings.level)
    parts: list[Sentence] = []
    if any(not strip.single for strip in strips):
        term = Term(key="ci", text="confidence interval")
        parts.append(join(f"Blue: pooled estimate and {of} ", term, "."))
    if any(strip.prediction for strip in strips):
        term = Term(key="prediction", text="prediction interval")
        parts.append(join(f"Orange: {of} ", term, ", where a new, similar study may fall."))
    if any(strip.single for strip in strips):
        parts.append(("Square: one study, not pooled, with its exact interval.",))
    return separated(parts, " ")


def _lines(context: Context) -> Iterator[Line]:
    yield from _certainty(context)
    yield from _beside(context)
    if context.settings.review.overlap:
        yield Line(title="Overlap of patients", text=(context.settings.review.overlap,))
    yield from _robustness(context)
    yield from _harms(context)


def _beside(context: Context) -> Iterator[Line]:
    """Say what the estimands give that the plan sets beside the primary ones."""
    said = [
        join(
            f"{endpoint.pool['endpoint']['short']}, {estimand['label'].lower()}: ",
            quote(lead.record, lead.proportion, "percent"),
            " (", quote_range(lead.record, lead.ci), "), ", _counts(result),
        )
        for endpoint in leading(context)
        for estimand in endpoint.pool["estimands"]
        if estimand["estimand"] in context.settings.endpoints[endpoint.id].beside
        and (result := primary_result(estimand)) is not None
        and (lead := small_k.of_estimand(context, endpoint, estimand["estimand"], result))
        and lead.informative
    ]  # fmt: skip
    if said:
        yield Line(title="Also", text=join(separated(said, "; "), "."))


def _certainty(context: Context) -> Iterator[Line]:
    found = [
        (endpoint, one)
        for endpoint in leading(context)
        if (one := grade.assessment(context, endpoint.id, primary_estimand(endpoint)["estimand"]))
        and one["facts"]["k"]
    ]
    if not found:
        return
    levels = {(one["level"], one["moved"]) for _, one in found}
    if {level for level, _ in levels} == {None}:
        text: Sentence = ("not judged yet.",)
    elif len(levels) == 1:
        every = "for every outcome" if len(found) > 1 else ""
        text = (f"{grade.spelled(found[0][1])} {every}".strip() + _reasons(found[0][1]),)
    else:
        named = [f"{e.pool['endpoint']['short']} {grade.spelled(one)}" for e, one in found]
        text = (f"{'; '.join(named)}.",)
    yield Line(title="Certainty", text=text, link="certainty", more="Reasons")


def _reasons(one: Record) -> str:
    named = [grade.DOMAINS[domain["domain"]].lower() for domain in one["domains"]
             if domain["downgrade"]]  # fmt: skip
    return f", lowered for {', '.join(named)}." if named else "."


def _robustness(context: Context) -> Iterator[Line]:
    said = [
        join(f"{endpoint.pool['endpoint']['short']}: ", separated(parts, "; "))
        for endpoint, _, _ in answered(context)
        if endpoint in leading(context) and (parts := list(_moved(context, endpoint)))
    ]
    if not said:
        return
    link = "multiverse" if any(e.multiverse.get("summary") for e in leading(context)) else ""
    yield Line(
        title="Robustness",
        text=join(separated(said, ". "), "."),
        link=link or "sensitivity",
        more="Other analyses",
    )


def _moved(context: Context, endpoint: EndpointResults) -> Iterator[Sentence]:
    """Say how far the estimate moves over other analyses, and without one study."""
    record = endpoint.multiverse
    span = record["meeting"]["range"] if record.get("meeting") else {"lower": 0, "upper": 0}
    if span["lower"] != span["upper"]:
        lower, upper = (quote(record, f"meeting.range.{end}", form)
                        for end, form in (("lower", "points"), ("upper", "percent")))  # fmt: skip
        questions = quote(record, "meeting.questions", "count")
        yield join(
            lower, " to ", upper, " over ", questions, " ways to choose patients and studies"
        )
    if rows := small_k.left_out(context, endpoint):
        most = max(rows, key=lambda row: abs(row["change"] or 0.0))
        change = quote(most, "change", "signed-points")
        if change.text == quote({**most, "change": 0.0}, "change", "signed-points").text:
            yield ("leaving out any study does not move it",)
        else:
            yield join(
                f"leaving out {most['omitted']} moves it most, by ", change, prose.differing(most)
            )


def _harms(context: Context) -> Iterator[Line]:
    """List the secondary endpoints and the adverse events that most patients were watched for."""
    secondary = [
        join(f"{endpoint.pool['endpoint']['label'].lower()} ", _counts(result))
        for endpoint in context.results.endpoints
        if endpoint not in leading(context)
        and (result := primary_result(primary_estimand(endpoint)))
    ]
    first = most_reported(context, MOST_EVENTS)
    named = [join(f"{event['label'].lower()} ", _counts(event)) for event in first]
    if secondary or named:
        yield Line(
            title="Harms and other outcomes" if secondary else "Harms",
            text=join(listing([*secondary, *named]), "."),
            link="safety" if first else "summary",
            more="All event rates" if first else "Summary of findings",
        )


def _counts(record: Record) -> Sentence:
    return join(quote(record, "events", "count"), " of ", quote(record, "total", "count"))
