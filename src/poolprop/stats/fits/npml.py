"""The law of the random effects that makes the data most likely, whatever its shape.

It has a few points of support. The likelihood is concave in the law's weights on any grid of
proportions, and its dual has one variable a study: ``max sum log y_i`` where
``sum_i y_i f_i(p) <= k`` at every ``p`` of the grid, ``f_i`` the binomial likelihood of a study.
The dual is solved by a barrier method and the grid refined about the points that carry weight. That
the gradient ``sum_i f_i(p) / f_i - k`` is nowhere positive proves the maximum, and bounds what is
missing to it (Lindsay 1983).

References
----------
Laird N (1978). Nonparametric maximum likelihood estimation of a mixing distribution. JASA
73(364):805-811.
Lindsay BG (1983). The geometry of mixture likelihoods: a general theory. Annals of Statistics
11(1):86-94.
Koenker R, Mizera I (2014). Convex optimization, shape constraints, compound decisions, and
empirical Bayes rules. JASA 109(506):674-685.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit, xlog1py, xlogy

from poolprop.stats._types import Floats, Ints
from poolprop.stats.likelihoods.links import log_choose
from poolprop.stats.numeric.roots import bracketed_root

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


# Points of the first grid, evenly spaced on the arcsine scale; how often it is refined, and by
# how much.
GRID, ROUNDS, FINER = 200, 2, 5.0
# The barrier's weight grows by GROWTH up to LAST.
GROWTH, LAST = 20.0, 1e10
# Points with less weight are the barrier's.
TRACE = 1e-5
# How far, in logits, a limit of the average is looked for: beyond the average, and beyond one half.
FARTHEST = 12.0
CHECKED = 4000
# Where the gradient is looked at about a study, in units of twice its standard error.
ABOUT = np.linspace(-2, 2, 201)


@dataclass(frozen=True, slots=True, kw_only=True)
class Npml:
    """The maximum.

    Attributes
    ----------
    support, weight : ndarray, shape (m,)
        Proportions, rising, and their shares.
    loglik : float
        With all constants.
    gradient : float
        Largest directional derivative over a fine grid: by no more can the maximum be higher.
    """

    support: Floats
    weight: Floats
    loglik: float
    gradient: float

    @property
    def mean(self) -> float:
        """The average proportion."""
        return float(self.weight @ self.support)

    @property
    def median(self) -> float:
        """The smallest proportion that half of the studies do not exceed."""
        total = np.cumsum(self.weight)
        return float(self.support[np.searchsorted(total, 0.5 - 1e-9)])


def fit_npml(x: Floats, n: Floats, mean: float | None = None) -> Npml:
    """Maximise the likelihood over all laws of the proportion, or over those of one mean.

    Parameters
    ----------
    x, n : ndarray, shape (k,)
        Events and totals.
    mean : float, optional
        The average proportion that the law must have, strictly between 0 and 1.
    """
    spacing = math.pi / 2 / GRID
    base = np.union1d(np.arange(GRID + 1) * spacing, np.arcsin(np.sqrt(x / n)))
    angle = base
    for round_ in range(ROUNDS + 1):
        point = np.sin(angle) ** 2
        weight, multiplier = _barrier(relative(x, n, point), point, mean)
        if round_ < ROUNDS:
            near = angle[weight > TRACE][:, None]
            near = near + spacing / FINER * np.arange(1 - FINER, FINER)
            angle = np.union1d(base, np.clip(near.ravel(), 0, math.pi / 2))
            spacing /= FINER
    start = _gathered(angle, weight, 2.1 * spacing)
    support, share, multiplier = polished(x, n, *start, multiplier, mean)
    likelihood = relative(x, n, support) @ share
    return Npml(
        support=support,
        weight=share,
        loglik=float(np.sum(np.log(likelihood) + highest(x, n) + log_choose(x, n))),
        gradient=_gradient(x, n, likelihood, multiplier, mean),
    )


def mean_limits(x: Floats, n: Floats, best: Npml, cut: float) -> tuple[float, float]:
    """Return the profile-likelihood limits of the average proportion.

    Parameters
    ----------
    x, n : ndarray, shape (k,)
        Events and totals.
    best : Npml
        The maximum over all laws.
    cut : float
        By how much twice the log-likelihood may fall.
    """
    centre = float(logit(best.mean))

    def excess(at: float) -> float:
        return 2 * (best.loglik - fit_npml(x, n, float(expit(at))).loglik) - cut

    def end(side: float) -> float:
        near, far, most = 0.0, 1.0, FARTHEST + max(0.0, -side * centre)
        while excess(centre + side * far) < 0:
            near, far = far, 2 * far
            if far > most:
                return 0.0 if side < 0 else 1.0
        at = bracketed_root(lambda far: excess(centre + side * far), near, far, xtol=1e-7)
        return float(expit(centre + side * at))

    return end(-1.0), end(1.0)


def _barrier(likelihood: Floats, point: Floats, mean: float | None) -> tuple[Floats, float]:
    """Return the weights on a grid, and the multiplier of the mean's constraint."""
    k = len(likelihood)
    rows = likelihood if mean is None else np.vstack([likelihood, mean - point])
    dual = np.zeros(len(rows))
    dual[:k] = 0.5
    barrier = 1.0
    while True:
        dual = _centred(rows, dual, k, barrier)
        if barrier >= LAST:
            break
        barrier *= GROWTH
    weight = 1 / (barrier * (k - dual @ rows))
    return weight / weight.sum(), float(dual[k]) if mean is not None else 0.0


