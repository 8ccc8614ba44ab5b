"""Likelihood and derivatives of thousands of studies, each at a ``(mu, tau)`` of its own.

The integral is that of :mod:`poolprop.stats.quadrature`. Here studies are sorted by how many
nodes they need and summed in blocks that stay in the processor's cache, nodes on the first axis,
so that a study of 12 nodes does not wait for one of 90.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from poolprop.stats._types import Floats, Ints
from poolprop.stats.batch.fused import FUSED
from poolprop.stats.links import LOG_SQRT_2PI, Link
from poolprop.stats.quadrature import Precision

# Numbers in one array of a block: eight such arrays fit into a megabyte.
BLOCK = 16_384
STUDIES = 16_384
# Steps to a mode, from a guess that is exact for a normal likelihood.
MODE_STEPS = 60
END_STEPS = 2
# exp() of more is infinite.
ETA_TOP = 700.0


class Outline(NamedTuple):
    """Where the integrand of each study lies, shape (s,): ends in ``z``, largest step, peak."""

    low: Floats
    high: Floats
    step: Floats
    peak: Floats


def study_moments(
    x: Floats, n: Floats, mu: Floats, tau: Floats, link: Link, precision: Precision
) -> Floats:
    """Return the log-likelihood and its derivatives of each study.

    Parameters
    ----------
    x, n, mu, tau : ndarray, shape (s,)
        Events, totals, mean and standard deviation of the linear predictor.
    link : Link
        The link function.
    precision : Precision
        How finely to integrate.

    Returns
    -------
    ndarray, shape (6, s)
        Log-likelihood without the binomial coefficient; derivatives by ``mu``, ``tau``, ``mu``
        twice, ``mu`` and ``tau``, ``tau`` twice.
    """
    out = np.empty((6, x.size))
    for first in range(0, x.size, STUDIES):
        part = slice(first, first + STUDIES)
        _fill(x[part], n[part], mu[part], tau[part], link, precision, out[:, part])
    return out


def _fill(
    x: Floats, n: Floats, mu: Floats, tau: Floats, link: Link, precision: Precision, out: Floats
) -> None:
    outline = outlines(x, n, mu, tau, link, precision)
    order, blocks = sorted_blocks(outline)
    columns = np.stack([x, n, mu, tau, outline.low, outline.high, outline.peak])[:, order]
    found = np.empty((6, x.size))
    for count, block in blocks:
        found[:, block] = _from_sums(columns[:, block], count, link)
    out[:, order] = found


def sorted_blocks(outline: Outline) -> tuple[Ints, Iterator[tuple[int, slice]]]:
    """Return an order of the studies, and blocks of that order with their number of nodes."""
    wanted = np.ceil((outline.high - outline.low) / outline.step).astype(np.intp) + 1
    # Classes of node numbers about an eighth apart.
    scale = np.maximum(1, 2 ** np.floor(np.log2(np.maximum(wanted, 8) / 8))).astype(np.intp)
    wanted = np.maximum(-(-wanted // scale) * scale, 5)
    order = np.argsort(wanted, kind="stable")
    edges = np.flatnonzero(np.diff(wanted[order], prepend=-1, append=-1))

    def blocks() -> Iterator[tuple[int, slice]]:
        for start, stop in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            count = int(wanted[order[start]])
            width = max(1, BLOCK // count)
            for first in range(start, stop, width):
                yield count, slice(first, min(first + width, stop))

    return order, blocks()


def outlines(
    x: Floats, n: Floats, mu: Floats, tau: Floats, link: Link, precision: Precision
) -> Outline:
    """Return where to integrate, as :func:`poolprop.stats.quadrature.nodes` does.

    The ends never lie inside those wanted: the log integrand is concave, so that a Newton step
    from inside lands outside, and further steps come down on the end without passing it.
    """
    mode, information = modes(x, n, mu, tau, link)
    peak = FUSED[link.name](mu + tau * mode, x, n)[0] - 0.5 * mode * mode - LOG_SQRT_2PI
    width = 1 / np.sqrt(1 + tau * tau * information)
    reach = np.sqrt(2 * precision.cut)
    z = np.stack([mode - reach * width, mode + reach * width])
    outermost = np.stack([mode - reach, mode + reach])
    for _ in range(END_STEPS):
        loglik, score, _ = FUSED[link.name](mu + tau * z, x, n)
        fall = peak - loglik + 0.5 * z * z + LOG_SQRT_2PI - precision.cut
        slope = z - tau * score
        fall /= slope + (slope == 0)
        z -= fall
        z[0] = np.minimum(np.maximum(z[0], outermost[0]), mode)
        z[1] = np.minimum(np.maximum(z[1], mode), outermost[1])
    return Outline(z[0], z[1], largest_step(tau, information, link, precision), peak)


def largest_step(tau: Floats, information: Floats, link: Link, precision: Precision) -> Floats:
    """Return the largest step in ``z`` that is fine enough, by the information near the mode."""
    pole = precision.pole * link.pole / np.maximum(tau, 1e-9)
    width = precision.width / np.sqrt(1 + tau * tau * information)
    out: Floats = np.minimum(width, pole)
    return out


def mode_guess(x: Floats, n: Floats, mu: Floats, tau: Floats, link: Link) -> Floats:
    """Return where the modes would be if the binomial likelihoods were normal."""
    share = (x + 0.5) / (n + 1)
    shown = link.forward(share)
    noise = 1 / link.derivatives(shown, share, np.ones_like(share))[1] / n
    out: Floats = tau * (shown - mu) / (tau * tau + noise)
    return out


def modes(x: Floats, n: Floats, mu: Floats, tau: Floats, link: Link) -> tuple[Floats, Floats]:
    """Return the mode of each integrand and the information in ``eta`` near it.

    Newton steps inside a bracket, as in :mod:`poolprop.stats.quadrature`; studies that have
    arrived leave the loop.
    """
    parts = FUSED[link.name]
    start = tau * parts(mu, x, n)[1]
    low, high = np.minimum(start, 0), np.maximum(start, 0)
    z = np.clip(mode_guess(x, n, mu, tau, link), low, high)
    mode, information = z.copy(), np.empty_like(z)
    lanes = np.arange(z.size)
    tight = 0.02 / np.maximum(tau, 1)
    for _ in range(MODE_STEPS):
        _, score, minus_info = parts(mu + tau * z, x, n)
        slope = tau * score - z
        # A choice by multiplication: branches cost more than sums.
        rising = slope > 0
        low = low + rising * (z - low)
        high = z + rising * (high - z)
        new = z + slope / (1 - tau * tau * minus_info)
        outside = (new < low) | (new > high)
        if outside.any():
            new[outside] = 0.5 * (low + high)[outside]
        mode[lanes], information[lanes] = new, -minus_info
        far = np.abs(new - z) > tight * (1 + np.abs(z))
        if not far.any():
            break
        z = new
        if 2 * np.count_nonzero(far) < far.size:
            lanes, z, low, high, tight = lanes[far], z[far], low[far], high[far], tight[far]
            x, n, mu, tau = x[far], n[far], mu[far], tau[far]
    return mode, information


def _from_sums(columns: Floats, count: int, link: Link) -> Floats:
    """Return log-likelihood and derivatives of a block from its weighted sums."""
    low, high, peak = columns[4:7]
    step = (high - low) / (count - 1)
    total, score, score_z, second, second_z, second_zz = (
        logit_sums(columns, count, step)
        if link.name == "logit"
        else link_sums(columns, count, step, link)
    )
    out = np.empty((6, total.size))
    out[0] = np.log(total * step) + peak
    out[1], out[2] = score / total, score_z / total
    out[3] = second / total - out[1] * out[1]
    out[4] = second_z / total - out[1] * out[2]
    out[5] = second_zz / total - out[2] * out[2]
    return out


def logit_sums(columns: Floats, count: int, step: Floats) -> tuple[Floats, ...]:
    """Return the sums of the weights, and of ``s``, ``s z``, ``r``, ``r z``, ``r z^2`` by them.

    ``s`` is the score in ``eta`` and ``r = s^2 - information``. Every array is written in place.
    """
    x, n, mu, tau, low, high, peak = columns
    z = np.multiply.outer(np.arange(count, dtype=np.float64), step)
    z += low
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
    minus_q = np.subtract(fitted, 1, out=odds_1)
    fitted *= n
    minus_q *= fitted  # minus the information
    score = np.subtract(x, fitted, out=fitted)
    return _weighted(weight, score, minus_q, z)


def link_sums(columns: Floats, count: int, step: Floats, link: Link) -> tuple[Floats, ...]:
    """Return the same for any link."""
    x, n, mu, tau, low, _, peak = columns
    z = np.multiply.outer(np.arange(count, dtype=np.float64), step)
    z += low
    eta = mu + tau * z
    weight, score, minus_info = FUSED[link.name](eta, x, n)
    square = z * z
    square *= 0.5
    weight -= square
    weight -= peak + LOG_SQRT_2PI
    np.exp(weight, out=weight)
    return _weighted(weight, score, minus_info, z)


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
