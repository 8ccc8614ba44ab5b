"""Laws of the random effects as mixtures of normal ones, so that one kernel integrates them all.

Student's t is a normal law whose variance is divided by a gamma variable; a skew-normal one is a
normal law whose mean is shifted by the size of another normal variable. Given the mixing variable
a study's likelihood is the binomial-normal one of :mod:`poolprop.stats.likelihoods.integrals`.

References
----------
Lange KL, Little RJA, Taylor JMG (1989). Robust statistical modeling using the t distribution.
JASA 84(408):881-896.
Azzalini A (1985). A class of distributions which includes the normal ones. Scandinavian Journal of
Statistics 12(2):171-178; Henze N (1986), ibid. 13(4):271-275 (as a shifted normal).
Noma H et al. (2022). Flexible random-effects distribution models for meta-analysis.
Statistical Methods in Medical Research 31(10).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from scipy.special import expit, gammaln, logit, ndtr, ndtri, owens_t

from poolprop.stats._types import Floats
from poolprop.stats.likelihoods.links import LOG_SQRT_2PI
from poolprop.stats.numeric.roots import bracketed_root
from poolprop.stats.numeric.rules import legendre

# exp(-DEPTH) of a density is left out; beyond REACH a normal variable has less than that.
DEPTH, REACH = 36.0, 8.6
# Nodes over the size of the shift, of a study's likelihood and of an average.
SHIFTS, AVERAGED = 44, (48, 96)
# Of so large a scale a study is at 0 or 1: all beyond it is taken together, an error of about 1e-8.
SCALE_MOST = 150.0


class Value(NamedTuple):
    """A function of the parameters, which rises with the first: value, gradient, hessian."""

    value: float
    gradient: Floats
    hessian: Floats


class Nodes(NamedTuple):
    """The normal laws that a law is made of, for each study.

    Attributes
    ----------
    log_weight, factor : ndarray, shape (k, J)
        Their shares, and what ``tau`` is multiplied by.
    design : ndarray, shape (k, J, p)
        What the coefficients are multiplied by.
    """

    log_weight: Floats
    design: Floats
    factor: Floats


class Family(Protocol):
    """A law with coefficients, of which the first places it, and a scale ``tau``."""

    @property
    def coefficients(self) -> int:
        """Number of coefficients."""

    def nodes(self, low: Floats, high: Floats, theta: Floats) -> Nodes:
        """Return the nodes of each study, whose likelihood lies between two logits."""

    def median(self, theta: Floats) -> Value:
        """Return the law's median, a logit."""

    def mean(self, theta: Floats) -> Value:
        """Return the logit of the average proportion."""


@dataclass(frozen=True, slots=True)
class StudentT:
    """Student's t with fixed degrees of freedom above 2; infinite ones are the normal law."""

    df: float

    @property
    def coefficients(self) -> int:
        """A location."""
        return 1

    def nodes(self, low: Floats, high: Floats, theta: Floats) -> Nodes:
        """Return the same nodes for each study: a trapezoid sum over the log of the divisor."""
        k, half = low.size, self.df / 2
        if math.isinf(self.df):
            return Nodes(np.zeros((k, 1)), np.ones((k, 1, 1)), np.ones((k, 1)))
        last = math.log1p(DEPTH / half + math.sqrt(2 * DEPTH / half))
        first = -DEPTH / half - min(1.0, math.sqrt(2 * DEPTH / half))
        count = math.ceil((last - first) / min(0.34, 0.4 / math.sqrt(half))) + 1
        log_w = np.linspace(first, last, count)
        log_weight = half * (log_w - np.exp(log_w)) + half * math.log(half) - gammaln(half)
        log_weight = log_weight + math.log(log_w[1] - log_w[0])
        farthest = -2 * math.log(SCALE_MOST / max(float(theta[-1]), 1e-3))
        far = log_w < farthest
        if far.any():
            together = np.logaddexp.reduce(log_weight[far])
            log_weight = np.append(together, log_weight[~far])
            log_w = np.append(farthest, log_w[~far])
            count = log_w.size
        return Nodes(
            np.broadcast_to(log_weight, (k, count)),
            np.ones((k, count, 1)),
            np.broadcast_to(np.exp(-log_w / 2), (k, count)),
        )

    def median(self, theta: Floats) -> Value:
        """Return the location."""
        return Value(float(theta[0]), np.array([1.0, 0.0]), np.zeros((2, 2)))

    def mean(self, theta: Floats) -> Value:
        """Return the logit of the average; the sum runs over ``asinh`` of the deviation."""
        at = np.arange(-12, 12.01, 0.04)
        z = np.sinh(at)
        weight = np.exp(self._log_density(z)) * np.cosh(at) * 0.04
        return _logit_average(theta, np.stack([np.ones_like(z), z], axis=1), weight)

    def _log_density(self, z: Floats) -> Floats:
        if math.isinf(self.df):
            return np.asarray(-0.5 * z * z - LOG_SQRT_2PI)
        half = self.df / 2
        constant = gammaln(half + 0.5) - gammaln(half) - 0.5 * math.log(self.df * math.pi)
        out: Floats = constant - (half + 0.5) * np.log1p(z * z / self.df)
        return out


