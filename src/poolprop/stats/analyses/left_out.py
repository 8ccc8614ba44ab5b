"""Leave-one-out for thousands of reviews at once."""

from __future__ import annotations

import numpy as np
import pandas as pd

from poolprop.errors import EstimationError
from poolprop.stats.answers.bayes_columns import Wanted
from poolprop.stats.answers.methods import parse_method
from poolprop.stats.answers.pool_many import answer_all, read_sets
from poolprop.stats.sets import place, without_each


def leave_one_out_many(
    frame: pd.DataFrame,
    by: str = "dataset_id",
    method: str = "two-step|PLO|REML|wald",
    level: float = 0.95,
    *,
    events: str = "events",
    total: str = "total",
) -> pd.DataFrame:
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
    {'left_out': [0, 1, 2, 3], 'k': [3, 3, 3, 3], 'proportion': [0.84, 0.834, 0.762, 0.759]}
    """
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
