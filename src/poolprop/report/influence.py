"""What each study does to the primary result, measure by measure, as one figure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from poolprop.axes import around, proportions
from poolprop.report.figures import Figure
from poolprop.report.formats import level
from poolprop.report.multiples import Case, Measure, Point, multiples
from poolprop.report.values import Record, quote, spell

# Key of a study's diagnostics, title, and how its number is written.
MEASURES = (
    ("cooks_distance", "Cook's distance", "number"),
    ("dffits", "DFFITS", "number"),
    ("tau2_deleted", "τ² without it", "number"),
    ("hat", "Information", "share"),
)


def influence_panel(meta: Record, record: Record, result: Record, level_of: float) -> Figure | None:
    """Return the panel of an endpoint; None where there are too few studies for diagnostics.

    Parameters
    ----------
    meta : mapping
        The endpoint.
    record : mapping
        Content of ``influence.json``.
    result : mapping
        The primary result.
    level_of : float
        Level of the intervals.
    """
    studies = record.get("diagnostics", {}).get("studies", [])
    without = {one["arm_id"]: one for one in record.get("leave_one_out", [])}
    if not studies or any(one["arm_id"] not in without for one in studies):
        return None
    measures = (_estimates(list(without.values()), result), *_scales(studies, result))
    cases = [_case(one, without[one["arm_id"]]) for one in studies]
    name = f"plot-influence-{meta['id']}"
    title = f"{meta['short']}: influence of each study"
    caption = (
        "Each study left out in turn. Estimate without it with its "
        f"{level(level_of)} confidence interval; dashed: with all studies. Cook's distance and "
        "DFFITS: how far the mean moves, squared and signed, in standard errors; dashed: not at "
        "all. τ² without it; dashed: with all. Information: the study's share; dashed: an equal "
        f"share. {_marked(studies)}"
    )
    return Figure(id=name, drawings=multiples(name, title, measures, cases), caption=(caption,))


def _marked(studies: Sequence[Record]) -> str:
    if any(one["influential"] for one in studies):
        return "Bold: influential by the usual cuts."
    return "By the usual cuts none is influential."


def _estimates(entries: Sequence[Record], result: Record) -> Measure:
    """Return the scale of the estimates without one study."""
    shares = [entry["result"]["proportion"] for entry in entries]
    spans = [(e["result"]["ci"]["lower"], e["result"]["ci"]["upper"]) for e in entries]
    axis = proportions([*shares, result["proportion"]], wide=spans)
    return Measure(title="Estimate without it", short="Without it", axis=axis,
                   at=result["proportion"])  # fmt: skip


def _scales(studies: Sequence[Record], result: Record) -> list[Measure]:
    lines = {
        "cooks_distance": 0.0, "dffits": 0.0, "tau2_deleted": result["tau2"],
        "hat": 1 / len(studies),
    }  # fmt: skip
    return [
        _scale(title, [one[key] for one in studies if one[key] is not None], lines[key])
        for key, title, _ in MEASURES
    ]


def _scale(title: str, values: Sequence[float], at: float) -> Measure:
    """Return a scale that holds 0, all values and the line to compare with."""
    held = [value for value in (*values, at, 0.0) if math.isfinite(value)]
    return Measure(title=title, short=title, axis=around(held, room=0.06), at=at)


def _case(one: Record, entry: Record) -> Case:
    result, without = entry["result"], quote(entry, "result.proportion", "percent")
    estimate = Point(
        at=result["proportion"],
        text=(without,),
        ends=(result["ci"]["lower"], result["ci"]["upper"]),
    )
    points = [Point(at=one[key], text=(quote(one, key, form),)) for key, _, form in MEASURES]
    told = [f"{title} {spell(p.text)}" for (_, title, _), p in zip(MEASURES, points, strict=True)]
    moved = f"{without.text} without it"
    mark = "; influential" if one["influential"] else ""
    return Case(
        label=one["label"],
        summary=f"{one['label']}: {'; '.join([moved, *told])}{mark}",
        points=(estimate, *points),
        strong=bool(one["influential"]),
    )
