"""Designs of subgroup analyses and meta-regressions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from poolprop.errors import EstimationError
from poolprop.stats.inputs import Floats

Labels = NDArray[np.object_]


def group_levels(groups: Sequence[object], k: int) -> Labels:
    """Return the level of each study as text.

    Raises
    ------
    EstimationError
        If the length differs from the number of studies.
    """
    if len(groups) != k:
        raise EstimationError(
            f"groups has {len(groups)} values for {k} studies",
            where="groups",
            hint="Give one level for each study.",
        )
    return np.array([str(level) for level in groups], dtype=object)


def group_design(labels: Labels) -> Floats:
    """Return one indicator column for each level, in order of first appearance."""
    levels = list(dict.fromkeys(labels))
    return np.column_stack([(labels == level).astype(np.float64) for level in levels])
