"""Plots of analyses: funnel, bubble, Baujat, drapery, GOSH, cumulative, leave-one-out and others.

Each takes counts or the result of the analysis, and draws on ``ax`` or on a figure of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from poolprop.axes import around, fixed, proportions
from poolprop.errors import EstimationError
from poolprop.formats import PERCENT
from poolprop.formats import level as level_text
from poolprop.plots import charts, table
from poolprop.plots.style import INK
from poolprop.report.chart import Chart, Path, Spot, density
from poolprop.report.drawing import Plot, PlotRow, Span
from poolprop.report.figures import headers
from poolprop.report.scales import Scale
from poolprop.report.sections.funnel import CONTOURS, contour

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from poolprop.stats.analyses.gosh import Gosh
    from poolprop.stats.analyses.influence import Influence
    from poolprop.stats.analyses.influence_glmm import GlmmInfluence
    from poolprop.stats.answers.posterior import Posterior
    from poolprop.stats.answers.results import PoolResult

SHARE = "Proportion"


def _names(labels: Sequence[str] | None, k: int) -> list[str]:
    found = list(labels) if labels is not None else [f"Study {i + 1}" for i in range(k)]
    if len(found) != k:
        raise EstimationError(f"labels has {len(found)} values for {k} studies", where="labels",
                              hint="Give one for each.")  # fmt: skip
    return found


def funnel(
    events: ArrayLike, total: ArrayLike, *, labels: Sequence[str] | None = None,
    measure: str = "PLO", ax: Axes | None = None, **as_pool: Any,
) -> Axes:  # fmt: skip
    """Draw studies by estimate and standard error, with contours about the pooled value.

    Parameters
    ----------
    events, total : array_like of int, shape (k,)
        Counts of the studies.
    labels : sequence of str, optional
        Names to write beside the points; none if left out.
    measure : str
        Scale of the estimates, as in ``poolprop.effect_sizes``.
    ax : matplotlib Axes, optional
        Where to draw.
    **as_pool
        What ``poolprop.pool`` takes.
    """
    from poolprop.stats.answers.pool import pool
    from poolprop.stats.measures import effect_sizes

    yi, vi = effect_sizes(events, total, measure)
    centre = pool(events, total, measure=measure, **as_pool).estimate
    se = np.sqrt(vi)
    deepest = 1.08 * float(se.max())
    reach = [centre - 2.7 * deepest, centre + 2.7 * deepest, *map(float, yi)]
    names = [""] * len(se) if labels is None else _names(labels, len(se))
    points = zip(names, yi, se, strict=True)
    chart = Chart(
        id="funnel", title="Funnel plot", description="",
        x=Scale(axis=around(reach), label=f"Estimate ({measure})"),
        y=Scale(axis=fixed(deepest, 0.0), label="Standard error"),
        spots=tuple(Spot(x=float(y), y=float(s), label=name, summary="") for name, y, s in points),
        paths=(*(contour(centre, deepest, *one) for one in CONTOURS),
               Path(points=((centre, 0.0), (centre, deepest)), style="reference")),
    )  # fmt: skip
    return charts.draw(chart, ax)


def bubble(
    events: ArrayLike, total: ArrayLike, x: ArrayLike, *, labels: Sequence[str] | None = None,
    xlabel: str = "Moderator", ax: Axes | None = None, **as_regression: Any,
) -> Axes:  # fmt: skip
    """Draw the proportions over a moderator, each as large as its study, and the regression.

    Parameters
    ----------
    events, total : array_like of int, shape (k,)
        Counts of the studies.
    x : array_like of float, shape (k,)
        The moderator.
    labels : sequence of str, optional
        Names to write beside the points.
    xlabel : str
        Name of the moderator.
    ax : matplotlib Axes, optional
        Where to draw.
    **as_regression
        What ``poolprop.meta_regression`` takes.
    """
    from poolprop.stats.analyses.meta_regression import meta_regression
    from poolprop.stats.measures import back_transform

    n, z = np.asarray(total, dtype=float), np.asarray(x, dtype=float)
    shares = np.asarray(events, dtype=float) / n
    found = meta_regression(events, total, z, **as_regression)
    at = np.linspace(z.min(), z.max(), 101)
    line = back_transform(found.fit.beta[0] + found.fit.beta[1] * at, found.measure)
    names = [""] * len(z) if labels is None else _names(labels, len(z))
    chart = Chart(
        id="bubble", title="Bubble plot", description="",
        x=Scale(axis=around(list(map(float, z))), label=xlabel),
        y=Scale(axis=proportions(list(map(float, shares))), label=SHARE, policy=PERCENT),
        spots=tuple(Spot(x=float(a), y=float(b), label=c, summary="")
                    for a, b, c in zip(z, shares, names, strict=True) if c),
        paths=(Path(points=tuple(zip(at.tolist(), line.tolist(), strict=True)), style="fit"),),
    )  # fmt: skip
    drawn = charts.draw(chart, ax)
    drawn.scatter(z, shares, s=260 * n / n.max(), color=INK, alpha=0.35, linewidths=0)
    return drawn


def baujat(
    found: Influence | GlmmInfluence, *, labels: Sequence[str] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw what each study adds to heterogeneity, and how far it moves the estimate.

    Parameters
    ----------
    found : Influence or GlmmInfluence
        What ``poolprop.influence`` returned.
    labels : sequence of str, optional
        Names of the studies.
    ax : matplotlib Axes, optional
        Where to draw.
    """
    across, up = (np.asarray(v, dtype=float) for v in (found.baujat_x, found.baujat_y))
    names = _names(labels, len(across))
    points = [one for one in zip(across, up, names, strict=True) if np.isfinite(one[:2]).all()]
    chart = Chart(
        id="baujat", title="Baujat plot", description="",
        x=Scale(axis=around([a for a, _, _ in points], zero=True), label="Part of Q it adds"),
        y=Scale(axis=around([b for _, b, _ in points], zero=True),
                label="Squared change of the mean"),
        spots=tuple(Spot(x=float(a), y=float(b), label=c, summary="") for a, b, c in points),
    )  # fmt: skip
    return charts.draw(chart, ax)


