"""What can be asked of a posterior: quantiles, probabilities, predictions.

Each conditional posterior of ``mu`` is known at evenly spaced points. The function through them
is band-limited to all digits that count, so its integral is a sum of sine integrals: exact at
any point, with no interpolation error.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit, ndtr, sici

from poolprop.stats._types import Floats
from poolprop.stats.answers.predictive import HERMITE, next_study
from poolprop.stats.answers.results import Interval
from poolprop.stats.answers.shown import Shown, plain
from poolprop.stats.inputs import fraction, patients
from poolprop.stats.numeric.roots import quantiles
from poolprop.stats.numeric.rules import hermite, legendre, tail

# Probabilities below this are summed by themselves, not as what a sum lacks to 1.
SMALL = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Posterior(Shown):
    """Joint posterior of ``(mu, tau)`` of the binomial-normal model, logit scale.

    Attributes
    ----------
    tau : ndarray, shape (t,)
        Nodes of ``tau``.
    mu : ndarray, shape (t, m)
        For each of them, evenly spaced points of ``mu``.
    step : ndarray, shape (t,)
        Their spacing.
    mass : ndarray, shape (t, m)
        Posterior probabilities; they sum to 1.
    prior, mu_prior : str
        The priors on ``tau`` and on ``mu``, in words.
    scale, reach : float, tuple of float
        The nodes are those of a Gauss-Legendre rule over ``asinh(tau / scale)`` between the two
        ends of ``reach``.
    """

    tau: Floats
    mu: Floats
    step: Floats
    mass: Floats = field(repr=False)
    prior: str
    mu_prior: str
    scale: float
    reach: tuple[float, float]

    def to_dict(self) -> dict[str, Any]:
        """Return what a reader asks of the posterior, intervals at 95 %."""
        return {
            "prior": self.prior,
            "proportion": self.median,
            "ci": plain(self.interval()),
            "prediction": plain(self.prediction()),
            "tau": float(self.tau_quantiles(0.5)[0]),
        }

    def quantiles(self, probabilities: ArrayLike) -> Floats:
        """Return quantiles of the median-study proportion ``expit(mu)``.

        Parameters
        ----------
        probabilities : array_like
            Between 0 and 1, ends excluded.
        """
        out: Floats = expit(self._invert(self._cdf_mu, probabilities, self.sd_mu))
        return out

    @property
    def median(self) -> float:
        """Posterior median of ``expit(mu)``."""
        return float(self.quantiles(0.5)[0])

    def interval(self, level: float = 0.95) -> Interval:
        """Return the central credible interval of ``expit(mu)``."""
        lower, upper = self.quantiles(_tails(level))
        return Interval(lower=float(lower), upper=float(upper))

    def prob_above(self, threshold: float) -> float:
        """Return the probability that ``expit(mu)`` exceeds ``threshold``, in (0, 1).

        Below 1e-6 it is known to two digits, and to an order of magnitude where it lies
        outside the points at which the posterior is known; it is never negative.
        """
        at = float(logit(fraction(threshold, "threshold")))
        return _settled(self._cdf_mu(at), lambda side: self._tail_mu(at, side))

    @property
    def mean(self) -> float:
        """Posterior mean of ``expit(mu)``."""
        return float(np.sum(self.mass * expit(self.mu)))

    def tau_quantiles(self, probabilities: ArrayLike) -> Floats:
        """Return quantiles of ``tau``."""
        density, (node, weight) = self._tau_density(), legendre(self.tau.size)

        def below(at: float) -> float:
            half = (at + 1) / 2
            return half * float(weight @ density(half * (node + 1) - 1))

        whole = below(1.0)
        ends = quantiles(lambda at: below(at) / whole, probabilities, -1.0, 1.0, xtol=1e-12)
        low, high = self.reach
        out: Floats = self.scale * np.sinh(low + (high - low) * (ends + 1) / 2)
        return out

    def tau_density(self, tau: ArrayLike) -> Floats:
        """Return the posterior density of ``tau``, 0 outside the range of its nodes."""
        at = np.asarray(tau, dtype=np.float64)
        low, high = self.reach
        place = 2 * (np.arcsinh(at / self.scale) - low) / (high - low) - 1
        density = self._tau_density()(place) * 2 / ((high - low) * np.hypot(self.scale, at))
        out: Floats = np.where(np.abs(place) <= 1, density, 0.0)
        return out

    def density(self, proportion: ArrayLike) -> Floats:
        """Return the posterior density of ``expit(mu)`` at proportions inside (0, 1)."""
        at = np.asarray(proportion, dtype=np.float64)
        theta = logit(at)
        on_logit = sum(
            np.sinc((theta[..., None] - mu) / step) @ mass / step
            for mu, step, mass in zip(self.mu, self.step, self.mass, strict=True)
        )
        out: Floats = np.maximum(on_logit, 0.0) / (at * (1 - at))
        return out

    def _tau_density(self) -> Callable[[Floats], Floats]:
        """Return the density on (-1, 1), the range of the rule.

        Its logarithm is nearly a parabola, and the polynomial through the nodes is close to it
        where one through the density itself would swing about 0.
        """
        node, weight = legendre(self.tau.size)
        logs = np.log(np.maximum(self.mass.sum(axis=1), 1e-300) / weight)
        values = np.polynomial.legendre.legvander(node, node.size - 1)
        series = np.polynomial.Legendre((np.arange(node.size) + 0.5) * ((weight * logs) @ values))
        # The ends lie outside the nodes, where nothing holds a polynomial.
        return lambda at: np.exp(np.minimum(series(at), logs.max() + 1))

    @property
    def mean_mu(self) -> float:
        """Posterior mean of ``mu``."""
        return float(np.sum(self.mass * self.mu))

    @property
    def sd_mu(self) -> float:
        """Posterior standard deviation of ``mu``."""
        return float(np.sqrt(np.sum(self.mass * (self.mu - self.mean_mu) ** 2)))

    @property
    def mean_tau(self) -> float:
        """Posterior mean of ``tau``."""
        return float(np.sum(self.mass.sum(axis=1) * self.tau))

    def prediction(self, level: float = 0.95) -> Interval:
        """Return the central predictive interval of a new study's true proportion."""
        mean_square = float(np.sum(self.mass.sum(axis=1) * self.tau**2))
        spread = math.sqrt(self.sd_mu**2 + mean_square)
        lower, upper = expit(self._invert(self._cdf_new, _tails(level), spread))
        return Interval(lower=float(lower), upper=float(upper))

    def prob_new_above(self, threshold: float) -> float:
        """Return the probability that a new study's true proportion exceeds ``threshold``.

        As accurate as :meth:`prob_above`.
        """
        at = float(logit(fraction(threshold, "threshold")))
        return _settled(self._cdf_new(at), lambda side: self._tail_new(at, side))

    def predict(self, n: int) -> Floats:
        """Return the probabilities of 0, 1, ..., ``n`` events among ``n`` patients of a new study.

        Parameters
        ----------
        n : int
            At least 1.
        """
        return next_study(self).events(patients(n))

    @property
    def marginal_mean(self) -> float:
        """Posterior mean of the population-averaged proportion ``E expit(mu + tau z)``."""
        return float(np.dot(self.predict(1), [0.0, 1.0]))

    def _cdf_mu(self, at: float) -> float:
        return float(np.sum(self.mass * _step_response((at - self.mu) / self.step[:, None])))

    def _cdf_new(self, at: float) -> float:
        """Return the distribution of a new study's logit.

        Where ``tau`` exceeds the spacing the sum over ``mu`` is exact by itself; below it the
        exact distribution of ``mu`` is averaged over the new study's deviation instead.
        """
        fine = self.tau >= self.step
        z = (at - self.mu[fine]) / self.tau[fine][:, None]
        total = float(np.sum(self.mass[fine] * ndtr(z)))
        node, weight = hermite(HERMITE)
        for tau, mu, step, mass in zip(
            self.tau[~fine], self.mu[~fine], self.step[~fine], self.mass[~fine], strict=True
        ):
            shifted = (at - tau * node[:, None] - mu) / step
            total += float(np.sum(weight * (_step_response(shifted) @ mass)))
        return total

    def _tail_mu(self, at: float, side: int) -> float:
        """Return a small probability beyond ``at``: above it for ``side`` 1, below it for -1."""
        rows = zip(self.mu, self.step, self.mass, strict=True)
        return sum(float(tail(np.array([at]), *row, side)[0]) for row in rows)

    def _tail_new(self, at: float, side: int) -> float:
        """Return the same of a new study's logit: the tail of ``mu`` over its deviation."""
        node, weight = hermite(HERMITE)
        found = 0.0
        for tau, mu, step, mass in zip(self.tau, self.mu, self.step, self.mass, strict=True):
            if tau >= step:
                found += float(mass @ ndtr(side * (mu - at) / tau))
            else:
                found += float(weight @ tail(at - tau * node, mu, step, mass, side))
        return found

    def _invert(
        self, cdf: Callable[[float], float], probabilities: ArrayLike, spread: float
    ) -> Floats:
        reach = float(self.tau[-1]) * 9
        low, high = float(self.mu.min()) - reach, float(self.mu.max()) + reach
        about = (self.mean_mu, spread)
        return quantiles(cdf, probabilities, low, high, xtol=1e-11, about=about)


def _step_response(distance: Floats) -> Floats:
    """Return the integral of the sinc function up to ``distance``, in units of the spacing."""
    out: Floats = 0.5 + sici(np.pi * distance)[0] / np.pi
    return out


def _settled(below: float, small: Callable[[int], float]) -> float:
    """Return the probability above a point from the one below it; a small one is summed itself.

    The sums of sine integrals err by about 1e-11, which may be more than a small probability.
    """
    if below > 1 - SMALL:
        return small(1)
    return 1 - small(-1) if below < SMALL else 1 - below


def _tails(level: float) -> tuple[float, float]:
    tail = (1 - fraction(level, "level")) / 2
    return tail, 1 - tail
