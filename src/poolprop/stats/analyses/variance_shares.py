"""Which of several choices moves a result: the variance that each explains.

Analysis of variance with main effects only. Where the choices are not balanced, a sum of squares
depends on the order in which they enter; it is averaged over all orders, so that the shares do not
depend on any and add up to the share that all main effects explain together.

References
----------
Lindeman RH, Merenda PF, Gold RZ (1980). Introduction to Bivariate and Multivariate Analysis. Scott,
Foresman, p. 119 ff. Grömping U (2007). Estimators of relative importance in linear regression based
on variance decomposition. The American Statistician 61(2):139-147.
"""

from __future__ import annotations

from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats

# Below this, relative to the largest, a singular value belongs to a level that others imply.
RANK = 1e-10


def variance_shares(levels: ArrayLike, response: ArrayLike) -> Floats:
    """Return the share of each response's variance that each choice explains, (f,) or (f, r).

    ``levels`` (n, f) are those, from 0, of ``f`` choices in ``n`` results; ``response`` is (n,) or
    (n, r). What the shares' sum lacks to 1 is interaction; all are 0 where results are equal.

    >>> levels = [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> variance_shares(levels, [1.0, 2.0, 4.0, 5.0]).round(6).tolist()
    [0.9, 0.1]
    """
    design = np.asarray(levels, dtype=np.int64)
    y = np.asarray(response, dtype=np.float64)
    if design.ndim != 2 or y.shape[:1] != design.shape[:1] or not y.size:
        raise EstimationError(
            f"levels has shape {design.shape} and response {y.shape}",
            where="levels, response",
            hint="Give one row of levels for each result.",
        )
    explained = _explained(design, y.reshape(len(y), -1))
    count = design.shape[1]
    shares = np.zeros((count, explained[()].size))
    for choice in range(count):
        others = [other for other in range(count) if other != choice]
        for size in range(count):
            weight = factorial(size) * factorial(count - size - 1) / factorial(count)
            for subset in combinations(others, size):
                with_it = tuple(sorted((*subset, choice)))
                shares[choice] += weight * (explained[with_it] - explained[subset])
    shares = np.clip(shares, 0.0, 1.0)
    return shares[:, 0] if y.ndim == 1 else shares


def _explained(design: NDArray[np.int64], y: Floats) -> dict[tuple[int, ...], Floats]:
    """Return the share of variance that each subset of the choices explains."""
    centred = y - y.mean(axis=0)
    total = np.sum(centred**2, axis=0)
    # Rounding of equal results is no variance.
    flat = total <= 1e-24 * np.maximum(np.sum(y**2, axis=0), 1e-300)
    columns, owner = _dummies(design)
    gram, moments = columns.T @ columns, columns.T @ centred
    out: dict[tuple[int, ...], Floats] = {}
    for size in range(design.shape[1] + 1):
        for subset in combinations(range(design.shape[1]), size):
            keep = np.isin(owner, subset)
            slopes = np.linalg.lstsq(gram[np.ix_(keep, keep)], moments[keep], rcond=RANK)[0]
            fitted = np.sum(slopes * moments[keep], axis=0)
            out[subset] = np.where(flat, 0.0, fitted / np.where(flat, 1.0, total))
    return out


def _dummies(design: NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64]]:
    """Return centred indicator columns of every level but the first, and whose they are."""
    columns, owner = [], []
    for choice in range(design.shape[1]):
        for level in np.unique(design[:, choice])[1:]:
            column = (design[:, choice] == level).astype(np.float64)
            columns.append(column - column.mean())
            owner.append(choice)
    if not columns:
        return np.zeros((len(design), 0)), np.zeros(0, dtype=np.int64)
    return np.column_stack(columns), np.array(owner, dtype=np.int64)
