"""What each study does to the primary result, measure by measure, as one figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from poolprop.axes import Axis, Ends, around, proportions
from poolprop.formats import Policy
from poolprop.report import small_k
from poolprop.report.drawing.rows import Scale
from poolprop.report.drawing.strips import Strip, axis_strip, bead, grid
from poolprop.report.drawing.tables import DrawnCell, DrawnRow, DrawnTable, Head
from poolprop.report.figures import Figure, panelled
from poolprop.report.formats import level
from poolprop.report.values import Record, Sentence, policy_of, quote, quote_within

# The least width of a drawing: five of them stand side by side.
SMALL = 44.0
# Key of a study's diagnostics, title, and how its number is written.
MEASURES = (
    ("cooks_distance", "Cook's distance", "number"),
    ("dffits", "DFFITS", "number"),
    ("tau2_deleted", "τ² without it", "number"),
    ("hat", "Information", "share"),
)


def influence_panel(
    meta: Record, record: Record, left_out: Sequence[Record], result: Record, level_of: float
) -> Figure | None:
    """Return the panel of an endpoint; None where there are too few studies for diagnostics.

    ``record`` is the content of ``influence.json``, ``left_out`` holds the pools without one study
    each, ``result`` is the primary one.
    """
    studies = record.get("diagnostics", {}).get("studies", [])
    without = {one["arm_id"]: one for one in left_out}
    if not studies or any(one["arm_id"] not in without for one in studies):
        return None
    measures = (_estimates(list(without.values()), result), *_scales(studies, result))
    listed = small_k.most(studies, "dffits")
    rows = [_row(one, without[one["arm_id"]], measures) for one in listed]
    name = f"plot-influence-{meta['id']}"
    title = f"{meta['short']}: influence of each study"
    caption = (
        "Each study left out in turn. Estimate without it with its "
        f"{level(level_of)} confidence interval; dashed: with all studies. Cook's distance and "
        "DFFITS: how far the mean moves, squared and signed, in standard errors; dashed: not at "
        "all. τ² without it; dashed: with all. Information: the study's share; dashed: an equal "
        f"share. {_marked(studies)}"
    )
    if len(listed) < len(studies):
        caption += f" Shown: the {len(listed)} studies of {len(studies)} with the largest DFFITS."
    heads = (Head(role="label", title="Left out"), *(h for m in measures for h in m.heads))
    drawn = DrawnTable(id=name, title=title, heads=heads, groups=(tuple(rows),))
    return panelled(drawn, (caption,))


def without(one: Record, entry: Record | None, key: str, form: str) -> Sentence:
    """Quote a measure of a study; tau2 without it from that pool, where its interval is."""
    # Both are maxima of one likelihood, climbed apart: they agree as far as climbing can tell.
    if (
        key == "tau2_deleted"
        and entry
        and math.isclose(entry["result"]["tau2"], one[key], rel_tol=1e-6)
    ):
        return quote_within(entry, "result.tau2", form)
    return (quote(one, key, form),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What is drawn of each study: its scale, and the line to compare with."""

    title: str
    axis: Axis
    at: float
    policy: Policy | None = None

    @property
    def heads(self) -> tuple[Head, Head]:
        """The column of its drawings, and that of its numbers."""
        scale = Scale(axis=self.axis, label="", policy=self.policy)
        drawn = axis_strip(scale, SMALL)
        behind = grid(replace(self.axis, ticks=()), self.at)
        return (
            Head(role="drawn", title="", axis=drawn, grid=behind),
            Head(role="after", title=self.title),
        )

    def cells(self, at: float | None, text: Sentence, ends: Ends | None, *, strong: bool
              ) -> tuple[DrawnCell, DrawnCell]:  # fmt: skip
        """Draw and write one study's value."""
        strip = bead(self.axis, at, self.at, ends, strong=strong) if at is not None else Strip()
        return DrawnCell(strip=strip), DrawnCell(content=text)


def _marked(studies: Sequence[Record]) -> str:
    if any(one["influential"] for one in studies):
        return "Marked: influential by the usual thresholds."
    return "No study exceeds the usual thresholds."


def _estimates(entries: Sequence[Record], result: Record) -> Measure:
    """Return the scale of the estimates without one study."""
    shares = [entry["result"]["proportion"] for entry in entries]
    spans = [(e["result"]["ci"]["lower"], e["result"]["ci"]["upper"]) for e in entries]
    axis = proportions([*shares, result["proportion"]], wide=spans)
    return Measure(title="Estimate without it", axis=axis, at=result["proportion"],
                   policy=policy_of(result))  # fmt: skip


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
    return Measure(title=title, axis=around(held, room=0.06), at=at)


def _row(one: Record, entry: Record, measures: Sequence[Measure]) -> DrawnRow:
    result, strong = entry["result"], bool(one["influential"])
    first, *others = measures
    text: Sentence = (quote(entry, "result.proportion", "percent"),)
    ends = result["ci"]["lower"], result["ci"]["upper"]
    cells = list(first.cells(result["proportion"], text, ends, strong=strong))
    for measure, (key, _, form) in zip(others, MEASURES, strict=True):
        text = without(one, entry, key, form)
        cells += measure.cells(one[key], text, None, strong=strong)
    return DrawnRow(
        kind="case", label=one["label"], detail="influential" if strong else "", anchor="",
        cells=tuple(cells),
    )  # fmt: skip
