"""The static forest plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from poolprop.axes import Axis, Ends, labels, proportions
from poolprop.formats import PERCENT, Policy, count
from poolprop.formats import share as share_text
from poolprop.plots.style import INK, MUTED, POOLED, PREDICTION, style
from poolprop.report.formats import beside, level
from poolprop.report.textbox import every_nth, text_width, wrap

WIDTH, ROW, MARGINS = 7.2, 0.34, 1.05
# Columns as fractions of the width: left edge of names, right edges of the others.
NAME, COUNTS, LEFT, RIGHT, ESTIMATE, WEIGHT = 0.012, 0.375, 0.395, 0.705, 0.895, 0.988
LARGEST, SIZE, SMALL, GAP = 60.0, 8.5, 7.0, 18.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestRow:
    """One study; proportions in [0, 1], ``weight`` a share or None, ``detail`` a second name."""

    label: str
    events: int
    total: int
    estimate: float
    lower: float
    upper: float
    weight: float | None = None
    detail: str = ""
    policy: Policy = PERCENT


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledRow:
    """The pooled value, and its prediction interval if there is one."""

    label: str
    events: int
    total: int
    estimate: float
    lower: float
    upper: float
    prediction: tuple[float, float] | None = None
    policy: Policy = PERCENT


def forest(
    rows: Sequence[ForestRow],
    pooled: PooledRow | None,
    *,
    level_of: float = 0.95,
    axis_label: str = "% of total",
    plan: Ends | None = None,
) -> Figure:
    """Draw one row per study, the pooled value as a diamond and the prediction interval.

    Parameters
    ----------
    rows : sequence of ForestRow
        Drawn top to bottom in the order given; the area of a square shows the weight.
    pooled : PooledRow or None
        None where there is nothing to pool, as with one study.
    level_of : float
        Level of the intervals, for the column title.
    axis_label : str
        Title of the axis.
    plan : (float, float), optional
        Range of the axis that the plan asks for; else it shows what the rows need.

    Returns
    -------
    Figure
        Its height grows with the number of rows, so that rows never overlap.
    """
    extra = 0 if pooled is None else 2 if pooled.prediction else 1
    lines = len(rows) + extra
    with style():
        figure = Figure(figsize=(WIDTH, MARGINS + ROW * lines))
        height = figure.get_figheight()
        right = _right([*rows, *([pooled] if pooled else [])])
        axes = figure.add_axes((LEFT, 0.6 / height, right - LEFT, ROW * lines / height))
        axis = _axis(rows, pooled, plan)
        axes.set_xlim(axis.lower, axis.upper)
        axes.set_ylim(lines - 0.5, -0.5)
        policy, weights = rows[0].policy, any(row.weight for row in rows)
        _frame(axes, axis, level_of, axis_label, policy, weights=weights)
        heaviest = max((row.weight or 0.0 for row in rows), default=0.0) or 1.0
        for y, row in enumerate(rows):
            _study(axes, axis, y, row, heaviest)
        if pooled is not None:
            _pooled(axes, axis, len(rows), pooled, level_of)
    return figure


def _axis(rows: Sequence[ForestRow], pooled: PooledRow | None, plan: Ends | None) -> Axis:
    marks = [row.estimate for row in rows]
    wide = []
    if pooled is not None:
        marks.append(pooled.estimate)
        wide = [(pooled.lower, pooled.upper), *([pooled.prediction] if pooled.prediction else [])]
    return proportions(marks, [(row.lower, row.upper) for row in rows], wide, plan)


def forest_of(
    pool: Mapping[str, Any],
    interval: str = "clopper-pearson",
    estimand: str = "primary",
    plan: Ends | None = None,
) -> Figure:
    """Draw the forest plot of one estimand of a ``pool.json``.

    Parameters
    ----------
    pool : mapping
        The file's content.
    interval : str
        Method of the studies' intervals.
    estimand : str
        Which estimand to draw.
    plan : (float, float), optional
        Range of the axis that the plan asks for.
    """
    record = next(e for e in pool["estimands"] if e["estimand"] == estimand)
    result = next((r for r in record["results"] if r["role"] == "primary"), None)
    many = result is not None and record["k"] > 1
    policy = Policy.of(pool["endpoint"])
    rows = [_row(study, interval, many, policy) for study in record["studies"]]
    unit = "% of total" if policy.unit == "%" else policy.unit.strip()
    label = f"{pool['endpoint']['short']}, {unit}"
    if result is None or not many:
        return forest(rows, None, axis_label=label, plan=plan)
    pooled = _pooled_row(record, result, policy)
    return forest(rows, pooled, level_of=result["level"], axis_label=label, plan=plan)


def _row(study: Mapping[str, Any], interval: str, many: bool, policy: Policy) -> ForestRow:
    ends = study["intervals"][interval]
    return ForestRow(
        label=study["label"],
        events=study["events"],
        total=study["total"],
        estimate=study["proportion"],
        lower=ends["lower"],
        upper=ends["upper"],
        weight=study["weight"] if many else None,
        detail=beside(study["label"], study["arm_label"]),
        policy=policy,
    )


def _pooled_row(record: Mapping[str, Any], result: Mapping[str, Any], policy: Policy) -> PooledRow:
    ends = result["prediction"]
    return PooledRow(
        label=f"Pooled (k = {result['k']})",
        events=record["events"],
        total=record["total"],
        estimate=result["proportion"],
        lower=result["ci"]["lower"],
        upper=result["ci"]["upper"],
        prediction=(ends["lower"], ends["upper"]) if ends else None,
        policy=policy,
    )


def _frame(
    axes: Axes, axis: Axis, level_of: float, axis_label: str, policy: Policy, *, weights: bool
) -> None:
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.set_yticks([])
    axes.set_xticks(axis.ticks, labels=_roomy(axes, axis, labels(axis.ticks, policy)))
    for cut, end, inwards in zip(axis.cut, (0, 1), (4, -4), strict=True):
        if cut:
            _slashes(axes, end, inwards)
    axes.set_xlabel(axis_label)
    titles = [(NAME, "Study", "left"), (COUNTS, "Events/total", "right")]
    titles.append((ESTIMATE, f"{policy.unit.strip()} ({level(level_of)} CI)", "right"))
    if weights:
        titles.append((WEIGHT, "Weight", "right"))
    for x, title, side in titles:
        _write(axes, x, -0.85, title, side, color=MUTED, fontweight="bold")


def _roomy(axes: Axes, axis: Axis, texts: Sequence[str]) -> list[str]:
    """Return the texts of ticks, with those left out that have no room."""
    places = [axis.place(at, 0.0, axes.get_position().width * WIDTH * 72) for at in axis.ticks]
    n = every_nth(places, texts, SIZE, 3.0)
    return ["" if i % n else text for i, text in enumerate(texts)]


def _slashes(axes: Axes, end: int, inwards: int) -> None:
    """Draw two slanted strokes on the axis where it is cut, in points from one of its ends."""
    for nth in (1, 2):
        axes.annotate(
            "/", (end, 0), (inwards * nth, 0), xycoords="axes fraction",
            textcoords="offset points", ha="center", va="center", color=MUTED, fontsize=SIZE,
        )  # fmt: skip


def _write(axes: Axes, x: float, y: float, text: str, side: str, **style_of: Any) -> None:
    """Write at a fraction of the figure's width and at a row of the axes."""
    place = axes.get_position()
    inside = (x - place.x0) / place.width
    axes.text(
        inside, y, text, transform=axes.get_yaxis_transform(), ha=side, va="center", **style_of
    )


