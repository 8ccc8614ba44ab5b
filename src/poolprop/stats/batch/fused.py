"""Log-likelihood, score and information of each link in one go, sharing their transcendentals.

The same values as those of :mod:`poolprop.stats.links`, which computes each on its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.special import erfcx

from poolprop.stats.inputs import Floats
from poolprop.stats.links import CLOGLOG_BOTTOM, CLOGLOG_TOP

Parts = tuple[Floats, Floats, Floats]
ROOT_HALF = math.sqrt(0.5)
# Density of the normal at 0, and what Mills' ratio makes of 1 / erfcx.
DENSITY, MILLS = 1 / math.sqrt(2 * math.pi), math.sqrt(2 / math.pi)


def logit(eta: Floats, x: Floats, n: Floats) -> Parts:
    """Return ``x log p + (n - x) log(1 - p)``, its derivative, and its second derivative."""
    small = np.exp(-np.abs(eta))
    rest = 1 + small
    p = np.where(eta > 0, 1.0, small) / rest
    fitted = n * p
    loglik = x * eta - n * (np.maximum(eta, 0) + np.log(rest))
    return loglik, x - fitted, fitted * (p - 1)


def probit(eta: Floats, x: Floats, n: Floats) -> Parts:
    """Return the same for the probit.

    ``few`` counts those on the side whose probability is below 1/2.
    """
    far = np.abs(eta)
    scaled = erfcx(far * ROOT_HALF)
    kernel = np.exp(-0.5 * far * far)
    tail = 0.5 * scaled * kernel
    log_tail = np.log(0.5 * scaled) - 0.5 * far * far
    few = np.where(eta > 0, n - x, x)
    many = n - few
    steep, gentle = MILLS / scaled, DENSITY * kernel / (1 - tail)
    down, up = few * steep, many * gentle
    score = np.where(eta > 0, up - down, down - up)
    return (
        few * log_tail + many * np.log1p(-tail),
        score,
        down * (far - steep) - up * (far + gentle),
    )


def cloglog(eta: Floats, x: Floats, n: Floats) -> Parts:
    """Return the same for the complementary log-log."""
    hazard = np.exp(np.clip(eta, CLOGLOG_BOTTOM, CLOGLOG_TOP))
    lost = -np.expm1(-hazard)
    ratio = hazard / lost  # tends to 1 as the hazard vanishes
    odds = x * ratio * (1 - lost)
    # ratio - 1 loses digits for small hazards; its series is hazard / 2 + hazard^2 / 12
    excess = np.where(hazard < 1e-4, hazard * (0.5 + hazard / 12), ratio - 1)
    others = (n - x) * hazard
    return x * np.log(lost) - others, odds - others, -(odds * excess + others)


FUSED: dict[str, Callable[[Floats, Floats, Floats], Parts]] = {
    "logit": logit,
    "probit": probit,
    "cloglog": cloglog,
}
