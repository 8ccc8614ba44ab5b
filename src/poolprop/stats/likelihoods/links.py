"""Links of the binomial-normal model: each gives a study's log-likelihood and derivatives in eta.

All are log-concave in ``eta`` for ``x`` events and ``n - x`` non-events, which is what the
quadrature relies on. Binomial coefficients are left out.

References
----------
Shepherd MM, Laframboise JG (1981). Chebyshev approximation of (1 + 2x) exp(x^2) erfc x in
0 <= x < infinity. Mathematics of Computation 36(153):249-253.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erfcx, expit, expm1, gammaln, logit, ndtr, ndtri, xlogy

from poolprop.stats._types import Floats

LOG_SQRT_2PI = 0.5 * np.log(2 * np.pi)
# exp(eta) stays finite; log-likelihoods there are -1e13 times the count.
CLOGLOG_TOP = 30.0
# exp(eta) stays above 0, so that a hazard over a probability still tends to 1.
CLOGLOG_BOTTOM = -680.0
ROOT_HALF = math.sqrt(0.5)
DENSITY = 1 / math.sqrt(2 * math.pi)
CENTRE = 3.75
# With more patients a log-likelihood is counted from its maximum: it would lose digits that count.
LARGE = 1e5
Parts = tuple[Floats, Floats, Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link function.

    Attributes
    ----------
    name : str
        ``"logit"``, ``"probit"`` or ``"cloglog"``.
    forward, inverse : callable
        Proportion to ``eta`` and back.
    plain : callable
        ``(eta, x, n) ->`` the log-likelihood ``x log p + (n - x) log(1 - p)``, its first and its
        second derivative, which share their transcendentals.
    pole : float
        Distance of the singularities of ``p(eta)`` from the real line; it bounds the step of
        the quadrature.
    mirrored : bool
        Whether counting non-events mirrors the model (``eta`` to ``-eta``).
    """

    name: str
    forward: Callable[[ArrayLike], Floats]
    inverse: Callable[[ArrayLike], Floats]
    plain: Callable[[Floats, Floats, Floats], Parts]
    pole: float
    mirrored: bool

    def parts(self, eta: Floats, x: Floats, n: Floats) -> Parts:
        """Return ``plain``, counted from its maximum where a study is large; studies are last."""
        found = self.plain(eta, x, n)
        if self.name == "logit" and (far := n > LARGE).any():
            exact = _from_maximum(eta[..., far], x[far], n[far])
            for each, better in zip(found, exact, strict=True):
                each[..., far] = better
        return found

    def reach(self, eta: Floats, n: Floats) -> Floats | float:
        """Return how far from ``eta`` the log-likelihood can be continued off the real line.

        Where every patient had the event, ``(1 - exp(-h))^n`` of the cloglog is a wall at a hazard
        ``h`` of about ``log n``, steeper the larger that is; beyond it is flat.
        """
        if self.name != "cloglog":
            return self.pole
        hazard = np.exp(np.minimum(eta, CLOGLOG_TOP))
        out: Floats = self.pole / np.maximum(1.0, np.minimum(hazard, np.log(n) + 4))
        return out

    def constant(self, x: Floats, n: Floats) -> Floats:
        """Return what is left out of the log-likelihood of each study."""
        out: Floats = log_choose(x, n)
        if self.name == "logit" and (far := (n > LARGE) & (x > 0) & (x < n)).any():
            x, n = x[far], n[far]
            out[far] = _stirling(n) - _stirling(x) - _stirling(n - x)
            out[far] -= LOG_SQRT_2PI + 0.5 * np.log(x * (1 - x / n))
        return out

    def highest(self, x: Floats, n: Floats) -> Floats:
        """Return the log-likelihood of each study at its own proportion, without constants."""
        out: Floats = xlogy(x, x / n) + xlogy(n - x, 1 - x / n)
        if self.name == "logit":
            out[n > LARGE] = 0.0
        return out

    def information(self, eta: Floats) -> Floats:
        """Return a patient's expected information about ``eta``."""
        share = self.inverse(eta)
        if self.name == "logit":
            return share * (1 - share)
        out: Floats = -self.plain(eta, share, np.ones_like(share))[2]
        return out


def log_choose(x: Floats, n: Floats) -> Floats:
    """Return the log of the binomial coefficient."""
    out: Floats = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)
    return out


def _from_maximum(eta: Floats, x: Floats, n: Floats) -> Parts:
    """Return the logit's log-likelihood less its maximum, and derivatives.

    With ``d = eta - logit(x / n)`` it is ``x d - n log(1 + (x / n)(e^d - 1))``: no difference of
    numbers as large as ``n``. Without events, or without non-events, the maximum is 0.
    """
    none, every = x == 0, x == n
    edge = none | every
    share = np.where(edge, 0.5, x / n)
    away = np.clip(np.where(edge, np.where(none, eta, -eta), eta - logit(share)), -700, 700)
    # The odds at an edge, else how far they are from those observed; 1 is never added and taken.
    grown = np.where(edge, np.exp(away), expm1(away))
    part = np.where(edge, 1.0, share) * grown
    over = 1 + part
    value = np.where(edge, 0.0, x * away) - n * np.log1p(part)
    size = np.where(edge, n, n * share * (1 - share))
    # Ratios first: far out, a study's size times the odds would overflow, as would a square.
    score = np.where(every, size, -size) * (grown / over)
    curve = size * (np.where(edge, grown, 1 + grown) / over / over)
    return value, score, -curve


