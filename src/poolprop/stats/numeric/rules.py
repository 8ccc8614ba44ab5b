"""Rules of quadrature, computed once, and small probabilities beyond a point by them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from poolprop.stats._types import Floats


@lru_cache
def hermite(count: int) -> tuple[Floats, Floats]:
    """Return nodes and weights of the average over a standard normal; weights sum to 1."""
    node, weight = np.polynomial.hermite_e.hermegauss(count)
    return _kept(node, weight / weight.sum())


@lru_cache
def legendre(count: int) -> tuple[Floats, Floats]:
    """Return nodes and weights of the Gauss-Legendre rule on (-1, 1)."""
    return _kept(*np.polynomial.legendre.leggauss(count))


def _kept(node: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Return both so that no user can change what the next one gets."""
    for array in (node, weight):
        array.setflags(write=False)
    return node, weight


# Nodes between neighbouring points.
NODES = 6


def tail(at: Floats, points: Floats, step: float, mass: Floats, side: int) -> Floats:
    """Return the probability beyond each of some values.

    The log of the density is interpolated by a cubic spline between the points and continued as
    a straight line beyond them, which for a log-concave density is an upper bound.

    Parameters
    ----------
    at : ndarray, shape (a,)
        From where.
    points, mass : ndarray, shape (m,)
        Evenly spaced points ``step`` apart, and their probabilities, which are positive at two
        neighbouring ones at least.
    side : int
        1 for the probability above, -1 for that below.

    Returns
    -------
    ndarray, shape (a,)
        Not negative; relative error below 0.5 % within the range of the points.
    """
    from scipy.interpolate import CubicSpline  # here: few ask for what is so small

    known = mass > np.finfo(float).tiny
    place, log_density = side * points[known], np.log(mass[known] / step)
    if place.size < 4:
        return np.zeros(at.size)
    if side < 0:
        place, log_density = place[::-1], log_density[::-1]
    spline = CubicSpline(place, log_density)
    node, weight = legendre(NODES)
    last = place[-1]
    fall = -float(spline(last, 1))
    out = np.empty(at.size)
    for i, start in enumerate(side * at):
        edge = float(spline(last)) - fall * max(0.0, float(start - last))
        out[i] = np.exp(edge) / fall if fall > 0 else 0.0
        knots = np.concatenate([[start], place[place > start]])
        middle, half = (knots[1:] + knots[:-1]) / 2, np.diff(knots) / 2
        values = spline(middle[:, None] + half[:, None] * node)
        out[i] += float(np.sum(half[:, None] * weight * np.exp(values)))
    return out
