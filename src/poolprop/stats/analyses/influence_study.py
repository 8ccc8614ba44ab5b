"""What each study does to a pooled mean where studies have several rows: all of them left out.

References
----------
Viechtbauer W, Cheung MWL (2010). Outlier and influence diagnostics for meta-analysis. Research
Synthesis Methods 1(2):112-125.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from poolprop.errors import EstimationError
from poolprop.stats._types import Bools, Floats, Ints
from poolprop.stats.analyses.influence_glmm import FAR
from poolprop.stats.analyses.leave_one_out import pooled_rows
from poolprop.stats.analyses.three_level import ThreeLevel
from poolprop.stats.answers.results import PoolResult
from poolprop.stats.answers.shown import Shown
from poolprop.stats.design import group_levels
from poolprop.stats.sets import without_names


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class StudyInfluence(Shown):
    """Case diagnostics of whole studies; every array has one value a study.

    Attributes
    ----------
    study : tuple of str
        Studies in order of first appearance.
    rows_of_study : ndarray of int
        How many rows each has.
    estimate_deleted, se_deleted, tau2_deleted : ndarray
        Mean on the model's scale, its standard error and the between-study variance (in three
        levels the sum of both) without the study.
    shift : ndarray
        Change of the mean when the study enters, in standard errors of the mean without it.
    cooks_distance, covariance_ratio : ndarray
        Change of the mean as a squared distance, and of its variance as a ratio.
    influential : ndarray of bool
        Whether Cook's distance is beyond the median of chi-square with one degree of freedom, or
        the mean moves by more than its standard error.
    """

    study: tuple[str, ...]
    rows_of_study: Ints
    estimate_deleted: Floats
    se_deleted: Floats
    tau2_deleted: Floats
    shift: Floats
    cooks_distance: Floats
    covariance_ratio: Floats
    influential: Bools


def study_influence(
    x: Floats, n: Floats, study: Sequence[object], as_pool: Mapping[str, Any]
) -> StudyInfluence:
    """Return the diagnostics of counts that have been checked.

    Raises
    ------
    EstimationError
        If there are fewer than three studies, or a mean without a study has no standard error.
    """
    names = group_levels(study, x.size, "study")
    studies = list(dict.fromkeys(names))
    if len(studies) < 3:
        raise EstimationError(
            f"influence needs at least 3 studies, got {len(studies)}", where="study"
        )
    members = np.vstack([np.ones((1, x.size), dtype=bool), without_names(names)])
    who = ["all studies", *(f"the others than {name}" for name in studies)]
    fits = zip(pooled_rows(x, n, names, members, as_pool), who, strict=True)
    (mean, se, _), *others = [_numbers(*each) for each in fits]
    left = np.array(others)
    change = mean - left[:, 0]
    cooks, shift = change**2 / se**2, change / left[:, 1]
    return StudyInfluence(
        study=tuple(studies),
        rows_of_study=np.array([np.count_nonzero(names == name) for name in studies]),
        estimate_deleted=left[:, 0],
        se_deleted=left[:, 1],
        tau2_deleted=left[:, 2],
        shift=shift,
        cooks_distance=cooks,
        covariance_ratio=left[:, 1] ** 2 / se**2,
        influential=(cooks > FAR) | (np.abs(shift) > 1),
    )


def _numbers(fit: PoolResult | ThreeLevel, who: str) -> tuple[float, float, float]:
    """Return mean, standard error and between-study variance."""
    if fit.se is None:
        raise EstimationError(
            f"the mean of {who} has no standard error",
            where="study",
            hint="All or none of their patients had the event; look at leave_one_out.",
        )
    if isinstance(fit, ThreeLevel):
        return fit.estimate, fit.se, fit.tau2_study + fit.tau2_row
    return fit.estimate, fit.se, fit.tau2
