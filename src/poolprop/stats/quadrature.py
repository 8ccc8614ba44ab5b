"""The binomial-normal likelihood of each study, exact to rounding, with its derivatives.

Study ``i`` has ``x`` events of ``n`` and linear predictor ``eta = mu + tau z``, ``z`` standard
normal. The integral over ``z`` is a trapezoid sum over the range in which the integrand exceeds
``exp(-37)`` of its peak. For an integrand that is analytic and vanishes at both ends that rule
converges geometrically; Gauss-Hermite nodes would miss the long shoulder that ``x = 0`` or
``x = n`` has when ``tau`` is large. Derivatives in ``(mu, tau)`` are posterior moments of the
score and of the information in ``eta``, so that they tend to those at ``tau = 0``, which need no
integral.

Arrays have the studies on their last axis and anything in front of it: starts, points of a
profile, whole data sets.

References
----------
Trefethen LN, Weideman JAC (2014). The exponentially convergent trapezoidal rule.
SIAM Review 56(3):385-458.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import gammaln

from poolprop.stats._types import Floats
from poolprop.stats.links import LINKS, LOG_SQRT_2PI, Link
from poolprop.stats.louis import derivatives


class Precision(NamedTuple):
    """How finely to integrate.

    Attributes
    ----------
    cut : float
        ``exp(-cut)`` of the peak is left out on either side.
    width, pole : float
        Largest step, in units of the integrand's width at its peak and of the distance of its
        singularities over ``tau``.
    """

    cut: float
    width: float
    pole: float


# Errors in a log-likelihood: about 1e-12, and about 1e-9 where it is integrated once more.
FULL = Precision(37.0, 0.6, 0.10)
FAST = Precision(23.0, 0.75, 0.17)
# Beyond this ``n tau^2`` derivatives by way of the score lose digits.
HUGE = 1e7


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Log-likelihood of each study and its derivatives; every array has shape (..., k).

    Attributes
    ----------
    loglik : ndarray
        With all constants.
    d_mu, d_tau : ndarray
        First derivatives.
    d_mu2, d_mutau, d_tau2 : ndarray
        Second derivatives.
    """

    loglik: Floats
    d_mu: Floats
    d_tau: Floats
    d_mu2: Floats
    d_mutau: Floats
    d_tau2: Floats


def log_choose(x: Floats, n: Floats) -> Floats:
    """Return the log of the binomial coefficient."""
    out: Floats = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)
    return out


def nodes(
    x: Floats, n: Floats, mu: Floats, tau: Floats, link: Link, precision: Precision
) -> tuple[Floats, Floats, Floats]:
    """Return nodes ``z``, steps and the log integrand at the nodes.

    Parameters
    ----------
    x, n, mu, tau : ndarray
        Broadcast against each other to (..., k); ``tau >= 0``.
    link : Link
        The link function.
    precision : Precision
        How finely.

    Returns
    -------
    z : ndarray, shape (..., k, nodes)
    step : ndarray, shape (..., k)
    log_integrand : ndarray, shape (..., k, nodes)
        Without the binomial coefficient.
    """
    mode, information = _mode(x, n, mu, tau, link)
    peak = _log_integrand(mode, x, n, mu, tau, link)
    low, high = _ends(mode, peak, x, n, mu, tau, link, precision.cut)
    width = 1 / np.sqrt(1 + tau * tau * information)
    pole = precision.pole * link.pole / np.maximum(tau, 1e-9)
    largest = np.minimum(precision.width * width, pole)
    reach = high - low
    count = math.ceil((reach / largest).max()) + 1
    fraction = np.arange(count) / (count - 1)
    z = low[..., None] + reach[..., None] * fraction
    wide = (x[..., None], n[..., None], mu[..., None], tau[..., None])
    return z, reach / (count - 1), _log_integrand(z, *wide, link)


def log_marginal(
    x: Floats,
    n: Floats,
    mu: Floats,
    tau: Floats,
    link: Link = LINKS["logit"],
    precision: Precision = FULL,
) -> Floats:
    """Return the log-likelihood of each study at each ``(mu, tau)``; everything broadcasts."""
    _, step, log_integrand = nodes(x, n, mu, tau, link, precision)
    top = log_integrand.max(axis=-1)
    total = np.exp(log_integrand - top[..., None]).sum(axis=-1)
    out: Floats = top + np.log(total * step) + log_choose(x, n)
    return out


