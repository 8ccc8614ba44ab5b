"""What a posterior says of studies to come: their average, and the next one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, gammaln, logit, sici

from poolprop.stats._types import Floats
from poolprop.stats.answers.results import Interval
from poolprop.stats.numeric.roots import quantiles
from poolprop.stats.numeric.rules import hermite

HERMITE = 24
ROOT_2PI = math.sqrt(2 * math.pi)
# Enough where the deviation is smaller than the spacing of a band-limited density.
FEW = 12
# Of the probability, what may lie beyond either end of the nodes.
BEYOND = 1e-6
# A binomial of 500 patients about one half has a standard deviation of 0.09 on the logit: the
# rule then errs by about 1e-6, and by less for fewer patients. Narrow posteriors need more nodes.
STEP = 0.1
LEAST = 100
# Logits beyond which a proportion is 0 or 1 for any study: what lies there is put at the ends.
EXTREME = 20.0


class Joint(Protocol):
    """What is asked here of a posterior of ``(mu, tau)``; see :class:`poolprop.Posterior`."""

    @property
    def tau(self) -> Floats:
        """Nodes, shape (t,)."""

    @property
    def mu(self) -> Floats:
        """For each of them, evenly spaced points, shape (t, m)."""

    @property
    def step(self) -> Floats:
        """Their spacing, shape (t,)."""

    @property
    def mass(self) -> Floats:
        """Posterior probabilities, shape (t, m)."""

    def prediction(self, level: float) -> Interval:
        """Return the central predictive interval of a new study's true proportion."""

    def prob_new_above(self, threshold: float) -> float:
        """Return the probability that a new study's true proportion exceeds ``threshold``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStudy:
    """The true proportion of a new study: probabilities that sum to 1, on evenly spaced logits."""

    start: float
    step: float
    weight: Floats

    def events(self, n: int) -> Floats:
        """Return the probabilities of 0, 1, ..., ``n`` events among ``n`` patients, n >= 1."""
        eta = self.start + self.step * np.arange(self.weight.size)
        y = np.arange(n + 1.0)[:, None]
        log_choose = gammaln(n + 1) - gammaln(y + 1) - gammaln(n - y + 1)
        log_p = log_choose - y * np.logaddexp(0, -eta) - (n - y) * np.logaddexp(0, eta)
        out: Floats = np.exp(log_p) @ self.weight
        return out / float(out.sum())


def next_study(posterior: Joint) -> NextStudy:
    """Return the true proportion of a new study on nodes that carry any binomial average.

    The trapezoid rule over the logit converges geometrically, for its density is smooth. The
    density is a mean of normal densities; where ``tau`` is below the spacing of ``mu`` that of
    ``mu`` itself is averaged over the new study's deviation instead.
    """
    eta, step = _nodes(posterior)
    node, weight = hermite(FEW)
    density = np.zeros(eta.size)
    for tau, mu, gap, mass in zip(
        posterior.tau, posterior.mu, posterior.step, posterior.mass, strict=True
    ):
        if tau >= gap:
            density += np.exp(-0.5 * ((eta[:, None] - mu) / tau) ** 2) @ mass / tau
        else:
            shifted = (eta[:, None] - tau * node)[..., None] - mu
            density += (np.sinc(shifted / gap) @ mass) @ weight * (ROOT_2PI / gap)
    mass = np.maximum(density, 0.0) * step / ROOT_2PI
    mass[[0, -1]] /= 2
    mass[0] += max(0.0, 1 - posterior.prob_new_above(float(expit(eta[0]))))
    mass[-1] += posterior.prob_new_above(float(expit(eta[-1])))
    return NextStudy(start=float(eta[0]), step=step, weight=mass / mass.sum())


def _nodes(posterior: Joint) -> tuple[Floats, float]:
    """Return evenly spaced logits that hold a new study's proportion but its far tails."""
    ends = posterior.prediction(1 - 2 * BEYOND)
    with np.errstate(divide="ignore"):
        low, high = np.clip(logit([ends.lower, ends.upper]), -EXTREME, EXTREME)
    step = min(STEP, float(high - low) / LEAST)
    return np.arange(math.floor(low / step), math.ceil(high / step) + 1) * step, step


def population_quantiles(posterior: Joint, probabilities: ArrayLike) -> Floats:
    """Return quantiles of the population-averaged proportion ``E expit(mu + tau z)``.

    It rises with ``mu``, so at each ``tau`` it lies below a value where ``mu`` does.
    """

    def cdf(theta: float) -> float:
        mu = _mu_of_average(theta, posterior.tau)
        distance = (mu[:, None] - posterior.mu) / posterior.step[:, None]
        return float(np.sum(posterior.mass * (0.5 + sici(np.pi * distance)[0] / np.pi)))

    roots = quantiles(cdf, probabilities, -1.5 * EXTREME, 1.5 * EXTREME, xtol=1e-9)
    out: Floats = expit(roots)
    return out


def _mu_of_average(theta: float, tau: Floats) -> Floats:
    """Return the ``mu`` at which ``logit E expit(mu + tau z)`` is ``theta``, by bisection."""
    node, weight = hermite(HERMITE)
    # Averaging draws proportions towards 1/2, by no more than this.
    reach = tau * abs(theta) + 0.5 * tau**2 + 1e-9
    low, high = theta - reach, theta + reach
    average = expit(theta)
    for _ in range(55):
        middle = 0.5 * (low + high)
        below = expit(middle[:, None] + tau[:, None] * node) @ weight < average
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    out: Floats = 0.5 * (low + high)
    return out
