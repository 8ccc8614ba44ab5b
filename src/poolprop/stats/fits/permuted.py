"""Meta-regressions on one design with its rows in thousands of orders."""

from __future__ import annotations

import numpy as np

from poolprop.stats._types import Floats, Ints
from poolprop.stats.fits.tau2 import between
from poolprop.stats.likelihoods.normal import Designs, dot

# Orders of a block: its arrays stay in the processor's cache.
BLOCK = 2048


def permuted_omnibus(
    yi: Floats, vi: Floats, design: Floats, orders: Ints, tau2: str, ci: str
) -> Floats:
    """Return the omnibus statistic of each order, ``tau2`` estimated anew.

    Of effects (k,) on a design (k, p), intercept first, ``k > p > 1``; ``orders`` (b, k) say which
    row of the design each study gets. ``tau2`` and ``ci`` are those of a meta-regression.
    """
    k, p = design.shape
    # Effects about their mean lose no digits in sums of squares; slopes do not notice.
    y = yi - np.average(yi, weights=1 / vi)
    blocks = [
        _block(y, vi, design, orders[first : first + BLOCK], tau2)
        for first in range(0, len(orders), BLOCK)
    ]
    slopes, q = np.concatenate(blocks, axis=1)
    factor = np.ones(q.shape)
    if ci.startswith("hksj"):
        factor = q / (k - p)
        factor = np.maximum(1.0, factor) if ci == "hksj-adhoc" else factor
    out: Floats = slopes / factor
    return out if ci == "wald" else out / (p - 1)


def _block(y: Floats, v: Floats, design: Floats, orders: Ints, tau2: str) -> Floats:
    """Return Wald's statistic of all coefficients but the first and Q of some orders, (2, b)."""
    columns = np.ascontiguousarray(np.moveaxis(design[orders.T], 2, 0))
    data = Designs(y[:, None], v[:, None], columns)
    weights = 1 / (data.v + between(data, tau2))
    _, beta, residual = data.solved(weights)
    m, out = data.moments(weights), np.zeros((2, len(orders)))
    for a in range(1, data.p):
        for b in range(1, data.p):
            out[0] += beta[a] * beta[b] * (m[a][b] - m[a][0] * m[0][b] / m[0][0])
    out[1] = dot(weights * residual, residual)
    return out