def moments(
    x: Floats,
    n: Floats,
    mu: Floats,
    tau: Floats,
    link: Link = LINKS["logit"],
    precision: Precision = FULL,
) -> Moments:
    """Return log-likelihoods and derivatives of the studies.

    Parameters
    ----------
    x, n : ndarray, shape (..., k)
        Events and totals.
    mu, tau : ndarray, broadcast against them
        Mean of ``eta`` of each study and between-study standard deviation, ``tau >= 0``.
    link : Link
        The link function.
    precision : Precision
        How finely.
    """
    if not np.count_nonzero(tau):
        return _flat_moments(x, n, mu + tau, link)
    z, step, log_integrand = nodes(x, n, mu, tau, link, precision)
    top = log_integrand.max(axis=-1, keepdims=True)
    weight = np.exp(log_integrand - top)
    total = weight.sum(axis=-1, keepdims=True)
    weight /= total
    eta = mu[..., None] + tau[..., None] * z
    score, info = link.derivatives(eta, x[..., None], n[..., None])
    first, curved = weight * z, score * score - info
    d_mu, d_tau = np.vecdot(weight, score), np.vecdot(first, score)
    slopes = {
        "d_mu": d_mu,
        "d_tau": d_tau,
        "d_mu2": np.vecdot(weight, curved) - d_mu * d_mu,
        "d_mutau": np.vecdot(first, curved) - d_mu * d_tau,
        "d_tau2": np.vecdot(first * z, curved) - d_tau * d_tau,
    }
    if np.any(huge := n * tau * tau > HUGE):
        kept = derivatives(z, weight, np.where(huge, tau, 1.0))
        slopes = {name: np.where(huge, kept[name], slopes[name]) for name in slopes}
    return Moments(loglik=top[..., 0] + np.log(total[..., 0] * step) + log_choose(x, n), **slopes)


def _flat_moments(x: Floats, n: Floats, eta: Floats, link: Link) -> Moments:
    """Return the same at ``tau = 0``, where ``z`` is standard normal whatever the data."""
    score, info = link.derivatives(eta, x, n)
    nothing = np.zeros_like(score)
    return Moments(
        loglik=link.loglik(eta, x, n) + log_choose(x, n),
        d_mu=score,
        d_tau=nothing,
        d_mu2=-info,
        d_mutau=nothing,
        d_tau2=score * score - info,
    )


def _log_integrand(z: Floats, x: Floats, n: Floats, mu: Floats, tau: Floats, link: Link) -> Floats:
    out: Floats = link.loglik(mu + tau * z, x, n) - 0.5 * z * z - LOG_SQRT_2PI
    return out


def _mode(x: Floats, n: Floats, mu: Floats, tau: Floats, link: Link) -> tuple[Floats, Floats]:
    """Return the mode of each integrand, and the information in ``eta`` there.

    The slope ``tau score(eta) - z`` falls strictly. At ``z = 0`` it is ``tau score(mu)``, and at
    ``z = tau score(mu)`` it has the other sign or is 0, since the score falls as well: a bracket.
    Newton steps are kept inside it; plain Newton cycles when ``tau`` is large.
    """
    start = tau * link.derivatives(mu, x, n)[0]
    low, high = np.minimum(start, 0), np.maximum(start, 0)
    shown = link.forward((x + 0.5) / (n + 1))
    square, scale = tau * tau, np.maximum(tau, 1)
    z = np.minimum(np.maximum(tau * (shown - mu) / (square + 4 / n), low), high)
    for _ in range(100):
        score, information = link.derivatives(mu + tau * z, x, n)
        slope = tau * score - z
        rising = slope > 0
        low, high = np.where(rising, z, low), np.where(rising, high, z)
        new = z + slope / (1 + square * information)
        outside = (new < low) | (new > high)
        if np.count_nonzero(outside):
            new = np.where(outside, 0.5 * (low + high), new)
        # The ends need the mode only roughly, the step the width there; the sum neither.
        if np.count_nonzero(np.abs(new - z) * scale <= 0.02 * (1 + np.abs(z))) == new.size:
            return new, information
        z = new
    return z, information


def _ends(
    mode: Floats,
    peak: Floats,
    x: Floats,
    n: Floats,
    mu: Floats,
    tau: Floats,
    link: Link,
    cut: float,
) -> Floats:
    """Return where the integrand has fallen by ``cut`` left and right of its mode, stacked.

    The log integrand curves down by at least 1, so the ends lie within ``sqrt(2 cut)``. It is
    concave: from outside Newton's steps come down on an end without passing it.
    """
    reach, floor = math.sqrt(2 * cut), peak - cut + LOG_SQRT_2PI
    z = np.array([mode - reach, mode + reach])
    for _ in range(30):
        eta = mu + tau * z
        fall = np.maximum(floor - link.loglik(eta, x, n) + 0.5 * z * z, 0)
        slope = z - tau * link.derivatives(eta, x, n)[0]
        step = fall / np.where(slope == 0, 1, slope)
        z = z - step
        if np.count_nonzero(np.abs(step) <= 0.25 * np.abs(z - mode)) == z.size:
            break
    return z
