"""Exact unconditional interval of a risk difference: never covers less than it says.

References
----------
Chan ISF, Zhang Z (1999). Test-based exact confidence intervals for the difference of two binomial
proportions. Biometrics 55(4):1202-1209.
Farrington CP, Manning G (1990). Statistics in Medicine 9(12):1447-1454 (the restricted estimates).
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import xlogy

from poolprop.errors import EstimationError
from poolprop.stats.inputs import Floats, counts, fraction
from poolprop.stats.newton import Bools
from poolprop.stats.quadrature import log_choose
from poolprop.stats.results import Interval

# Differences at which a limit is looked for, and proportions at which a tail is maximised.
DIFFERENCES, NUISANCE = 160, 120
# Score statistics that differ by rounding only are the same.
TIE = 1e-9


def exact_risk_difference(
    events1: int, total1: int, events2: int, total2: int, level: float = 0.95
) -> Interval:
    """Return the interval of ``p1 - p2`` by inverting two one-sided exact tests.

    A difference is inside while neither tail of the score statistic, at the least favourable
    proportion of the second arm, is as small as half of what the level leaves.

    Parameters
    ----------
    events1, total1, events2, total2 : int
        The two arms; the product of the totals is the work, some seconds for 500 by 500.
    level : float
        Confidence level.

    Raises
    ------
    EstimationError
        If counts or the level are not valid, or the totals multiply to more than 250,000.

    Examples
    --------
    >>> found = exact_risk_difference(9, 17, 3, 4)
    >>> -1 <= found.lower < 9 / 17 - 3 / 4 < found.upper <= 1
    True
    """
    (x1, x2), (n1, n2) = counts([events1, events2], [total1, total2])
    if n1 * n2 > 250_000:
        raise EstimationError(
            f"total1 x total2 is {n1 * n2:.0f}",
            where="total1, total2",
            hint="Exact limits are for small studies; take a score interval.",
        )
    tail = (1 - fraction(level, "level")) / 2
    lower = _lower(int(x1), int(n1), int(x2), int(n2), tail)
    upper = -_lower(int(x2), int(n2), int(x1), int(n1), tail)
    return Interval(lower=lower, upper=upper)


def _lower(x1: int, n1: int, x2: int, n2: int, tail: float) -> float:
    """Return the smallest difference whose upper tail is more than ``tail``."""
    observed = x1 / n1 - x2 / n2

    def excess(delta: float) -> float:
        return _largest_tail(_as_extreme(x1, n1, x2, n2, delta), n1, n2, delta) - tail

    before = -1.0
    for delta in np.linspace(-1, observed, DIFFERENCES)[1:]:
        if excess(float(delta)) > 0:
            start = max(before, -1 + 1e-9)
            if excess(start) > 0:
                return before
            return float(brentq(excess, start, float(delta), xtol=1e-9))
        before = float(delta)
    return observed


def _as_extreme(x1: int, n1: int, x2: int, n2: int, delta: float) -> Bools:
    """Return which tables have a score statistic at least that observed, shape (n1+1, n2+1)."""
    p1 = np.arange(n1 + 1)[:, None] / n1
    p2 = np.arange(n2 + 1)[None, :] / n2
    score = _score(p1, p2, n1, n2, delta)
    out: Bools = score >= score[x1, x2] - TIE
    return out


def _score(p1: Floats, p2: Floats, n1: int, n2: int, delta: float) -> Floats:
    """Return the score statistics of tables, variances at the estimates restricted to ``delta``."""
    ratio = n2 / n1
    a = 1 + ratio
    b = -(1 + ratio + p1 + ratio * p2 + delta * (ratio + 2))
    c = delta**2 + delta * (2 * p1 + ratio + 1) + p1 + ratio * p2
    d = -p1 * delta * (1 + delta)
    v = b**3 / (27 * a**3) - b * c / (6 * a**2) + d / (2 * a)
    u = np.where(v >= 0, 1.0, -1.0) * np.sqrt(np.maximum(b**2 / (9 * a**2) - c / (3 * a), 0))
    cosine = np.clip(np.divide(v, u**3, out=np.zeros_like(v), where=u != 0), -1, 1)
    first = np.clip(
        2 * u * np.cos((np.pi + np.arccos(cosine)) / 3) - b / (3 * a),
        max(0.0, delta),
        min(1.0, 1 + delta),
    )
    second = first - delta
    variance = first * (1 - first) / n1 + second * (1 - second) / n2
    gap = p1 - p2 - delta
    with np.errstate(divide="ignore", invalid="ignore"):
        out: Floats = gap / np.sqrt(np.maximum(variance, 0))
    return np.where(np.abs(gap) < TIE, 0.0, out)


def _largest_tail(inside: Bools, n1: int, n2: int, delta: float) -> float:
    """Return the largest probability of the tables over the second arm's proportion."""
    low, high = max(0.0, -delta), min(1.0, 1 - delta)
    chosen = inside.astype(np.float64)

    def tail(p2: Floats) -> Floats:
        one, two = _binomial(n1, p2 + delta), _binomial(n2, p2)
        out: Floats = np.einsum("mi,ij,mj->m", one, chosen, two, optimize=True)
        return out

    grid = np.linspace(low, high, NUISANCE)
    found = tail(grid)
    best = int(np.argmax(found))
    ends = grid[max(best - 1, 0)], grid[min(best + 1, NUISANCE - 1)]
    if ends[1] - ends[0] < 1e-12:
        return float(found[best])
    near = minimize_scalar(
        lambda p2: -float(tail(np.array([p2]))[0]), bounds=ends, method="bounded"
    )
    return max(float(found[best]), -float(near.fun))


def _binomial(n: int, p: Floats) -> Floats:
    """Return the probabilities of 0 to ``n`` events, shape (m, n + 1)."""
    x, p = np.arange(n + 1.0), np.clip(p, 0, 1)[:, None]
    out: Floats = np.exp(
        log_choose(x, np.full(n + 1, float(n))) + xlogy(x, p) + xlogy(n - x, 1 - p)
    )
    return out
