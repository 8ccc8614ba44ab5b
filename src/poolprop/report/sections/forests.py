"""One forest plot per endpoint."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from markupsafe import Markup

from poolprop.plan.columns import FOREST_COLUMNS
from poolprop.report import prose, small_k
from poolprop.report.bias import legend, overall
from poolprop.report.blocks import Folded, Items, Part
from poolprop.report.context import Context, Section, leading, primary_estimand, primary_result
from poolprop.report.drawing.rows import Plot, Variant
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
from poolprop.report.formats import MISSING, plain
from poolprop.report.naming import one_line
from poolprop.report.read import EndpointResults
from poolprop.report.strata import MOST_COLUMNS
from poolprop.report.tables import Table, listed
from poolprop.report.values import Record, Sentence, join, policy_of, quote, separated

TITLE = "Forest plots"
# Of the plan's subgroups the first ones are columns unless the plan names its own.
LEADING = 2
Facts = dict[str, tuple[str, ...]]


def section(context: Context) -> Section:
    """Return the forest plots of the outcomes that the first table has in columns."""
    found = _forests(context, leading(context)[:MOST_COLUMNS], TITLE)
    return Section(id="forests", title=TITLE, body=found)


def others(context: Context) -> Section | None:
    """Return the forest plots of all other outcomes; None without one."""
    first, title = leading(context)[:MOST_COLUMNS], "Other outcomes"
    rest = [one for one in context.results.endpoints if one not in first]
    found = _forests(context, rest, title)
    return Section(id="more-forests", title=title, body=found) if found else None


def _forests(
    context: Context, endpoints: Iterable[EndpointResults], title: str
) -> tuple[Part, ...]:
    return tuple(
        _forest(context, endpoint, estimand, title)
        for endpoint in endpoints
        for estimand in (primary_estimand(endpoint), *_estimates(endpoint))
    )


def _estimates(endpoint: EndpointResults) -> list[Record]:
    """Return the estimands that pool proportions without counts: they are seen nowhere else."""
    return [one for one in endpoint.pool["estimands"] if one.get("without_counts")]


def _forest(context: Context, endpoint: EndpointResults, estimand: Record, title: str) -> Part:
    meta, primary = endpoint.pool["endpoint"], estimand["estimand"] == "primary"
    result = primary_result(estimand)
    if not primary:
        more = {"id": f"{meta['id']}-{estimand['estimand']}"}
        meta = {**meta, **more, "label": f"{meta['label']}: {estimand['label']}"}
    excluded = _excluded(meta, estimand)
    blocks = (
        join(Markup("<strong>{}.</strong> ").format(estimand["label"]), estimand["description"]),
        _figure(context, endpoint, meta, estimand, result) if result else "No study reports this.",
        Items(_notes(estimand, result)),
        Folded(excluded, "Excluded arms and reasons") if excluded else None,
    )
    return Part(f"forest-{meta['id']}", meta["label"], blocks, of=title)


def _notes(estimand: Record, result: Record | None) -> tuple[str, ...]:
    """Return what is said below the plot, and of studies without counts, pooled or left out."""
    if result is None:
        return tuple(estimand["notes"])
    counts = [note for note in estimand["notes"] if "without counts" in note.lower()]
    notes = small_k.other_notes(result["notes"]) if result["k"] > 1 else result["notes"]
    return (*notes, *counts)


def _figure(
    context: Context, found: EndpointResults, meta: Record, estimand: Record, result: Record
) -> Figure:
    interval, of = context.settings.study_interval, context.settings.level
    many = not prose.single(result)
    lights = overall(context.lights, context.results.risk_of_bias, found.id)
    others = _others(estimand) if many else []
    columns, shared = _facts(context, found.id, estimand["studies"])
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
            facts=tuple((texts[i],) for texts in columns.values()),
            others=tuple((quote(other, f"weights.{i}", "share"),) for other in others),
        )
        for i, study in enumerate(estimand["studies"])
    ]
    lead = small_k.of_estimand(context, found, estimand["estimand"], result)
    if many and lead.informative:
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
        variants=_variants(estimand, of) if many and lead.informative else (),
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
            rows=pooled_rows(small_k.direct(result), counts(result), of),
        )
        for result in _others(estimand)
    )


def _others(estimand: Record) -> list[Record]:
    return [result for result in estimand["results"] if result["role"] != "primary"]


def _caption(context: Context, lead: small_k.Lead, result: Record, estimand: Record) -> Sentence:
    parts: list[Sentence] = [prose.drawn(result, estimand, told=lead.informative)]
    parts.append((small_k.rule_told(context),) if lead.bayesian else prose.heterogeneity(result))
    if not lead.informative:
        parts.append((small_k.SEE_STUDIES,))
    if lead.informative:
        parts.append((f"Model: {prose.symbols(lead.record['method']).rstrip('.')}.",))
    return separated([part for part in parts if part], " ")


def _excluded(meta: Record, estimand: Record) -> Table | None:
    rows = estimand["excluded"]
    columns = {
        "Study": lambda arm: arm["label"],
        "Arm": lambda arm: arm.get("arm_label") or MISSING,
        "Why not": lambda arm: arm["reason"],
    }
    caption = f"Arms not used for {meta['short']}"
    return listed(f"table-excluded-{meta['id']}", caption, rows, columns) if rows else None


def _facts(context: Context, endpoint: str, studies: Sequence[Record]) -> tuple[Facts, str]:
    """Return the columns in which studies differ, and in words what all of them share.

    The plan may name the columns; else they are the endpoint's first subgroups, the denominator and
    the time point. First by title the text of each study; then such as ``All studies:
    response-evaluable; best response.``, empty if nothing is shared.
    """
    groups = context.settings.endpoints[endpoint].subgroups
    names = context.settings.forest_columns or (*list(groups)[:LEADING], "denominator", "timepoint")
    told = {name: tuple(_fact(study, name) for study in studies) for name in names}
    known = {name: texts for name, texts in told.items() if any(t != MISSING for t in texts)}
    differ = {name: texts for name, texts in known.items() if len(set(texts)) > 1}
    shared = [texts[0] for name, texts in known.items() if name not in differ]

    def title(name: str) -> str:
        labels = {group: plan.label for group, plan in groups.items()}
        return labels.get(name) or FOREST_COLUMNS.get(name, ("", plain(name)))[1]

    whose = "All studies" if len(studies) > 1 else "This study"
    said = f"{whose}: {'; '.join(map(_inside, shared))}." if shared else ""
    return {title(name): texts for name, texts in differ.items()}, said


def _inside(text: str) -> str:
    """Return a label as it stands inside a sentence; abbreviations stay as they are."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _fact(study: Record, name: str) -> str:
    """Return what a study says of itself under a name: a field of its record, or a factor."""
    if name in FOREST_COLUMNS:
        return str(study.get(FOREST_COLUMNS[name][0]) or MISSING)
    found = (one["label"] for one in study.get("factors", ()) if one["factor"] == name)
    return next(found, "") or MISSING
