"""Estimators of the between-study variance ``tau2``, as one registry.

Each is a function of many data sets, about means or about designs, so that the same code serves
one pooled mean, thousands of them, a meta-regression and its permutations. A search that has
arrived is frozen while others go on. In one piece because the estimators are one registry and share
their search: who adds one reads the others.

References
----------
Veroniki AA et al. (2016). Methods to estimate the between-study variance and its uncertainty in
meta-analysis. Research Synthesis Methods 7(1):55-79.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from poolprop.errors import EstimationError
from poolprop.stats._types import Bools, Floats, Ints
from poolprop.stats.likelihoods.normal import Normal, logliks, studies, two
from poolprop.stats.numeric.wls import projection, weighted_fit

# A score is looked at for a change of sign wherever tau2 has grown by this factor: a study's
# weight changes over a factor of about ten of tau2.
RATIO = 2.5
STEPS = 500
# The scan starts at so much of the smallest sampling variance, and looks at several values at once
# while there are no more numbers than these.
LOWEST = 0.05
NUMBERS = 2000
TINY = 1e-300
# A last step as small as this has an error of the order of its square; what a step leaves is known
# where it is as little.
SURE, LITTLE = 1e-6, 1e-11


def dersimonian_laird(data: Normal) -> Floats:
    """Equate Cochran's Q to its expectation (DerSimonian R, Laird N 1986)."""
    out: Floats = np.maximum(0.0, (data.common.q - data.df) / data.trace)
    return out


def hedges(data: Normal) -> Floats:
    """Equate the unweighted residual variance to its expectation (Hedges LV, Olkin I 1985)."""
    squares, noise = data.plain()
    out: Floats = np.maximum(0.0, (squares - noise) / data.df)
    return out


def hunter_schmidt(data: Normal) -> Floats:
    """Equate Q to the number of studies (Hunter JE, Schmidt FL 1990)."""
    total = data.common.weights.sum(axis=0)
    out: Floats = np.maximum(0.0, (data.common.q - data.size) / total)
    return out


def sidik_jonkman(data: Normal) -> Floats:
    """Scale a crude variance by its own Q (Sidik K, Jonkman JN 2005); 0 only if all yi agree."""
    start = crude_variance(data)
    found = start * data.fit(np.where(start > 0, start, 1.0)).q / data.df
    return np.where(start > 0, found, 0.0)


def crude_variance(data: Normal) -> Floats:
    """Return the variance of the effect sizes, divisor ``k``: where Sidik-Jonkman starts."""
    residual = data.y - data.y.sum(axis=0) / data.size
    residual *= data.v < np.inf
    out: Floats = np.einsum("ij,ij->j", residual, residual) / data.size
    return out


def paule_mandel(data: Normal) -> Floats:
    """Equate the generalised Q to its expectation (Paule RC, Mandel J 1982).

    The empirical Bayes estimator (Morris CN 1983) solves the same equation.
    """
    return q_root(data, data.df)


@np.errstate(all="ignore")
def q_root(data: Normal, target: Floats) -> Floats:
    """Return the ``tau2 >= 0`` at which the generalised Q equals ``target``; 0 if below it.

    By Newton steps on the reciprocal of Q, from DerSimonian and Laird's estimate. Q is a sum of
    ``c_i^2 / (m_i + tau2)``, so that its reciprocal is concave and increasing: a step from the
    right ends on the left of the root, and steps from there never pass it.
    """
    tau2, here = np.zeros(target.size), dersimonian_laird(data)
    above = data.common.q > target
    lanes = two(above.nonzero()[0])
    if np.count_nonzero(above) < above.size:
        data, target, here = data.take(lanes), target[lanes], here[lanes]
    live, last = np.ones(lanes.size, dtype=bool), np.full(lanes.size, np.nan)
    for _ in range(STEPS if lanes.size else 0):
        at = data.terms(here, restricted=False, curves=False)
        step = (at.q - target) * at.q / (target * at.value)
        new, sure = _stepped(here, step, last)
        if np.count_nonzero(below := new < 0):
            new, step = np.maximum(new, 0.0), np.where(below, np.nan, step)
            sure &= ~below
        np.copyto(here, new, where=live)
        live, last = live & ~sure, step
        if (keep := _fewer(live)) is None:
            continue
        tau2[lanes] = here
        if not keep.size:
            break
        data, target, here, last = data.take(keep), target[keep], here[keep], last[keep]
        lanes, live = lanes[keep], live[keep]
    return tau2


def _stepped(tau2: Floats, step: Floats, last: Floats) -> tuple[Floats, Bools]:
    """Return where a Newton step and what it leaves end, and whether they are there.

    A step leaves a constant times its square, as the ``last`` one left this one: what is left is
    known, if the last was one of Newton's (else not a number), and added where it is little.
    """
    rest, new = step * (step / last) ** 2, tau2 + step
    known = np.abs(rest) <= LITTLE * new
    return np.where(known, new + rest, new), known | (np.abs(step) <= SURE * new)


