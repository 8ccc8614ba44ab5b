"""Forest plots, of data and of the workflow's results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from poolprop.axes import Ends
from poolprop.errors import EstimationError
from poolprop.formats import PERCENT, Policy, count, number, share
from poolprop.formats import level as level_text
from poolprop.plots import table
from poolprop.report import few, prose
from poolprop.report.drawing import Plot, PlotRow, Span
from poolprop.report.figures import axis_label, counts, headers, pooled_rows, reference, study_row
from poolprop.report.read import with_policy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from poolprop.stats.answers.results import PoolResult


def forest(
    events: ArrayLike,
    total: ArrayLike,
    *,
    labels: Sequence[str] | None = None,
    by: Sequence[str] | None = None,
    columns: Mapping[str, Sequence[str]] | None = None,
    interval: str = "clopper-pearson",
    xlim: Ends | None = None,
    ax: Axes | None = None,
    **as_pool: Any,
) -> Axes:
    """Draw studies with their intervals, the pooled value, prediction and heterogeneity.

    Parameters
    ----------
    events, total : array_like of int, shape (k,)
        ``0 <= events <= total``, ``total >= 1``.
    labels : sequence of str, optional
        Names of the studies; ``Study 1`` ... if left out.
    by : sequence of str, optional
        A group for each study: each group has its own heading and pooled value.
    columns : mapping, optional
        Further columns: title, then a text for each study.
    interval : str
        Of single studies, as in ``poolprop.study_intervals``.
    xlim : (float, float), optional
        Ends of the axis, as proportions; chosen from the data if left out.
    ax : matplotlib Axes, optional
        Where to draw; a figure of its own if left out.
    **as_pool
        What ``poolprop.pool`` takes: ``model``, ``tau2``, ``ci``, ``level`` ...

    Returns
    -------
    matplotlib Axes
        Save with ``ax.figure.savefig(...)``.

    Raises
    ------
    EstimationError
        If counts, labels or options are not valid.

    Examples
    --------
    >>> from poolprop import plots
    >>> ax = plots.forest([12, 91, 11, 12], [21, 110, 12, 13], labels=list("abcd"))
    >>> [text.get_text() for text in ax.texts][:3]
    ['Study', 'a', 'b']
    """
    from poolprop.stats.answers.pool import pool

    x, n = np.atleast_1d(events), np.atleast_1d(total)
    names = list(labels) if labels is not None else [f"Study {i + 1}" for i in range(len(x))]
    groups = list(by) if by is not None else [""] * len(x)
    for what, given in (("labels", names), ("by", groups), *(columns or {}).items()):
        if len(given) != len(x):
            raise EstimationError(f"{what} has {len(given)} values for {len(x)} studies",
                                  where=what, hint="Give one for each.")  # fmt: skip
    of = as_pool.get("level", 0.95)
    rows: list[PlotRow] = []
    for group in dict.fromkeys(groups):
        at = [i for i, one in enumerate(groups) if one == group]
        fit = pool(x[at], n[at], **as_pool)
        if by is not None:
            rows.append(PlotRow(kind="heading", label=f"{group} (k = {len(at)})"))
        rows += _studies(x, n, at, names, columns or {}, interval, of, fit)
        rows += _pooled(fit, "Pooled" if by is None else f"Pooled: {group}")
    many = any(row.weight for row in rows)
    plot = Plot(
        id="forest",
        title="Forest plot",
        headers=headers(of, weight=many),
        rows=tuple(rows),
        facts=tuple(columns or ()),
        reference=reference(rows) if by is None else None,
        axis=xlim,
        axis_label="% of total",
    )
    return table.draw(plot, ax)


def _studies(
    x: Any, n: Any, at: Sequence[int], names: Sequence[str], columns: Mapping[str, Sequence[str]],
    interval: str, level: float, fit: PoolResult,
) -> list[PlotRow]:  # fmt: skip
    from poolprop.stats.fits.one_proportion import study_intervals

    lower, upper = study_intervals(x[at], n[at], method=interval, level=level)
    weights = fit.weights if len(at) > 1 else None
    return [
        _study(names[i], int(x[i]), int(n[i]), Span(lower=float(lower[j]), upper=float(upper[j])),
               None if weights is None else float(weights[j]),
               tuple((str(texts[i]),) for texts in columns.values()))
        for j, i in enumerate(at)
    ]  # fmt: skip


def _study(
    label: str, events: int, total: int, ci: Span, weight: float | None, facts: Any
) -> PlotRow:
    at = events / total
    return PlotRow(
        kind="study", label=label, counts=(f"{count(events)}/{count(total)}",),
        estimate=(_estimate(at, ci),), weight=(share(weight),) if weight is not None else (),
        at=at, share=weight, ci=ci, facts=facts,
    )  # fmt: skip


def _estimate(at: float, ci: Span) -> str:
    ends = PERCENT.interval(ci.lower, ci.upper, at)
    return f"{PERCENT.number(at, ci.lower, ci.upper)} ({ends})"


def _pooled(fit: PoolResult, label: str) -> list[PlotRow]:
    """Return the diamond, the prediction interval and the line on heterogeneity."""
    if fit.k < 2 or fit.ci is None:
        return []
    ci = Span(lower=fit.ci.lower, upper=fit.ci.upper)
    rows = [
        PlotRow(kind="pooled", label=label, counts=(f"{count(fit.events)}/{count(fit.total)}",),
                estimate=(_estimate(fit.proportion, ci),), at=fit.proportion, ci=ci)
    ]  # fmt: skip
    if fit.prediction is not None:
        span = Span(lower=fit.prediction.lower, upper=fit.prediction.upper)
        ends = PERCENT.interval(span.lower, span.upper)
        name = f"{level_text(fit.level)} prediction interval"
        rows.append(
            PlotRow(kind="prediction", label=name, estimate=(f"({ends})",), prediction=span)
        )
    return [*rows, PlotRow(kind="note", label="", note=(_heterogeneity(fit),))]


def _heterogeneity(fit: PoolResult) -> str:
    parts = [f"τ² = {number(fit.tau2)}"]
    if fit.i2 is not None:
        parts.append(f"I² = {share(fit.i2)}")
    if fit.q is not None and fit.q_p is not None:
        parts.append(f"Q = {number(fit.q)}, df = {fit.q_df}, p {_p(fit.q_p)}")
    return f"Heterogeneity: {', '.join(parts)}"


def _p(value: float) -> str:
    from poolprop.report.formats import equals_p

    return equals_p(value)


def forest_plot(
    pool: Mapping[str, Any], interval: str = "clopper-pearson", estimand: str = "primary",
    plan: Ends | None = None,
) -> Plot:  # fmt: skip
    """Return the forest plot of one estimand of a ``pool.json``, as the report describes it.

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
    policy = Policy.of(pool["endpoint"])
    bare = next(e for e in pool["estimands"] if e["estimand"] == estimand)
    record = with_policy(bare, policy)
    result = next((r for r in record["results"] if r["role"] == "primary"), None)
    many = result is not None and record["k"] > 1
    rows = [
        study_row(record, f"studies.{i}.", interval, weight=many)
        for i in range(len(record["studies"]))
    ]
    if many and result is not None:
        k = f" (k = {result['k']})"
        rows += pooled_rows(few.direct(result), counts(result), result["level"], k)
        rows.append(PlotRow(kind="note", label="", note=prose.heterogeneity(result)))
    return Plot(
        id=f"forest-{pool['endpoint']['id']}",
        title=f"Forest plot: {pool['endpoint']['label']}",
        headers=headers(result["level"] if result else 0.95, policy, weight=many),
        rows=tuple(rows),
        reference=reference(rows),
        axis=plan,
        axis_label=f"{pool['endpoint']['short']}, {axis_label(policy)}",
    )
