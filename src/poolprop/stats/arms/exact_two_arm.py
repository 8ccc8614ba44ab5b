"""Confidence intervals of contrasts between two independent proportions: exact, and by score.

References
----------
Chan ISF, Zhang Z (1999). Test-based exact confidence intervals for the difference of two binomial
proportions. Biometrics 55(4):1202-1209.
Agresti A, Min Y (2001). On small-sample confidence intervals for parameters in discrete
distributions. Biometrics 57(3):963-971 (the same for the ratio).
Miettinen O, Nurminen M (1985). Statistics in Medicine 4(2):213-226 (the score statistic).
Cornfield J (1956). Proceedings of the Third Berkeley Symposium 4:135-148 (the odds ratio).
Newcombe RG (1998). Statistics in Medicine 17(8):873-890 (method 10, the hybrid of two Wilson
intervals).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import xlog1py, xlogy

from poolprop.errors import EstimationError
from poolprop.formats import count
from poolprop.stats._types import Floats
from poolprop.stats.answers.results import Interval
from poolprop.stats.fits.one_proportion import study_intervals
from poolprop.stats.inputs import counts, fraction
from poolprop.stats.numeric.distributions import normal_quantile
from poolprop.stats.numeric.roots import bracketed_root

# Values of the contrast among which a limit is bracketed; from the first whose p value reaches a
# share of the wanted one (1 - WORTH) each step is walked in FINE parts.
SCAN, FINE, WORTH = 65, 16, 0.75
# Values of the proportion of arm 2 among which the largest tail probability is looked for, twice:
# over its range, then around the largest.
NUISANCE = 101
# Above this product of totals the work takes too long.
MOST_TABLES = 250_000
# Statistics of two tables that differ by less are equal: they are sums in another order.
TIE = 1e-9


Table = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class _Contrast:
    """How a contrast leads from the proportion of arm 2 to that of arm 1, on a bounded scale.

    ``value`` maps a coordinate in [-1, 1] to the contrast: the coordinate of a risk difference is
    itself, that of a risk ratio ``r`` is ``(r - 1) / (r + 1)``.
    """

    value: Callable[[float], float]
    first: Callable[[Floats, float], Floats]
    most: Callable[[float], float]
    restricted: Callable[..., Floats]
    gap: Callable[[Floats, Floats, float], Floats]
    slope: Callable[[float], float]


def exact_risk_difference(
    events1: int, total1: int, events2: int, total2: int, level: float = 0.95
) -> Interval:
    """Return the exact unconditional interval of ``p1 - p2``.

    The limits are the differences at which a one-sided exact test, ordered by the score statistic
    and maximised over the proportion of arm 2, has p value ``(1 - level) / 2``: whatever the two
    proportions are, the interval covers at least ``level``.

    Parameters
    ----------
    events1, total1, events2, total2 : int
        The two arms; the product of the totals is the work, some seconds for 300 by 150.
    level : float
        Nominal coverage.

    Raises
    ------
    EstimationError
        If counts or the level are not valid, or the totals multiply to more than 250,000.

    Examples
    --------
    >>> found = exact_risk_difference(7, 12, 13, 21)
    >>> round(found.lower, 3), round(found.upper, 3)
    (-0.387, 0.308)
    """
    return _interval(DIFFERENCE, _table(events1, total1, events2, total2), level)


def exact_risk_ratio(
    events1: int, total1: int, events2: int, total2: int, level: float = 0.95
) -> Interval | None:
    """Return the exact unconditional interval of ``p1 / p2``, made as that of the difference.

    Parameters
    ----------
    events1, total1, events2, total2, level
        As for :func:`exact_risk_difference`.

    Returns
    -------
    Interval or None
        The upper limit is infinite where arm 2 has no event. None where no arm has one: the data
        say nothing of a ratio.

    Raises
    ------
    EstimationError
        As :func:`exact_risk_difference`.

    Examples
    --------
    >>> found = exact_risk_ratio(7, 12, 13, 21)
    >>> round(found.lower, 3), round(found.upper, 3)
    (0.445, 1.696)
    """
    table = _table(events1, total1, events2, total2)
    return _interval(RATIO, table, level) if events1 or events2 else None


def _table(events1: int, total1: int, events2: int, total2: int) -> Table:
    (x1, x2), (n1, n2) = counts([events1, events2], [total1, total2])
    if n1 * n2 > MOST_TABLES:
        raise EstimationError(
            f"total1 x total2 is {count(n1 * n2)}",
            where="total1, total2",
            hint="Exact limits are for small studies; take a score interval.",
        )
    return int(x1), int(n1), int(x2), int(n2)


def _interval(kind: _Contrast, table: Table, level: float) -> Interval:
    tail = (1 - fraction(level, "level")) / 2
    lower, upper = (kind.value(_limit(kind, table, tail, side)) for side in (1, -1))
    return Interval(lower=lower, upper=upper)


def _limit(kind: _Contrast, table: Table, tail: float, side: int) -> float:
    """Return the coordinate of the lower (``side`` 1) or upper (-1) limit.

    It is where the p value rises above ``tail`` for the first time, walking inwards from the end of
    the scale: p values need not be monotone, and all that lies outside is rejected.
    """

    def excess(coordinate: float) -> float:
        return _pvalue(kind, table, float(coordinate), side) - tail

    coarse = -side * np.cos(np.linspace(0, math.pi, SCAN))
    found = _first_above(excess, coarse, -WORTH * tail)
    if found == 0:
        return float(coarse[0])
    # From where it comes near, in small steps: it may rise above and fall below again.
    last = found + _first_above(excess, coarse[found:], 0.0)
    steps = (last - found + 1) * FINE + 1
    fine = np.interp(np.linspace(found - 1, last, steps), np.arange(SCAN), coarse)
    inner = _first_above(excess, fine, 0.0)
    return bracketed_root(excess, fine[inner - 1], fine[inner], xtol=1e-10)


def _first_above(excess: Callable[[float], float], walk: Floats, limit: float) -> int:
    """Return the first place at which the excess is above a limit; the last if none is."""
    return next((i for i, at in enumerate(walk) if excess(at) > limit), len(walk) - 1)


def _pvalue(kind: _Contrast, table: Table, at: float, side: int) -> float:
    """Return the largest probability of a table at least as extreme, over arm 2's proportion."""
    x1, n1, x2, n2 = table
    value = kind.value(at)
    if math.isinf(value):
        return float(x2 == 0)
    first, second = np.meshgrid(np.arange(n1 + 1.0), np.arange(n2 + 1.0), indexing="ij")
    found = side * score(kind, first, n1, second, n2, value)
    extreme = (found >= found[x1, x2] - TIE).astype(np.float64)
    low, high = max(0.0, -value if kind is DIFFERENCE else 0.0), kind.most(value)
    best = 0.0
    for _ in range(2):
        p2 = np.linspace(low, high, max(NUISANCE, n1 + n2))
        p1 = np.clip(kind.first(p2, value), 0, 1)
        chance = np.sum((_binomial(n1, p1) @ extreme) * _binomial(n2, p2), axis=1)
        top, step = int(chance.argmax()), p2[1] - p2[0]
        best = max(best, float(chance[top]))
        low, high = max(low, p2[top] - step), min(high, p2[top] + step)
    return best


