"""The pooled proportion without each study in turn, and with studies added one by one.

``leave_one_out_many`` alone needs pandas, and imports it when it is called.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats
from poolprop.stats.analyses.three_level import ThreeLevel, three_level
from poolprop.stats.answers.options import resolve
from poolprop.stats.answers.pool import pool, pool_sets
from poolprop.stats.answers.results import PoolResult
from poolprop.stats.answers.shown import Shown
from poolprop.stats.design import Labels, group_levels
from poolprop.stats.inputs import counts
from poolprop.stats.sets import place, subsets, without_each, without_names

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Omission(Shown):
    """The pooled result without one study.

    Attributes
    ----------
    index : int
        The study left out, counted from 0.
    result : PoolResult or ThreeLevel
        The pooled result of the others.
    change : float
        How much the proportion moves when the study is left out.
    study : str
        Its name, where names are given.
    """

    index: int
    result: PoolResult | ThreeLevel
    change: float
    study: str = ""


def leave_one_out(
    events: ArrayLike, total: ArrayLike, study: Sequence[object] | None = None, **as_pool: Any
) -> tuple[Omission, ...]:
    """Pool again without each study in turn, by any model of :func:`poolprop.pool`.

    Parameters
    ----------
    events, total : array_like of int, shape (k,)
        ``k >= 2``.
    study : sequence, shape (k,), optional
        The study that each row belongs to, compared as text: all rows of a study are left out
        together. By default each row is a study.
    **as_pool
        Keywords of :func:`poolprop.pool`; with ``study`` also ``model="three-level"``, which is
        :func:`poolprop.three_level` with its keywords.

    Returns
    -------
    tuple of Omission, length k or the number of studies
        In the order in which studies first appear.

    Raises
    ------
    EstimationError
        If there are fewer than two studies, or as :func:`poolprop.pool` does.

    Examples
    --------
    >>> [f"{o.change:+.3f}" for o in leave_one_out([12, 91, 11, 12], [21, 110, 12, 13], ci="wald")]
    ['+0.032', '+0.013', '-0.027', '-0.030']
    >>> found = leave_one_out([12, 91, 11, 12], [21, 110, 12, 13], ["a", "b", "b", "c"])
    >>> [(o.study, o.result.k) for o in found]
    [('a', 3), ('b', 2), ('c', 3)]
    """
    x, n = counts(events, total)
    names = group_levels(range(x.size) if study is None else study, x.size, "study")
    studies = list(dict.fromkeys(names))
    if len(studies) < 2:
        raise EstimationError(
            f"leaving one out needs at least 2 studies, got {len(studies)}", where="events"
        )
    whole, *others = whole_and_each(x, n, names, as_pool)
    return tuple(
        Omission(
            index=index,
            result=result,
            change=result.proportion - whole.proportion,
            study="" if study is None else name,
        )
        for index, (name, result) in enumerate(zip(studies, others, strict=True))
    )


def whole_and_each(
    x: Floats, n: Floats, names: Labels, as_pool: Mapping[str, Any]
) -> Sequence[PoolResult | ThreeLevel]:
    """Pool all rows, then those without each study in turn, or in three levels by their study.

    Where each study left has one row the two-step model stands in for three levels.
    """
    members = np.vstack([np.ones((1, x.size), dtype=bool), without_names(names)])
    keywords = dict(as_pool)
    if keywords.get("model") != "three-level":
        return pool_sets(subsets(x, n, members), resolve(**keywords))
    del keywords["model"]
    stand_in = {"model": "two-step", "tau2": keywords.get("method", "REML"), "ci": "t"}
    stand_in |= {name: value for name, value in keywords.items() if name != "method"}
    return [
        three_level(x[some], n[some], list(names[some]), **keywords)
        if len(set(names[some])) < np.count_nonzero(some)
        else pool(x[some], n[some], **stand_in)
        for some in members
    ]


def cumulative(
    events: ArrayLike, total: ArrayLike, order: Sequence[float] | None = None, **as_pool: Any
) -> tuple[PoolResult, ...]:
    """Pool the first study, the first two, and so on.

    Parameters
    ----------
    events, total : array_like of int, shape (k,)
        Events and totals.
    order : sequence of float, shape (k,), optional
        Sort key, such as the year of publication; ties keep the order given. By default the
        order given.
    **as_pool
        Keywords of :func:`poolprop.pool`.

    Returns
    -------
    tuple of PoolResult, length k
        The last one pools all studies.

    Examples
    --------
    >>> fits = cumulative([12, 91, 11], [21, 110, 12], [2003, 2001, 2002], model="two-step")
    >>> [(fit.k, fit.events) for fit in fits]
    [(1, 91), (2, 102), (3, 114)]
    """
    x, n = counts(events, total)
    keys = np.arange(x.size) if order is None else np.asarray(order)
    if keys.size != x.size:
        raise EstimationError(f"order has {keys.size} values for {x.size} studies", where="order")
    # Studies keep their places, so that the last result is that of all to the last bit.
    rank = np.argsort(np.argsort(keys, kind="stable"))
    members = rank <= np.arange(x.size)[:, None]
    return tuple(pool_sets(subsets(x, n, members), resolve(**as_pool)))


def leave_one_out_many(
    frame: pd.DataFrame, by: str = "dataset_id", method: str = "two-step|PLO|REML|wald",
    level: float = 0.95, *, events: str = "events", total: str = "total",
) -> pd.DataFrame:  # fmt: skip
    """Pool each review again without each of its studies in turn.

    Parameters
    ----------
    frame : DataFrame
        One study a row.
    by : str
        Column that tells the reviews apart; each has at least two studies.
    method : str
        As for :func:`poolprop.pool_many`.
    level, events, total
        As there.

    Returns
    -------
    DataFrame
        As of :func:`poolprop.pool_many`, a row for each review, in order of appearance, and each
        of its studies; column ``left_out`` counts these from 0.

    Raises
    ------
    EstimationError
        If a review has one study only, or as :func:`poolprop.pool_many` does.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     {"review": ["a"] * 4, "events": [12, 91, 11, 12], "total": [21, 110, 12, 13]})
    >>> found = leave_one_out_many(table, by="review", method="two-step|PLO|DL|wald")
    >>> found[["left_out", "k", "proportion"]].round(3).to_dict("list")
    {'left_out': [0, 1, 2, 3], 'k': [3, 3, 3, 3], 'proportion': [0.84, 0.818, 0.778, 0.774]}
    """
    from poolprop.stats.answers.bayes_columns import Wanted
    from poolprop.stats.answers.options import parse_method
    from poolprop.stats.answers.pool_many import answer_all, read_sets

    names, sets = read_sets(frame, by, events, total)
    if (sets.size < 2).any():
        raise EstimationError(
            f"{by} {names[int(np.argmax(sets.size < 2))]!r} has one study",
            where=by,
            hint="Leaving one out needs at least 2.",
        )
    each = np.repeat(np.asarray(names), sets.size)
    chosen = [parse_method(method, level)]
    found = answer_all(each, without_each(sets), chosen, Wanted())
    found.insert(1, "left_out", place(sets.size))
    return found
