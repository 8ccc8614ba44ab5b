"""The sums of the beta-binomial likelihood in machine code, one data set after another.

Weights are those of :mod:`poolprop.stats.batch.rising`; here a data set has a row only as long as
its largest count needs, the rows one after another.
"""

from __future__ import annotations

from poolprop.stats.batch.sets import Ints
from poolprop.stats.compiled.elementary import exp, log
from poolprop.stats.compiled.jit import compiled, inlined, reordered
from poolprop.stats.inputs import Floats

Six = tuple[float, float, float, float, float, float]


@compiled
def lengths(counts: Ints, size: Ints, first: int, nodes: int, out: Ints) -> None:
    """Write how many shared nodes each data set needs: ``first``, and ``nodes`` a doubling."""
    study = 0
    for i in range(size.size):
        most = 0
        for _ in range(size[i]):
            most = max(most, counts[study])
            study += 1
        out[i], start = first, first
        while start < most:
            out[i] += nodes
            start *= 2


@compiled
def add_weights(
    counts: Ints, size: Ints, starts: Ints, first: int, table: Floats, rows: Floats
) -> None:
    """Add up the weights of the sums over ``j < m`` for the counts ``m`` of each data set.

    Parameters
    ----------
    counts, size : ndarray of int
        Counts of the studies, and studies of each data set.
    starts : ndarray of int, shape (b,)
        Where each data set's row starts in ``rows``, which holds zeros.
    first : int
        How many terms are taken one by one.
    table : ndarray, shape (t, nodes)
        Weights of sums from ``first``, ``2 first``, ... , for each place where they can end.
    """
    study = 0
    for i in range(size.size):
        for _ in range(size[i]):
            m, at = counts[study], starts[i]
            study += 1
            for j in range(min(m, first)):
                rows[at + j] += 1.0
            at, start, line = at + first, first, 0
            while start < m:
                row = line + min(m, 2 * start) - start
                for j in range(table.shape[1]):
                    rows[at + j] += table[row, j]
                at, line, start = at + table.shape[1], line + start + 1, 2 * start


@compiled
def derivatives(
    rows: tuple[Floats, Floats, Floats], starts: Ints, sizes: Ints, nodes: Floats,
    theta: Floats, out: Floats,
) -> None:  # fmt: skip
    """Write log-likelihood, score and second derivatives, shape (6, b).

    Parameters
    ----------
    rows : tuple of ndarray
        Weights of the sums over events, non-events and totals.
    starts, sizes : ndarray of int, shape (3, b)
        Where each data set's weights are.
    nodes : ndarray
        Where the weights' nodes stand.
    theta : ndarray, shape (2, b)
        Logit of the mean proportion and root of ``theta``.
    """
    for i in range(theta.shape[1]):
        _one(rows, starts[:, i], sizes[:, i], nodes, theta[0, i], theta[1, i], out[:, i])


@inlined
def _one(
    rows: tuple[Floats, Floats, Floats], starts: Ints, sizes: Ints, nodes: Floats,
    mu: float, root: float, out: Floats,
) -> None:  # fmt: skip
    theta, below = root * root, exp(-abs(mu))
    less = below / (1 + below)
    p, q = (1 / (1 + below), less) if mu > 0 else (less, 1 / (1 + below))
    a_0, a_1, a_2, a_3, a_4, a_5 = _sums(p, theta, rows[0], starts[0], sizes[0], nodes)
    b_0, b_1, b_2, b_3, b_4, b_5 = _sums(q, theta, rows[1], starts[1], sizes[1], nodes)
    c_0, _, c_2, _, _, c_5 = _sums(1.0, theta, rows[2], starts[2], sizes[2], nodes)
    # Derivatives in (pi, theta) first, then by the chain rule.
    d_p, d_t = a_1 - b_1, a_2 + b_2 - c_2
    slope = p * q
    out[0] = a_0 + b_0 - c_0
    out[1], out[2] = d_p * slope, 2 * root * d_t
    out[3] = -(a_3 + b_3) * slope * slope + d_p * slope * (q - p)
    out[4] = 2 * root * (b_4 - a_4) * slope
    out[5] = 2 * d_t + 4 * theta * (c_5 - a_5 - b_5)


@reordered
def _sums(c: float, theta: float, weights: Floats, start: int, size: int, nodes: Floats) -> Six:
    """Return the sums of ``log t``, ``1/t``, ``j/t``, ``1/t^2``, ``j/t^2``, ``j^2/t^2``."""
    logs = first = first_j = second = second_j = second_jj = 0.0
    for m in range(size):
        j, w = nodes[m], weights[start + m]
        t = c + theta * j
        over = 1 / t
        logs += w * log(t)
        w *= over
        first += w
        first_j += w * j
        w *= over
        second += w
        second_j += w * j
        second_jj += w * j * j
    return logs, first, first_j, second, second_j, second_jj
