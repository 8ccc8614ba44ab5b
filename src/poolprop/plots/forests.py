"""Forest plots, of data and of the workflow's results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from poolprop.axes import Ends
from poolprop.errors import EstimationError
from poolprop.formats import Policy, count, share
from poolprop.formats import level as level_text
from poolprop.plots import table
from poolprop.plots.layouts import Layout, layout_of
from poolprop.plots.studies import answer, column, given_of, is_result, names_of, pooled, table_of
from poolprop.report import prose, small_k
from poolprop.report.drawing.rows import Plot, PlotRow, Span
from poolprop.report.figures import axis_label, counts, headers, pooled_rows, reference, study_row
from poolprop.report.read import with_policy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from poolprop.stats.analyses.subgroups import SubgroupResult
    from poolprop.stats.answers.results import PoolResult


def forest(
    *studies: Any,
    by: Sequence[object] | str | None = None,
    columns: Mapping[str, Sequence[object] | str] | Sequence[str] | None = None,
    order: Sequence[Any] | str | None = None,
    layout: str = "default",
    interval: str = "clopper-pearson",
    scale: str = "auto",
    digits: int | str = "auto",
    xlim: Ends | None = None,
    ax: Axes | None = None,
    **as_pool: Any,
) -> Axes:
    """Draw studies with their intervals, the pooled value, prediction and heterogeneity.

    Parameters
    ----------
    *studies
        A result of ``poolprop.pool`` or ``poolprop.subgroups``, or studies as ``pool`` takes them:
        ``forest(fit)``, ``forest(events, total)``, ``forest(df, "events", "total")``.
    by : sequence or str, optional
        A group for each study: each group has its own heading and pooled value, and the test
        between groups stands below. A name is a column of the table.
    columns : mapping or sequence of str, optional
        Further columns: title, then a text for each study or a column of the table; or names of
        columns.
    order : sequence or str, optional
        Sort key of the studies, such as the year; the order given if left out.
    layout : {"default", "jama", "bmj", "revman"}
        Where the columns stand and how differences are told, in the manner of these.
    interval : str
        Of single studies, as in ``poolprop.study_intervals``.
    scale, digits : str, int or str
        Of the proportions, as :meth:`poolprop.PoolResult.summary` takes them.
    xlim : (float, float), optional
        Ends of the axis, as proportions; chosen from the data if left out.
    ax : matplotlib Axes, optional
        Where to draw; a figure of its own if left out.
    **as_pool
        What ``poolprop.pool`` takes: ``data``, ``study``, ``model``, ``level``,
        ``prediction="none"`` ... With a result, ``data`` is the table of ``by`` and ``columns``.

    Returns
    -------
    matplotlib Axes
        Save with ``ax.figure.savefig(...)``.

    Raises
    ------
    EstimationError
        If studies, columns or options are not valid.

    Examples
    --------
    >>> from poolprop import plots
    >>> ax = plots.forest([12, 91, 11, 12], [21, 110, 12, 13], study=list("abcd"))
    >>> [text.get_text() for text in ax.texts][:3]
    ['Study', 'a', 'b']
    """
    chosen, from_table = layout_of(layout), table_of(studies, as_pool)
    fit, found = _fitted(studies, as_pool)
    given = given_of(fit)
    facts = {name: column(one, name, given, from_table) for name, one in _named(columns).items()}
    if found is not None:
        by = [str(one) for one in given_of(found).columns["groups"]]
    elif by is not None:
        by = column(by, "by", given, from_table)
        found = answer("subgroups", (fit,), {"groups": by})
    places = np.arange(fit.k)
    if order is not None:
        keys = column(order, "order", given, from_table) if isinstance(order, str) else list(order)
        places = np.argsort(np.asarray(keys), kind="stable")
    drawn = _Forest(fit, interval, fit.policy(scale, digits), facts, chosen)
    if found is None:
        rows = [
            *drawn.studies(places, fit.weights),
            *drawn.pooled(fit, drawn.called(chosen.pooled)),
        ]
    else:
        rows = drawn.groups(found, np.asarray(by, dtype=object), places)
    plot = Plot(
        id="forest",
        title="Forest plot",
        headers=headers(fit.level, drawn.policy, weight=any(row.weight for row in rows)),
        rows=tuple(rows),
        facts=tuple(facts),
        reference=reference(rows),
        axis=xlim,
        axis_label=axis_label(drawn.policy),
    )
    return table.draw(plot, ax, chosen)


def _fitted(
    studies: Sequence[Any], as_pool: Mapping[str, Any]
) -> tuple[PoolResult, SubgroupResult | None]:
    """Return the pooled result of all studies, and that by group where it is what is given."""
    from poolprop.stats.analyses.subgroups import SubgroupResult

    if is_result(studies) and isinstance(studies[0], SubgroupResult):
        return pooled(studies, as_pool), studies[0]
    fit = pooled(studies, as_pool)
    if fit.events is None:
        raise EstimationError("these are effect sizes without counts", where="forest",
                              hint="A forest of proportions needs events and totals.")  # fmt: skip
    return fit, None


def _named(columns: Any) -> dict[str, Any]:
    """Return titles with columns; a name of a column is its own title."""
    if columns is None or isinstance(columns, Mapping):
        return dict(columns or {})
    return {str(name): str(name) for name in ([columns] if isinstance(columns, str) else columns)}


class _Forest:
    """The rows of one forest plot."""

    def __init__(
        self, fit: PoolResult, interval: str, policy: Policy, facts: Mapping[str, Sequence[str]],
        layout: Layout,
    ) -> None:  # fmt: skip
        from poolprop.stats.fits.one_proportion import study_intervals

        self.fit, self.policy, self.facts, self.layout = fit, policy, facts, layout
        columns = given_of(fit).columns
        self.x, self.n = columns["events"], columns["total"]
        self.ends = study_intervals(self.x, self.n, interval, fit.level)
        self.names = names_of(fit)

    def studies(self, places: Any, weights: Sequence[float]) -> list[PlotRow]:
        """Return a row for each of some studies; weights are theirs by place."""
        return [self._study(int(i), weights[int(i)] if self.fit.k > 1 else None) for i in places]

    def _study(self, i: int, weight: float | None) -> PlotRow:
        at = float(self.x[i] / self.n[i])
        ci = Span(lower=float(self.ends[0][i]), upper=float(self.ends[1][i]))
        return PlotRow(
            kind="study", label=self.names[i],
            counts=(f"{count(int(self.x[i]))}/{count(int(self.n[i]))}",),
            estimate=(self._estimate(at, ci),),
            weight=() if weight is None else (share(weight),), at=at, share=weight, ci=ci,
            facts=tuple((texts[i],) for texts in self.facts.values()), policy=self.policy,
        )  # fmt: skip

    def _estimate(self, at: float, ci: Span) -> str:
        ends = self.policy.interval(ci.lower, ci.upper, at)
        return f"{self.policy.number(at, ci.lower, ci.upper)} ({ends})"

    def pooled(self, fit: PoolResult, label: str) -> list[PlotRow]:
        """Return the diamond, the prediction interval and the line on heterogeneity."""
        if fit.k < 2:
            return []
        ci = Span(lower=fit.ci.lower, upper=fit.ci.upper)
        rows = [
            PlotRow(kind="pooled", label=label, counts=(f"{count(fit.events)}/{count(fit.total)}",),
                    estimate=(self._estimate(fit.proportion, ci),), at=fit.proportion, ci=ci,
                    policy=self.policy)
        ]  # fmt: skip
        if fit.prediction is not None:
            span = Span(lower=fit.prediction.lower, upper=fit.prediction.upper)
            name = f"{level_text(fit.level)} prediction interval"
            ends = self.policy.interval(span.lower, span.upper)
            rows.append(PlotRow(kind="prediction", label=name, estimate=(f"({ends})",),
                                prediction=span, policy=self.policy))  # fmt: skip
        return [*rows, PlotRow(kind="note", label="", note=(self.layout.heterogeneity(fit),))]

    def called(self, name: str, group: str = "") -> str:
        """Return what a diamond is called in this layout."""
        return name.format(group=group, level=level_text(self.fit.level))

    def groups(self, found: SubgroupResult, by: Any, places: Any) -> list[PlotRow]:
        """Return a heading, studies and pooled value of each group, those of all, and the test."""
        rows: list[PlotRow] = []
        for name, fit in found.levels.items():
            mine = [i for i in places if by[i] == name]
            weights = dict(zip(np.flatnonzero(by == name).tolist(), fit.weights, strict=True))
            rows.append(PlotRow(kind="heading", label=f"{name} (k = {fit.k})"))
            rows += [self._study(int(i), weights[int(i)] if fit.k > 1 else None) for i in mine]
            rows += self.pooled(fit, self.called(self.layout.part, name))
        if len(found.levels) > 1:
            rows += self.pooled(self.fit, self.called(self.layout.pooled))
            rows.append(PlotRow(kind="note", label="", note=(f"Between groups: {_test(found)}",)))
        return rows


def _test(found: SubgroupResult) -> str:
    if found.q_between is None:
        return found.test_method
    return found.between().partition(" (")[0]


def forest_plot(
    pool: Mapping[str, Any], interval: str = "clopper-pearson", estimand: str = "primary",
    plan: Ends | None = None, few_up_to: int = 1,
) -> Plot:  # fmt: skip
    """Return the forest plot of one estimand of a ``pool.json``, as the report describes it.

    ``few_up_to``: with this number of studies or fewer the report shows another result: none is
    drawn.
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
    if many and result is not None and record["k"] <= few_up_to:
        text = "Too few studies for this model: the report has the Bayesian estimate."
        rows.append(PlotRow(kind="note", label="", note=(text,)))
    elif many and result is not None:
        k = f" (k = {result['k']})"
        rows += pooled_rows(small_k.direct(result), counts(result), result["level"], k)
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
