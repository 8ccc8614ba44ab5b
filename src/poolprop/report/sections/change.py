"""What would change the answer: other definitions, single studies, choices of the analysis."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from poolprop.report import prose, small_k
from poolprop.report.context import Context, Section, leading, primary_estimand, primary_result
from poolprop.report.read import EndpointResults
from poolprop.report.tables import table, texts
from poolprop.report.values import Record, Sentence, join, quote


def section(context: Context) -> Section | None:
    """Return the section; None where nothing was varied."""
    found = [
        (endpoint.pool["endpoint"]["label"], what, said)
        for endpoint in leading(context)
        for what, said in _changes(context, endpoint)
    ]
    if not found:
        return None
    fields = (
        texts("Outcome", lambda one: one[0]),
        texts("What was varied", lambda one: one[1]),
        texts("How far the estimate moves", lambda one: one[2], room="long"),
    )
    body = (
        table("table-change", "Changes of the estimate", found, fields),
        Markup('<a href="#sensitivity">All sensitivity analyses</a>'),
    )
    return Section(id="change", title="What would change the answer", body=body)


def _changes(context: Context, endpoint: EndpointResults) -> Iterator[tuple[str, Sentence]]:
    if said := _definitions(context, endpoint):
        yield "Other definitions of the outcome", said
    if rows := small_k.left_out(context, endpoint):
        yield "One study left out", prose.omission(rows)
    if said := _choices(endpoint.multiverse):
        yield "Choices of the analysis", said


def _definitions(context: Context, endpoint: EndpointResults) -> Sentence:
    """Say the lowest and the highest estimate of the estimands, and which they are."""
    found = [
        (one, small_k.of_estimand(context, endpoint, one["estimand"], result))
        for one in endpoint.pool["estimands"]
        if (result := primary_result(one)) is not None and result["k"] > 1
    ]
    told = [(one, lead) for one, lead in found if lead.informative]
    if len(told) < 2:
        return ()
    by = sorted(told, key=lambda pair: float(pair[1].record[pair[1].proportion]))
    parts = []
    for one, lead in (by[0], by[-1]):
        share = quote(lead.record, lead.proportion, "percent")
        name = "the primary one" if one is primary_estimand(endpoint) else one["label"]
        parts.append(join(share, f" ({name})"))
    return join("From ", parts[0], " to ", parts[1], ".")


def _choices(multiverse: Record) -> Sentence:
    """Name the choice that explains most of the variation, and the means of its levels."""
    choices = [one for one in multiverse.get("choices", []) if one["share"]]
    if not choices:
        return ()
    top = max(choices, key=lambda one: float(one["share"]))
    levels = [one for one in top["levels"] if one["mean"] is not None]
    if len(levels) < 2:
        return ()
    levels.sort(key=lambda one: float(one["mean"]))
    first, last = levels[0], levels[-1]
    return join(
        f"The choice “{top['label'].lower()}” matters most (", quote(top, "share", "share"),
        " of the variation). Means of its levels: from ", quote(first, "mean", "percent"),
        f" ({first['label']}) to ", quote(last, "mean", "percent"), f" ({last['label']}).",
    )  # fmt: skip
