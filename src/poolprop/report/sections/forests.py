"""One forest plot per endpoint."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from poolprop.report import few, prose
from poolprop.report.bias import legend, overall
from poolprop.report.context import Context, Section, leading, primary_estimand, primary_result
from poolprop.report.drawing import Plot, Variant
from poolprop.report.facts import facts, of_study
from poolprop.report.figures import (
    Figure,
    axis_label,
    counts,
    figure,
    headers,
    pooled_rows,
    reference,
    study_row,
)
from poolprop.report.formats import MISSING
from poolprop.report.naming import one_line
from poolprop.report.read import EndpointResults
from poolprop.report.strata import MOST_COLUMNS
from poolprop.report.tables import Table, text_table
from poolprop.report.values import Record, Sentence, join, policy_of, quote, separated


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """The forest plot of one endpoint; ``figure`` is None where there is no study."""

    id: str
    title: str
    estimand: str
    description: str
    figure: Figure | None
    excluded: Table | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forests:
    """All forest plots."""

    forests: tuple[Forest, ...]


def section(context: Context) -> Section:
    """Return the forest plots of the outcomes that the first table has in columns."""
    found = _forests(context, leading(context)[:MOST_COLUMNS])
    return Section(id="forests", title="Forest plots", body=Forests(forests=found))


def others(context: Context) -> Section | None:
    """Return the forest plots of all other outcomes; None without one."""
    first = leading(context)[:MOST_COLUMNS]
    found = _forests(context, [one for one in context.results.endpoints if one not in first])
    if not found:
        return None
    return Section(id="more-forests", title="Other outcomes", body=Forests(forests=found))


def _forests(context: Context, endpoints: Iterable[EndpointResults]) -> tuple[Forest, ...]:
    return tuple(
        _forest(context, endpoint, estimand)
        for endpoint in endpoints
        for estimand in (primary_estimand(endpoint), *_estimates(endpoint))
    )


def _estimates(endpoint: EndpointResults) -> list[Record]:
    """Return the estimands that pool proportions without counts: they are seen nowhere else."""
    return [one for one in endpoint.pool["estimands"] if one.get("without_counts")]


def _forest(context: Context, endpoint: EndpointResults, estimand: Record) -> Forest:
    meta, primary = endpoint.pool["endpoint"], estimand["estimand"] == "primary"
    result = primary_result(estimand)
    if not primary:
        more = {"id": f"{meta['id']}-{estimand['estimand']}"}
        meta = {**meta, **more, "label": f"{meta['label']}: {estimand['label']}"}
    return Forest(
        id=f"forest-{meta['id']}",
        title=meta["label"],
        estimand=estimand["label"],
        description=estimand["description"],
        figure=_figure(context, endpoint, meta, estimand, result) if result else None,
        excluded=_excluded(meta, estimand),
        notes=_notes(estimand, result),
    )


def _notes(estimand: Record, result: Record | None) -> tuple[str, ...]:
    """Return what is said below the plot, and of studies without counts, pooled or left out."""
    if result is None:
        return tuple(estimand["notes"])
    counts = [note for note in estimand["notes"] if "without counts" in note.lower()]
    notes = few.further(result["notes"]) if result["k"] > 1 else result["notes"]
    return (*notes, *counts)


def _figure(
    context: Context, found: EndpointResults, meta: Record, estimand: Record, result: Record
) -> Figure:
    interval, of = context.settings.study_interval, context.settings.level
    many = not prose.single(result)
    lights = overall(context.lights, context.results.risk_of_bias, found.id)
    others = _others(estimand) if many else []
    columns, shared = facts(context, found.id, estimand["studies"])
    rows = [
        replace(
            study_row(
                estimand,
                f"studies.{i}.",
                interval,
                weight=many,
                light=lights.get(study["label"]),
                anchor=True,
            ),
            facts=of_study(columns, i),
            others=tuple((quote(other, f"weights.{i}", "share"),) for other in others),
        )
        for i, study in enumerate(estimand["studies"])
    ]
    lead = few.of_estimand(context, found, estimand["estimand"], result)
    if many and lead.told:
        rows += pooled_rows(lead, counts(result), of)
    plot = Plot(
        id=f"plot-forest-{meta['id']}",
        title=f"Forest plot: {meta['label']}, {estimand['label']}",
        headers=headers(of, policy_of(meta), weight=many) | ({"light": "RoB"} if lights else {}),
        rows=tuple(rows),
        facts=tuple(columns),
        reference=reference(rows),
        axis_label=f"{meta['short']}, {axis_label(policy_of(meta))}",
        axis=context.axis(meta["id"]),
        variants=_variants(estimand, of) if many and lead.told else (),
    )
    marks = legend(row.light for row in rows if row.light is not None)
    parts = filter(None, (shared, marks))
    caption = join(_caption(context, lead, result, estimand), *(f" {part}" for part in parts))
    return figure(plot, caption, ref=lead.record["id"])


def _variants(estimand: Record, of: float) -> tuple[Variant, ...]:
    """Return the pooled rows by each other model of the plan."""
    return tuple(
        Variant(
            label=one_line(result),
            method=prose.symbols(result["method"]).rstrip("."),
            rows=pooled_rows(few.direct(result), counts(result), of),
        )
        for result in _others(estimand)
    )


def _others(estimand: Record) -> list[Record]:
    return [result for result in estimand["results"] if result["role"] != "primary"]


def _caption(context: Context, lead: few.Lead, result: Record, estimand: Record) -> Sentence:
    parts: list[Sentence] = [prose.drawn(result, estimand, told=lead.told)]
    parts.append((few.leads(context),) if lead.bayesian else prose.heterogeneity(result))
    if not lead.told:
        parts.append((few.WIDE,))
    if lead.told:
        parts.append((f"Model: {prose.symbols(lead.record['method']).rstrip('.')}.",))
    return separated([part for part in parts if part], " ")


def _excluded(meta: Record, estimand: Record) -> Table | None:
    rows = [
        (arm["label"], arm.get("arm_label") or MISSING, arm["reason"])
        for arm in estimand["excluded"]
    ]
    if not rows:
        return None
    caption = f"Arms not used for {meta['short']}"
    return text_table(f"table-excluded-{meta['id']}", caption, ("Study", "Arm", "Why not"), rows)
