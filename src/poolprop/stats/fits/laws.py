"""Maxima of the likelihood under a law, and profile-likelihood limits of what it says.

Each function that is reported, the median or the average, rises with the first parameter. So the
likelihood is rewritten with the function's value in that parameter's place, and its profile is a
climb with that value held.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from poolprop.stats._types import Bools, Floats, Ints
from poolprop.stats.fits.climb import ascend
from poolprop.stats.likelihoods.laws import Value

# Largest scale and shift: with more, studies differ beyond what pooling can mean. A shift of 5 has
# the standard deviation 3. Logits beyond FARTHEST are proportions of 0 and 1.
TAU_MOST, SHIFT_MOST, FARTHEST = 3.0, 5.0, 30.0
# Scales from which climbs start.
SCALES = (0.25, 1.5)
Function = Callable[[Floats], Value]


class Likelihood(Protocol):
    """A log-likelihood of a location, shifts and a scale."""

    def derivatives(self, theta: Floats, fine: Bools) -> Floats:
        """Return log-likelihood, score and upper triangle of the hessian, in rows."""


class Maximum(NamedTuple):
    """The maximum of a likelihood: parameters, height, and whether the score is 0 there."""

    theta: Floats
    loglik: float
    converged: bool


class Climbed(NamedTuple):
    """Where a climb arrived; ``slope`` is that by the first parameter, which may be held."""

    theta: Floats
    loglik: float
    settled: bool
    slope: float


@dataclass(frozen=True, slots=True)
class Placed:
    """A likelihood with the value of a function in place of the first parameter.

    A shift is the sine of an angle, times its bound, so that no climb leaves the bounds.
    """

    likelihood: Likelihood
    function: Function

    def take(self, which: Bools | Ints) -> Placed:
        """Return itself: every climb is on the same data."""
        return self

    def derivatives(self, theta: Floats, fine: Bools) -> Floats:
        """Return log-likelihood, score and upper triangle of the hessian, in rows."""
        columns = [self._column(one, exact) for one, exact in zip(theta.T, fine, strict=True)]
        return np.stack(columns, axis=1)

    def _column(self, theta: Floats, exact: bool) -> Floats:
        place, at = self.place(theta)
        found = self.likelihood.derivatives(place[:, None], np.array([exact]))[:, 0]
        q = theta.size
        turn, bend = np.eye(q), np.zeros(q)
        turn[1:-1, 1:-1] = np.diag(SHIFT_MOST * np.cos(theta[1:-1]))
        bend[1:-1] = -SHIFT_MOST * np.sin(theta[1:-1])
        turn[0] = -at.gradient @ turn / at.gradient[0]
        turn[0, 0] = 1 / at.gradient[0]
        first = -(turn.T @ at.hessian @ turn + np.diag(at.gradient * bend)) / at.gradient[0]
        slope, curve = found[1 : q + 1], _matrix(found[q + 1 :], q)
        curve = turn.T @ curve @ turn + slope[0] * first + np.diag(slope * bend)
        return np.concatenate([[found[0]], turn.T @ slope, curve[np.triu_indices(q)]])

    def place(self, theta: Floats) -> tuple[Floats, Value]:
        """Return the likelihood's own parameters, and the function there."""
        out = theta.copy()
        out[1:-1] = SHIFT_MOST * np.sin(theta[1:-1])
        at = self.function(out)
        for _ in range(60):
            step = (theta[0] - at.value) / at.gradient[0]
            if abs(step) < 1e-11 * (1 + abs(out[0])):
                break
            out[0] += min(max(step, -3.0), 3.0)
            at = self.function(out)
        return out, at

    def climb(self, starts: Floats, *, held: bool = False) -> Climbed:
        """Return the highest end of climbs from starts of shape (q, b), the first one held."""
        free = np.ones(len(starts), dtype=bool)
        free[0] = not held
        found = ascend(self, starts, TAU_MOST, free=free)
        lane = int(np.argmax(found.loglik))
        return Climbed(
            found.theta[:, lane],
            float(found.loglik[lane]),
            bool(found.settled[lane]),
            float(found.score[0, lane]),
        )


