"""Confidence curves: every interval of an estimate at once, from the widest to the narrowest.

At a value ``theta`` the curve is the p value of the hypothesis that the proportion is ``theta``:
one minus the level of the interval that just reaches it. A horizontal cut at ``p`` is therefore
the interval of level ``1 - p``, by the very method that made the reported one. With the
small-sample cut ``c_k`` of ``k`` studies, a fall ``W`` of twice the log-likelihood stands for
``p = 2 P(T > sqrt((k - 1) (exp(W / k) - 1)))``, ``T`` of Student's t with ``k - 1`` degrees.

References
----------
Birnbaum A (1961). Journal of the American Statistical Association 56(294):246-249.
Poole C (1987). American Journal of Public Health 77(2):195-199.
Ruecker G, Schwarzer G (2021). Beyond the forest plot: the drapery plot. Research Synthesis
Methods 12(1):13-19.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from poolprop.stats.answers.mean_intervals import small_lr
from poolprop.stats.answers.options import resolve
from poolprop.stats.answers.pool import pool
from poolprop.stats.answers.results import PoolResult
from poolprop.stats.fits.glmm import fit_sets
from poolprop.stats.fits.one_proportion import study_intervals
from poolprop.stats.fits.profile import limits_of
from poolprop.stats.inputs import counts
from poolprop.stats.likelihoods.binomial_normal import BinomialNormal
from poolprop.stats.likelihoods.links import LINKS
from poolprop.stats.numeric.distributions import profile_cut
from poolprop.stats.sets import Sets

# P values at which curves are computed: close where a curve bends, near 0 and near 1.
P_VALUES = (
    0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45,
    0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98,
)  # fmt: skip
# The top of a study's curve: as good as level 0, where an exact interval still has a width.
TOP = 1e-9
# An interval calibrated by simulation has no curve without simulating each level anew.
INSTEAD = {"bootstrap-lr": "small-lr"}
# Intervals whose limits at all levels are found at once.
PROFILED = ("profile", "profile-ck", "small-lr")


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """The intervals of one estimate, ``proportion``, where the curve has its top.

    ``lower`` and ``upper`` are of level ``1 - p`` at each ``p``, ascending; the last ``p`` is 1.
    """

    proportion: float
    p: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    method: str


def pooled_curve(
    events: ArrayLike, total: ArrayLike, p_values: Sequence[float] = P_VALUES, **as_pool: Any
) -> Curve:
    """Return the confidence curve of a pooled proportion at ascending p values.

    ``as_pool`` is what ``poolprop.pool`` takes, but ``level`` and ``prediction``.

    >>> curve = pooled_curve([12, 91, 11, 12], [21, 110, 12, 13], [0.05])
    >>> f"{curve.lower[0]:.3f} {curve.upper[0]:.3f}"
    '0.504 0.971'
    """
    options: Mapping[str, Any] = {
        **as_pool,
        "ci": INSTEAD.get(as_pool.get("ci", ""), as_pool.get("ci")),
    }

    def fit(p: float) -> PoolResult:
        return pool(events, total, **options, level=1 - p, prediction="none")

    first = fit(p_values[0])
    limits = _profile_limits(events, total, p_values, options)
    if limits is None:
        others = [first, *(fit(p) for p in p_values[1:])]
        limits = [(each.ci.lower, each.ci.upper) for each in others]
    at = first.proportion
    return Curve(
        proportion=at,
        p=(*p_values, 1.0),
        # As a reported interval: it holds the estimate, which an average over tau need not top.
        lower=(*(min(lower, at) for lower, _ in limits), at),
        upper=(*(max(upper, at) for _, upper in limits), at),
        method=first.method,
    )


def _profile_limits(
    events: ArrayLike, total: ArrayLike, p_values: Sequence[float], options: Mapping[str, Any]
) -> list[tuple[float, float]] | None:
    """Return the profile-likelihood limits of the GLMM at all levels in one batch.

    A set for each level, alike but for its cut. ``None`` for other models and intervals, and for a
    single study.
    """
    x, n = counts(events, total)
    chosen = resolve(**options)
    if chosen.model != "glmm" or chosen.ci not in PROFILED or x.size == 1:
        return None
    one, again = Sets.of(x, n), np.zeros(len(p_values), dtype=np.intp)
    sets = one.take(again)
    small, link = chosen.ci != "profile", LINKS[chosen.link]
    cuts = np.array([profile_cut(1 - p, x.size, small_sample=small) for p in p_values])
    fit = fit_sets(one, link).take(again)
    if chosen.ci == "small-lr":
        problem, distant = BinomialNormal(sets, link), -sets.size * np.log(2)
        lower, upper = small_lr(problem, fit, cuts, link, sets.size, sets.total(sets.n), distant)
    else:
        lower, upper = limits_of(sets, fit, cuts, link)
    inverse = (link.inverse(np.asarray(limit)) for limit in (lower, upper))
    return list(zip(*(limit.tolist() for limit in inverse), strict=True))


def study_curves(
    events: ArrayLike,
    total: ArrayLike,
    method: str = "clopper-pearson",
    p_values: Sequence[float] = P_VALUES,
) -> tuple[Curve, ...]:
    """Return the curve of each study's own interval.

    An exact interval has a width even at level 0: there the curve has a flat top.

    >>> (curve,) = study_curves([12], [21], p_values=[0.05])
    >>> f"{curve.lower[0]:.3f} {curve.upper[0]:.3f}"
    '0.340 0.782'
    """
    x, n = counts(events, total)
    levels = [*(1 - p for p in p_values), TOP]
    limits = [study_intervals(events, total, method=method, level=level) for level in levels]
    return tuple(
        Curve(
            proportion=float(x[i] / n[i]),
            p=(*p_values, 1.0),
            lower=tuple(float(lower[i]) for lower, _ in limits),
            upper=tuple(float(upper[i]) for _, upper in limits),
            method=method,
        )
        for i in range(x.size)
    )