def score(kind: _Contrast, x1: Floats, n1: int, x2: Floats, n2: int, value: float) -> Floats:
    """Return the score statistic of each table; infinite where its variance is zero."""
    second = kind.restricted(x1, n1, x2, n2, value)
    first = np.clip(kind.first(second, value), 0, 1)
    variance = first * (1 - first) / n1 + kind.slope(value) ** 2 * second * (1 - second) / n2
    gap = kind.gap(x1 / n1, x2 / n2, value)
    gap[np.abs(gap) < TIE] = 0.0
    scale = np.sqrt(np.maximum(variance, 0))
    out = np.where(gap > 0, np.inf, np.where(gap < 0, -np.inf, 0.0))
    return np.divide(gap, scale, out=out, where=scale > TIE)


def _binomial(n: int, p: Floats) -> Floats:
    """Return binomial probabilities, shape (p, n + 1)."""
    x = np.arange(n + 1.0)
    choose = np.array([math.log(math.comb(n, i)) for i in range(n + 1)])
    out: Floats = np.exp(choose + xlogy(x, p[:, None]) + xlog1py(n - x, -p[:, None]))
    return out


def _restricted_difference(x1: Floats, n1: int, x2: Floats, n2: int, value: float) -> Floats:
    """Return arm 2's proportion of greatest likelihood at a risk difference (a cubic's root)."""
    count, total = x1 + x2, n1 + n2
    c2 = (n1 + 2 * n2) * value - total - count
    c1 = (n2 * value - total - 2 * x2) * value + count
    c0 = x2 * value * (1 - value)
    third = c2 / (3 * total)
    q = third**3 - c1 * c2 / (6 * total**2) + c0 / (2 * total)
    p = np.where(q < 0, -1.0, 1.0) * np.sqrt(np.maximum(third**2 - c1 / (3 * total), 0))
    ratio = np.divide(q, p**3, out=np.zeros_like(q), where=p != 0)
    angle = (math.pi + np.arccos(np.clip(ratio, -1, 1))) / 3
    out: Floats = np.clip(2 * p * np.cos(angle) - third, max(0, -value), min(1, 1 - value))
    return out


