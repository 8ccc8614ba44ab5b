"""Prior distributions of the between-study standard deviation ``tau``, on the link's scale."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats


@dataclass(frozen=True, slots=True)
class HalfNormal:
    """Half-normal prior: the default, with scale 1.5.

    Parameters
    ----------
    scale : float
        Standard deviation of the normal distribution it is half of.

    Examples
    --------
    >>> str(HalfNormal(0.5))
    'half-normal(0.5)'
    """

    scale: float = 1.5

    def __post_init__(self) -> None:
        _positive(self.scale, "scale")

    def __str__(self) -> str:
        return f"half-normal({self.scale:g})"

    def log_density(self, tau: Floats) -> Floats:
        """Return the log density at ``tau >= 0``."""
        u = tau / self.scale
        out: Floats = 0.5 * math.log(2 / math.pi) - math.log(self.scale) - 0.5 * u * u
        return out


@dataclass(frozen=True, slots=True)
class HalfT:
    """Half-t prior; heavier tails than the half-normal, lighter than the half-Cauchy.

    Parameters
    ----------
    scale : float
        Scale of the t distribution it is half of.
    df : float
        Its degrees of freedom; 1 gives the half-Cauchy distribution.
    """

    scale: float = 1.0
    df: float = 3.0

    def __post_init__(self) -> None:
        _positive(self.scale, "scale")
        _positive(self.df, "df")

    def __str__(self) -> str:
        return f"half-t({self.scale:g}, {self.df:g} df)"

    def log_density(self, tau: Floats) -> Floats:
        """Return the log density at ``tau >= 0``."""
        half = (self.df + 1) / 2
        constant = math.lgamma(half) - math.lgamma(self.df / 2) - 0.5 * math.log(math.pi * self.df)
        u = tau / self.scale
        out: Floats = constant + math.log(2 / self.scale) - half * np.log1p(u * u / self.df)
        return out


@dataclass(frozen=True, slots=True)
class HalfCauchy:
    """Half-Cauchy prior.

    Parameters
    ----------
    scale : float
        Its median.
    """

    scale: float = 1.0

    def __post_init__(self) -> None:
        _positive(self.scale, "scale")

    def __str__(self) -> str:
        return f"half-Cauchy({self.scale:g})"

    def log_density(self, tau: Floats) -> Floats:
        """Return the log density at ``tau >= 0``."""
        u = tau / self.scale
        out: Floats = math.log(2 / (math.pi * self.scale)) - np.log1p(u * u)
        return out


Prior = HalfNormal | HalfT | HalfCauchy


def _positive(value: float, name: str) -> None:
    if not 0 < value < math.inf:
        raise EstimationError(f"{name} is {value!r}", where=name, hint="It must be positive.")
