"""The pooled proportion without each study in turn, and with studies added one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from poolprop.errors import EstimationError
from poolprop.stats.inputs import counts
from poolprop.stats.pool import pool
from poolprop.stats.results import PoolResult
from poolprop.stats.shown import Shown


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Omission(Shown):
    """The pooled result without one study.

    Attributes
    ----------
    index : int
        The study left out, counted from 0.
    result : PoolResult
        The pooled result of the others.
    change : float
        How much the proportion moves when the study is left out.
    """

    index: int
    result: PoolResult
    change: float


def leave_one_out(events: ArrayLike, total: ArrayLike, **as_pool: Any) -> tuple[Omission, ...]:
    """Pool again without each study in turn, by any model of :func:`poolprop.pool`.

    Parameters
    ----------
    events, total : array_like of int, shape (k,)
        ``k >= 2``.
    **as_pool
        Keywords of :func:`poolprop.pool`.

    Returns
    -------
    tuple of Omission, length k
        In the order of the studies.

    Raises
    ------
    EstimationError
        If there are fewer than two studies, or as :func:`poolprop.pool` does.

    Examples
    --------
    >>> [f"{o.change:+.3f}" for o in leave_one_out([12, 91, 11, 12], [21, 110, 12, 13], ci="wald")]
    ['+0.032', '+0.013', '-0.027', '-0.030']
    """
    x, n = counts(events, total)
    if x.size < 2:
        raise EstimationError(
            f"leaving one out needs at least 2 studies, got {x.size}", where="events"
        )
    whole = pool(x, n, **as_pool).proportion
    found = []
    for index in range(x.size):
        result = pool(np.delete(x, index), np.delete(n, index), **as_pool)
        found.append(Omission(index=index, result=result, change=result.proportion - whole))
    return tuple(found)


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