def _stirling(n: Floats) -> Floats:
    """Return ``log n!`` less Stirling's ``(n + 1/2) log n - n + log sqrt(2 pi)``."""
    small = np.minimum(n, 16.0)
    exact = gammaln(small + 1) - (small + 0.5) * np.log(small) + small - LOG_SQRT_2PI
    square = 1 / (n * n)
    series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680))) / n
    out: Floats = np.where(n <= 16, exact, series)
    return out


def _logit(eta: Floats, x: Floats, n: Floats) -> Parts:
    rest = 1 + np.exp(-np.abs(eta))
    above = np.maximum(eta, 0)
    p = np.exp(eta - above) / rest
    fitted = n * p
    loglik = x * eta - n * (above + np.log(rest))
    p -= 1
    return loglik, x - fitted, fitted * p


def _probit(eta: Floats, x: Floats, n: Floats) -> Parts:
    # few counts those on the side whose probability is below 1/2.
    far, sign = np.abs(eta), np.copysign(1.0, eta)
    half = scaled_tail(far)
    square = far * far
    square *= 0.5
    kernel = np.exp(-square)
    tail = half * kernel
    middle, lean = 0.5 * n, (x - 0.5 * n) * sign
    few, many = middle - lean, lean
    many += middle
    loglik = np.log(half)
    loglik -= square
    loglik *= few
    np.negative(tail, out=tail)
    np.log1p(tail, out=square)
    square *= many
    loglik += square
    # What is left are Mills' ratios on either side.
    np.divide(DENSITY, half, out=half)
    tail += 1
    kernel *= DENSITY
    kernel /= tail
    few *= half
    many *= kernel
    half -= far
    half *= few
    kernel += far
    kernel *= many
    half += kernel
    np.negative(half, out=half)
    many -= few
    many *= sign
    return loglik, many, half


def scaled_tail(far: Floats) -> Floats:
    """Return the normal tail beyond ``far >= 0`` over ``exp(-far^2 / 2)``: half of ``erfcx``.

    SciPy's ``erfcx`` goes through its arguments one by one. A polynomial in
    ``(u - K) / (u + K)`` has ``(1 + 2 u) erfcx(u)`` to 4e-15 and runs on whole vectors
    (Shepherd and Laframboise 1981, Mathematics of Computation 36(153):249-253).
    """
    u = far * ROOT_HALF
    t = (u - CENTRE) / (u + CENTRE)
    out: Floats = np.full_like(t, TAIL[0])
    for coefficient in TAIL[1:]:
        out *= t
        out += coefficient
    out /= 1 + 2 * u
    return out


def _tail_polynomial(terms: int = 22, points: int = 64) -> list[float]:
    """Return the polynomial's coefficients, the highest power first."""
    angle = np.pi * (np.arange(points) + 0.5) / points
    u = CENTRE * (1 + np.cos(angle)) / (1 - np.cos(angle))
    values = 0.5 * (1 + 2 * u) * erfcx(u)
    series = 2 / points * np.cos(np.outer(np.arange(terms), angle)) @ values
    series[0] /= 2
    powers: list[float] = np.polynomial.chebyshev.cheb2poly(series)[::-1].tolist()
    return powers


TAIL = _tail_polynomial()


def _cloglog(eta: Floats, x: Floats, n: Floats) -> Parts:
    hazard = np.exp(np.minimum(np.maximum(eta, CLOGLOG_BOTTOM), CLOGLOG_TOP))
    lost = np.expm1(-hazard)
    np.negative(lost, out=lost)
    ratio = hazard / lost  # tends to 1 as the hazard vanishes
    odds = x * ratio * (1 - lost)
    others = (n - x) * hazard
    ratio -= 1
    ratio *= odds
    return x * np.log(lost) - others, odds - others, -(ratio + others)


def _log_log(p: ArrayLike) -> Floats:
    out: Floats = np.log(-np.log1p(-np.asarray(p)))
    return out


def _log_log_inverse(eta: ArrayLike) -> Floats:
    out: Floats = -expm1(-np.exp(np.minimum(eta, CLOGLOG_TOP)))
    return out


LINKS: dict[str, Link] = {
    "logit": Link(
        name="logit", forward=logit, inverse=expit, plain=_logit, pole=np.pi, mirrored=True
    ),
    "probit": Link(
        name="probit", forward=ndtri, inverse=ndtr, plain=_probit, pole=1.3, mirrored=True
    ),
    "cloglog": Link(
        name="cloglog",
        forward=_log_log,
        inverse=_log_log_inverse,
        plain=_cloglog,
        pole=np.pi / 2,
        mirrored=False,
    ),
}