def drapery(
    events: ArrayLike, total: ArrayLike, *, level: float = 0.95, ax: Axes | None = None,
    **as_pool: Any,
) -> Axes:  # fmt: skip
    """Draw the confidence curve of the pooled value and of each study.

    Parameters
    ----------
    events, total : array_like of int, shape (k,)
        Counts of the studies.
    level : float
        Where the curves are cut.
    ax : matplotlib Axes, optional
        Where to draw.
    **as_pool
        What ``poolprop.pool`` takes.
    """
    from poolprop.stats.analyses.confidence_curve import pooled_curve, study_curves

    whole = pooled_curve(events, total, **as_pool)
    own = study_curves(events, total)
    cut = 1 - level
    axis = proportions([whole.proportion, *(one.proportion for one in own)], wide=[(0.0, 1.0)])

    def line(curve: Any, style: str) -> Path:
        left = list(zip(curve.lower, curve.p, strict=True))
        return Path(points=(*left, *reversed(list(zip(curve.upper, curve.p, strict=True)))),
                    style=style)  # fmt: skip

    chart = Chart(
        id="drapery", title="Confidence curves", description="",
        x=Scale(axis=axis, label=SHARE, policy=PERCENT),
        y=Scale(axis=fixed(0.0, 1.0), label="p value"),
        paths=(*(line(one, "study-curve") for one in own), line(whole, "pooled-curve"),
               Path(points=((axis.lower, cut), (axis.upper, cut)), style="cut")),
    )  # fmt: skip
    return charts.draw(chart, ax)


def gosh(found: Gosh, *, ax: Axes | None = None) -> Axes:
    """Draw estimate and I2 of every subset that ``poolprop.gosh`` pooled."""
    shares, i2 = (np.asarray(v, dtype=float) for v in (found.proportion, found.i2))
    kept = [
        (float(a), float(b)) for a, b in zip(shares, i2, strict=True) if np.isfinite([a, b]).all()
    ]
    chart = Chart(
        id="gosh", title="GOSH plot", description="",
        x=Scale(axis=proportions([a for a, _ in kept]), label=SHARE, policy=PERCENT),
        y=Scale(axis=fixed(0.0, 1.0), label="I²", policy=PERCENT), dots=tuple(kept),
    )  # fmt: skip
    return charts.draw(chart, ax)