def _texts(
    axes: Axes, y: int, row: ForestRow | PooledRow, detail: str = "", **style_of: Any
) -> None:
    _write(axes, NAME, y - 0.2 if detail else y, _short(row.label, SIZE), "left", **style_of)
    if detail:
        _write(axes, NAME, y + 0.22, _short(detail, SMALL), "left", color=MUTED, fontsize=SMALL)
    _write(axes, COUNTS, y, f"{count(row.events)}/{count(row.total)}", "right", **style_of)
    _write(axes, ESTIMATE, y, _estimate(row), "right", **style_of)


def _estimate(row: ForestRow | PooledRow) -> str:
    ends = row.policy.interval(row.lower, row.upper, row.estimate)
    return f"{row.policy.number(row.estimate, row.lower, row.upper)} ({ends})"


def _right(rows: Sequence[ForestRow | PooledRow]) -> float:
    """Return where the plot ends: before the widest estimate."""
    widest = max(text_width(_estimate(row), SIZE, bold=isinstance(row, PooledRow)) for row in rows)
    return min(RIGHT, ESTIMATE - (widest + GAP) / (72 * WIDTH))


def _short(text: str, size: float) -> str:
    """Cut a name to the room before the counts."""
    (line,) = wrap(text, (COUNTS - NAME) * WIDTH * 72 - 50, size, lines=1)
    return line


def _study(axes: Axes, axis: Axis, y: int, row: ForestRow, heaviest: float) -> None:
    _interval(axes, axis, y, (row.lower, row.upper), color=INK, linewidth=1)
    share = 1.0 if row.weight is None else row.weight / heaviest
    size = LARGEST * max(0.1, share)
    if not axis.beyond(row.estimate):
        axes.scatter([row.estimate], [y], s=size, marker="s", color=INK, clip_on=False, zorder=3)
    _texts(axes, y, row, row.detail)
    if row.weight is not None:
        _write(axes, WEIGHT, y, share_text(row.weight), "right")


def _interval(axes: Axes, axis: Axis, y: int, ends: Ends, *, color: str, linewidth: float) -> None:
    """Draw an interval within the axis, with an arrow where it goes on beyond it."""
    axes.hlines(y, *ends, color=color, linewidth=linewidth)
    _arrows(axes, axis, y, ends, color)


def _arrows(axes: Axes, axis: Axis, y: int, ends: Ends, color: str) -> None:
    for side in {axis.beyond(end) for end in ends} - {0}:
        axes.plot(
            [0 if side < 0 else 1], [y], transform=axes.get_yaxis_transform(), color=color,
            marker="<" if side < 0 else ">", markersize=4, clip_on=False, zorder=4,
        )  # fmt: skip


def _pooled(axes: Axes, axis: Axis, y: int, row: PooledRow, level_of: float) -> None:
    axes.vlines(row.estimate, -0.5, y, color=POOLED, linewidth=0.8, linestyle="--", zorder=1)
    across = [row.lower, row.estimate, row.upper, row.estimate]
    axes.fill(across, [y, y - 0.3, y, y + 0.3], color=POOLED, zorder=3)
    _arrows(axes, axis, y, (row.lower, row.upper), POOLED)
    _texts(axes, y, row, fontweight="bold")
    if row.prediction is None:
        return
    low, high = row.prediction
    _interval(axes, axis, y + 1, row.prediction, color=PREDICTION, linewidth=2.5)
    _write(axes, NAME, y + 1, f"{level(level_of)} prediction interval", "left")
    _write(axes, ESTIMATE, y + 1, f"({row.policy.interval(low, high)})", "right")
