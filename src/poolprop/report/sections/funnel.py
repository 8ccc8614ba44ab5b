"""The funnel plot, where the rule on the number of studies allows one."""

from __future__ import annotations

from poolprop.axes import around, fixed
from poolprop.report.drawing.charts import Chart, Path, Spot
from poolprop.report.drawing.rows import Scale
from poolprop.report.figures import Figure, charted
from poolprop.report.formats import number
from poolprop.report.tables import Column, Table, TableRow, cell
from poolprop.report.values import Record, quote

# Two-sided normal quantiles of the contours, outermost first, and the class of each area.
CONTOURS = ((2.5758, "contour-outer"), (1.96, "contour-middle"), (1.6449, "contour-inner"))


def funnel(meta: Record, small: Record) -> Figure | None:
    """Return the funnel with its tests as a table; None where it is not drawn."""
    shape = small.get("funnel")
    if not shape:
        return None
    points = [p for p in shape["points"] if p["se"] is not None and p["estimate"] is not None]
    deepest = 1.08 * max(point["se"] for point in points)
    centre = shape["centre"]
    reach = [centre - 2.7 * deepest, centre + 2.7 * deepest, *(p["estimate"] for p in points)]
    spots = tuple(
        Spot(
            x=p["estimate"], y=p["se"], label="",
            summary=f"{p['label']}: {number(p['estimate'])}, standard error {number(p['se'])}",
        )
        for p in points
    )  # fmt: skip
    chart = Chart(
        id=f"plot-funnel-{meta['id']}",
        title=f"{meta['short']}: funnel plot",
        description="; ".join(spot.summary for spot in spots),
        x=Scale(axis=around(reach), label=f"Estimate, {shape['scale']} scale"),
        y=Scale(axis=fixed(deepest, 0.0), label="Standard error"),
        spots=spots,
        paths=(
            *(contour(centre, deepest, *one) for one in CONTOURS),
            Path(points=((centre, 0.0), (centre, deepest)), style="reference"),
        ),
    )
    caption = (
        "Areas: where 90, 95 and 99% of studies would lie if all estimated the same value; wider "
        "scatter is heterogeneity, a one-sided gap at the bottom suggests missing small studies. "
        "They stand about the pooled value: a proportion of one group has no value of no effect "
        "from which significance could be measured."
    )
    return charted(chart, caption=(caption,), table=_tests(meta, small), ref=small["id"])


def contour(centre: float, deepest: float, z: float, style: str) -> Path:
    """Return where studies would lie within ``z`` standard errors of the middle."""
    half = z * deepest
    corners = ((centre, 0.0), (centre + half, deepest), (centre - half, deepest))
    return Path(points=corners, style=style, closed=True)


def _tests(meta: Record, small: Record) -> Table | None:
    if not small["tests"]:
        return None
    columns = (
        Column(title="Test"),
        Column(title="Statistic", numeric=True),
        Column(title="df", numeric=True),
        Column(title="p", numeric=True),
    )
    rows = tuple(
        TableRow(
            cells=(
                cell(test["label"]),
                cell(quote(test, "statistic", "number")),
                cell(quote(test, "df", "count")),
                cell(quote(test, "p", "p")),
            ),
            anchor=test["id"],
        )
        for test in small["tests"]
    )
    return Table(
        id=f"table-funnel-{meta['id']}",
        caption=f"{meta['short']}: tests of funnel asymmetry",
        columns=columns,
        rows=rows,
    )
