"""How much rests on single studies, and whether small studies say something else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from poolprop.axes import around, fixed, proportions
from poolprop.formats import PERCENT
from poolprop.report import prose, small_k
from poolprop.report.blocks import Block, Heading, Part
from poolprop.report.context import Context, Section, answered
from poolprop.report.drawing.charts import Chart, Path, Spot
from poolprop.report.drawing.rows import Plot, Scale
from poolprop.report.figures import Figure, charted, figure, headers, interval_row, spread_titles
from poolprop.report.formats import number, share
from poolprop.report.influence import influence_panel, without
from poolprop.report.read import EndpointResults
from poolprop.report.sections.funnel import funnel
from poolprop.report.tables import Table, numbers, table, texts
from poolprop.report.values import Record, Sentence, policy_of

MEASURES = (
    ("rstudent", "Residual", "deviation from the other studies' mean, in standard errors"),
    ("dffits", "DFFITS", "change of the mean without the study, in standard errors"),
    ("cooks_distance", "Cook's D", "squared distance that the fit moves without the study"),
    ("covariance_ratio", "Cov. ratio", "above one: the study makes the mean more precise"),
    ("tau2_deleted", "τ² without", "between-study variance without the study"),
    ("q_deleted", "Q without", "heterogeneity without the study"),
    ("hat", "Information", "the study's share of the information"),
)


TITLE = "Influence and small-study effects"


def section(context: Context) -> Section | None:
    """Return the section; None if no result file tells about single studies."""
    found = (_part(context, endpoint, result) for endpoint, _, result in answered(context))
    parts = tuple(part for part in found if any(part.blocks))
    return Section(id="diagnostics", title=TITLE, body=parts) if parts else None


def _part(context: Context, endpoint: EndpointResults, result: Record) -> Part:
    """Return the figures of an endpoint with their titles, and the table of diagnostics."""
    meta, record = endpoint.pool["endpoint"], endpoint.influence
    cases, left_out = record.get("diagnostics", {}), small_k.left_out(context, endpoint)
    figures = {
        "Influence of each study":
            influence_panel(meta, record, left_out, result, context.settings.level),
        "Cumulative meta-analysis": _cumulative(context, meta, record, result),
        "Baujat plot": _baujat(meta, cases),
        "GOSH plot": _subsets(context, meta, record.get("gosh", {}), result),
        "Funnel plot": funnel(meta, endpoint.small_study),
    }  # fmt: skip
    blocks: list[Block | None] = [cases.get("note"), endpoint.small_study.get("reason")]
    for title, drawn in figures.items():
        if drawn is not None:
            blocks += [Heading(title, meta["label"], f"{drawn.id}-heading"), drawn]
    blocks.append(_table(meta, cases, left_out))
    return Part(f"diagnostics-{meta['id']}", meta["label"], tuple(blocks), of=TITLE)


def _cumulative(context: Context, meta: Record, record: Record, result: Record) -> Figure | None:
    steps = record.get("cumulative", [])
    if not small_k.dated(steps):
        return None  # an order of the table is no order in time
    whole = len(steps)
    names = [f"+ {one['added']}" if i else one["added"] for i, one in enumerate(steps)]
    if whole > small_k.MOST_APART:
        steps, names = steps[-small_k.MOST_LISTED :], names[-small_k.MOST_LISTED :]
    rows = tuple(
        interval_row(one, "result.", name, str(one["year"] or "year not stated"), own=True)
        for one, name in zip(steps, names, strict=True)
    )
    title = f"{meta['short']}: cumulative by year"
    plot = Plot(
        id=f"plot-cumulative-{meta['id']}",
        title=title,
        headers=headers(context.settings.level, policy_of(meta), label="Added", weight=False),
        rows=rows,
        after=spread_titles(context.settings.level),
        reference=result["proportion"],
        axis=context.axis(meta["id"]),
    )
    text = "Studies enter by year of publication; undated studies come last."
    if len(steps) < whole:
        text += (
            f" Shown: the last {len(steps)} of {whole}; all are in results/tables/cumulative.csv."
        )
    return figure(plot, (text,))


def _baujat(meta: Record, cases: Record) -> Figure | None:
    studies = [
        one
        for one in cases.get("studies", [])
        if one["baujat_x"] is not None and one["baujat_y"] is not None
    ]
    if len(studies) < small_k.LEAST_BAUJAT:
        return None
    across, up = (
        around([one[key] for one in studies], zero=True) for key in ("baujat_x", "baujat_y")
    )
    spots = tuple(
        Spot(x=one["baujat_x"], y=one["baujat_y"], label=one["label"], summary=_told(one))
        for one in studies
    )
    chart = Chart(
        id=f"plot-baujat-{meta['id']}",
        title=f"{meta['short']}: Baujat plot",
        description="; ".join(spot.summary for spot in spots),
        x=Scale(axis=across, label="Part of Q that the study adds"),
        y=Scale(axis=up, label="Squared change of the mean without it, in SE"),
        spots=spots,
    )
    caption = (
        "To the right: studies that add to heterogeneity. Upwards: studies that move the estimate."
    )
    return charted(chart, caption=(caption,))


def _told(one: Record) -> str:
    parts = f"adds {number(one['baujat_x'])} to Q, moves the mean by {number(one['baujat_y'])}"
    return f"{one['label']}: {parts} (squared, in standard errors)"


def _subsets(context: Context, meta: Record, gosh: Record, result: Record) -> Figure | None:
    subsets = [s for s in gosh.get("subsets", []) if s["i2"] is not None]
    if len(subsets) < 2 or result["k"] < small_k.LEAST_SUBSETS:
        return None
    shares = [one["proportion"] for one in subsets]
    drawn = small_k.thinned(subsets)
    everyone = [(one["proportion"], one["i2"]) for one in drawn]
    title = f"{meta['short']}: estimate and heterogeneity of {len(subsets)} subsets"
    middle, policy = result["proportion"], policy_of(meta)
    axis = proportions([*shares, middle], plan=context.axis(meta["id"]))
    chart = Chart(
        id=f"plot-gosh-{meta['id']}",
        title=title,
        description=f"Estimates from {policy.interval(min(shares), max(shares), dash=' to ')}"
        f"{policy.unit}, I² from {share(min(s['i2'] for s in subsets))} to "
        f"{share(max(s['i2'] for s in subsets))}.",
        x=Scale(axis=axis, label="Estimate", policy=policy),
        y=Scale(axis=fixed(0.0, 1.0), label="I²", policy=PERCENT),
        dots=tuple(everyone),
        paths=(Path(points=((middle, 0.0), (middle, 1.0)), style="reference"),),
    )
    whole = "Every subset" if gosh["complete"] else "A sample of the subsets"
    method = prose.symbols(gosh["method"])
    caption = f"{whole} of at least two studies, pooled ({method}). Dashed: all studies together."
    some = f" {len(drawn):,} of them are drawn." if len(drawn) < len(subsets) else ""
    note = f"{caption}{some} {gosh['note']}".strip()
    return charted(chart, caption=(note,), ref=gosh["id"])


def _table(meta: Record, cases: Record, left_out: Sequence[Record]) -> Table | None:
    studies, pools = cases.get("studies", []), {one["arm_id"]: one for one in left_out}
    if not (studies and left_out):
        return None
    fields = (
        texts("Study", "label"),
        *(numbers(title, partial(_measure, pools, name), about=words)
          for name, title, words in MEASURES),
        numbers("p", "predictive_p", "p", about="of the study's events, given the other studies"),
        texts("Influential", lambda one: "yes" if one["influential"] else "no",
              about="by the usual cuts"),
    )  # fmt: skip
    note = prose.symbols(f"Method: {cases['method']}.")
    if len(studies) > small_k.MOST_LISTED:
        note += (
            f" Shown: the {small_k.MOST_LISTED} studies of {len(studies)} with the largest DFFITS; "
            "all are in results/tables/influence.csv."
        )
    return table(
        f"table-influence-{meta['id']}",
        f"{meta['short']}: what each study does to the fit",
        small_k.most(studies, "dffits"),
        fields,
        anchor="id",
        note=((note,),),
    )


def _measure(pools: Mapping[str, Record], name: str, one: Record) -> Sentence:
    form = "share" if name == "hat" else "number"
    return without(one, pools.get(one["arm_id"]), name, form)
