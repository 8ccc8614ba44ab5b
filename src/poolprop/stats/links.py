"""Links of the binomial-normal model: each gives a study's log-likelihood and derivatives in eta.

All three are log-concave in ``eta`` for ``x`` events and ``n - x`` non-events, which is what the
quadrature relies on. Binomial coefficients are left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, expm1, log_ndtr, logit, ndtr, ndtri

from poolprop.stats._types import Floats

LOG_SQRT_2PI = 0.5 * np.log(2 * np.pi)
# exp(eta) stays finite; log-likelihoods there are -1e13 times the count.
CLOGLOG_TOP = 30.0
# exp(eta) stays above 0, so that a hazard over a probability still tends to 1.
CLOGLOG_BOTTOM = -680.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link function.

    Attributes
    ----------
    name : str
        ``"logit"``, ``"probit"`` or ``"cloglog"``.
    forward, inverse : callable
        Proportion to ``eta`` and back.
    loglik : callable
        ``(eta, x, n) -> x log p + (n - x) log(1 - p)``.
    derivatives : callable
        ``(eta, x, n) ->`` its first derivative and minus its second.
    pole : float
        Distance of the singularities of ``p(eta)`` from the real line; it bounds the step of
        the quadrature.
    mirrored : bool
        Whether counting non-events mirrors the model (``eta`` to ``-eta``).
    """

    name: str
    forward: Callable[[ArrayLike], Floats]
    inverse: Callable[[ArrayLike], Floats]
    loglik: Callable[[Floats, Floats, Floats], Floats]
    derivatives: Callable[[Floats, Floats, Floats], tuple[Floats, Floats]]
    pole: float
    mirrored: bool


def _logit_loglik(eta: Floats, x: Floats, n: Floats) -> Floats:
    # log(1 + exp(eta)) without overflow
    out: Floats = x * eta - n * (np.maximum(eta, 0) + np.log1p(np.exp(-np.abs(eta))))
    return out


def _logit_derivatives(eta: Floats, x: Floats, n: Floats) -> tuple[Floats, Floats]:
    p = expit(eta)
    fitted = n * p
    return x - fitted, fitted * (1 - p)


def _probit_loglik(eta: Floats, x: Floats, n: Floats) -> Floats:
    out: Floats = x * log_ndtr(eta) + (n - x) * log_ndtr(-eta)
    return out


def _probit_derivatives(eta: Floats, x: Floats, n: Floats) -> tuple[Floats, Floats]:
    log_density = -0.5 * eta * eta - LOG_SQRT_2PI
    up, down = np.exp(log_density - log_ndtr(eta)), np.exp(log_density - log_ndtr(-eta))
    return x * up - (n - x) * down, x * up * (eta + up) + (n - x) * down * (down - eta)


def _cloglog_loglik(eta: Floats, x: Floats, n: Floats) -> Floats:
    hazard = np.exp(np.minimum(eta, CLOGLOG_TOP))
    # log(1 - exp(-hazard)): log(hazard) where hazard underflows the difference
    log_p = np.where(hazard < 1e-12, np.minimum(eta, 0), np.log(-expm1(-np.maximum(hazard, 1e-12))))
    out: Floats = x * log_p - (n - x) * hazard
    return out


def _cloglog_derivatives(eta: Floats, x: Floats, n: Floats) -> tuple[Floats, Floats]:
    hazard = np.exp(np.clip(eta, CLOGLOG_BOTTOM, CLOGLOG_TOP))
    survival = np.exp(-hazard)
    lost = np.maximum(-expm1(-hazard), 1e-300)
    ratio = hazard / lost  # tends to 1 as the hazard vanishes
    odds = ratio * survival
    # ratio - 1 loses digits for small hazards; its series is hazard / 2 + hazard^2 / 12
    excess = np.where(hazard < 1e-4, hazard * (0.5 + hazard / 12), ratio - 1)
    return x * odds - (n - x) * hazard, x * odds * excess + (n - x) * hazard


def _cloglog(p: ArrayLike) -> Floats:
    out: Floats = np.log(-np.log1p(-np.asarray(p)))
    return out


def _cloglog_inverse(eta: ArrayLike) -> Floats:
    out: Floats = -expm1(-np.exp(np.minimum(eta, CLOGLOG_TOP)))
    return out


LINKS: dict[str, Link] = {
    "logit": Link(
        name="logit",
        forward=logit,
        inverse=expit,
        loglik=_logit_loglik,
        derivatives=_logit_derivatives,
        pole=np.pi,
        mirrored=True,
    ),
    "probit": Link(
        name="probit",
        forward=ndtri,
        inverse=ndtr,
        loglik=_probit_loglik,
        derivatives=_probit_derivatives,
        pole=1.3,
        mirrored=True,
    ),
    "cloglog": Link(
        name="cloglog",
        forward=_cloglog,
        inverse=_cloglog_inverse,
        loglik=_cloglog_loglik,
        derivatives=_cloglog_derivatives,
        pole=np.pi / 2,
        mirrored=False,
    ),
}
