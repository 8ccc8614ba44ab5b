"""Plots of single studies: funnel, bubble, Baujat and GOSH plots.

Each takes the result of an analysis, or studies in any form that the analysis takes, and draws on
``ax`` or on a figure of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from poolprop.axes import around, fixed, proportions
from poolprop.errors import EstimationError
from poolprop.formats import PERCENT
from poolprop.plots import charts
from poolprop.plots.studies import answer, given_of, is_result, names_of, pooled
from poolprop.plots.style import INK
from poolprop.report.drawing.charts import Chart, Path, Spot
from poolprop.report.drawing.rows import Scale
from poolprop.report.sections.funnel import CONTOURS, contour

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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