def _fewer(live: Bools) -> Ints | None:
    """Return the numbers of live searches once a quarter has arrived, none once all have."""
    alive = np.count_nonzero(live)
    if alive and (4 * alive > 3 * live.size or live.size == 2):
        return None
    return two(np.flatnonzero(live))


def maximum_likelihood(data: Normal) -> Floats:
    """Maximise the likelihood over ``tau2 >= 0``, globally."""
    return _highest(data, restricted=False)


def restricted_ml(data: Normal) -> Floats:
    """Maximise the restricted likelihood over ``tau2 >= 0``, globally."""
    return _highest(data, restricted=True)


def _highest(data: Normal, *, restricted: bool) -> Floats:
    falls, at_zero = _scan(data, restricted=restricted)
    tau2 = np.zeros(data.size.size)
    if not falls.lane.size:
        return tau2
    tau2[falls.lane] = roots = _refined(data, falls, restricted=restricted)
    several = np.bincount(falls.lane, minlength=tau2.size) + at_zero > 1
    if np.count_nonzero(several):
        lane, maxima = _in_order(falls, roots, at_zero)
        mine = several[lane]
        lane, maxima = lane[mine], maxima[mine]
        heights = logliks(data.take(lane), maxima, restricted=restricted)
        for one in np.flatnonzero(several).tolist():
            own = np.flatnonzero(lane == one)
            tau2[one] = maxima[own[np.argmax(heights[own])]]
    return tau2


class Brackets(NamedTuple):
    """Where scores fall through 0: numbers of the data sets, ends, and the ratio less 1 at both."""

    lane: Ints
    low: Floats
    high: Floats
    before: Floats
    after: Floats


def local_maxima(data: Normal, *, restricted: bool) -> tuple[Ints, Floats]:
    """Return every local maximum of the (restricted) likelihoods over ``tau2 >= 0``.

    Returns
    -------
    lane, tau2 : ndarray, shape (maxima,)
        The number of the data set, and a maximum of it; those of one rise.
    """
    falls, at_zero = _scan(data, restricted=restricted)
    roots = _refined(data, falls, restricted=restricted) if falls.lane.size else falls.low
    return _in_order(falls, roots, at_zero)


def _in_order(falls: Brackets, roots: Floats, at_zero: Bools) -> tuple[Ints, Floats]:
    zero = np.flatnonzero(at_zero)
    lane, tau2 = np.concatenate([zero, falls.lane]), np.append(np.zeros(zero.size), roots)
    order = np.argsort(lane, kind="stable")
    return lane[order], tau2[order]


