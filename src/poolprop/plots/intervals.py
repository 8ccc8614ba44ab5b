"""Plots of estimates and intervals: drapery, cumulative, leave-one-out, posterior, coverage.

Each takes the result of an analysis, or studies in any form that the analysis takes, and draws on
``ax`` or on a figure of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from poolprop.axes import fixed, proportions
from poolprop.formats import PERCENT
from poolprop.formats import level as level_text
from poolprop.plots import charts, table
from poolprop.plots.analyses import SHARE
from poolprop.plots.studies import answer, given_of, pooled
from poolprop.report.drawing.charts import Chart, Path, density
from poolprop.report.drawing.rows import Plot, PlotRow, Scale, Span
from poolprop.report.figures import axis_label, headers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from poolprop.stats.answers.results import PoolResult


def drapery(*studies: Any, ax: Axes | None = None, **as_pool: Any) -> Axes:
    """Draw the confidence curve of the pooled value and of each study, cut at the level.

    Parameters
    ----------
    *studies
        A result of ``poolprop.pool``, or studies as ``pool`` takes them.
    ax : matplotlib Axes, optional
        Where to draw.
    **as_pool
        What ``poolprop.pool`` takes.

    Examples
    --------
    >>> from poolprop import plots
    >>> plots.drapery([12, 91, 11, 12], [21, 110, 12, 13]).get_ylabel()
    'p value'
    """
    from poolprop.stats.analyses.confidence_curve import pooled_curve, study_curves

    fit = pooled(studies, as_pool)
    given = given_of(fit)
    x, n = given.columns["events"], given.columns["total"]
    options = {name: value for name, value in given.options.items() if name != "level"}
    whole, own, cut = pooled_curve(x, n, **options), study_curves(x, n), 1 - fit.level
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


def _results(
    found: Sequence[tuple[str, PoolResult]], title: str, at: float | None, ax: Axes | None
) -> Axes:
    fits = [fit for _, fit in found]
    policy, rows = max(fits, key=lambda fit: fit.k).policy(), []
    for name, fit in found:
        ci = Span(lower=fit.ci.lower, upper=fit.ci.upper)
        text = f"{policy.number(fit.proportion, *fit.ci)} ({policy.interval(*fit.ci)})"
        rows.append(
            PlotRow(kind="study" if fit.k == 1 else "interval", label=name, estimate=(text,),
                    at=fit.proportion, ci=ci, policy=policy)
        )  # fmt: skip
    heads = headers(fits[0].level, policy, label=title, weight=False)
    plot = Plot(
        id="results", title=title, headers={k: v for k, v in heads.items() if k != "counts"},
        rows=tuple(rows), reference=at, axis_label=axis_label(policy),
    )  # fmt: skip
    return table.draw(plot, ax)


def cumulative(*studies: Any, ax: Axes | None = None, **as_pool: Any) -> Axes:
    """Draw the pooled value after each study, in the order given or that of ``order=``.

    Parameters
    ----------
    *studies
        A result of ``poolprop.pool`` or ``poolprop.cumulative``, or studies as these take them.
    ax : matplotlib Axes, optional
        Where to draw.
    **as_pool
        What ``poolprop.cumulative`` takes.

    Examples
    --------
    >>> from poolprop import plots
    >>> ax = plots.cumulative([12, 91, 11], [21, 110, 12], study=list("abc"))
    >>> [text.get_text() for text in ax.texts][:3]
    ['Added', 'a', '+ b']
    """
    from poolprop.library.listed import Listed

    found = answer("cumulative", studies, as_pool, Listed)
    names = found.names or [f"Study {i + 1}" for i in range(len(found))]
    told = [f"{'+ ' * bool(i)}{name}" for i, name in enumerate(names)]
    return _results(list(zip(told, found, strict=True)), "Added", None, ax)


def leave_one_out(*studies: Any, ax: Axes | None = None, **as_pool: Any) -> Axes:
    """Draw the pooled value without each study; dashed: with all.

    Parameters
    ----------
    *studies
        A result of ``poolprop.pool`` or ``poolprop.leave_one_out``, or studies as these take them.
    ax : matplotlib Axes, optional
        Where to draw.
    **as_pool
        What ``poolprop.leave_one_out`` takes.

    Examples
    --------
    >>> from poolprop import plots
    >>> ax = plots.leave_one_out([12, 91, 11], [21, 110, 12], study=list("abc"))
    >>> [text.get_text() for text in ax.texts][:2]
    ['Left out', 'Without a']
    """
    from poolprop.library.listed import Listed

    found = answer("leave_one_out", studies, as_pool, Listed)
    names = found.names or [f"Study {i + 1}" for i in range(len(found))]
    at = found[0].result.proportion - found[0].change
    rows = [(f"Without {name}", one.result) for name, one in zip(names, found, strict=True)]
    return _results(rows, "Left out", at, ax)


def posterior(
    *studies: Any, level: float = 0.95, ax: Axes | None = None, **as_bayes: Any
) -> Axes:  # fmt: skip
    """Draw the density of the median study's proportion.

    Parameters
    ----------
    *studies
        A result of ``poolprop.bayes``, or what it takes.
    level : float
        Of the shaded interval.
    ax : matplotlib Axes, optional
        Where to draw.
    **as_bayes
        What ``poolprop.bayes`` takes.

    Examples
    --------
    >>> from poolprop import plots
    >>> plots.posterior([12, 91, 11, 12], [21, 110, 12, 13]).get_xlabel()
    'Proportion'
    """
    from poolprop.stats.answers.posterior import Posterior

    found = answer("bayes", studies, as_bayes, Posterior)
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
    methods : mapping or DataFrame
        Name of a method (of the frame its index), then its coverage and the Monte-Carlo standard
        error of it (its two columns).
    level : float
        Nominal level.
    ax : matplotlib Axes, optional
        Where to draw.

    Examples
    --------
    >>> from poolprop import plots
    >>> ax = plots.coverage({"Wald": (0.88, 0.01), "profile likelihood": (0.95, 0.01)})
    >>> ax.get_xlabel()
    'Coverage of 95% intervals'
    """
    if hasattr(methods, "itertuples"):
        methods = {str(name): (share, se) for name, share, se in methods.itertuples()}
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
