"""The pooled proportion without each study in turn, and with studies added one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats
from poolprop.stats.analyses.three_level import ThreeLevel, three_level
from poolprop.stats.answers.pool import pool
from poolprop.stats.answers.results import PoolResult
from poolprop.stats.answers.shown import Shown
from poolprop.stats.design import Labels, group_levels
from poolprop.stats.inputs import counts


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
    events: ArrayLike,
    total: ArrayLike,
    study: Sequence[object] | None = None,
    **as_pool: Any,
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
    whole = pooled_rows(x, n, names, as_pool).proportion
    found = []
    for index, name in enumerate(studies):
        rest = names != name
        result = pooled_rows(x[rest], n[rest], names[rest], as_pool)
        found.append(
            Omission(
                index=index,
                result=result,
                change=result.proportion - whole,
                study="" if study is None else name,
            )
        )
    return tuple(found)


def pooled_rows(
    x: Floats, n: Floats, names: Labels, as_pool: Mapping[str, Any]
) -> PoolResult | ThreeLevel:
    """Pool rows by a model of :func:`poolprop.pool`, or in three levels where studies have several.

    Where each study left has one row the two-step model stands in for three levels.
    """
    keywords = dict(as_pool)
    if keywords.get("model") != "three-level":
        return pool(x, n, **keywords)
    del keywords["model"]
    if len(set(names)) < x.size:
        fit: ThreeLevel = three_level(x, n, list(names), **keywords)
        return fit
    keywords = {"model": "two-step", "tau2": keywords.pop("method", "REML"), "ci": "t"} | keywords
    return pool(x, n, **keywords)


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
    if order is not None:
        if len(order) != x.size:
            raise EstimationError(
                f"order has {len(order)} values for {x.size} studies", where="order"
            )
        place = np.argsort(np.asarray(order), kind="stable")
        x, n = x[place], n[place]
    return tuple(pool(x[:size], n[:size], **as_pool) for size in range(1, x.size + 1))
