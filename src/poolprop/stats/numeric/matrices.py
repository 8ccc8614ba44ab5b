"""Small symmetric matrices of arrays: one system of equations for each number in the arrays."""

from __future__ import annotations

import numpy as np

from poolprop.stats._types import Floats

Matrix = list[list[Floats]]


def cholesky(matrix: Matrix) -> Matrix:
    """Return the lower factor, reciprocals on its diagonal."""
    p = len(matrix)
    out: Matrix = [[matrix[a][b] for b in range(a + 1)] for a in range(p)]
    for a in range(p):
        for b in range(a + 1):
            rest = matrix[a][b]
            for c in range(b):
                rest = rest - out[a][c] * out[b][c]
            out[a][b] = 1 / np.sqrt(rest) if a == b else rest * out[b][b]
    return out


def solve(root: Matrix, right: list[Floats]) -> list[Floats]:
    """Return the solutions, by the lower factor."""
    p = len(root)
    out = list(right)
    for a in range(p):
        for c in range(a):
            out[a] = out[a] - root[a][c] * out[c]
        out[a] = out[a] * root[a][a]
    for a in reversed(range(p)):
        for c in range(a + 1, p):
            out[a] = out[a] - root[c][a] * out[c]
        out[a] = out[a] * root[a][a]
    return out