def _centred(rows: Floats, dual: Floats, k: int, barrier: float) -> Floats:
    """Return the minimum of the barrier function by Newton steps, halved until they descend."""
    height = _height(rows, dual, k, barrier)
    for _ in range(100):
        slack = k - dual @ rows
        slope = rows @ (1 / slack)
        slope[:k] -= barrier / dual[:k]
        scaled = rows / slack
        curve = scaled @ scaled.T
        curve[np.arange(k), np.arange(k)] += barrier / dual[:k] ** 2
        step = -np.linalg.solve(curve, slope)
        fall = float(-slope @ step)
        if fall < 1e-7:
            break
        length, lower = 1.0, math.inf
        while lower > height - 0.1 * length * fall and length > 1e-10:
            new = dual + length * step
            lower = _height(rows, new, k, barrier)
            length /= 2
        if not lower < height:
            break
        dual, height = new, lower
    return dual


def _height(rows: Floats, dual: Floats, k: int, barrier: float) -> float:
    slack = k - dual @ rows
    if slack.min() <= 0 or dual[:k].min() <= 0:
        return math.inf
    return -barrier * float(np.log(dual[:k]).sum()) - float(np.log(slack).sum())


def _gathered(angle: Floats, weight: Floats, apart: float) -> tuple[Floats, Floats]:
    """Return neighbouring points that carry weight as one, at their weighted mean."""
    kept = weight > TRACE
    angle, weight = angle[kept], weight[kept]
    group = np.cumsum(np.diff(angle, prepend=angle[0]) > apart)
    share = np.bincount(group, weight)
    middle = np.bincount(group, weight * angle) / share
    return np.sin(middle) ** 2, share / share.sum()


def _gradient(
    x: Floats, n: Floats, likelihood: Floats, multiplier: float, mean: float | None
) -> float:
    # Even points, and those about each study: a million patients say more than an even step apart.
    about = np.arcsin(np.sqrt(x / n))[:, None] + ABOUT / np.sqrt(n)[:, None]
    even = np.linspace(0, math.pi / 2, CHECKED + 1)
    point = np.sin(np.clip(np.append(even, about), 0, math.pi / 2)) ** 2
    pull = (1 / likelihood) @ relative(x, n, point) - x.size
    if mean is not None:
        pull = pull - multiplier * (point - mean)
    return float(pull.max())
