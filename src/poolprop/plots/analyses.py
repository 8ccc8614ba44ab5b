"""Plots of analyses: funnel, bubble, Baujat, drapery, GOSH, cumulative, leave-one-out and others.

Each takes the result of an analysis, or studies in any form that the analysis takes, and draws on
``ax`` or on a figure of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from poolprop.axes import around, fixed, proportions
from poolprop.errors import EstimationError
from poolprop.formats import PERCENT
from poolprop.formats import level as level_text
from poolprop.plots import charts, table
from poolprop.plots.studies import answer, given_of, is_result, names_of, pooled
from poolprop.plots.style import INK
from poolprop.report.chart import Chart, Path, Spot, density
from poolprop.report.drawing import Plot, PlotRow, Span
from poolprop.report.figures import axis_label, headers
from poolprop.report.scales import Scale
from poolprop.report.sections.funnel import CONTOURS, contour

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from poolprop.stats.answers.results import PoolResult

SHARE = "Proportion"


def funnel(
    *studies: Any, measure: str = "PLO", names: bool = False, ax: Axes | None = None, **as_pool: Any
) -> Axes:
    """Draw studies by estimate and standard error, with contours about the pooled value.

    Parameters
    ----------
    *studies
        A result of ``poolprop.pool``, or studies as ``pool`` takes them.
    measure : str
        Scale of the estimates, as in ``poolprop.effect_sizes``.
    names : bool
        Whether names stand beside the points.
    ax : matplotlib Axes, optional
        Where to draw.
    **as_pool
        What ``poolprop.pool`` takes.

    Examples
    --------
    >>> from poolprop import plots
    >>> plots.funnel([12, 91, 11, 12], [21, 110, 12, 13]).get_ylabel()
    'Standard error'
    """
    from poolprop.stats.answers.pool import pool
    from poolprop.stats.measures import effect_sizes

    fit = pooled(studies, as_pool)
    columns = given_of(fit).columns
    x, n = columns["events"], columns["total"]
    yi, vi = effect_sizes(x, n, measure)
    on_scale = fit.measure == measure and fit.link in ("", "logit")
    centre = fit.estimate if on_scale else pool(x, n, "two-step", measure).estimate
    se = np.sqrt(vi)
    deepest = 1.08 * float(se.max())
    reach = [centre - 2.7 * deepest, centre + 2.7 * deepest, *map(float, yi)]
    shown = names_of(fit) if names else [""] * len(se)
    points = zip(shown, yi, se, strict=True)
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
    *studies: Any, moderator: str | None = None, xlabel: str = "", names: bool = False,
    ax: Axes | None = None, **as_regression: Any,
) -> Axes:  # fmt: skip
    """Draw proportions over a moderator, each as large as its study, and the regression's band.

    Parameters
    ----------
    *studies
        A result of ``poolprop.meta_regression``, or what it takes: ``bubble(events, total, year)``,
        ``bubble("events + total ~ year", data=df)``.
    moderator : str, optional
        Which of several moderators to draw, the others at their means; else the first.
    xlabel : str
        Name of the moderator; as the fit calls it if left out.
    names : bool
        Whether names stand beside the points.
    ax : matplotlib Axes, optional
        Where to draw.
    **as_regression
        What ``poolprop.meta_regression`` takes.

    Examples
    --------
    >>> from poolprop import plots
    >>> plots.bubble([2, 5, 9, 14], [20, 22, 25, 24], {"dose": [1, 2, 3, 4]}).get_xlabel()
    'dose'
    """
    from poolprop.stats.analyses.meta_regression import MetaRegression
    from poolprop.stats.analyses.regression import at_values
    from poolprop.stats.design import named_columns

    found = answer("meta_regression", studies, as_regression, MetaRegression)
    columns = given_of(found).columns
    x, n = columns["events"], columns["total"]
    design = named_columns(columns["X"], len(x))[1]
    which = moderator or found.names[1]
    if which not in found.names[1:]:
        raise EstimationError(f"moderator is {which!r}", where="moderator",
                              hint=f"Choose one of {', '.join(found.names[1:])}.")  # fmt: skip
    j = found.names.index(which)
    z, shares = design[:, j], x / n
    rows = np.repeat(design.mean(axis=0)[None], 101, axis=0)
    rows[:, j] = np.linspace(z.min(), z.max(), 101)
    line = at_values(found, rows, found.level)
    ends = [(float(line["ci_lower"].min()), float(line["ci_upper"].max()))]
    band = [*zip(rows[:, j], line["ci_lower"], strict=True)]
    band += reversed([*zip(rows[:, j], line["ci_upper"], strict=True)])
    shown = names_of(found) if names else [""] * len(z)
    chart = Chart(
        id="bubble", title="Bubble plot", description="",
        x=Scale(axis=around(list(map(float, z))), label=xlabel or which),
        y=Scale(axis=proportions([*map(float, shares)], wide=ends), label=SHARE, policy=PERCENT),
        spots=tuple(Spot(x=float(a), y=float(b), label=c, summary="")
                    for a, b, c in zip(z, shares, shown, strict=True) if c),
        paths=(Path(points=tuple(band), style="credible", closed=True),
               Path(points=tuple(zip(rows[:, j], line["proportion"], strict=True)), style="fit")),
    )  # fmt: skip
    drawn = charts.draw(chart, ax)
    ticks = drawn.get_xticks()
    texts = [str(int(at)) if float(at).is_integer() else text.get_text()  # a year as it is
             for at, text in zip(ticks, drawn.get_xticklabels(), strict=True)]  # fmt: skip
    drawn.set_xticks(ticks, labels=texts)
    drawn.scatter(z, shares, s=260 * n / n.max(), color=INK, alpha=0.35, linewidths=0)
    return drawn


def baujat(*studies: Any, ax: Axes | None = None, **as_influence: Any) -> Axes:
    """Draw what each study adds to heterogeneity, and how far it moves the estimate.

    Parameters
    ----------
    *studies
        A result of ``poolprop.influence``, or what it takes.
    ax : matplotlib Axes, optional
        Where to draw.
    **as_influence
        What ``poolprop.influence`` takes.

    Examples
    --------
    >>> from poolprop import plots
    >>> plots.baujat([12, 91, 11, 12], [21, 110, 12, 13]).get_xlabel()
    'Part of Q it adds'
    """
    from poolprop.stats.answers.results import PoolResult

    options = dict(as_influence)
    if is_result(studies) and isinstance(studies[0], PoolResult) and "model" not in options:
        fit = studies[0]
        options |= {"model": "two-step", "measure": fit.measure} if fit.model != "glmm" else {}
    held = is_result(studies) and hasattr(studies[0], "baujat_x")
    found = studies[0] if held else answer("influence", studies, options)
    across, up = (np.asarray(v, dtype=float) for v in (found.baujat_x, found.baujat_y))
    names = names_of(found)
    points = [one for one in zip(across, up, names, strict=True) if np.isfinite(one[:2]).all()]
    chart = Chart(
        id="baujat", title="Baujat plot", description="",
        x=Scale(axis=around([a for a, _, _ in points], zero=True), label="Part of Q it adds"),
        y=Scale(axis=around([b for _, b, _ in points], zero=True),
                label="Squared change of the mean"),
        spots=tuple(Spot(x=float(a), y=float(b), label=c, summary="") for a, b, c in points),
    )  # fmt: skip
    return charts.draw(chart, ax)


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


def gosh(*studies: Any, ax: Axes | None = None, **as_gosh: Any) -> Axes:
    """Draw estimate and I2 of every subset of the studies.

    Parameters
    ----------
    *studies
        A result of ``poolprop.gosh``, or what it takes.
    ax : matplotlib Axes, optional
        Where to draw.
    **as_gosh
        What ``poolprop.gosh`` takes.

    Examples
    --------
    >>> from poolprop import plots
    >>> plots.gosh([12, 91, 11, 12], [21, 110, 12, 13]).get_xlabel()
    'Proportion'
    """
    from poolprop.stats.analyses.gosh import Gosh

    found = answer("gosh", studies, as_gosh, Gosh)
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
