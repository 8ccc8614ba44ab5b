"""Groups at a glance (orchard plot): each group's studies as points above its intervals."""

from __future__ import annotations

from dataclasses import replace

from poolprop.report import prose, small_k
from poolprop.report.blocks import Text
from poolprop.report.context import (
    Context,
    Section,
    factors,
    leading,
    primary_estimand,
    primary_result,
)
from poolprop.report.drawing.rows import Plot, PlotRow
from poolprop.report.figures import (
    Figure,
    axis_label,
    counts,
    crossing,
    estimate,
    figure,
    headers,
    reference,
    span,
)
from poolprop.report.formats import level
from poolprop.report.read import EndpointResults
from poolprop.report.values import Record, look_up, policy_of, quote

CAUTION = Text(
    "Groups are compared between studies, not randomised; a difference may have other causes.",
    "caution",
)
# So many studies are told one by one in words; of more the range is.
MOST_TOLD = 12


def section(context: Context) -> Section | None:
    """Return the section; None without a group."""
    figures = (orchard(context, endpoint) for endpoint in leading(context))
    found = tuple(one for one in figures if one is not None)
    if not found:
        return None
    return Section(id="groups", title="Groups at a glance", body=(CAUTION, *found))


def orchard(context: Context, endpoint: EndpointResults) -> Figure | None:
    """Return the groups of an endpoint at one glance; None without a group."""
    found, estimand = factors(endpoint), primary_estimand(endpoint)
    result = primary_result(estimand)
    if result is None or not found:
        return None
    meta, of = endpoint.pool["endpoint"], level(context.settings.level)
    groups = [one for factor in found for one in factor["levels"]]
    largest = max(study["total"] for one in (estimand, *groups) for study in one["studies"])
    overall = {"id": result["id"], "k": estimand["k"], "studies": estimand["studies"]}
    rows = [_row(context, overall | {"result": result}, "All studies", largest, result)]
    for factor in found:
        rows.append(PlotRow(kind="heading", label=factor["label"]))
        rows += [_row(context, one, one["label"], largest) for one in factor["levels"]]
    plot = Plot(
        id=f"plot-orchard-{meta['id']}",
        title=f"{meta['label']}: studies and groups",
        headers=headers(context.settings.level, policy_of(meta), label="Group", weight=False),
        rows=tuple(rows),
        reference=reference([replace(rows[0], kind="pooled")]),
        axis=context.axis(endpoint.id),
        axis_label=f"{meta['short']}, {axis_label(policy_of(meta))}",
    )
    caption = (
        "Circles: studies, area proportional to size; vertical position is arbitrary. Thick "
        f"line: {of} confidence interval of the group; thin dark line: that of its one study. "
        f"Thin line with caps: {of} prediction interval. Dashed: all studies together."
    )
    text = f"{caption} {prose.CROSSING}" if crossing(rows) else caption
    return figure(plot, (text,), ref=result["id"])


def _row(
    context: Context, record: Record, label: str, largest: int, direct: Record | None = None
) -> PlotRow:
    """Return a group: its interval as a trunk, its studies as points above it."""
    owner, prefix = (direct, "") if direct else (record, small_k.path_of(context, record))
    result = look_up(owner, prefix.removesuffix(".")) if prefix else owner
    k = record["k"]
    told = direct is not None or small_k.of_group(context, record).informative
    bayes = ", Bayesian" if prefix == "companion." else "" if told else f", {small_k.TOO_WIDE}"
    return PlotRow(
        kind="interval",
        label=label,
        detail="one study" if k == 1 else f"{k} studies{bayes}",
        counts=counts(owner, prefix),
        estimate=estimate(owner, f"{prefix}ci", f"{prefix}proportion") if told else (),
        at=result["proportion"] if k > 1 and told else None,
        ci=span(result, "ci") if told else None,
        prediction=span(result, "prediction") if k > 1 and told else None,
        policy=policy_of(owner),
        cloud=tuple((study["proportion"], study["total"] / largest) for study in record["studies"]),
        description=_described(record["studies"]),
    )


def _described(studies: list[Record]) -> str:
    rising = sorted(studies, key=lambda study: float(study["proportion"]))
    if len(rising) > MOST_TOLD:
        low, high = (
            quote(study, "proportion", "percent").text for study in rising[:: len(rising) - 1]
        )
        return f"studies from {low} to {high}"
    return "studies at " + ", ".join(quote(one, "proportion", "percent").text for one in rising)
