"""Prior distributions of the location: of ``expit(mu)``, or of ``mu`` itself.

Their log densities are concave in ``mu``, so that a conditional posterior has one mode.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, expit

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats
from poolprop.stats.likelihoods.links import LOG_SQRT_2PI


@dataclass(frozen=True, slots=True)
class BetaPrior:
    """Beta distribution of the median-study proportion ``expit(mu)``.

    Parameters
    ----------
    a, b : float
        Positive; ``a = b = 1``, the default, is the uniform distribution, ``1/2`` that of
        Jeffreys for one proportion.

    Examples
    --------
    >>> str(BetaPrior())
    'uniform on the proportion'
    >>> str(BetaPrior(0.5, 0.5))
    'beta(0.5, 0.5) on the proportion'
    """

    a: float = 1.0
    b: float = 1.0

    def __post_init__(self) -> None:
        _positive(self.a, "a")
        _positive(self.b, "b")

    def __str__(self) -> str:
        if self.a == self.b == 1:
            return "uniform on the proportion"
        return f"beta({self.a:g}, {self.b:g}) on the proportion"

    def log_density(self, mu: Floats) -> Floats:
        """Return the log density of ``mu``, the Jacobian included."""
        out: Floats = (
            -self.a * np.logaddexp(0, -mu) - self.b * np.logaddexp(0, mu) - betaln(self.a, self.b)
        )
        return out

    def slope(self, mu: Floats) -> Floats:
        """Return the first derivative of the log density."""
        out: Floats = self.a - (self.a + self.b) * expit(mu)
        return out

    def curvature(self, mu: Floats) -> Floats:
        """Return the negative second derivative of the log density: positive."""
        p = expit(mu)
        out: Floats = (self.a + self.b) * p * (1 - p)
        return out


@dataclass(frozen=True, slots=True)
class NormalPrior:
    """Normal distribution of ``mu``, on the logit scale.

    Parameters
    ----------
    mean, sd : float
        Centre, and a positive standard deviation.

    Examples
    --------
    >>> str(NormalPrior(0, 1.5))
    'normal(0, 1.5) on the logit'
    """

    mean: float = 0.0
    sd: float = 1.5

    def __post_init__(self) -> None:
        _positive(self.sd, "sd")
        if not math.isfinite(self.mean):
            raise EstimationError(f"mean is {self.mean!r}", where="mean", hint="It must be finite.")

    def __str__(self) -> str:
        return f"normal({self.mean:g}, {self.sd:g}) on the logit"

    def log_density(self, mu: Floats) -> Floats:
        """Return the log density of ``mu``."""
        u = (mu - self.mean) / self.sd
        out: Floats = -0.5 * u * u - math.log(self.sd) - LOG_SQRT_2PI
        return out

    def slope(self, mu: Floats) -> Floats:
        """Return the first derivative of the log density."""
        out: Floats = (self.mean - mu) / self.sd**2
        return out

    def curvature(self, mu: Floats) -> Floats:
        """Return the negative second derivative of the log density: positive."""
        return np.full_like(mu, 1 / self.sd**2)


LocationPrior = BetaPrior | NormalPrior


def _positive(value: float, name: str) -> None:
    if not 0 < value < math.inf:
        raise EstimationError(f"{name} is {value!r}", where=name, hint="It must be positive.")
