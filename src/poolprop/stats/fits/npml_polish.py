"""The last digits of a law of points: Newton's method in its points and weights together."""

from __future__ import annotations

import numpy as np
from scipy.special import xlog1py, xlogy

from poolprop.stats._types import Floats, Ints

# Points are at 0 or 1 where they are nearer, and nearer than this share of one patient.
EDGE, PATIENT = 1e-6, 1e-2


def polished(
    x: Floats, n: Floats, support: Floats, share: Floats, multiplier: float, mean: float | None
) -> tuple[Floats, Floats, float]:
    """Return points and weights at which the likelihood's slopes are 0, by Newton's method.

    Points at 0 and 1 do not move. What does not arrive is returned as it came.
    """
    edge = min(EDGE, PATIENT / float(n.max()))
    moving = np.flatnonzero((support > edge) & (support < 1 - edge))
    point, weight, pull = support.copy(), share.copy(), multiplier
    point[support <= edge], point[support >= 1 - edge] = 0.0, 1.0
    m = support.size
    for _ in range(30):
        if not np.all(relative(x, n, point) @ weight > 0):
            break  # some study cannot come from these points
        residual, jacobian = _system(x, n, point, weight, moving, pull, mean)
        step = -np.linalg.lstsq(jacobian, residual, rcond=1e-14)[0]
        weight = weight + step[:m]
        point[moving] += step[m : m + moving.size]
        pull += 0.0 if mean is None else step[-1]
        inside = (point[moving] > 0) & (point[moving] < 1)
        if not (np.all(weight > 0) and np.all(inside)):
            break
        if np.abs(step).max() < 1e-12:
            return point, weight / weight.sum(), pull
    return support, share, multiplier


def _system(
    x: Floats, n: Floats, point: Floats, weight: Floats, moving: Ints, pull: float,
    mean: float | None,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Return slopes and second derivatives in weights, points that move, and the multiplier.

    The weights are free: their sum has the multiplier ``k``, which is known.
    """
    away = point - (0.0 if mean is None else mean)
    share = relative(x, n, point)
    share /= (share @ weight)[:, None]
    inner = point[moving]
    score = x[:, None] / inner - (n - x)[:, None] / (1 - inner)
    bend = score**2 - x[:, None] / inner**2 - (n - x)[:, None] / (1 - inner) ** 2
    slope = (share[:, moving] * score).sum(axis=0) - pull
    by_point = share[:, moving] * score * weight[moving]
    cross = -share.T @ by_point
    cross[moving, np.arange(moving.size)] += slope
    own = np.diag(weight[moving] * (share[:, moving] * bend).sum(axis=0)) - by_point.T @ by_point
    jacobian = np.block([[-share.T @ share, cross], [cross.T, own]])
    residual = np.concatenate([share.sum(axis=0) - x.size - pull * away, weight[moving] * slope])
    if mean is None:
        return residual, jacobian
    border = np.concatenate([away, weight[moving]])[:, None]
    whole = np.block([[jacobian, -border], [-border.T, np.zeros((1, 1))]])
    return np.append(residual, -weight @ away), whole


def _logs(x: Floats, n: Floats, point: Floats) -> Floats:
    out: Floats = xlogy(x[:, None], point) + xlog1py((n - x)[:, None], -point)
    return out


def highest(x: Floats, n: Floats) -> Floats:
    """Return each study's largest log-likelihood, without binomial coefficients."""
    out: Floats = xlogy(x, x / n) + xlog1py(n - x, -x / n)
    return out


def relative(x: Floats, n: Floats, point: Floats) -> Floats:
    """Return each study's likelihood over its own maximum, shape (k, points)."""
    out: Floats = np.exp(_logs(x, n, point) - highest(x, n)[:, None])
    return out
