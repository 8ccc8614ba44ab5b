"""Thousands of data sets, many methods, one table of answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats
from poolprop.stats.answers.bayes_columns import Wanted, bayes_sets, wanted
from poolprop.stats.answers.columns import TABLE, Columns, empty_columns, put
from poolprop.stats.answers.models import many
from poolprop.stats.answers.options import Method, Options, parse_method
from poolprop.stats.inputs import counts
from poolprop.stats.sets import Sets

# Studies worked on at once: half a megabyte for each array of the engine.
CHUNK = 60_000
COLUMNS = ("dataset_id", "method", "k", *TABLE)
Progress = Callable[[int, int], None]


def pool_many(
    frame: pd.DataFrame, by: str = "dataset_id",
    methods: Sequence[str] = ("glmm|logit|ML|small-lr",), level: float = 0.95, *,
    events: str = "events", total: str = "total", prediction: bool = False,
    above: Sequence[float] = (), progress: Progress | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Pool thousands of data sets by several methods.

    Parameters
    ----------
    frame : DataFrame
        One study a row; the rows of a data set need not stand together.
    by : str
        Column that tells the data sets apart.
    methods : sequence of str
        ``"model|scale|estimator|interval"``: ``two-step`` with ``PR PLN PLO PAS PFT``,
        ``DL HE HS SJ ML REML EB PM`` and ``wald t hksj hksj-adhoc kr``; ``common`` with the same
        scales and ``EE``; ``glmm`` with ``logit probit cloglog``, ``ML`` and ``wald t profile
        profile-ck small-lr``; ``beta-binomial|logit|ML`` with the same but the last;
        ``bayes|logit|half-normal(1.5)|credible``.
    level : float
        Level of the intervals.
    events, total : str
        Columns of the counts.
    prediction : bool
        Whether Bayesian methods also fill ``prediction_lower`` and ``prediction_upper``, for a
        new study's true proportion.
    above : sequence of float
        Proportions ``p``; Bayesian methods fill ``above_p`` and ``new_above_p``, the chances that
        the median study's and a new study's true proportion exceed it. Empty for other methods.
    progress : callable, optional
        Called with the number of data sets done, and of all, after each chunk.

    Returns
    -------
    DataFrame
        A row for each data set, in order of appearance, and method: ``dataset_id``, ``method``,
        ``k``, ``proportion``, ``ci_lower``, ``ci_upper``, ``estimate``, ``se``, ``tau2``,
        ``loglik``, ``converged``, ``notes``. The same as of :func:`poolprop.pool`, to 1e-9.

    Raises
    ------
    EstimationError
        If a column is missing, a count is not valid (the row is named), or a method is not known.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     {"review": ["a", "a", "a", "b", "b"], "events": [12, 9, 3, 0, 0],
    ...      "total": [21, 11, 9, 8, 30]})
    >>> found = pool_many(table, by="review", methods=["two-step|PLO|DL|wald"])
    >>> found[["dataset_id", "k", "proportion"]].round(3).to_dict("list")
    {'dataset_id': ['a', 'b'], 'k': [3, 2], 'proportion': [0.579, 0.03]}
    """
    chosen, more = [parse_method(name, level) for name in methods], wanted(prediction, above)
    names, sets = read_sets(frame, by, events, total)
    return answer_all(names, sets, chosen, more, progress)


def answer_all(
    names: Any,
    sets: Sets,
    methods: Sequence[Method],
    more: Wanted,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Return the answers about named data sets, a chunk of them at a time."""
    parts = []
    for first, last in chunks(sets, CHUNK):
        part = sets.part(first, last)
        parts.append(answer(names[first:last], part, methods, more))
        if progress is not None:
            progress(last, sets.count)
    empty = pd.DataFrame(columns=[*COLUMNS, *more.columns])
    return pd.concat(parts, ignore_index=True) if parts else empty


def answer(
    names: Any, sets: Sets, methods: Sequence[Method], more: Wanted | None = None
) -> pd.DataFrame:
    """Return the rows of some data sets, the methods of each one below the other."""
    more, tables, (sets, _) = more or Wanted(), [], sets.in_order()
    for method in methods:
        found, further = _answers(sets, method.options, more)
        columns = {name: getattr(found, name) for name in TABLE}
        columns["notes"] = np.array([text.replace("\n", " ") for text in found.notes], dtype=object)
        ids = {"dataset_id": names, "method": method.name, "k": sets.size.astype(np.int64)}
        tables.append(pd.DataFrame(ids | columns | further))
    order = np.arange(sets.count * len(methods)).reshape(len(methods), sets.count).T.ravel()
    wide = pd.concat(tables, ignore_index=True).iloc[order].reset_index(drop=True)
    return wide[[*COLUMNS, *more.columns]]


def _answers(sets: Sets, options: Options, more: Wanted) -> tuple[Columns, dict[str, Floats]]:
    """Return the columns of a method, and further ones, which only posteriors fill."""
    further = {name: np.full(sets.count, np.nan) for name in more.columns}
    pooled = sets.size > 1
    if options.model != "bayes" or not further or not pooled.any():
        return many(sets, options), further
    out = empty_columns(sets.count)
    if not pooled.all():
        put(out, ~pooled, many(sets.take(~pooled), options))
    found, known, _ = bayes_sets(sets.take(pooled), options, more)
    put(out, pooled, found)
    for name, values in known.items():
        further[name][pooled] = values
    return out, further


def read_sets(frame: pd.DataFrame, by: str, events: str, total: str) -> tuple[Any, Sets]:
    """Return the names of the data sets in order of appearance, and their counts, checked."""
    for column in (by, events, total):
        if column not in frame.columns:
            raise EstimationError(
                f"the table has no column {column!r}",
                where="frame",
                hint=f"Its columns are {', '.join(map(str, frame.columns))}.",
            )
    code, names = pd.factorize(frame[by], use_na_sentinel=True)
    if (code < 0).any():
        row = int(np.flatnonzero(code < 0)[0])
        raise EstimationError(
            f"row {row + 1} has no {by}", where=by, hint="Each study belongs to a data set."
        )
    x, n = counts(frame[events], frame[total]) if len(frame) else (np.zeros(0), np.zeros(0))
    order = np.argsort(code, kind="stable")
    size = np.bincount(code, minlength=len(names)).astype(np.intp)
    return names, Sets(x=x[order], n=n[order], size=size)


def chunks(sets: Sets, studies: int) -> Iterator[tuple[int, int]]:
    """Return ranges of data sets of at most so many studies, but at least one set each."""
    stop = np.cumsum(sets.size)
    first = 0
    while first < sets.count:
        done = stop[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(stop, done + studies, side="right")))
        yield first, last
        first = last
