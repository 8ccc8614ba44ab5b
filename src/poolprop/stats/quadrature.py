"""The binomial-normal likelihood of each study, exact to rounding, with its derivatives.

Study ``i`` has ``x`` events of ``n`` and linear predictor ``eta = mu + tau z``, ``z`` standard
normal. The integral over ``z`` is a trapezoid sum over the range in which the integrand exceeds
``exp(-37)`` of its peak. For an integrand that is analytic and vanishes at both ends that rule
converges geometrically; Gauss-Hermite nodes would miss the long shoulder that ``x = 0`` or
``x = n`` has when ``tau`` is large. Derivatives in ``(mu, tau)`` are posterior moments of the
score and of the information in ``eta``, so ``tau = 0`` needs no special case.

Arrays have the studies on their last axis and anything in front of it: starts, points of a
profile, whole data sets.

References
----------
Trefethen LN, Weideman JAC (2014). The exponentially convergent trapezoidal rule.
SIAM Review 56(3):385-458.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import gammaln

from poolprop.stats.inputs import Floats
from poolprop.stats.links import LINKS, LOG_SQRT_2PI, Link


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
FULL = Precision(37.0, 0.6, 0.13)
FAST = Precision(23.0, 0.75, 0.17)


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
    z_mean, z2_mean : ndarray
        Posterior mean of ``z`` and of its square.
    """

    loglik: Floats
    d_mu: Floats
    d_tau: Floats
    d_mu2: Floats
    d_mutau: Floats
    d_tau2: Floats
    z_mean: Floats
    z2_mean: Floats


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
    x, n, mu, tau = np.broadcast_arrays(x, n, mu, tau)
    mode, information = _mode(x, n, mu, tau, link)
    peak = _log_integrand(mode, x, n, mu, tau, link)
    low, high = _ends(mode, peak, x, n, mu, tau, link, precision.cut)
    width = 1 / np.sqrt(1 + tau * tau * information)
    pole = precision.pole * link.pole / np.maximum(tau, 1e-9)
    largest = np.minimum(precision.width * width, pole)
    count = int(np.ceil(np.max((high - low) / largest))) + 1
    fraction = np.arange(count) / (count - 1)
    z = low[..., None] + (high - low)[..., None] * fraction
    wide = (x[..., None], n[..., None], mu[..., None], tau[..., None])
    return z, (high - low) / (count - 1), _log_integrand(z, *wide, link)


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
    z, step, log_integrand = nodes(x, n, mu, tau, link, precision)
    top = log_integrand.max(axis=-1, keepdims=True)
    weight = np.exp(log_integrand - top)
    total = weight.sum(axis=-1, keepdims=True)
    weight /= total
    eta = np.asarray(mu)[..., None] + np.asarray(tau)[..., None] * z
    score, info = link.derivatives(eta, x[..., None], n[..., None])
    sz = score * z

    def mean(values: Floats) -> Floats:
        out: Floats = np.einsum("...j,...j->...", weight, values)
        return out

    d_mu, d_tau = mean(score), mean(sz)
    return Moments(
        loglik=top[..., 0] + np.log(total[..., 0] * step) + log_choose(x, n),
        d_mu=d_mu,
        d_tau=d_tau,
        d_mu2=mean(score * score - info) - d_mu * d_mu,
        d_mutau=mean((score * score - info) * z) - d_mu * d_tau,
        d_tau2=mean((score * score - info) * z * z) - d_tau * d_tau,
        z_mean=mean(z),
        z2_mean=mean(z * z),
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
    z = np.clip(tau * (shown - mu) / (tau * tau + 4 / n), low, high)
    for _ in range(100):
        score, information = link.derivatives(mu + tau * z, x, n)
        slope = tau * score - z
        low, high = np.where(slope > 0, z, low), np.where(slope > 0, high, z)
        new = z + slope / (1 + tau * tau * information)
        outside = (new < low) | (new > high)
        new = np.where(outside, 0.5 * (low + high), new)
        # The ends need the mode only roughly, the step the width there; the sum neither.
        if np.all(np.abs(new - z) * np.maximum(tau, 1) <= 0.02 * (1 + np.abs(z))):
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
    reach = np.sqrt(2 * cut)
    z: Floats = np.stack([mode - reach, mode + reach])
    for _ in range(30):
        fall = peak - _log_integrand(z, x, n, mu, tau, link) - cut
        slope = z - tau * link.derivatives(mu + tau * z, x, n)[0]
        step = np.where(fall > 0, fall, 0) / np.where(slope == 0, 1, slope)
        z = z - step
        if np.all(np.abs(step) <= 0.25 * np.abs(z - mode)):
            break
    return z
