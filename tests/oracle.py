"""Slow and plain answers of the likelihood models, to hold the engine against; never used by it.

Integrals are sums over 2,001 points in extended precision, maxima and limits are roots of the
equations that define them, searched from many starts. Nothing is shared with the engine.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import log_ndtr

Long = np.longdouble
POINTS = 2001


def log_share(eta, link):
    """Return ``log p`` and ``log(1 - p)`` at linear predictors in extended precision."""
    if link == "logit":
        return -np.logaddexp(Long(0), -eta), -np.logaddexp(Long(0), eta)
    if link == "probit":
        plain = np.asarray(eta, float)
        return np.asarray(log_ndtr(plain), Long), np.asarray(log_ndtr(-plain), Long)
    hazard = np.exp(np.asarray(eta, Long))
    return np.log(-np.expm1(-hazard)), -hazard


@lru_cache(maxsize=1000)
def log_choose(x, n):
    """Return the log of the binomial coefficient: a sum of logs, or Stirling's series."""

    def factorial(m):
        if m < 400:
            return np.sum(np.log(np.arange(1, m + 1, dtype=Long)))
        m = Long(m)
        tail = 1 / (12 * m) - 1 / (360 * m**3) + 1 / (1260 * m**5)
        return m * np.log(m) - m + np.log(2 * Long(np.pi) * m) / 2 + tail

    return factorial(n) - factorial(x) - factorial(n - x)


def binomial(x, n, eta, link):
    """Return the log-probability of ``x`` of ``n``."""
    yes, no = log_share(eta, link)
    return log_choose(x, n) + (x * yes if x else 0) + ((n - x) * no if n > x else 0)


class Glmm:
    """The binomial-normal model of one data set."""

    def __init__(self, x, n, link="logit"):
        self.x, self.n, self.link = [int(v) for v in x], [int(v) for v in n], link

    def study(self, i, mu, tau):
        """Return the log-likelihood of a study, and its first derivatives by Louis's identity."""
        x, n = self.x[i], self.n[i]

        def fall(z):
            eta = Long(mu) + Long(tau) * z
            return min(float(z * z / 2 - binomial(x, n, eta, self.link)), 1e300)

        middle = minimize_scalar(fall, bounds=(-80, 80), method="bounded").x
        share = (x + 0.5) / (n + 1)
        near = {"logit": math.log(share / (1 - share))}.get(self.link, 0.0)
        middle = min((middle, (near - mu) / tau), key=fall) if abs(near - mu) < 80 * tau else middle
        reach = [self.end(fall, middle, side) for side in (-1, 1)]
        z = np.linspace(Long(reach[0]), Long(reach[1]), POINTS)
        value = binomial(x, n, Long(mu) + Long(tau) * z, self.link) - z * z / 2
        weight = np.exp(value - value.max())
        total = weight.sum()
        mean, square = (weight @ z) / total, (weight @ (z * z)) / total
        loglik = value.max() + np.log(total * (z[1] - z[0])) - np.log(2 * Long(np.pi)) / 2
        return loglik, mean / tau, (square - 1) / tau

    @staticmethod
    def end(fall, middle, side):
        """Return where the integrand has fallen by a factor of about exp(-42)."""
        base, step = fall(middle), 1e-6
        while fall(middle + side * step) - base < 42:
            step *= 1.6
        return middle + side * step

    def at(self, mu, tau):
        """Return log-likelihood and score at ``tau > 0``."""
        return np.sum([self.study(i, mu, abs(tau)) for i in range(len(self.x))], axis=0)

    def common(self):
        """Return the mean and log-likelihood without variance between studies."""
        share = Long(sum(self.x)) / Long(sum(self.n))
        if self.link == "logit":
            mu = np.log(share) - np.log1p(-share)
        else:
            target = float(share)
            mu = Long(
                brentq(lambda e: math.exp(float(log_share(Long(e), self.link)[0])) - target, -9, 9,
                       xtol=1e-15)
            )  # fmt: skip
        pairs = zip(self.x, self.n, strict=True)
        return float(mu), float(sum(binomial(x, n, mu, self.link) for x, n in pairs))

    def error(self, mu, tau):
        """Return the Newton step from a maximum inside: how far it is from the true one."""
        h = 1e-4 * max(tau, 0.1)
        score = np.asarray(self.at(mu, tau)[1:], float)
        slopes = [
            np.asarray((self.at(mu + a, tau + b) - self.at(mu - a, tau - b))[1:], float) / (2 * h)
            for a, b in ((h, 0), (0, h))
        ]
        return np.abs(np.linalg.solve(np.array(slopes).T, score))

    def highest_seen(self, mu, tau, top=100.0):
        """Return the highest log-likelihood on a grid, and without variance."""
        spread = max(tau, 0.3)
        grid = [(mu + m * spread, t) for m in (-1, -0.3, 0, 0.3, 1) for t in (0.05, 0.3, 1, 3, top)]
        return max(self.common()[1], *(float(self.at(*point)[0]) for point in grid))

    def ridge(self, mu, top=100.0):
        """Return the log-likelihood maximised over ``tau`` at a mean."""
        pairs = zip(self.x, self.n, strict=True)
        flat = float(sum(binomial(x, n, Long(mu), self.link) for x, n in pairs))
        grid = [tau for tau in (0.02, 0.1, 0.3, 0.7, 1.5, 3.0, 6.0, 15.0, 40.0) if tau < top]
        return max(flat, highest_along(lambda tau: float(self.at(mu, tau)[0]), [*grid, top]))

    def fall(self, mu, highest, top=100.0):
        """Return by how much twice the profile has fallen below ``highest``."""
        return 2 * (highest - self.ridge(mu, top))