@dataclass(frozen=True, slots=True)
class SkewNormal:
    """``xi + shift |U| + tau Z`` with normal ``U`` and ``Z``: skew to the sign of the shift."""

    @property
    def coefficients(self) -> int:
        """A location and a shift."""
        return 2

    def nodes(self, low: Floats, high: Floats, theta: Floats) -> Nodes:
        """Return Gauss-Legendre nodes over ``|U|`` where a study's likelihood is to be seen."""
        location, shift, tau = theta
        ends = np.tile([0.0, REACH], (low.size, 1))
        if shift:
            seen = np.sort(
                np.stack([low - location - REACH * tau, high - location + REACH * tau]) / shift, 0
            )
            inside = np.clip(seen, 0, REACH).T
            ends = np.where((inside[:, 1] > inside[:, 0])[:, None], inside, ends)
        node, weight = legendre(SHIFTS)
        middle, half = ends.mean(axis=1)[:, None], (ends[:, 1] - ends[:, 0])[:, None] / 2
        u = middle + half * node
        log_weight = np.log(2 * half * weight) - u * u / 2 - LOG_SQRT_2PI
        return Nodes(log_weight, np.stack([np.ones_like(u), u], axis=-1), np.ones_like(u))

    def median(self, theta: Floats) -> Value:
        """Return where Azzalini's distribution function is one half.

        Apart from the location it is proportional to shift and scale together, so that it is a
        function of one angle, of which differences are taken.
        """
        location, shift, tau = (float(value) for value in theta)
        omega, angle, step = max(math.hypot(shift, tau), 1e-12), math.atan2(shift, tau), 1e-3
        below, at, above = (_middle(angle + side * step) for side in (-1, 0, 1))
        first, second = (above - below) / (2 * step), at + (above + below - 2 * at) / step**2
        along = np.array([shift, tau]) / omega
        across = np.array([along[1], -along[0]])
        hessian = np.zeros((3, 3))
        hessian[1:, 1:] = second / omega * np.outer(across, across)
        gradient = np.concatenate([[1.0], at * along + first * across])
        return Value(location + omega * at, gradient, hessian)

    def mean(self, theta: Floats) -> Value:
        """Return the logit of the average: over ``|U|``, and over ``Z`` by the trapezoid rule."""
        node, weight = legendre(AVERAGED[abs(float(theta[1])) > 2])
        u = REACH * (node + 1) / 2
        step = 0.25 if theta[2] > 1.5 else 0.5
        z = np.arange(-REACH, REACH + 0.01, step)
        density = np.multiply.outer(
            weight * REACH * np.exp(-u * u / 2 - LOG_SQRT_2PI),
            step * np.exp(-z * z / 2 - LOG_SQRT_2PI),
        ).ravel()
        on_u, on_z = np.repeat(u, z.size), np.tile(z, u.size)
        return _logit_average(theta, np.stack([np.ones_like(on_u), on_u, on_z], axis=1), density)


def _middle(angle: float) -> float:
    """Return the median of a law of location 0 whose shift and scale are sine and cosine."""
    shift, tau = math.sin(angle), abs(math.cos(angle))
    if tau < 1e-7:
        return shift * float(ndtri(0.75))

    def excess(z: float) -> float:
        return float(ndtr(z) - 2 * owens_t(z, shift / tau)) - 0.5

    return bracketed_root(excess, -1.0, 1.0, xtol=1e-14)


def _logit_average(theta: Floats, design: Floats, weight: Floats) -> Value:
    """Return the logit of an average of ``expit(design @ theta)``, with its derivatives."""
    weight = weight / weight.sum()
    share = expit(design @ theta)
    mean = float(weight @ share)
    slope = weight * share * (1 - share)
    first = slope @ design
    second = (design * (slope * (1 - 2 * share))[:, None]).T @ design
    spread = mean * (1 - mean)
    hessian = second / spread - (1 - 2 * mean) / spread**2 * np.outer(first, first)
    return Value(float(logit(mean)), first / spread, hessian)


NORMAL = StudentT(math.inf)
