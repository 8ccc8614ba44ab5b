"""Maxima of the likelihood under a law, and profile-likelihood limits of what it says.

Each function that is reported, the median or the average, rises with the first parameter. So the
likelihood is rewritten with the function's value in that parameter's place, and its profile is a
climb with that value held.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from poolprop.stats._types import Bools, Floats, Ints
from poolprop.stats.batch.ascent import Climbable, ascend
from poolprop.stats.laws.families import Value
from poolprop.stats.laws.likelihood import LawLikelihood
from poolprop.stats.roots import bracketed_root

# Largest scale and shift: with more, studies differ beyond what pooling can mean. A shift of 5 has
# the standard deviation 3. Logits beyond FARTHEST are proportions of 0 and 1.
TAU_MOST, SHIFT_MOST, FARTHEST = 3.0, 5.0, 30.0
# Scales from which climbs start.
SCALES = (0.25, 1.5)
Function = Callable[[Floats], Value]


class Maximum(NamedTuple):
    """The maximum of a likelihood: parameters, height, and whether the score is 0 there."""

    theta: Floats
    loglik: float
    converged: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """A likelihood with the value of a function in place of the first parameter."""

    likelihood: LawLikelihood
    function: Function

    def take(self, which: Bools | Ints) -> Placed:
        """Return itself: every climb is on the same data."""
        return self

    def derivatives(self, theta: Floats, fine: Bools) -> Floats:
        """Return log-likelihood, score and upper triangle of the hessian, in rows."""
        columns = [self._column(one, exact) for one, exact in zip(theta.T, fine, strict=True)]
        return np.stack(columns, axis=1)

    def _column(self, theta: Floats, exact: bool) -> Floats:
        place = self.place(theta)
        found = self.likelihood.derivatives(place[:, None], np.array([exact]))[:, 0]
        q, at = theta.size, self.function(place)
        turn = np.eye(q)
        turn[0] = -at.gradient / at.gradient[0]
        turn[0, 0] = 1 / at.gradient[0]
        bend = -turn.T @ at.hessian @ turn / at.gradient[0]
        upper, slope = np.triu_indices(q), found[1 : q + 1]
        curve = np.zeros((q, q))
        curve[upper] = found[q + 1 :]
        curve = curve + np.triu(curve, 1).T
        curve = turn.T @ curve @ turn + slope[0] * bend
        return np.concatenate([[found[0]], turn.T @ slope, curve[upper]])

    def place(self, theta: Floats) -> Floats:
        """Return the parameters at which the function has the value that stands first."""
        out = theta.copy()
        for _ in range(60):
            at = self.function(out)
            step = (theta[0] - at.value) / at.gradient[0]
            out[0] += min(max(step, -3.0), 3.0)
            if abs(step) < 1e-12 * (1 + abs(out[0])):
                break
        return out


def highest(likelihood: LawLikelihood, starts: Sequence[Floats]) -> Maximum:
    """Climb from some starts and return the highest maximum."""
    return _climb(likelihood, np.stack(starts, axis=1), np.ones(starts[0].size, dtype=bool))


def profile_limits(
    likelihood: LawLikelihood, best: Maximum, function: Function, cut: float
) -> tuple[float, float]:
    """Return where twice the profile log-likelihood of a function has fallen by ``cut``.

    Infinite where it never does.
    """
    placed = Placed(likelihood, function)
    centre, rest = function(best.theta).value, best.theta[1:]
    free = np.ones(best.theta.size, dtype=bool)
    free[0] = False

    def end(side: float) -> float:
        last = rest

        def excess(away: float) -> float:
            nonlocal last
            lanes = [last, *([*rest[:-1], scale] for scale in SCALES)]
            starts = np.array([[centre + side * away, *lane] for lane in lanes]).T
            found = _climb(placed, starts, free)
            last = found.theta[1:]
            return 2 * (best.loglik - found.loglik) - cut

        near, far = 0.0, 1.0
        while excess(far) < 0:
            near, far = far, 2 * far
            if abs(centre) + far > FARTHEST:
                return side * math.inf
        return centre + side * bracketed_root(excess, near, far, xtol=1e-8, rtol=1e-8)

    return end(-1.0), end(1.0)


def _climb(problem: Climbable, starts: Floats, free: Bools) -> Maximum:
    """Return the highest end of some climbs; a shift that leaves its bounds is held at them."""
    found = ascend(problem, starts, TAU_MOST, free=free)
    theta, loglik, settled = found.theta, found.loglik.copy(), found.settled
    wild = np.any(np.abs(theta[1:-1]) > SHIFT_MOST, axis=0)
    for i in np.flatnonzero(wild):
        start = theta[:, i : i + 1].copy()
        start[1:-1] = np.clip(start[1:-1], -SHIFT_MOST, SHIFT_MOST)
        held = free.copy()
        held[1:-1] = False
        again = ascend(problem, start, TAU_MOST, free=held)
        theta[:, i], loglik[i], settled[i] = again.theta[:, 0], again.loglik[0], again.settled[0]
    lane = int(np.argmax(loglik))
    return Maximum(theta[:, lane], float(loglik[lane]), bool(settled[lane]))