def highest_along(height, grid):
    """Return the maximum of a function between 0 and the end of a grid, from its best point."""
    heights = [height(at) for at in grid]
    i = int(np.argmax(heights))
    low, high = grid[i - 1] if i else 0.0, grid[min(i + 1, len(grid) - 1)]
    found = minimize_scalar(
        lambda at: -height(at), bounds=(low + 1e-9 * high, high), method="bounded",
        options={"xatol": 1e-7 * high},
    )  # fmt: skip
    return max(-found.fun, heights[i])


def sum_of_logs(p, theta, count):
    """Return ``sum(log(p + theta j))`` over ``j < count``, by Euler and Maclaurin beyond 400."""
    first = min(count, 400)
    total = np.sum(np.log(p + theta * np.arange(first, dtype=Long)))
    if count <= first:
        return total
    start, rest = p + theta * first, Long(count - first)
    if theta == 0:
        return total + rest * np.log(p)
    u, end = theta * rest / start, p + theta * count
    total += rest * np.log(start) + start / theta * ((1 + u) * np.log1p(u) - u)
    total -= np.log1p(u) / 2
    ratios = theta / start, theta / end
    for power, factor in ((1, Long(1) / 12), (3, -Long(2) / 720), (5, Long(24) / 30240)):
        total += factor * (ratios[1] ** power - ratios[0] ** power)
    return total


def sum_of_inverses(p, theta, count):
    """Return ``sum(1 / (p + theta j))`` over ``j < count`` likewise, ``theta > 0``."""
    first = min(count, 400)
    total = np.sum(1 / (p + theta * np.arange(first, dtype=Long)))
    if count <= first:
        return total
    start, end = p + theta * first, p + theta * count
    total += np.log1p(theta * (count - first) / start) / theta - (1 / end - 1 / start) / 2
    for power, factor in ((1, -Long(1) / 12), (3, Long(6) / 720), (5, -Long(120) / 30240)):
        total += factor * theta**power * (end ** -(power + 1) - start ** -(power + 1))
    return total


class BetaBinomial:
    """The beta-binomial model of one data set, by products of rising factors."""

    def __init__(self, x, n):
        self.x, self.n = [int(v) for v in x], [int(v) for v in n]

    def loglik(self, mu, theta):
        """Return the log-likelihood at the logit of the mean and ``theta = 1 / (a + b)``."""
        p = 1 / (1 + np.exp(-Long(mu)))
        q = 1 / (1 + np.exp(Long(mu)))
        total, theta = Long(0), Long(theta)
        for x, n in zip(self.x, self.n, strict=True):
            total += log_choose(x, n) + sum_of_logs(p, theta, x) + sum_of_logs(q, theta, n - x)
            total -= sum_of_logs(Long(1), theta, n)
        return total

    def score(self, mu, log_theta):
        """Return the derivatives of the log-likelihood in ``mu`` and ``log(theta)``."""
        p, q = 1 / (1 + np.exp(-Long(mu))), 1 / (1 + np.exp(Long(mu)))
        theta, out = np.exp(Long(log_theta)), np.zeros(2, Long)
        for x, n in zip(self.x, self.n, strict=True):
            yes, no = sum_of_inverses(p, theta, x), sum_of_inverses(q, theta, n - x)
            out += p * q * (yes - no), sum_of_inverses(Long(1), theta, n) - p * yes - q * no
        return out

    def error(self, mu, theta):
        """Return the Newton step from a maximum inside in ``mu`` and ``log(theta)``."""
        at, h = np.array([Long(mu), np.log(Long(theta))]), 1e-4
        bend = [(self.score(*(at + s)) - self.score(*(at - s))) / (2 * h) for s in np.eye(2) * h]
        return np.abs(np.linalg.solve(np.array(bend, float).T, np.array(self.score(*at), float)))

    def highest_seen(self, mu, theta):
        """Return the highest log-likelihood on a grid, and without variance."""
        spread = math.sqrt(max(theta, 0.01))
        grid = [(mu + m * spread, t) for m in (-2, -0.5, 0, 0.5, 2) for t in THETAS[:-1]]
        return max(float(self.loglik(*point)) for point in grid)

    def fall(self, mu, highest, top=1e6):
        """Return by how much twice the profile, of ``theta`` up to ``top``, has fallen."""
        roots = [math.sqrt(theta) for theta in THETAS[1:] if theta <= top]
        ridge = highest_along(lambda root: float(self.loglik(mu, root * root)), roots)
        return 2 * (highest - max(ridge, float(self.loglik(mu, 0))))


THETAS = (0, 1e-6, 1e-4, 1e-3, 0.01, 0.03, 0.1, 0.3, 1, 3, 30, 1e3, 1e6, 1e14)