def _results(
    found: Sequence[tuple[str, PoolResult]], title: str, at: float | None, ax: Axes | None
) -> Axes:
    rows = []
    for name, fit in found:
        assert fit.ci is not None
        ci = Span(lower=fit.ci.lower, upper=fit.ci.upper)
        text = f"{PERCENT.number(fit.proportion, *_of(ci))} ({PERCENT.interval(*_of(ci))})"
        rows.append(
            PlotRow(kind="study" if fit.k == 1 else "interval", label=name, estimate=(text,),
                    at=fit.proportion, ci=ci)
        )  # fmt: skip
    heads = headers(found[0][1].level, label=title, weight=False)
    plot = Plot(
        id="results", title=title, headers={k: v for k, v in heads.items() if k != "counts"},
        rows=tuple(rows), reference=at, axis_label="% of total",
    )  # fmt: skip
    return table.draw(plot, ax)


def _of(span: Span) -> tuple[float, float]:
    return span.lower, span.upper


def cumulative(
    events: ArrayLike, total: ArrayLike, *, labels: Sequence[str] | None = None,
    ax: Axes | None = None, **as_pool: Any,
) -> Axes:  # fmt: skip
    """Draw the pooled value after each study, in the order given.

    Parameters
    ----------
    events, total : array_like of int, shape (k,)
        Counts of the studies, the first one first.
    labels : sequence of str, optional
        Names of the studies.
    ax : matplotlib Axes, optional
        Where to draw.
    **as_pool
        What ``poolprop.pool`` takes.
    """
    from poolprop.stats.analyses.leave_one_out import cumulative as steps

    found: list[Any] = list(steps(events, total, **as_pool))
    names = [f"{'+ ' * bool(i)}{name}" for i, name in enumerate(_names(labels, len(found)))]
    return _results(list(zip(names, found, strict=True)), "Added", None, ax)


def leave_one_out(
    events: ArrayLike, total: ArrayLike, *, labels: Sequence[str] | None = None,
    ax: Axes | None = None, **as_pool: Any,
) -> Axes:  # fmt: skip
    """Draw the pooled value without each study; dashed: with all.

    Parameters
    ----------
    events, total : array_like of int, shape (k,)
        Counts of the studies.
    labels : sequence of str, optional
        Names of the studies.
    ax : matplotlib Axes, optional
        Where to draw.
    **as_pool
        What ``poolprop.pool`` takes.
    """
    from poolprop.stats.analyses.leave_one_out import leave_one_out as without
    from poolprop.stats.answers.pool import pool

    found: list[Any] = [one.result for one in without(events, total, **as_pool)]
    names = [f"Without {name}" for name in _names(labels, len(found))]
    at = pool(events, total, **as_pool).proportion
    return _results(list(zip(names, found, strict=True)), "Left out", at, ax)


def posterior(found: Posterior, *, level: float = 0.95, ax: Axes | None = None) -> Axes:
    """Draw the density of the median study's proportion that ``poolprop.bayes`` returned.

    Parameters
    ----------
    found : Posterior
        The posterior.
    level : float
        Of the shaded interval.
    ax : matplotlib Axes, optional
        Where to draw.
    """
    at = np.linspace(0.001, 0.999, 999)
    height = np.asarray(found.density(at), dtype=float)
    seen = at[height > 0.005 * height.max()]
    scale = Scale(axis=proportions([float(found.median)], [(float(seen[0]), float(seen[-1]))]),
                  label=SHARE, policy=PERCENT)  # fmt: skip
    ends = found.interval(level)
    record = {"at": at.tolist(), "posterior": height.tolist(), "prior": [0.0] * len(at)}
    chart = density("posterior", "Posterior", scale, record, (ends.lower, ends.upper),
                    float(found.median))  # fmt: skip
    return charts.draw(chart, ax)


def coverage(
    methods: Mapping[str, tuple[float, float]], *, level: float = 0.95, ax: Axes | None = None
) -> Axes:
    """Draw how often intervals held the truth in simulated reviews; dashed: the nominal level.

    Parameters
    ----------
    methods : mapping
        Name of a method, then its coverage and the Monte-Carlo standard error of it.
    level : float
        Nominal level.
    ax : matplotlib Axes, optional
        Where to draw.
    """
    rows = tuple(
        PlotRow(kind="interval", label=name, at=share,
                estimate=(PERCENT.number(share, share - 2 * se, share + 2 * se),),
                ci=Span(lower=max(0.0, share - 2 * se), upper=min(1.0, share + 2 * se)))
        for name, (share, se) in methods.items()
    )  # fmt: skip
    plot = Plot(
        id="coverage", title="Coverage", headers={"label": "Interval", "estimate": "Coverage, %"},
        rows=rows, reference=level, axis_label=f"Coverage of {level_text(level)} intervals",
    )  # fmt: skip
    return table.draw(plot, ax)
