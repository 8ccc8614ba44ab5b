"""What each study does to the pooled mean of the binomial-normal model: refits without it.

References
----------
Viechtbauer W, Cheung MWL (2010). Outlier and influence diagnostics for meta-analysis.
Research Synthesis Methods 1(2):112-125 (the two-step analogues).
Baujat B et al. (2002). Statistics in Medicine 21(18):2641-2652 (likewise).
Dunn PK, Smyth GK (1996). Randomized quantile residuals. Journal of Computational and Graphical
Statistics 5(3):236-244 (residuals from a predictive distribution; here the middle of its step).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr, xlogy

from poolprop.stats._types import Bools, Floats
from poolprop.stats.answers.pool_glmm import deviance
from poolprop.stats.answers.shown import Shown
from poolprop.stats.fits.glmm_design import GlmmFit, fit_each, information_of
from poolprop.stats.likelihoods.links import LOG_SQRT_2PI, Link
from poolprop.stats.numeric.distributions import profile_cut
from poolprop.stats.sets import Sets, without_each

# A squared change of the mean that exceeds the median of chi-square with one degree of freedom.
FAR = profile_cut(0.5, 1, small_sample=False)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class GlmmInfluence(Shown):
    """Case diagnostics of a GLMM; every array has shape (k,), in the order of the studies.

    Attributes
    ----------
    estimate_deleted, se_deleted, tau2_deleted, q_deleted : ndarray
        Pooled value on the link's scale, its standard error, between-study variance and
        likelihood-ratio Q without the study.
    dffits : ndarray
        Change of the pooled value in standard errors of the fit without the study.
    cooks_distance, covariance_ratio : ndarray
        Squared change over the variance of the full fit; variance without the study over it.
    deleted, deleted_se, rstudent : ndarray
        Observed proportion minus its predictive mean given the others, its predictive standard
        deviation (binomial chance included), and their ratio.
    predictive_p : ndarray
        Two-sided mid-p value of the study's events in that predictive distribution.
    hat : ndarray
        Share of the information about the pooled value; they sum to 1.
    baujat_x, baujat_y : ndarray
        The study's part of the likelihood-ratio Q (they sum to it), and squared ``dffits``.
    influential : ndarray of bool
        ``|dffits| > 1``, or a Cook's distance beyond the median of a chi-square, or
        ``hat > 3 / k``.
    defined : ndarray of bool
        Whether both fits have a finite mean and standard error; where not, what rests on them
        is NaN.
    """

    estimate_deleted: Floats
    se_deleted: Floats
    tau2_deleted: Floats
    q_deleted: Floats
    dffits: Floats
    cooks_distance: Floats
    covariance_ratio: Floats
    deleted: Floats
    deleted_se: Floats
    rstudent: Floats
    predictive_p: Floats
    hat: Floats
    baujat_x: Floats
    baujat_y: Floats
    influential: Bools
    defined: Bools


def glmm_diagnostics(x: Floats, n: Floats, link: Link) -> GlmmInfluence:
    """Return case diagnostics of the pooled mean of ``k >= 3`` studies, from ``k`` refits."""
    whole = fit_each(Sets.ordered(x, n), link)[0]
    fits = fit_each(without_each(Sets.of(x, n)).in_order()[0], link)
    table = np.array([_without(x, n, i, fit, link) for i, fit in enumerate(fits)])
    mean, variance, tau2, q, *predictive = table.T
    centre, spread, p = predictive
    mu, own = float(whole.beta[0]), float(whole.cov[0, 0])
    defined = np.isfinite(mean) & np.isfinite(variance) & math.isfinite(mu) & math.isfinite(own)
    change = np.subtract(mu, mean, out=np.full(x.size, np.nan), where=defined)
    information = information_of(x, n, mu, whole.tau, link)
    hat = information / information.sum()
    dffits, cooks = change / np.sqrt(variance), change**2 / own
    deleted = x / n - centre
    return GlmmInfluence(
        estimate_deleted=mean,
        se_deleted=np.sqrt(variance),
        tau2_deleted=tau2,
        q_deleted=q,
        dffits=dffits,
        cooks_distance=cooks,
        covariance_ratio=np.where(defined, variance / own, np.nan),
        deleted=deleted,
        deleted_se=spread,
        rstudent=deleted / spread,
        predictive_p=p,
        hat=hat,
        baujat_x=parts_of_q(x, n),
        baujat_y=dffits**2,
        influential=(np.abs(dffits) > 1) | (cooks > FAR) | (hat > 3 / hat.size),
        defined=defined,
    )


def parts_of_q(x: Floats, n: Floats) -> Floats:
    """Return each study's part of the likelihood-ratio Q against one common proportion.

    ``2 (x log(p_i / p) + (n - x) log((1 - p_i) / (1 - p)))``, ``p_i = x / n``, ``p`` that of all.
    """
    share, common = x / n, float(x.sum() / n.sum())
    if common in (0.0, 1.0):
        return np.zeros(x.size)
    parts = xlogy(x, share / common) + xlogy(n - x, (1 - share) / (1 - common))
    out: Floats = np.maximum(2 * parts, 0.0)
    return out


def _without(x: Floats, n: Floats, i: int, fit: GlmmFit, link: Link) -> tuple[float, ...]:
    """Return mean, variance, tau2 and Q without study ``i``, and what they predict for it."""
    others = Sets.ordered(np.delete(x, i), np.delete(n, i))
    q = deviance(others.x, others.n, fit.tau**2, link).q
    return (
        float(fit.beta[0]),
        float(fit.cov[0, 0]),
        fit.tau**2,
        math.nan if q is None else q,
        *predictive_moments(float(x[i]), float(n[i]), fit, link),
    )


def predictive_moments(x: float, n: float, fit: GlmmFit, link: Link) -> tuple[float, float, float]:
    """Return mean and standard deviation of a new study's proportion, and the mid-p of ``x``.

    Its ``eta`` is normal about the fitted mean with variance ``tau2 + se^2``, its events are
    binomial. NaN where the fit has no standard error.
    """
    mu, variance = float(fit.beta[0]), float(fit.cov[0, 0])
    if not (math.isfinite(mu) and math.isfinite(variance)):
        return math.nan, math.nan, math.nan
    spread = math.sqrt(variance + fit.tau**2)
    # The binomial distribution function is 2 / sqrt(n) wide in eta or wider.
    count = 2 * math.ceil(9 * max(8.0, 4 * spread, spread * math.sqrt(n))) + 1
    z = np.linspace(-9, 9, count)
    weight = np.exp(-0.5 * z * z - LOG_SQRT_2PI) * (z[1] - z[0])
    p = link.inverse(mu + spread * z)
    mean = float(weight @ p)
    chance = float(weight @ (p * (1 - p))) / n
    sd = math.sqrt(float(weight @ (p - mean) ** 2) + chance)
    below = float(weight @ bdtr(x - 1, int(n), p)) if x > 0 else 0.0
    middle = 0.5 * (below + float(weight @ bdtr(x, int(n), p)))
    return mean, sd, max(0.0, 2 * min(middle, 1 - middle))
