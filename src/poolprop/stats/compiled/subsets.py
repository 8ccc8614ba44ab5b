"""Weighted means of every subset of some studies, in machine code: subsets in lockstep."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from poolprop.stats.compiled.jit import compiled
from poolprop.stats.compiled.lanes import LANES, whole_vectors
from poolprop.stats.compiled.subsets_likelihood import TOGETHER, likelihoods
from poolprop.stats.inputs import Floats
from poolprop.stats.newton import Bools

SIZE, W, WW, WY, WYY, TAU2 = (LANES * row for row in range(6))


def pool_subsets(y: Floats, v: Floats, members: Bools, method: str, out: Floats) -> None:
    """Write mean, ``tau2`` and I2 of each subset, shape (3, subsets).

    Parameters
    ----------
    y, v : ndarray, shape (k,)
        Effects, centred, and their variances.
    members : ndarray of bool, shape (subsets, k)
        At least two studies each.
    method : {"DL", "ML", "REML"}
        Estimator of ``tau2``.
    """
    inside, found = np.ascontiguousarray(members.T).view(np.uint8), out
    short = LANES - len(members)
    if short > 0:
        inside = np.pad(inside, ((0, 0), (0, short)), mode="edge")
        found = np.empty((3, LANES))
    if method == "DL":
        _moments(y, v, inside, found)
    else:
        grid = whole_vectors(y, v)
        likelihoods(y, v, inside, method == "REML", grid, _tables(y, v, grid), found)
    if short > 0:
        out[:] = found[:, : len(members)]


def _tables(y: Floats, v: Floats, grid: Floats) -> Floats:
    """Return sums over all subsets of every ten studies, shape (tens, 1024, sums, grid)."""
    w = 1 / (v[:, None] + grid)
    heavy = w * y[:, None]
    each = np.stack([w, heavy, w * w, w * heavy, heavy * heavy], axis=1)
    tens = -(-len(each) // TOGETHER)
    out = np.zeros((tens, 1 << TOGETHER, *each.shape[1:]))
    for study, values in enumerate(each):
        table, bit = out[study // TOGETHER], study % TOGETHER
        table[1 << bit : 2 << bit] = table[: 1 << bit] + values
    return out


@compiled
def _moments(y: Floats, v: Floats, inside: NDArray[np.uint8], out: Floats) -> None:
    """Write the same with ``tau2`` by DerSimonian and Laird."""
    s = np.empty(6 * LANES)
    for block in range(0, inside.shape[1], LANES):
        # The last block begins early enough to be whole.
        first = min(block, inside.shape[1] - LANES)
        s[:] = 0.0
        for j in range(y.size):
            there, w = inside[j, first : first + LANES], 1 / v[j]
            for i in range(LANES):
                one = float(there[i])
                s[SIZE + i] += one
                s[W + i] += one * w
                s[WW + i] += one * (w * w)
                s[WY + i] += one * (w * y[j])
                s[WYY + i] += one * (w * y[j] * y[j])
        tau2, share = out[1, first : first + LANES], out[2, first : first + LANES]
        for i in range(LANES):
            w, df = s[W + i], s[SIZE + i] - 1
            q = max(s[WYY + i] - s[WY + i] * s[WY + i] / w, 0.0)
            s[TAU2 + i] = max(0.0, (q - df) / (w - s[WW + i] / w))
            tau2[i] = s[TAU2 + i]
            share[i] = 1 - df / q if q > df else 0.0
            s[W + i], s[WY + i] = 0.0, 0.0
        for j in range(y.size):
            there = inside[j, first : first + LANES]
            for i in range(LANES):
                w = float(there[i]) / (v[j] + s[TAU2 + i])
                s[W + i] += w
                s[WY + i] += w * y[j]
        mean = out[0, first : first + LANES]
        for i in range(LANES):
            mean[i] = s[WY + i] / s[W + i]
