"""Limits of pooled means by the integrated likelihood, of thousands of data sets at once.

The likelihood of ``(mu, tau)`` is averaged over a prior on ``tau``; what is left is a likelihood
of ``mu`` alone, and an interval holds every ``mu`` at which twice its logarithm has fallen by at
most a cut. In ``u = asinh(tau / s)``, ``s`` about the smallest standard error of a study, the
integrand is even, analytic in a strip and falls off at its end, so that the trapezoid rule
converges geometrically; each data set has nodes of its own.

References
----------
Berger JO, Liseo B, Wolpert RL (1999). Integrated likelihood methods for eliminating nuisance
parameters. Statistical Science 14(1):1-28.
Trefethen LN, Weideman JAC (2014). The exponentially convergent trapezoidal rule.
SIAM Review 56(3):385-458.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from poolprop.stats._types import Bools, Floats, Ints
from poolprop.stats.fits.climb import Likelihoods, ascend
from poolprop.stats.fits.maxima import Maxima
from poolprop.stats.fits.walks import REACH
from poolprop.stats.likelihoods.links import Link
from poolprop.stats.priors import HalfNormal
from poolprop.stats.sets import Sets, place

# What of the integral over tau lies further below its largest part is left out.
DEPTH = 18.0
# Largest step in u, and in standard deviations of the narrowest part of the integrand: k studies
# bend its logarithm by 2 k at most, and a mean that lies off by a cut by four times that.
STEP, STEP_SD = 0.5, 1.25
# Studies times nodes in one go.
BLOCK = 60_000
ROUNDS = 60
# The coarse likelihood, of every second node, finds the way: to where one exact step is enough.
NEAR_TOP, NEAR_LIMIT = 1e-6, 2e-4
ENOUGH_TOP, ENOUGH_LIMIT = 1e-7, 1e-5
# Share of the reach at which data at the boundary have their whole likelihood.
FAR = 0.8
# From so many standard deviations apart two tops may be two.
APART = 1.5


@dataclass(frozen=True, slots=True)
class Averaged:
    """Likelihoods of ``mu`` of many data sets, averaged over a prior on ``tau``.

    ``nodes.x`` are the nodes of ``tau``, ``nodes.n`` the logarithms of their weights and
    ``nodes.size`` how many each data set has; ``exact`` says whether integrals over the studies
    are exact to rounding.
    """

    problem: Likelihoods
    nodes: Sets
    exact: bool

    def take(self, which: Bools | Ints) -> Averaged:
        """Return the likelihoods of some data sets."""
        return Averaged(self.problem.take(which), self.nodes.take(which), self.exact)

    def coarse(self) -> Averaged:
        """Return the same by every second node and coarse integrals."""
        order, size = place(self.nodes.size), self.nodes.size
        kept = order % 2 == 0
        nodes = Sets(x=self.nodes.x[kept], n=self.nodes.n[kept] + np.log(2), size=(size + 1) // 2)
        return Averaged(self.problem, nodes, exact=False)

    def beyond(self) -> Floats:
        """Return the logarithm where all likelihoods are 1: of data without events, far down."""
        out: Floats = np.log(self.nodes.total(np.exp(self.nodes.n)))
        return out

    def at(self, mu: Floats) -> Floats:
        """Return the log-likelihood, its slope and its curvature at a mean each, shape (3, b)."""
        nodes, lanes = self.nodes, np.repeat(np.arange(mu.size), self.nodes.size)
        theta, fine = np.stack([mu[lanes], nodes.x]), np.full(lanes.size, self.exact)
        height, slope, _, bend, _, _ = self.problem.take(lanes).derivatives(theta, fine)
        height = height + nodes.n
        top = np.maximum.reduceat(height, np.cumsum(nodes.size) - nodes.size)
        share = np.exp(height - top[lanes])
        sums = nodes.total(np.stack([share, share * slope, share * (slope * slope + bend)]))
        first, second = sums[1] / sums[0], sums[2] / sums[0]
        return np.stack([top + np.log(sums[0]), first, second - first * first])


def integrated_limits(
    problem: Likelihoods,
    fit: Maxima,
    cut: Floats,
    link: Link,
    prior: HalfNormal,
    size: Ints,
    patients: Floats,
) -> tuple[Floats, Floats]:
    """Return the limits of the means of some likelihoods.

    Parameters
    ----------
    problem : Likelihoods
        Of ``(mu, tau)``.
    fit : Maxima
        Their maxima.
    cut : ndarray, shape (b,)
        By how much twice the averaged log-likelihood may fall.
    link : Link
        The link function.
    prior : HalfNormal
        On ``tau``, on the link's scale.
    size : ndarray of int, shape (b,)
        Studies that ``tau`` is estimated from.
    patients : ndarray, shape (b,)
        Whose proportion the mean is of.

    Returns
    -------
    lower, upper : ndarray, shape (b,)
        On the link's scale; infinite on a side where there is no limit.
    """
    lower, upper = np.full(cut.size, -np.inf), np.full(cut.size, np.inf)
    nodes = tau_nodes(cut, prior, size, patients)
    for some in _blocks(size * nodes.size):
        each = Averaged(problem.take(some), nodes.take(some), exact=True)
        best, reach = fit.take(some), REACH[link.name]
        near = 1 / (4 * patients[some] + 4)
        brink = link.forward(np.where(best.side < 0, near, 1 - near))
        lower[some], upper[some] = _limits(each, best, cut[some], brink, prior.scale, reach)
    return lower, upper


def _blocks(work: Ints) -> Iterator[Ints]:
    number = np.cumsum(work) // BLOCK
    for one in np.unique(number):
        yield np.flatnonzero(number == one)


def tau_nodes(cut: Floats, prior: HalfNormal, size: Ints, patients: Floats) -> Sets:
    """Return nodes of ``tau`` of each data set, and the logarithms of their weights."""
    depth = DEPTH + cut / 2
    scale = np.minimum(1.0, 4 / np.sqrt(patients))
    # Beyond which tau the prior has fallen too far to count.
    high = np.arcsinh(prior.scale * np.sqrt(2 * depth) / scale)
    step = np.minimum(STEP, STEP_SD / np.sqrt(2 * size + 4 * cut))
    count = 2 * np.maximum(np.ceil(high / step / 2).astype(np.intp), 4) + 1
    lane, order = np.repeat(np.arange(cut.size), count), place(count)
    step = high / (count - 1)
    u = step[lane] * order
    end = (order == 0) | (order == count[lane] - 1)
    weight = step[lane] * scale[lane] * np.cosh(u) * np.where(end, 0.5, 1.0)
    tau = scale[lane] * np.sinh(u)
    return Sets(x=tau, n=np.log(weight) + prior.log_density(tau), size=count)


def _limits(
    each: Averaged, fit: Maxima, cut: Floats, brink: Floats, scale: float, reach: float
) -> tuple[Floats, Floats]:
    """Return both limits of each data set, searched outwards of the outermost top inside.

    Data at the boundary have no top: theirs is searched from far out by way of ``brink``.
    """
    side, rough = fit.side, each.coarse()
    out_there = FAR * reach * side
    start, step = np.stack([out_there, out_there]), np.abs(brink - out_there)
    tops = np.stack([rough.beyond(), each.beyond()])
    inside = np.flatnonzero(side == 0)
    if inside.size:
        some = rough.take(inside)
        start[:, inside], best, bend = _tops(some, fit.mu[inside], cut[inside], scale)
        step[inside] = np.sqrt(cut[inside] / np.maximum(-bend, 1e-12))
        tops[0, inside] = some.at(best)[0]
        tops[1, inside] = _top(each.take(inside), best, ENOUGH_TOP)[1]
    low, high = np.flatnonzero(side >= 0), np.flatnonzero(side <= 0)
    lanes, sign = np.concatenate([low, high]), np.repeat([-1.0, 1.0], [low.size, high.size])
    at, cut = np.concatenate([start[0, low], start[1, high]]), cut[lanes]
    distance = step[lanes]
    for one, top, enough in ((rough, tops[0], NEAR_LIMIT), (each, tops[1], ENOUGH_LIMIT)):
        limit = _walk(one.take(lanes), sign, at, distance, top[lanes], cut, reach, enough)
        distance = np.where(np.isfinite(limit), np.abs(limit - at), distance)
    out = np.full(side.size, -np.inf), np.full(side.size, np.inf)
    out[0][low], out[1][high] = limit[: low.size], limit[low.size :]
    return out


def _tops(
    each: Averaged, start: Floats, cut: Floats, scale: float
) -> tuple[Floats, Floats, Floats]:
    """Return the outermost tops within the cut, shape (2, b), the highest and its curvature.

    One huge study may have a top of its own beside that of all studies alike, which is where the
    likelihood with a ``tau`` of the prior's scale has its.
    """
    mu, top, bend = _top(each, start, NEAR_TOP)
    theta, free = np.stack([mu, np.full(mu.size, scale)]), np.array([True, False])
    other = ascend(each.problem, theta, np.inf, free=free).theta[0]
    outer = np.stack([mu, mu])
    far = np.flatnonzero(np.abs(other - mu) * np.sqrt(np.maximum(-bend, 0)) > APART)
    if far.size:
        second = _top(each.take(far), other[far], NEAR_TOP)
        gap, first = second[1] - top[far], mu[far]
        rest = np.where(2 * np.abs(gap) < cut[far], np.where(gap > 0, first, second[0]), np.nan)
        mu[far] = np.where(gap > 0, second[0], first)
        bend[far] = np.where(gap > 0, second[2], bend[far])
        outer[:, far] = np.fmin(mu[far], rest), np.fmax(mu[far], rest)
    return outer, mu, bend


def _top(each: Averaged, start: Floats, enough: float) -> tuple[Floats, Floats, Floats]:
    """Return where each likelihood is highest, its logarithm there and its curvature."""
    out = np.full((3, start.size), np.nan)
    lane, mu = np.arange(start.size), start
    low, high = np.full(start.size, -np.inf), np.full(start.size, np.inf)
    for _ in range(ROUNDS):
        height, slope, bend = each.at(mu)
        low, high = np.where(slope > 0, mu, low), np.where(slope < 0, mu, high)
        curve = np.maximum(np.abs(bend), 1e-12)
        new = mu + np.clip(slope / curve, -1 - np.abs(mu), 1 + np.abs(mu))
        gain = slope * slope / curve
        done = gain < enough
        new = np.where(((new <= low) | (new >= high)) & ~done, 0.5 * (low + high), new)
        if done.any():
            out[:, lane[done]] = new[done], (height + gain / 2)[done], bend[done]
            keep = ~done
            if not keep.any():
                break
            each, lane, new, low, high = (
                each.take(keep),
                lane[keep],
                new[keep],
                low[keep],
                high[keep],
            )
        mu = new
    return out[0], out[1], out[2]


def _walk(
    each: Averaged,
    sign: Floats,
    inside: Floats,
    distance: Floats,
    top: Floats,
    cut: Floats,
    reach: float,
    enough: float,
) -> Floats:
    """Return where each log-likelihood has fallen by half the cut, outwards of a point inside.

    Newton steps on the root of the fall, which is nearly linear, kept in a bracket; one more
    is taken where the root is as close to that of the cut as is ``enough``.
    """
    limit, lane = np.full(sign.size, np.nan), np.arange(sign.size)
    low, high = np.zeros(sign.size), np.full(sign.size, np.inf)
    for _ in range(ROUNDS):
        mu = np.clip(inside + sign * distance, -reach, reach)
        distance = sign * (mu - inside)
        height, slope, _ = each.at(mu)
        fall = np.sqrt(np.maximum(2 * (top - height), 1e-300))
        value = fall - np.sqrt(cut)
        endless = (np.abs(mu) >= reach) & (sign * mu > 0) & (value < 0)
        low = np.where(value < 0, distance, low)
        high = np.where(value >= 0, distance, high)
        new = distance - value / np.maximum(-sign * slope / fall, 1e-300)
        done = endless | (np.abs(value) < enough)
        furthest = np.where(np.isinf(high), 3 * distance + 1, high)
        middle = np.where(np.isinf(high), 2 * distance + 0.1, 0.5 * (low + furthest))
        new = np.where(done | ((new > low) & (new < furthest)), new, middle)
        if done.any():
            limit[lane[done]] = np.where(endless, sign * np.inf, inside + sign * new)[done]
            keep = ~done
            if not keep.any():
                break
            each, lane, sign, inside = each.take(keep), lane[keep], sign[keep], inside[keep]
            top, cut, low, high, new = top[keep], cut[keep], low[keep], high[keep], new[keep]
        distance = new
    return limit
