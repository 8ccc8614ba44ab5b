"""Pool the levels of a factor, and test between them.

References
----------
Borenstein M, Higgins JPT (2013). Meta-analysis and subgroups. Prevention Science 14(2):134-143.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from poolprop.errors import EstimationError
from poolprop.stats.distributions import chi_square_pvalue
from poolprop.stats.inputs import counts
from poolprop.stats.pool import pool
from poolprop.stats.results import PoolResult


@dataclass(frozen=True, slots=True, kw_only=True)
class SubgroupResult:
    """Estimates by level and the test between them.

    Attributes
    ----------
    levels : dict
        Result of each level, in order of appearance.
    q_between : float or None
        Weighted sum of squares of the level estimates about their mean; ``None`` with one level,
        or where a level has no standard error.
    q_between_df : int
        Levels minus 1.
    q_between_p : float or None
        Its chi-square p value.
    test_method : str
        In words.
    """

    levels: dict[Hashable, PoolResult]
    q_between: float | None
    q_between_df: int
    q_between_p: float | None
    test_method: str


def subgroups(
    events: ArrayLike, total: ArrayLike, groups: Sequence[Hashable], **as_pool: Any
) -> SubgroupResult:
    """Pool each level of a factor on its own and compare the levels.

    Parameters
    ----------
    events, total : array_like of int, shape (k,)
        As for :func:`pool`.
    groups : sequence, length k
        The level of each study.
    **as_pool
        Passed to :func:`pool`; each level has its own between-study variance.

    Raises
    ------
    EstimationError
        If counts or lengths are not valid.
    """
    x, n = counts(events, total)
    if len(groups) != x.size:
        raise EstimationError(
            f"groups has {len(groups)} values but there are {x.size} studies",
            where="groups",
            hint="Give one level for each study.",
        )
    levels = {}
    for level in dict.fromkeys(groups):
        members = np.array([group == level for group in groups])
        levels[level] = pool(x[members], n[members], **as_pool)
    q, df = _between(list(levels.values()))
    return SubgroupResult(
        levels=levels,
        q_between=q,
        q_between_df=df,
        q_between_p=None if q is None else chi_square_pvalue(q, df),
        test_method="Q between levels, chi-square, separate tau2",
    )


def _between(results: Sequence[PoolResult]) -> tuple[float | None, int]:
    df = len(results) - 1
    scales = {(result.model, result.measure) for result in results}
    if df < 1 or len(scales) > 1 or any(not result.se for result in results):
        return None, df
    estimates = np.array([result.estimate for result in results])
    weights = np.array([1 / (result.se or np.inf) ** 2 for result in results])
    mean = np.sum(weights * estimates) / weights.sum()
    return float(np.sum(weights * (estimates - mean) ** 2)), df
