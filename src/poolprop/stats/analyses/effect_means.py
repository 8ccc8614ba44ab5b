"""Means of effect sizes with known variances: Bayesian, and robust to dependence in clusters.

References
----------
Röver C (2020). Bayesian random-effects meta-analysis using the bayesmeta R package. Journal of
Statistical Software 93(6):1-51 (the marginal posterior of ``tau``, normal given ``tau``).
Spiegelhalter DJ, Abrams KR, Myles JP (2004). Bayesian Approaches to Clinical Trials and
Health-Care Evaluation, section 5.7 (half-normal priors on ``tau``).
Hedges LV, Tipton E, Johnson MC (2010). Robust variance estimation in meta-regression with
dependent effect size estimates. Research Synthesis Methods 1(1):39-65.
Tipton E (2015). Small sample adjustments for robust variance estimation with meta-regression.
Psychological Methods 20(3):375-393.
Pustejovsky JE, Tipton E (2018). Small-sample methods for cluster-robust variance estimation and
hypothesis testing in fixed effects models. JBES 36(4):672-683.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats
from poolprop.stats.answers.results import Interval
from poolprop.stats.answers.shown import Shown, plain
from poolprop.stats.design import group_design, group_levels
from poolprop.stats.inputs import choice, effects, fraction, wrong
from poolprop.stats.numeric.distributions import t_pvalue, t_quantile
from poolprop.stats.numeric.roots import bracketed_root
from poolprop.stats.numeric.rules import legendre
from poolprop.stats.numeric.wls import Wls, intercept, weighted_fit
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


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Robust(Shown):
    """A mean with its cluster-robust standard error, test of 0 and interval."""

    estimate: float
    se: float
    df: float
    statistic: float
    p: float
    ci: Interval


def cluster_robust(
    yi: ArrayLike, vi: ArrayLike, tau2: float, clusters: Sequence[object], *,
    correction: str = "CR2", level: float = 0.95,
) -> Robust:  # fmt: skip
    """Return the random-effects mean with a standard error robust to dependence in clusters.

    Parameters
    ----------
    yi, vi, level
        As for :func:`poolprop.pool_effects`.
    tau2 : float
        Between-study variance, which sets the weights.
    clusters : sequence, shape (k,)
        The cluster (study) of each effect size.
    correction : {"CR0", "CR1", "CR2"}
        None; ``m / (m - 1)`` for ``m`` clusters; bias-reduced under the working model, with
        Satterthwaite's degrees of freedom.

    Raises
    ------
    EstimationError
        If there are fewer than two clusters, or an effect or a choice is not valid.

    References
    ----------
    Pustejovsky JE, Tipton E (2018). JBES 36(4):672-683.

    Examples
    --------
    >>> found = cluster_robust([0.1, 0.5, 0.9, 0.2], [0.1] * 4, 0.05, ["a", "a", "b", "c"])
    >>> f"{found.estimate:.3f} {found.se:.3f} {found.df:.2f}"
    '0.425 0.176 1.80'
    """
    choice(correction, "correction", ("CR0", "CR1", "CR2"))
    yi, vi = effects(yi, vi)
    fraction(level, "level")
    if not 0 <= tau2 < np.inf:
        raise wrong(tau2, "tau2", "It must be a number >= 0.")
    member = group_design(group_levels(clusters, yi.size))
    m = member.shape[1]
    if m < 2:
        raise EstimationError(
            f"a robust variance needs at least 2 clusters, got {m}", where="clusters"
        )
    fit = weighted_fit(yi, vi, intercept(yi.size), tau2)
    share = fit.weights / fit.weights.sum()
    if correction == "CR2":
        variance, df = _bias_reduced(fit, vi + tau2, share, member)
    else:
        sums = member.T @ (share * fit.residual)
        variance, df = float(np.sum(sums**2)), float(m - 1)
        variance *= m / (m - 1) if correction == "CR1" else 1.0
    se, estimate = float(np.sqrt(variance)), float(fit.beta[0])
    statistic = estimate / se if se > 0 else float(np.copysign(np.inf, estimate))
    half = t_quantile(level, df) * se
    return Robust(
        estimate=estimate,
        se=se,
        df=df,
        statistic=statistic,
        p=t_pvalue(statistic, df),
        ci=Interval(lower=estimate - half, upper=estimate + half),
    )


def _bias_reduced(
    fit: Wls, variances: Floats, share: Floats, member: Floats
) -> tuple[float, float]:
    """Return the CR2 variance and Satterthwaite's degrees of freedom.

    Each cluster's residuals are multiplied by the symmetric matrix that makes their expected
    square right if the working model (independent errors with ``variances``) holds.
    """
    residual_cov = np.diag(variances) - float(fit.cov[0, 0])
    lines = []
    for column in member.T:
        rows = np.flatnonzero(column)
        root = np.sqrt(variances[rows])
        inner = residual_cov[np.ix_(rows, rows)] * root[:, None] * root
        values, vectors = np.linalg.eigh(inner)
        keep = values > 1e-12 * values.max()
        inverse_root = (vectors[:, keep] / np.sqrt(values[keep])) @ vectors[:, keep].T
        adjust = root[:, None] * inverse_root * root
        line = np.zeros(variances.size)
        line[rows] = share[rows] @ adjust
        lines.append(line)
    weights = np.array(lines)
    parts = weights @ fit.residual
    # Covariance of the parts under the working model gives the spread of their sum of squares.
    cov = weights @ residual_cov @ weights.T
    return float(np.sum(parts**2)), float(np.trace(cov) ** 2 / np.sum(cov**2))
