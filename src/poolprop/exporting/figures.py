"""Every figure of the review that a manuscript wants, as SVG and PDF.

Each is drawn from the description that the report draws from, so that both show the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from poolprop.axes import around, proportions
from poolprop.exporting.results import Rows
from poolprop.plots import charts, table
from poolprop.plots.style import INK, written
from poolprop.report import prose
from poolprop.report.context import Context, answered
from poolprop.report.drawing.charts import Chart, Spot
from poolprop.report.drawing.charts import Path as Line
from poolprop.report.drawing.rows import Plot, PlotRow, Scale
from poolprop.report.figures import Figure
from poolprop.report.read import read_results
from poolprop.report.sections import diagnostics, forests, safety, sensitivity, subgroups, survival
from poolprop.report.values import policy_of, within

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from poolprop.plan import Settings

POINTS = 101


def pictures(
    folder: Path, settings: Settings, data: Mapping[str, Rows]
) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file, forest plots first.

    ``folder`` holds the results of a finished run; ``data`` the rows of each endpoint's
    ``data.csv``, where moderators stand.
    """
    results = read_results(folder, tuple(settings.endpoints))
    context = Context(results=results, settings=settings, terms={})
    for name, axes in _drawn(context, data):
        figure = axes.get_figure(root=True)
        assert figure is not None
        for kind in (".svg", ".pdf"):
            yield f"figures/{name}{kind}", written(figure, kind)


def _drawn(context: Context, data: Mapping[str, Rows]) -> Iterator[tuple[str, Axes]]:
    spread = {f"plot-forest-{one.id}": result for one, _, result in answered(context)}
    for figure in _figures(context):
        name = figure.id.removeprefix("plot-")
        if figure.plot:
            yield name, table.draw(_with_spread(figure.plot, spread.get(figure.id)))
        elif figure.charts:
            yield name, charts.draw(figure.charts[0])
    for endpoint in context.results.endpoints:
        for record in endpoint.subgroups.get("regressions", ()):
            if found := _bubbles(endpoint.pool["endpoint"], record, data.get(endpoint.id, [])):
                yield found.id, _sized(found, charts.draw(found))


def _figures(context: Context) -> Iterator[Figure]:
    """Yield the figures of the sections that a manuscript draws on; none is drawn as strips."""
    for make in (forests.section, forests.others, subgroups.section, diagnostics.section,
                 sensitivity.section, safety.section, survival.section):  # fmt: skip
        for figure in within(make(context), Figure):
            if figure.plot or figure.charts:
                yield figure


def _with_spread(plot: Plot, result: Mapping[str, Any] | None) -> Plot:
    """Return a forest plot with tau2, I2 and Q below its last row, as journals print them."""
    told = prose.heterogeneity(result) if result else ()
    if not told:
        return plot
    return replace(plot, rows=(*plot.rows, PlotRow(kind="note", label="", note=told)))


def _bubbles(meta: Mapping[str, Any], record: Mapping[str, Any], rows: Rows) -> Chart | None:
    """Return studies over one number of theirs with the fitted line; None of other regressions."""
    fit, columns = record["fit"], record["columns"]
    if not fit or len(columns) != 1 or record["factors"] or "logit" not in fit["method"]:
        return None
    own = [row for row in rows if row["set"] == "primary" and _number(row.get(columns[0], ""))]
    if len(own) != record["k"]:
        return None
    across = [float(row[columns[0]]) for row in own]
    shares = [int(row["events"]) / int(row["total"]) for row in own]
    at, slope = (one["estimate"] for one in fit["coefficients"])
    middle = sum(across) / len(across)
    axis, policy = around(across), policy_of(meta)
    steps = [min(across) + i * (max(across) - min(across)) / (POINTS - 1) for i in range(POINTS)]
    line = tuple((x, 1 / (1 + math.exp(-at - slope * (x - middle)))) for x in steps)
    return Chart(
        id=f"bubble-{meta['id']}-{record['moderator']}",
        title=f"{meta['short']} by {record['label'].lower()}",
        description="",
        x=Scale(axis=axis, label=record["label"]),
        y=Scale(axis=proportions(shares), label=meta["short"], policy=policy),
        dots=tuple(zip(across, shares, strict=True)),
        spots=tuple(
            Spot(x=x, y=y, label="", summary=row["total"])
            for x, y, row in zip(across, shares, own, strict=True)
        ),
        paths=(Line(points=line, style="fit"),),
    )


def _number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _sized(chart: Chart, axes: Axes) -> Axes:
    """Draw each study as large as its number of patients."""
    totals: Sequence[int] = [int(spot.summary) for spot in chart.spots]
    areas = [260 * n / max(totals) for n in totals]
    across, up = zip(*chart.dots, strict=True)
    axes.scatter(across, up, s=areas, color=INK, alpha=0.35, linewidths=0)
    return axes
