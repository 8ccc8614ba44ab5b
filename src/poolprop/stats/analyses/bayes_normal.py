"""Bayesian normal-normal model by quadrature over ``tau``: effect sizes with known variances.

References
----------
Röver C (2020). Bayesian random-effects meta-analysis using the bayesmeta R package. Journal of
Statistical Software 93(6):1-51 (the marginal posterior of ``tau``, normal given ``tau``).
Spiegelhalter DJ, Abrams KR, Myles JP (2004). Bayesian Approaches to Clinical Trials and
Health-Care Evaluation, section 5.7 (half-normal priors on ``tau``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from poolprop.stats._types import Floats
from poolprop.stats.answers.results import Interval
from poolprop.stats.answers.shown import Shown, plain
from poolprop.stats.inputs import effects, fraction
from poolprop.stats.numeric.roots import bracketed_root
from poolprop.stats.numeric.rules import legendre
from poolprop.stats.priors import HalfNormal, Prior

NODES, FARTHEST, TAILS = 600, 1e8, 40.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NormalPosterior(Shown):
    """Posterior of the mean ``mu``: a mixture of normal distributions over ``tau``.

    Attributes
    ----------
    tau, weights : ndarray, shape (m,)
        Nodes of ``tau`` and their posterior masses, which sum to 1.
    mean, sd : ndarray, shape (m,)
        Mean and standard deviation of ``mu`` given each ``tau``.
    """

    tau: Floats
    weights: Floats
    mean: Floats
    sd: Floats

    def to_dict(self) -> dict[str, Any]:
        """Return what a reader asks of the posterior, intervals at 95 %."""
        return {
            "estimate": self.median,
            "ci": plain(self.interval()),
            "prediction": plain(self.prediction()),
            "tau": float(self.weights @ self.tau),
        }

    @property
    def median(self) -> float:
        """The posterior median of ``mu``."""
        return self._quantile(0.5, self.sd)

    def interval(self, level: float = 0.95) -> Interval:
        """Return the central credible interval of ``mu``."""
        return self._central(level, self.sd)

    def prediction(self, level: float = 0.95) -> Interval:
        """Return the central interval of the effect of a new study."""
        return self._central(level, np.hypot(self.sd, self.tau))

    def _central(self, level: float, sd: Floats) -> Interval:
        tail = (1 - fraction(level, "level")) / 2
        return Interval(lower=self._quantile(tail, sd), upper=self._quantile(1 - tail, sd))

    def _quantile(self, probability: float, sd: Floats) -> float:
        used = self.weights > 0
        weights, mean, sd = self.weights[used], self.mean[used], sd[used]

        def beyond(at: float) -> float:
            return float(weights @ ndtr((at - mean) / sd)) - probability

        low, high = float((mean - TAILS * sd).min()), float((mean + TAILS * sd).max())
        return bracketed_root(beyond, low, high, xtol=1e-12, rtol=1e-14)


def bayes_normal(yi: ArrayLike, vi: ArrayLike, tau_prior: Prior | None = None) -> NormalPosterior:
    """Return the posterior of a random-effects mean with a uniform prior on it.

    Parameters
    ----------
    yi, vi : array_like, shape (k,)
        Effect sizes and sampling variances, ``vi > 0``; ``k`` may be 1.
    tau_prior : Prior, optional
        Prior of ``tau`` on the scale of ``yi``; half-normal(1) unless told otherwise.

    Raises
    ------
    EstimationError
        If an effect, a variance or the prior is not valid.

    References
    ----------
    Röver C (2020). Journal of Statistical Software 93(6):1-51.

    Examples
    --------
    >>> found = bayes_normal([-0.9, -0.4, -1.1], [0.07, 0.09, 0.10])
    >>> ci = found.interval()
    >>> f"{found.median:.3f} ({ci.lower:.3f} to {ci.upper:.3f})"
    '-0.799 (-1.586 to -0.013)'
    """
    y, v = effects(yi, vi)
    prior = tau_prior or HalfNormal(1.0)
    # asinh spreads the nodes evenly near 0 and by ratio far out, from the finest scale there is.
    fine = min(prior.scale, float(np.sqrt(v.min())))
    nodes, mass = legendre(NODES)
    top = np.arcsinh(FARTHEST)
    u = top * (nodes + 1) / 2
    tau = fine * np.sinh(u)
    total = v[:, None] + tau**2
    precision = (1 / total).sum(axis=0)
    mean = (y[:, None] / total).sum(axis=0) / precision
    spread = ((y[:, None] - mean) ** 2 / total).sum(axis=0)
    log_likelihood = -0.5 * (np.log(total).sum(axis=0) + np.log(precision) + spread)
    log_mass = log_likelihood + prior.log_density(tau) + np.log(mass * np.cosh(u))
    weights = np.exp(log_mass - log_mass.max())
    return NormalPosterior(
        tau=tau, weights=weights / weights.sum(), mean=mean, sd=np.sqrt(1 / precision)
    )