def _scan(data: Normal, *, restricted: bool) -> tuple[Brackets, Bools]:
    """Return brackets of the scores' falls through 0, and whether they are below 0 at 0.

    The scan starts where ``tau2`` begins to count against the smallest sampling variance, and
    ends where the score is surely negative for good. With the eigenvalues ``1 / (m_i + tau2)`` of
    ``P``, all ``m_i`` between the smallest and the largest variance, ``y'PPy`` is at most ``Q`` by
    the largest, and the trace at least ``df`` times the smallest; and ``Q`` falls. What is looked
    at is the ratio of the trace to the other term, below 1 where the score is above 0.
    """
    first, lanes, last = True, np.arange(data.size.size), np.zeros(data.size.size)
    least = np.minimum.reduce(data.v) + last
    most = np.maximum.reduce(np.where(data.v < np.inf, data.v, 0.0)) + last
    found: list[tuple[Ints, Floats, Floats, Floats, Floats]] = []
    before, at_zero = last[None], np.zeros(0, dtype=bool)
    while True:
        grid = np.full(
            (1 + max(1, min(16, NUMBERS // (len(data.y) * lanes.size))), last.size), RATIO
        )
        grid[0], grid[1] = last, np.where(last > 0, RATIO * last, LOWEST * least)
        np.multiply.accumulate(grid[1:], out=grid[1:])
        new = grid if first else grid[1:]
        at = data.terms(new, restricted=restricted, curves=False)
        on = np.logical_and.accumulate(at.q * (most + new) >= data.df * (least + new))
        ratio = at.trace / np.maximum(at.value, TINY * at.trace)
        ratio = np.where(on, ratio, np.maximum(ratio, 1.0))
        if first:
            first, at_zero = False, ratio[0] >= 1
        else:
            ratio = np.concatenate([before, ratio])
        above = ratio >= 1
        row, lane = np.nonzero(above[1:] > above[:-1])
        if row.size:
            own = lane >= (lanes[0] == lanes[-1])  # a single one is there twice
            row, lane = row[own], lane[own]
            ends = (grid[row, lane], grid[row + 1, lane], ratio[row, lane] - 1)
            found.append((lanes[lane], *ends, ratio[row + 1, lane] - 1))
        if not np.count_nonzero(on[-1]):
            break
        keep = two(np.flatnonzero(on[-1]))
        data, lanes, last, before = data.take(keep), lanes[keep], grid[-1, keep], ratio[-1:, keep]
        least, most = least[keep], most[keep]
    if len(found) == 1:
        return Brackets(*found[0]), at_zero
    none = (np.zeros(0, dtype=np.intp), *[np.zeros(0)] * 4)
    return Brackets(*map(np.concatenate, zip(none, *found, strict=True))), at_zero


@np.errstate(all="ignore")
def _refined(data: Normal, falls: Brackets, *, restricted: bool) -> Floats:
    """Return the root of the score in each bracket.

    Newton steps on the ratio of the score's two terms, which is as good as linear: where the
    variances are equal, one step is there. They never leave the bracket.
    """
    out, place = np.empty(falls.lane.size), two(np.arange(falls.lane.size))
    data = data.take(falls.lane[place])
    low, high, before, after = (each[place] for each in falls[1:])
    tau2 = low - (high - low) * before / (after - before)
    live, last = np.ones(place.size, dtype=bool), np.full(place.size, np.nan)
    for _ in range(STEPS):
        value, trace, _q, slope, curve = data.terms(tau2, restricted=restricted, curves=True)
        excess, fall = value - trace, slope * trace - curve * value
        above = excess > 0
        low, high = np.where(above, tau2, low), np.where(above, high, tau2)
        # Where the score rises the step ends beyond the bracket, on the side that is closed.
        step = excess * value / fall
        new, sure = _stepped(tau2, step, last)
        sure &= fall > 0
        sound = sure | ((new > low) & (new < high))
        if np.count_nonzero(sound) < sound.size:
            new, step = np.where(sound, new, 0.5 * (low + high)), np.where(sound, step, np.nan)
            sure |= high - low <= 4e-16 * high
        np.copyto(tau2, new, where=live)
        live, last = live & ~sure, step
        if (keep := _fewer(live)) is None:
            continue
        out[place] = tau2
        if not keep.size:
            break
        data, place, live, tau2 = data.take(keep), place[keep], live[keep], tau2[keep]
        low, high, last = low[keep], high[keep], last[keep]
    return out


ESTIMATORS: dict[str, Callable[[Normal], Floats]] = {
    "DL": dersimonian_laird,
    "HE": hedges,
    "HS": hunter_schmidt,
    "SJ": sidik_jonkman,
    "ML": maximum_likelihood,
    "REML": restricted_ml,
    "EB": paule_mandel,
    "PM": paule_mandel,
}


def between(data: Normal, method: str) -> Floats:
    """Return ``tau2`` of each data set by a method of the registry, 0 by ``"EE"``."""
    return np.zeros(data.size.size) if method == "EE" else ESTIMATORS[method](data)


def estimate_tau2(yi: Floats, vi: Floats, design: Floats, method: str) -> float:
    """Return ``tau2`` of one data set (k,) about a design (k, p) of full column rank.

    ``method`` is a key of ``ESTIMATORS``, or ``"EE"`` for the common effect.

    Raises
    ------
    EstimationError
        If there are no more studies than columns in the design.
    """
    if method == "EE":
        return 0.0
    if design.shape[0] <= design.shape[1]:
        raise EstimationError(
            f"tau2 needs more studies than coefficients, got {yi.size} and {design.shape[1]}",
            where="tau2",
            hint="Use the common-effect model, or fewer moderators.",
        )
    return float(between(studies(yi, vi, design), method)[0])


def tau2_standard_error(yi: Floats, vi: Floats, design: Floats, method: str, tau2: float) -> float:
    """Return the large-sample standard error of an estimate of ``tau2``.

    From the variance of a quadratic form ``y' A y`` (moment estimators) or the expected
    information (likelihood estimators), at the estimate itself.
    """
    if method == "EE":
        return float("nan")
    df = design.shape[0] - design.shape[1]
    fit = weighted_fit(yi, vi, design, tau2)
    if method == "ML":
        return float(np.sqrt(2 / np.sum(fit.weights**2)))
    if method == "REML":
        return float(np.sqrt(2 / np.sum(projection(fit, design) ** 2)))
    if method in ("EB", "PM"):
        return float(np.sqrt(2 * yi.size**2 / df) / fit.weights.sum())
    # Estimates are factor * (y'Py - c) / divisor, P with variances of its own.
    factor, variances = 1.0, vi
    if method == "HE":
        variances = np.ones_like(vi)
    elif method == "SJ":
        factor = float(np.var(yi))
        variances = vi + factor
    p = projection(weighted_fit(yi, variances, design), design)
    divisor = {"DL": np.trace(p), "HS": np.sum(1 / vi)}.get(method, float(df))
    pv = p * vi
    parts = 2 * np.sum(pv * pv.T) + 4 * tau2 * np.sum(pv * p) + 2 * tau2**2 * np.sum(p * p)
    return float(factor * np.sqrt(parts) / divisor)