def highest(likelihood: Likelihood, starts: Sequence[Floats]) -> Maximum:
    """Climb from some starts and return the highest maximum.

    Parameters
    ----------
    likelihood : Likelihood
        Studies under a law, for one.
    starts : sequence of ndarray
        Locations, shifts and scales.
    """
    columns = np.stack(starts, axis=1)
    columns[1:-1] = _angle(columns[1:-1])
    placed = Placed(likelihood, first)
    found = placed.climb(columns)
    return Maximum(placed.place(found.theta)[0], found.loglik, found.settled)


def profile_limits(
    likelihood: Likelihood, best: Maximum, function: Function, cut: float
) -> tuple[float, float]:
    """Return where twice the profile log-likelihood of a function has fallen by ``cut``.

    Infinite where it never does.
    """
    walk = _Walk(Placed(likelihood, function), best, function(best.theta).value, cut)
    return walk.end(-1.0), walk.end(1.0)


def first(theta: Floats) -> Value:
    """Return the first parameter as a function of all."""
    q = theta.size
    return Value(float(theta[0]), np.eye(q)[0], np.zeros((q, q)))


def _angle(shift: Floats) -> Floats:
    out: Floats = np.arcsin(np.clip(shift / SHIFT_MOST, -1.0, 1.0))
    return out


def _matrix(triangle: Floats, q: int) -> Floats:
    """Return the symmetric matrix of an upper triangle."""
    out = np.zeros((q, q))
    out[np.triu_indices(q)] = triangle
    return out + np.triu(out, 1).T


@dataclass(frozen=True, slots=True)
class _Walk:
    """The walk along a profile from its top to where it has fallen by the cut."""

    placed: Placed
    best: Maximum
    centre: float
    cut: float

    def end(self, side: float) -> float:
        """Return the limit on one side, the farthest of the profile's branches."""
        start = self._rest()
        at, _ = self._branch(side, self.centre + side * self._reach(), start, self.centre)
        for scale in SCALES:
            if math.isinf(at):
                break
            other = self._profile(at, np.append(start[:-1], scale))
            if self._fall(other) < math.sqrt(self.cut) - 1e-7:
                at, _ = self._branch(side, at, other.theta[1:], at)
        return at

    def _branch(self, side: float, at: float, rest: Floats, near: float) -> tuple[float, Floats]:
        """Follow one branch by Newton's method on the root of the fall, nearly a straight line.

        Its slope is the likelihood's own, for the other parameters stand at their best.
        """
        wanted, far = math.sqrt(self.cut), side * math.inf
        for _ in range(60):
            found = self._profile(at, rest)
            rest, fall = found.theta[1:], self._fall(found)
            near, far = (at, far) if fall < wanted else (near, at)
            steep = -side * found.slope / max(fall, 1e-9)
            step = (wanted - fall) / steep if steep > 0 else math.copysign(math.inf, wanted - fall)
            if abs(step) < 1e-8:
                break
            at += side * min(max(step, -2.0 - abs(at)), 2.0 + abs(at))
            if not min(near, far) < at < max(near, far):
                at = (near + far) / 2 if math.isfinite(far) else near + side
            if abs(at) > FARTHEST:
                return side * math.inf, rest
        return at, rest

    def _rest(self) -> Floats:
        rest = self.best.theta[1:].copy()
        rest[:-1] = _angle(rest[:-1])
        return rest

    def _profile(self, at: float, rest: Floats) -> Climbed:
        return self.placed.climb(np.append(at, rest)[:, None], held=True)

    def _fall(self, found: Climbed) -> float:
        return math.sqrt(max(0.0, 2 * (self.best.loglik - found.loglik)))

    def _reach(self) -> float:
        """Return how far away the limit would be if the profile were a parabola."""
        theta = np.append(self.centre, self._rest())
        found = self.placed.derivatives(theta[:, None], np.ones(1, dtype=bool))[:, 0]
        curve = -_matrix(found[theta.size + 1 :], theta.size)
        rest, *_ = np.linalg.lstsq(curve[1:, 1:], curve[1:, 0], rcond=1e-8)
        bend = float(curve[0, 0] - curve[0, 1:] @ rest)
        return math.sqrt(self.cut / bend) if bend > 0 else 1.0
