"""The links in machine code: :mod:`poolprop.stats.batch.fused` one number at a time."""

from __future__ import annotations

from poolprop.stats.batch.fused import CENTRE, DENSITY, ROOT_HALF, TAIL
from poolprop.stats.compiled.elementary import exp, expm1, log, log1p
from poolprop.stats.compiled.jit import inlined
from poolprop.stats.links import CLOGLOG_BOTTOM, CLOGLOG_TOP

LOGIT, PROBIT, CLOGLOG = 0, 1, 2
NUMBERS = {"logit": LOGIT, "probit": PROBIT, "cloglog": CLOGLOG}
Parts = tuple[float, float, float]
(
    T21, T20, T19, T18, T17, T16, T15, T14, T13, T12, T11,
    T10, T9, T8, T7, T6, T5, T4, T3, T2, T1, T0,
) = TAIL  # fmt: skip


@inlined
def logit(eta: float, x: float, n: float) -> Parts:
    """Return ``x log p + (n - x) log(1 - p)`` and its first two derivatives."""
    below = exp(-abs(eta))
    above = eta if eta > 0 else 0.0
    rest = 1 + below
    p = (1.0 if eta > 0 else below) / rest
    fitted = n * p
    return x * eta - n * (above + log(rest)), x - fitted, fitted * (p - 1)


@inlined
def probit(eta: float, x: float, n: float) -> Parts:
    """Return the same for the probit; ``few`` are on the side whose probability is below 1/2."""
    far = abs(eta)
    few = n - x if eta > 0 else x
    many = n - few
    u = far * ROOT_HALF
    t = (u - CENTRE) / (u + CENTRE)
    s = ((((T21 * t + T20) * t + T19) * t + T18) * t + T17) * t + T16
    s = ((((s * t + T15) * t + T14) * t + T13) * t + T12) * t + T11
    s = ((((s * t + T10) * t + T9) * t + T8) * t + T7) * t + T6
    s = (((((s * t + T5) * t + T4) * t + T3) * t + T2) * t + T1) * t + T0
    half = s / (1 + 2 * u)  # the tail over the kernel
    square = 0.5 * far * far
    kernel = exp(-square)
    tail = half * kernel
    loglik = few * (log(half) - square) + many * log1p(-tail)
    mills, other = DENSITY / half, DENSITY * kernel / (1 - tail)
    score = many * other - few * mills
    info = few * mills * (mills - far) + many * other * (other + far)
    return loglik, score if eta > 0 else -score, -info


@inlined
def cloglog(eta: float, x: float, n: float) -> Parts:
    """Return the same for the complementary log-log."""
    eta = CLOGLOG_TOP if eta > CLOGLOG_TOP else eta
    eta = CLOGLOG_BOTTOM if eta < CLOGLOG_BOTTOM else eta
    hazard = exp(eta)
    lost = -expm1(-hazard)
    ratio = hazard / lost  # tends to 1 as the hazard vanishes
    odds = x * ratio * (1 - lost)
    others = (n - x) * hazard
    return x * log(lost) - others, odds - others, -((ratio - 1) * odds + others)
