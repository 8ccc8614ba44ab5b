"""Proportions that come without counts: effect sizes from an estimate and how sure it is.

Weighted surveys and published pooled values report a proportion with a standard error, an
interval, or an effective sample size; its events and total, if printed at all, do not give its
variance. Such a proportion has an effect size as any other, by the delta method.

References
----------
Korn EL, Graubard BI (1998). Confidence intervals for proportions with small expected number of
positive counts estimated from survey data. Survey Methodology 24(2):193-201 (the effective
sample size).
Higgins JPT et al. (eds) (2019). Cochrane Handbook for Systematic Reviews of Interventions, 2nd
edition, section 6.3 (standard errors from confidence intervals).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats
from poolprop.stats.inputs import choice, fraction
from poolprop.stats.numeric.distributions import normal_quantile

# An interval whose halves differ by more than this share of its width is not from that scale.
LOPSIDED = 0.25


class Scale(NamedTuple):
    """A scale of proportions: the value of one, and its slope there."""

    name: str
    forward: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]


SCALES = {
    "PR": Scale("raw proportion", lambda p: p, lambda p: np.ones_like(p)),
    "PLN": Scale("log", lambda p: np.log(p), lambda p: 1 / p),
    "PLO": Scale("logit", lambda p: np.log(p) - np.log1p(-p), lambda p: 1 / (p * (1 - p))),
    "PAS": Scale(
        "arcsine square root",
        lambda p: np.arcsin(np.sqrt(p)),
        lambda p: 1 / (2 * np.sqrt(p * (1 - p))),
    ),
}


def estimate_effects(
    estimate: ArrayLike,
    *,
    se: ArrayLike | None = None,
    ci_lower: ArrayLike | None = None,
    ci_upper: ArrayLike | None = None,
    n_effective: ArrayLike | None = None,
    measure: str = "PLO",
    symmetric: str | Sequence[str] | None = None,
    ci_level: float = 0.95,
) -> tuple[Floats, Floats]:
    """Return effect sizes and variances of proportions that are given without counts.

    Parameters
    ----------
    estimate : array_like, shape (k,)
        Proportions as shares of 1, strictly between 0 and 1.
    se : array_like, shape (k,), optional
        Standard errors of the proportions themselves, as shares of 1.
    ci_lower, ci_upper : array_like, shape (k,), optional
        Limits, as shares of 1.
    n_effective : array_like, shape (k,), optional
        Effective sample sizes: the size of a simple random sample as precise, ``n / deff``.
    measure : {"PLO", "PLN", "PR", "PAS"}
        Scale of the result.
    symmetric : str or sequence of str, optional
        The scale on which the intervals are symmetric about their estimates, of all studies or
        each: how they were made. Needed where an interval is given.
    ci_level : float
        Level of the intervals given.

    Returns
    -------
    yi, vi : ndarray, shape (k,)
        For :func:`poolprop.pool_effects`. Of each study exactly one of standard error, interval
        and effective sample size is used; the others are NaN.

    Raises
    ------
    EstimationError
        If a study has none or several of them, a value is out of range, the scale of an interval
        is not named, or the interval is not symmetric on it; the message names the study.

    Notes
    -----
    ``g`` is the measure and ``h`` the scale of the interval. A standard error gives
    ``vi = (g'(p) se)^2``; an effective sample size stands for ``se^2 = p (1 - p) / n``; an
    interval for ``se = (h(upper) - h(lower)) / (2 z h'(p))``, which is exact on its own scale.

    Examples
    --------
    >>> yi, vi = estimate_effects([0.12, 0.31], se=[0.02, 0.05])
    >>> yi.round(3), vi.round(4)
    (array([-1.992, -0.8  ]), array([0.0359, 0.0546]))
    >>> yi, vi = estimate_effects([0.12], ci_lower=[0.08], ci_upper=[0.17], symmetric="PLO")
    >>> round(float(vi[0]), 4)
    0.0478
    """
    p = _shares(estimate, "estimate")
    choice(measure, "measure", SCALES)
    error = np.full(p.shape, np.nan)
    given = {
        "se": _column(se, p.size, "se"),
        "ci_lower": _column(ci_lower, p.size, "ci_lower"),
        "ci_upper": _column(ci_upper, p.size, "ci_upper"),
        "n_effective": _column(n_effective, p.size, "n_effective"),
    }
    _require_one(given)
    known = ~np.isnan(given["se"])
    error[known] = given["se"][known]
    sized = ~np.isnan(given["n_effective"])
    with np.errstate(invalid="ignore", divide="ignore"):
        error[sized] = np.sqrt(p[sized] * (1 - p[sized]) / given["n_effective"][sized])
    scales = _named(symmetric, p.size)
    z = normal_quantile(fraction(ci_level, "ci_level"))
    for i in np.flatnonzero(~np.isnan(given["ci_lower"])).tolist():
        error[i] = _from_interval(i, p[i], given["ci_lower"][i], given["ci_upper"][i], scales[i], z)
    bad = ~(np.isfinite(error) & (error > 0))
    if bad.any():
        i = int(np.flatnonzero(bad)[0])
        raise EstimationError(
            f"its standard error would be {error[i]:g}",
            where=f"study {i + 1}",
            hint="Standard errors and effective sample sizes are positive numbers.",
        )
    scale = SCALES[measure]
    return scale.forward(p), (scale.slope(p) * error) ** 2


def _shares(values: ArrayLike, name: str) -> Floats:
    p = np.atleast_1d(np.asarray(values, dtype=np.float64))
    bad = ~((p > 0) & (p < 1))
    if bad.any():
        i = int(np.flatnonzero(bad)[0])
        hint = "A proportion strictly between 0 and 1 is needed"
        hint += "; divide percentages by 100." if p[i] > 1 else "; 0 and 1 need their counts."
        raise EstimationError(f"{name} is {p[i]:g}", where=f"study {i + 1}", hint=hint)
    return p


def _column(values: ArrayLike | None, k: int, name: str) -> Floats:
    if values is None:
        return np.full(k, np.nan)
    found = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if found.size != k:
        raise EstimationError(
            f"{name} has {found.size} values for {k} estimates",
            where=name,
            hint="Give one for each, NaN where there is none.",
        )
    return found


def _require_one(given: dict[str, Floats]) -> None:
    """Refuse studies with no, half or more than one word on how sure the estimate is."""
    half = np.isnan(given["ci_lower"]) != np.isnan(given["ci_upper"])
    if half.any():
        raise EstimationError(
            "it has one confidence limit",
            where=f"study {int(np.flatnonzero(half)[0]) + 1}",
            hint="Give both.",
        )
    names = ("se", "ci_lower", "n_effective")
    number = np.sum([~np.isnan(given[name]) for name in names], axis=0)
    if (number != 1).any():
        i = int(np.flatnonzero(number != 1)[0])
        there = [name for name in names if not np.isnan(given[name][i])]
        raise EstimationError(
            f"it has {' and '.join(there).replace('ci_lower', 'an interval') or 'no variance'}",
            where=f"study {i + 1}",
            hint="Give one of: se; ci_lower and ci_upper; n_effective.",
        )


def _named(symmetric: str | Sequence[str] | None, k: int) -> list[str]:
    names = [symmetric or ""] * k if symmetric is None or isinstance(symmetric, str) else symmetric
    if len(names) != k:
        raise EstimationError(
            f"symmetric has {len(names)} values for {k} estimates",
            where="symmetric",
            hint="Give one scale for all, or one for each.",
        )
    return list(names)


def _from_interval(i: int, p: float, lower: float, upper: float, name: str, z: float) -> float:
    """Return the standard error of a proportion from its interval, symmetric on a named scale."""
    where = f"study {i + 1}"
    if not 0 <= lower < p < upper <= 1:
        raise EstimationError(
            f"the interval {lower:g} to {upper:g} does not hold {p:g} within 0 to 1",
            where=where,
            hint="Shares of 1 are needed, with ci_lower < estimate < ci_upper.",
        )
    skews = {key: _skew(p, lower, upper, scale) for key, scale in SCALES.items()}
    nearest = min(skews, key=lambda key: abs(skews[key]))
    if not name:
        raise EstimationError(
            f"the scale of the interval {lower:g} to {upper:g} about {p:g} is not named",
            where=where,
            hint=f"Say how it was made: symmetric='{nearest}' is nearest; "
            f"choose among {', '.join(SCALES)}.",
        )
    scale = SCALES[choice(name, "symmetric", SCALES)]
    if abs(skews[name]) > LOPSIDED:
        raise EstimationError(
            f"the interval {lower:g} to {upper:g} is not symmetric about {p:g} on the scale {name}",
            where=where,
            hint=f"It is most nearly so on {nearest}.",
        )
    ends = scale.forward(np.array([lower, upper]))
    return float((ends[1] - ends[0]) / (2 * z * scale.slope(np.array(p))))


def _skew(p: float, lower: float, upper: float, scale: Scale) -> float:
    """Return how far the estimate is from the middle of its interval, as a share of its width."""
    with np.errstate(divide="ignore", invalid="ignore"):
        low, middle, high = scale.forward(np.array([lower, p, upper]))
        skew = float((low + high - 2 * middle) / (high - low))
    return skew if np.isfinite(skew) else 1.0
