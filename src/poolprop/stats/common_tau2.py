"""Subgroups that share one between-study variance."""

from __future__ import annotations

from typing import Any

from poolprop.errors import EstimationError
from poolprop.stats.design import Labels, group_design
from poolprop.stats.inputs import Floats
from poolprop.stats.measures import effect_sizes
from poolprop.stats.pool import pool
from poolprop.stats.results import PoolResult
from poolprop.stats.tau2 import estimate_tau2


def levels_with_common_tau2(
    x: Floats, n: Floats, labels: Labels, as_pool: dict[str, Any]
) -> dict[str, PoolResult]:
    """Pool each level with the ``tau2`` of one model that has a mean for each level.

    Raises
    ------
    EstimationError
        For models other than two-step and GLMM.
    """
    model = as_pool.get("model", "glmm")
    design = group_design(labels)
    if model == "two-step":
        yi, vi = effect_sizes(
            x, n, as_pool.get("measure", "PLO"), correction=as_pool.get("correction", "only0")
        )
        tau2 = estimate_tau2(yi, vi, design, as_pool.get("tau2") or "REML")
    else:
        raise EstimationError(
            f"model is {model!r}",
            where="common_tau2",
            hint="A common tau2 is for model='two-step'; the GLMM's test between levels shares it.",
        )
    return {
        level: pool(x[labels == level], n[labels == level], tau2_value=tau2, **as_pool)
        for level in dict.fromkeys(labels)
    }