def _restricted_ratio(x1: Floats, n1: int, x2: Floats, n2: int, value: float) -> Floats:
    """Return arm 2's proportion of greatest likelihood at a risk ratio (a quadratic's root)."""
    count, total = x1 + x2, n1 + n2
    b = n1 * value + x1 + n2 + x2 * value
    root = np.sqrt(np.maximum(b * b - 4 * total * value * count, 0))
    # The smaller root, written so that nothing cancels and a ratio of zero is no exception.
    out: Floats = np.clip(2 * count / (b + root), 0, min(1.0, 1 / value) if value else 1.0)
    return out


DIFFERENCE = _Contrast(
    value=lambda at: at,
    first=lambda p2, value: p2 + value,
    most=lambda value: min(1.0, 1.0 - value),
    restricted=_restricted_difference,
    gap=lambda p1, p2, value: p1 - p2 - value,
    slope=lambda _: 1.0,
)
RATIO = _Contrast(
    value=lambda at: (1 + at) / (1 - at) if at < 1 else math.inf,
    first=lambda p2, value: p2 * value,
    most=lambda value: min(1.0, 1 / value) if value else 1.0,
    restricted=_restricted_ratio,
    gap=lambda p1, p2, value: p1 - value * p2,
    slope=lambda value: value,
)


def newcombe(events1: int, total1: int, events2: int, total2: int, level: float = 0.95) -> Interval:
    """Return Newcombe's interval of the risk difference, arm 1 less arm 2."""
    total = np.array([total1, total2])
    p1, p2 = np.array([events1, events2]) / total
    (low1, low2), (high1, high2) = study_intervals([events1, events2], total, "wilson", level)
    return Interval(
        lower=float(p1 - p2 - math.hypot(p1 - low1, high2 - p2)),
        upper=float(p1 - p2 + math.hypot(p2 - low2, high1 - p1)),
    )


def miettinen_nurminen(
    events1: int, total1: int, events2: int, total2: int, level: float = 0.95
) -> Interval:
    """Return the score interval of the risk ratio, arm 1 over arm 2, with its factor N / (N - 1).

    Each arm has events and patients free of them.
    """
    x1, x2 = np.array([float(events1)]), np.array([float(events2)])
    n = total1 + total2
    cut = normal_quantile(level) * math.sqrt(n / (n - 1))

    def statistic(at: float) -> float:
        return float(score(RATIO, x1, total1, x2, total2, RATIO.value(at))[0])

    ratio = events1 * total2 / (events2 * total1)
    estimate = (ratio - 1) / (ratio + 1)
    lower = bracketed_root(lambda at: statistic(at) - cut, -1.0, estimate)
    upper = bracketed_root(lambda at: statistic(at) + cut, estimate, 1.0 - 1e-12)
    return Interval(lower=RATIO.value(lower), upper=RATIO.value(upper))
