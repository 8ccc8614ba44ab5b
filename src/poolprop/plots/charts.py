"""The matplotlib kernel of charts with two axes, and of densities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from poolprop.axes import labels
from poolprop.plots.style import GRID, INK, MUTED, POOLED, PREDICTION, style
from poolprop.report.drawing.charts import Chart
from poolprop.report.drawing.rows import Scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Class of a line or area -> how matplotlib draws it.
LINES: dict[str, dict[str, Any]] = {
    "reference": {"color": POOLED, "linestyle": "--", "linewidth": 0.9},
    "cut": {"color": MUTED, "linestyle": "--", "linewidth": 0.8},
    "pooled-curve": {"color": POOLED, "linewidth": 2.2},
    "study-curve": {"color": MUTED, "linewidth": 0.8},
    "prediction": {"color": PREDICTION, "linewidth": 2.5},
    "posterior-curve": {"color": POOLED, "linewidth": 1.7},
    "prior-curve": {"color": PREDICTION, "linestyle": ":", "linewidth": 1.3},
    "fit": {"color": POOLED, "linewidth": 1.7},
    "credible": {"color": POOLED, "alpha": 0.16, "linewidth": 0},
    "contour-outer": {"color": GRID, "alpha": 0.5, "linewidth": 0},
    "contour-middle": {"color": GRID, "linewidth": 0},
    "contour-inner": {"color": "white", "linewidth": 0},
}
SIZE = (5.4, 3.4)


def draw(chart: Chart, ax: Axes | None = None) -> Axes:
    """Draw a chart: areas, lines, points and their names.

    ``chart``: what to draw: the description from which the report draws. ``ax``: where; a figure of
    its own if left out.
    """
    from matplotlib.figure import Figure

    with style():
        if ax is None:
            ax = Figure(figsize=SIZE, layout="constrained").add_subplot()
        _axis(ax, "x", chart.x)
        if chart.y is not None:
            _axis(ax, "y", chart.y)
        else:
            ax.set_ylim(0, 1)
            ax.set_yticks([])
        ax.set_title(chart.head, loc="left", fontsize=9, color=MUTED, fontweight="bold")
        for one in chart.paths:
            xs, ys = zip(*one.points, strict=True)
            kind = LINES.get(one.style, {"color": INK})
            (ax.fill if one.closed else ax.plot)(xs, ys, **kind)
        if chart.dots:
            xs, ys = zip(*chart.dots, strict=True)
            ax.scatter(xs, ys, s=5, color=POOLED, alpha=0.6, linewidths=0)
        for spot in chart.spots:
            ax.scatter([spot.x], [spot.y], s=24, facecolor="white", edgecolor=POOLED,
                       linewidths=1.4, zorder=3)  # fmt: skip
            if spot.label:
                ax.annotate(spot.label, (spot.x, spot.y), (5, 3), textcoords="offset points",
                            fontsize=7, color=MUTED)  # fmt: skip
        for side in ("top", "right"):
            ax.spines[side].set_visible(False)
    return ax


def _axis(ax: Axes, name: str, scale: Scale) -> None:
    axis = scale.axis
    texts = labels(axis.ticks, scale.policy)
    getattr(ax, f"set_{name}lim")(axis.lower, axis.upper)
    getattr(ax, f"set_{name}ticks")(axis.ticks, labels=texts)
    getattr(ax, f"set_{name}label")(scale.label)
