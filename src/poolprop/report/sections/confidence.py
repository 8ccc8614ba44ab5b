"""Confidence curves (drapery plot): the interval of every level, of each study and pooled."""

from __future__ import annotations

from poolprop.axes import Axis, Ends, fixed, proportions
from poolprop.report import prose, small_k
from poolprop.report.blocks import Block, Heading
from poolprop.report.context import Context, Section, answered, leading
from poolprop.report.drawing.charts import Chart, Path, Spot
from poolprop.report.drawing.rows import Scale
from poolprop.report.figures import Figure, axis_label, charted
from poolprop.report.formats import level
from poolprop.report.tables import Table, numbers, ranges, table, texts
from poolprop.report.values import Record, policy_of

TITLE = "Confidence curves"
# Heights between which the names of the studies are spread along the flanks of their curves.
HIGHEST, LOWEST = 0.93, 0.22


def section(context: Context) -> Section | None:
    """Return the section; None where no outcome has studies enough."""
    blocks: list[Block] = []
    for one, _, result in answered(context):
        if one in leading(context) and result["k"] >= small_k.LEAST_MODELS:
            of_plan = context.settings.level, context.axis(one.id)
            if drawn := drapery(one.confidence, result, *of_plan):
                title = str(one.pool["endpoint"]["label"])
                blocks += [Heading(title, TITLE, f"{drawn.id}-heading", level=3), drawn]
    return Section(id="confidence", title=TITLE, body=tuple(blocks)) if blocks else None


def drapery(
    record: Record, result: Record, level_of: float, plan: Ends | None = None
) -> Figure | None:
    """Return the curves of an endpoint's primary estimand; None without the result file.

    ``record`` is the content of ``confidence.json``; the prediction interval of the primary
    ``result`` is drawn on the cut at ``level_of``, within the ends of the axis of the ``plan``.
    """
    curves = record.get("curves", [])
    if len(curves) > small_k.MOST_APART:  # thin lines that nobody could follow
        curves = [curve for curve in curves if curve["role"] == "pooled"]
    if not curves:
        return None
    meta, cut = record["endpoint"], 1 - level_of
    of = policy_of(meta)
    axis = _axis(curves, result, cut, plan)
    chart = Chart(
        id=f"plot-curves-{meta['id']}",
        title=f"{meta['short']}: intervals at every level",
        description="; ".join(_told(curve, level_of) for curve in curves),
        x=Scale(axis=axis, label=f"{meta['short']}, {axis_label(of)}", policy=of),
        y=Scale(axis=fixed(0.0, 1.0), label="p value of each proportion"),
        spots=_spots(curves, level_of),
        paths=(
            *(_path(curve) for curve in reversed(curves)),
            Path(points=((0.0, cut), (1.0, cut)), style="cut"),
            *_prediction(result, cut),
        ),
        arrows=_arrows(result, cut, axis),
    )
    return charted(
        chart,
        caption=(_caption(curves, result, level_of),),
        table=_table(meta, curves),
        ref=curves[0]["id"],
    )


def _path(curve: Record) -> Path:
    left = list(zip(curve["lower"], curve["p"], strict=True))
    right = list(zip(curve["upper"], curve["p"], strict=True))
    return Path(points=(*left, *reversed(right)), style=f"{curve['role']}-curve")


def _axis(curves: list[Record], result: Record, cut: float, plan: Ends | None) -> Axis:
    """Return an axis that holds the tops of all curves, and where they pass the cut."""
    spans = [
        (curve["lower"][i], curve["upper"][i])
        for curve in curves
        for i in (_nearest(curve["p"], cut),)
    ]
    studies = [s for s, curve in zip(spans, curves, strict=True) if curve["role"] == "study"]
    found = result["prediction"]
    wide = [*spans, *([(found["lower"], found["upper"])] if found else [])]
    return proportions([curve["proportion"] for curve in curves], studies or spans, wide, plan)


def _nearest(values: list[float], at: float) -> int:
    return min(range(len(values)), key=lambda i: abs(values[i] - at))


def _prediction(result: Record, cut: float) -> tuple[Path, ...]:
    """Draw the prediction interval on the cut."""
    found = result["prediction"]
    ends = ((found["lower"], cut), (found["upper"], cut)) if found else ()
    return (Path(points=ends, style="prediction"),) if ends else ()


def _arrows(result: Record, cut: float, axis: Axis) -> tuple[tuple[float, float, int, str], ...]:
    """Point at each end of the axis beyond which the prediction interval goes on."""
    found = result["prediction"] or {}
    sides = [axis.beyond(found[end]) for end in ("lower", "upper") if found]
    edges = {-1: axis.lower, 1: axis.upper}
    return tuple((edges[side], cut, side, "prediction arrow") for side in sides if side)


def _spots(curves: list[Record], level_of: float) -> tuple[Spot, ...]:
    """Name each curve on its outer flank, at heights that differ."""
    middle = curves[0]["proportion"]
    studies = sorted(
        (curve for curve in curves if curve["role"] == "study"), key=lambda c: c["proportion"]
    )
    step = (HIGHEST - LOWEST) / max(len(studies) - 1, 1)
    return tuple(
        _spot(curve, HIGHEST - i * step, curve["proportion"] < middle, level_of)
        for i, curve in enumerate(studies)
    )


def _spot(curve: Record, height: float, left: bool, level_of: float) -> Spot:
    """Put a dot on a flank of a curve, at the computed point that is nearest in height."""
    i = _nearest(curve["p"], height)
    at = curve["lower" if left else "upper"][i]
    return Spot(x=at, y=curve["p"][i], label=curve["label"], summary=_told(curve, level_of))


def _told(curve: Record, level_of: float) -> str:
    """Say a curve in words: its top, and its interval at the level of the plan."""
    i = _nearest(curve["p"], 1 - level_of)
    share, lower, upper = curve["proportion"], curve["lower"][i], curve["upper"][i]
    policy = policy_of(curve)
    ends = policy.interval(lower, upper, share, dash=" to ")
    estimate = policy.value(share, lower, upper)
    return f"{curve['label']}: {estimate}, {level(level_of)} interval {ends}{policy.unit}"


def _caption(curves: list[Record], result: Record, level_of: float) -> str:
    of = level(level_of)
    parts = [
        "A horizontal cut at height p gives the (1 − p) confidence interval. Where the curve is "
        f"low, the value is poorly compatible with the data. Dashed: the cut at {of}."
    ]
    if curves[0]["role"] == "pooled":
        method = prose.symbols(curves[0]["method"]).rstrip(".")
        parts.append(f"Thick: the pooled value ({method}).")
    if curves[-1]["role"] == "study":
        own = curves[-1]["method"]
        exact = own.startswith("exact")
        flat = "; the flat top is due to the exact method being conservative" if exact else ""
        parts.append(f"Thin: each study by itself, {own}{flat}.")
    if result["prediction"] is not None:
        parts.append(f"Bar on the cut: {of} prediction interval.")
    return " ".join(parts)


def _table(meta: Record, curves: list[Record]) -> Table:
    levels = [one["level"] for one in curves[0]["intervals"]]
    fields = (
        texts("Curve", "label"),
        numbers("Top", "proportion", "percent"),
        *(ranges(level(of), f"intervals.{i}") for i, of in enumerate(levels)),
    )
    name, caption = f"table-curves-{meta['id']}", f"{meta['short']}: intervals at several levels"
    return table(
        name, caption, curves, fields, anchor="id", strong=lambda one: one["role"] == "pooled"
    )
