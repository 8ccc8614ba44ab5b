"""Likelihood and derivatives of thousands of studies, each at a ``(mu, tau)`` of its own.

Study ``i`` has ``x`` events of ``n`` and linear predictor ``eta = mu + tau z``, ``z`` standard
normal. The integral over ``z`` is a trapezoid sum over the range in which the integrand exceeds
some share of its peak. For an integrand that is analytic and vanishes at both ends that rule
converges geometrically; Gauss-Hermite nodes would miss the long shoulder that ``x = 0`` or
``x = n`` has when ``tau`` is large. Derivatives in ``(mu, tau)`` are posterior moments of the
score and of the information in ``eta``, so that they tend to those at ``tau = 0``; of a huge
study, whose squared score would leave few digits of a curvature, they are moments of ``z``
(Louis's identity: given ``eta`` the data say nothing more).

Studies are sorted by how many nodes they need and summed in blocks that stay in the processor's
cache, nodes on the first axis, so that a study of 12 nodes does not wait for one of 90. What a
study gets does not depend on the others: it is the same to the last bit in any company. In one
piece because range, nodes, sums and derivatives are one algorithm on the same blocks of memory.

References
----------
Trefethen LN, Weideman JAC (2014). The exponentially convergent trapezoidal rule.
SIAM Review 56(3):385-458.
Louis TA (1982). Finding the observed information matrix when using the EM algorithm.
Journal of the Royal Statistical Society B 44(2):226-233.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from poolprop.stats._types import Bools, Floats, Ints
from poolprop.stats.likelihoods.links import LARGE, LOG_SQRT_2PI, Link

# Numbers in one array of a block: eight such arrays fit into a megabyte.
BLOCK = 16_384
# Numbers worked out for nothing before studies of fewer nodes have a block of their own.
WASTED = 1000
STUDIES = 16_384
# Steps to a mode, from a guess that is exact for a normal likelihood.
MODE_STEPS = 60
# Where an integrand is looked at, in reaches from its mode.
SIDES = np.array([-1.0, 1.0, 0.0])
# exp() of more is infinite.
ETA_TOP = 700.0
# Beyond this ``n tau^2`` derivatives by way of the score lose digits; values do not.
HUGE = 1e3


class Precision(NamedTuple):
    """How finely to integrate.

    Attributes
    ----------
    cut : float
        ``exp(-cut)`` of the peak is left out on either side.
    width, pole : float
        Largest step, in units of the integrand's width at its peak and of the distance of its
        singularities over ``tau``.
    """

    cut: float
    width: float
    pole: float


# Errors in a log-likelihood: about 1e-12; 1e-10, where it is integrated once more; and 1e-5, which
# is enough to find the way.
EXACT = Precision(31.0, 0.46, 0.09)
FAST = Precision(23.0, 0.6, 0.125)
COARSE = Precision(14.0, 0.95, 0.21)


class Outline(NamedTuple):
    """Where the integrand of each study lies, shape (s,): ends in ``z``, largest step, peak."""

    low: Floats
    high: Floats
    step: Floats
    peak: Floats


def study_moments(
    x: Floats, n: Floats, mu: Floats, tau: Floats, link: Link, precision: Precision
) -> Floats:
    """Return the log-likelihood of each study and its derivatives, shape (6, s).

    ``mu`` and ``tau`` (s,) are mean and standard deviation of each linear predictor. The rows: the
    log-likelihood without the binomial coefficient; derivatives by ``mu``, ``tau``, ``mu`` twice,
    ``mu`` and ``tau``, ``tau`` twice.
    """
    out = np.empty((6, x.size))
    for first in range(0, x.size, STUDIES):
        part = slice(first, first + STUDIES)
        _fill(x[part], n[part], mu[part], tau[part], link, precision, out[:, part])
    return out


def study_heights(
    x: Floats, n: Floats, mu: Floats, tau: Floats, link: Link, precision: Precision
) -> Floats:
    """Return the log-likelihood alone, shape (s,)."""
    out: Floats = np.empty((1, x.size))
    for first in range(0, x.size, STUDIES):
        part = slice(first, first + STUDIES)
        _fill(x[part], n[part], mu[part], tau[part], link, precision, out[:, part])
    heights: Floats = out[0]
    return heights


def _fill(
    x: Floats, n: Floats, mu: Floats, tau: Floats, link: Link, precision: Precision, out: Floats
) -> None:
    outline = outlines(x, n, mu, tau, link, precision)
    special = n > LARGE
    if len(out) > 1:
        special |= n * tau * tau > HUGE
    if not special.any():
        _integrate(np.arange(x.size), x, n, mu, tau, outline, link, out, special=False)
        return
    for pick in (False, True):
        some = np.flatnonzero(special == pick)
        _integrate(some, x, n, mu, tau, outline, link, out, special=pick)


def _integrate(
    some: Ints,
    x: Floats,
    n: Floats,
    mu: Floats,
    tau: Floats,
    outline: Outline,
    link: Link,
    out: Floats,
    *,
    special: bool,
) -> None:
    """Write log-likelihoods, and derivatives if there are rows for them, of some studies."""
    order, blocks = sorted_blocks(Outline(*(each[some] for each in outline)))
    place = some[order]
    columns = np.empty((7, place.size))
    for row, each in enumerate((x, n, mu, tau, outline.low, outline.high, outline.peak)):
        columns[row] = each[place]
    derived = len(out) > 1
    found = np.empty((len(out), place.size))
    for counts, block in blocks:
        each = columns[:, block]
        # NumPy adds up a single column in another order than two: a column is never alone.
        lonely = counts.size == 1
        if lonely:
            each, counts = np.repeat(each, 2, axis=1), np.repeat(counts, 2)
        sums = _of_large(each, counts, link) if special else _from_sums(each, counts, link, derived)
        found[:, block] = sums[: len(out), :1] if lonely else sums[: len(out)]
    out[:, place] = found


def sorted_blocks(outline: Outline) -> tuple[Ints, Iterator[tuple[Ints, slice]]]:
    """Return an order of the studies, and blocks of that order with the nodes of each study."""
    wanted = np.ceil((outline.high - outline.low) / outline.step).astype(np.intp) + 1
    # Classes of node numbers about an eighth apart.
    scale = np.maximum(1, 2 ** np.floor(np.log2(np.maximum(wanted, 8) / 8))).astype(np.intp)
    wanted = np.maximum(-(-wanted // scale) * scale, 5)
    order = np.argsort(wanted, kind="stable")
    ordered = wanted[order]
    edges = [0, *(np.flatnonzero(ordered[1:] > ordered[:-1]) + 1).tolist(), order.size]
    ends = [order.size]
    for start, stop in reversed([*pairwise(edges)]) if order.size else ():
        if (stop - start) * int(ordered[ends[-1] - 1] - ordered[start]) > WASTED:
            ends.append(stop)

    def blocks() -> Iterator[tuple[Ints, slice]]:
        for start, stop in pairwise([0, *reversed(ends)] if order.size else ()):
            width = max(1, BLOCK // int(ordered[stop - 1]))
            for first in range(start, stop, width):
                block = slice(first, min(first + width, stop))
                yield ordered[block], block

    return order, blocks()


def nodes(low: Floats, step: Floats, counts: Ints) -> tuple[Floats, Bools | None]:
    """Return evenly spaced nodes of each study, and which are its own: all, if ``None``.

    A study of fewer nodes than the last has its last one again, which is not to weigh anything.
    """
    row = np.arange(int(counts[-1]))
    if counts[0] == counts[-1]:
        z, own = np.multiply.outer(row.astype(np.float64), step), None
    else:
        z, own = np.minimum.outer(row, counts - 1) * step, np.less.outer(row, counts)
    z += low
    return z, own


def outlines(
    x: Floats, n: Floats, mu: Floats, tau: Floats, link: Link, precision: Precision
) -> Outline:
    """Return where to integrate.

    The ends never lie inside those wanted: the log integrand is concave, so that a Newton step
    from inside lands outside; a second one would save a node in a hundred.
    """
    mode, information = modes(x, n, mu, tau, link)
    width = 1 / np.sqrt(1 + tau * tau * information)
    reach = math.sqrt(2 * precision.cut)
    z = mode + np.multiply.outer(SIDES, reach * width)
    loglik, score, _ = link.parts(mu + tau * z, x, n)
    height = loglik - 0.5 * z * z
    peak, z, score = height[2], z[:2], score[:2]
    fall = peak - height[:2] - precision.cut
    slope = z - tau * score
    z -= fall / (slope + (slope == 0))
    z[0] = np.minimum(np.maximum(z[0], mode - reach), mode)
    z[1] = np.minimum(np.maximum(z[1], mode), mode + reach)
    step = largest_step(tau, information, link.reach(mu + tau * mode, n), precision)
    return Outline(z[0], z[1], step, peak - LOG_SQRT_2PI)


def largest_step(
    tau: Floats, information: Floats, reach: Floats | float, precision: Precision
) -> Floats:
    """Return the largest step in ``z`` that is fine enough, by the information near the mode."""
    pole = precision.pole * reach / np.maximum(tau, 1e-9)
    width = precision.width / np.sqrt(1 + tau * tau * information)
    out: Floats = np.minimum(width, pole)
    return out


def mode_guess(x: Floats, n: Floats, mu: Floats, tau: Floats, link: Link) -> Floats:
    """Return where the modes would be if the binomial likelihoods were normal."""
    shown = link.forward((x + 0.5) / (n + 1))
    noise = 1 / link.information(shown) / n
    out: Floats = tau * (shown - mu) / (tau * tau + noise)
    return out


def modes(x: Floats, n: Floats, mu: Floats, tau: Floats, link: Link) -> tuple[Floats, Floats]:
    """Return the mode of each integrand and the information in ``eta`` near it.

    The slope ``tau score(eta) - z`` falls strictly. At ``z = 0`` it is ``tau score(mu)``, and at
    ``z = tau score(mu)`` it has the other sign or is 0, since the score falls as well: a bracket.
    Newton steps are kept inside it, and one longer than half the last gives way to halving it:
    plain Newton cycles when ``tau`` is large or the data are far from ``mu``, and may do so within
    a bracket. A rough mode is enough: it only places the ends and sets the step.
    """
    parts = link.plain
    start = tau * parts(mu, x, n)[1]
    low, high = np.minimum(start, 0), np.maximum(start, 0)
    z = np.clip(mode_guess(x, n, mu, tau, link), low, high)
    mode, information = np.empty_like(z), np.empty_like(z)
    lanes, live, at, bend = np.arange(z.size), np.ones(z.size, dtype=bool), z.copy(), z.copy()
    tight, tau2, last = 0.1 / np.maximum(tau, 1), tau * tau, np.full(z.size, np.inf)
    for round_ in range(MODE_STEPS):
        _, score, minus_info = parts(mu + tau * z, x, n)
        slope = tau * score - z
        # A choice by multiplication: branches cost more than sums.
        rising = slope > 0
        low = low + rising * (z - low)
        high = z + rising * (high - z)
        curve = 1 - tau2 * minus_info
        new = z + slope / curve
        # Near in z, and in units of the integrand's width, which is small for a large study.
        length = np.abs(new - z)
        far = (length > tight * (1 + np.abs(z))) | (slope * slope > curve)
        lost = far & ((new < low) | (new > high) | (length > 0.5 * last))
        if np.count_nonzero(lost):
            new[lost] = 0.5 * (low + high)[lost]
            length = np.abs(new - z)
        last = length
        np.copyto(at, new, where=live)
        np.copyto(bend, minus_info, where=live)
        live &= far
        left = np.count_nonzero(live)
        if left and 2 * left >= live.size and round_ < MODE_STEPS - 1:
            z = new
            continue
        mode[lanes], information[lanes] = at, -bend
        if not left:
            break
        lanes, z, low, high = lanes[live], new[live], low[live], high[live]
        x, n, mu, tau, tau2, tight, last = (
            each[live] for each in (x, n, mu, tau, tau2, tight, last)
        )
        at, bend, live = z.copy(), bend[live], np.ones(left, dtype=bool)
    return mode, information


def _from_sums(columns: Floats, counts: Ints, link: Link, derived: bool) -> Floats:
    """Return log-likelihood and derivatives of a block from its weighted sums."""
    low, high, peak = columns[4:7]
    step = (high - low) / (counts - 1)
    sums = logit_sums if link.name == "logit" else link_sums
    total, *moments = sums(columns, *nodes(low, step, counts), link, derived)
    out = np.empty((6, total.size))
    out[0] = np.log(total * step) + peak
    if not derived:
        return out
    score, score_z, second, second_z, second_zz = moments
    out[1], out[2] = score / total, score_z / total
    out[3] = second / total - out[1] * out[1]
    out[4] = second_z / total - out[1] * out[2]
    out[5] = second_zz / total - out[2] * out[2]
    return out


def logit_sums(
    columns: Floats, z: Floats, own: Bools | None, link: Link, derived: bool
) -> tuple[Floats, ...]:
    """Return the sums of the weights, and of ``s``, ``s z``, ``r``, ``r z``, ``r z^2`` by them.

    ``s`` is the score in ``eta`` and ``r = s^2 - information``. Every array is written in place.
    """
    x, n, mu, tau, _, high, peak = columns
    fitted = z * tau
    fitted += mu
    far = fitted.copy() if float(np.max(mu + tau * high)) > ETA_TOP else None
    if far is not None:
        np.minimum(fitted, ETA_TOP, out=fitted)
    np.exp(fitted, out=fitted)
    odds_1 = fitted + 1
    fitted /= odds_1  # the proportion, for now
    np.log(odds_1, out=odds_1)
    if far is not None:
        np.copyto(odds_1, far, where=far > ETA_TOP)
    odds_1 *= n
    weight = z * -0.5
    weight += x * tau
    weight *= z
    weight += x * mu - peak - LOG_SQRT_2PI
    weight -= odds_1
    np.exp(weight, out=weight)
    if own is not None:
        weight *= own
    if not derived:
        return (weight.sum(axis=0),)
    minus_q = np.subtract(fitted, 1, out=odds_1)
    fitted *= n
    minus_q *= fitted  # minus the information
    score = np.subtract(x, fitted, out=fitted)
    return _weighted(weight, score, minus_q, z)


def link_sums(
    columns: Floats, z: Floats, own: Bools | None, link: Link, derived: bool
) -> tuple[Floats, ...]:
    """Return the same for any link."""
    x, n, mu, tau, _, _, peak = columns
    eta = mu + tau * z
    weight, score, minus_info = link.plain(eta, x, n)
    square = z * z
    square *= 0.5
    weight -= square
    weight -= peak + LOG_SQRT_2PI
    np.exp(weight, out=weight)
    if own is not None:
        weight *= own
    if not derived:
        return (weight.sum(axis=0),)
    return _weighted(weight, score, minus_info, z)


def _of_large(columns: Floats, counts: Ints, link: Link) -> Floats:
    """Return the same of large studies: exponents without cancellation, Louis's derivatives."""
    x, n, mu, tau, low, high, _ = columns
    step = (high - low) / (counts - 1)
    z, own = nodes(low, step, counts)
    value, score, minus_info = link.parts(mu + tau * z, x, n)
    value = value - 0.5 * z * z - LOG_SQRT_2PI
    top = value.max(axis=0)
    weight = np.exp(value - top)
    if own is not None:
        weight *= own
    total = weight.sum(axis=0)
    weight /= total
    out = np.empty((6, x.size))
    out[0] = top + np.log(total * step)
    second, first = score * score + minus_info, weight * z
    out[1], out[2] = (weight * score).sum(axis=0), (first * score).sum(axis=0)
    out[3] = (weight * second).sum(axis=0) - out[1] * out[1]
    out[4] = (first * second).sum(axis=0) - out[1] * out[2]
    out[5] = (first * z * second).sum(axis=0) - out[2] * out[2]
    huge = n * tau * tau > HUGE
    square, mean = (first * z).sum(axis=0), first.sum(axis=0)
    off, wide_off, root = z - mean, z * z - square, np.where(huge, tau, 1.0)
    louis = [
        mean / root,
        (square - 1) / root,
        ((weight * off * off).sum(axis=0) - 1) / root**2,
        ((weight * off * wide_off).sum(axis=0) - 2 * mean) / root**2,
        (1 - 3 * square + (weight * wide_off * wide_off).sum(axis=0)) / root**2,
    ]
    out[1:, huge] = np.array(louis)[:, huge]
    return out


def _weighted(weight: Floats, score: Floats, minus_info: Floats, z: Floats) -> tuple[Floats, ...]:
    """Return the six sums; the arrays are overwritten."""
    total = weight.sum(axis=0)
    weighted = score * weight
    score *= score
    minus_info += score
    minus_info *= weight
    sums = total, weighted.sum(axis=0), np.einsum("jm,jm->m", weighted, z), minus_info.sum(axis=0)
    minus_info *= z
    return *sums, minus_info.sum(axis=0), np.einsum("jm,jm->m", minus_info, z)
