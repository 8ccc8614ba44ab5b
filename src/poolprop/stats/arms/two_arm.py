"""Two arms of one study: risk ratio, odds ratio, risk difference; pooled by Mantel-Haenszel, Peto.

References
----------
Mantel N, Haenszel W (1959). JNCI 22(4):719-748.
Robins J, Breslow N, Greenland S (1986). Biometrics 42(2):311-323 (variance of the MH odds ratio).
Greenland S, Robins JM (1985). Biometrics 41(1):55-68 (of risk ratio and difference).
Sato T, Greenland S, Robins JM (1989). Biometrics 45(4):1323-1324 (of the risk difference).
Yusuf S et al. (1985). Progress in Cardiovascular Diseases 27(5):335-371 (Peto).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats
from poolprop.stats.answers.results import Interval
from poolprop.stats.answers.shown import Shown
from poolprop.stats.arms.exact_strata import fisher_p
from poolprop.stats.inputs import choice, counts, fraction
from poolprop.stats.numeric.distributions import chi_square_pvalue, normal_quantile, t_pvalue


def _mh_odds(a: Floats, b: Floats, c: Floats, d: Floats) -> tuple[float, float]:
    n = a + b + c + d
    p, q, r, s = (a + d) / n, (b + c) / n, a * d / n, b * c / n
    top, bottom = r.sum(), s.sum()
    if not (top > 0 and bottom > 0):
        return np.nan, np.nan
    variance = (
        np.sum(p * r) / top**2 + np.sum(p * s + q * r) / (top * bottom) + np.sum(q * s) / bottom**2
    ) / 2
    return float(np.log(top / bottom)), float(variance)


def _mh_risk_ratio(a: Floats, b: Floats, c: Floats, d: Floats) -> tuple[float, float]:
    n1, n2 = a + b, c + d
    n = n1 + n2
    top, bottom = np.sum(a * n2 / n), np.sum(c * n1 / n)
    if not (top > 0 and bottom > 0):
        return np.nan, np.nan
    variance = np.sum((n1 * n2 * (a + c) - a * c * n) / n**2) / (top * bottom)
    return float(np.log(top / bottom)), float(variance)


def _mh_risk_difference(a: Floats, b: Floats, c: Floats, d: Floats) -> tuple[float, float]:
    n1, n2 = a + b, c + d
    n = n1 + n2
    weight = np.sum(n1 * n2 / n)
    estimate = np.sum(a * (n2 / n) - c * (n1 / n)) / weight
    p = np.sum(c * (n1 / n) ** 2 - a * (n2 / n) ** 2 + (n1 / n) * (n2 / n) * (n2 - n1) / 2)
    q = np.sum(a * (n2 - c) / n + c * (n1 - a) / n) / 2
    return float(estimate), float((estimate * p + q) / weight**2)


KERNELS: dict[str, Callable[[Floats, Floats, Floats, Floats], tuple[float, float]]] = {
    "OR": _mh_odds,
    "RR": _mh_risk_ratio,
    "RD": _mh_risk_difference,
}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TwoArmPool(Shown):
    """A pooled contrast.

    Attributes
    ----------
    estimate, se : float
        Log odds ratio, log risk ratio, or risk difference.
    ci : Interval
        On the same scale.
    statistic, p : float
        Test of no difference.
    q, q_df, q_p : float
        Heterogeneity about the pooled value, over studies with a defined effect.
    """

    estimate: float
    se: float
    ci: Interval
    statistic: float
    p: float
    q: float
    q_df: int
    q_p: float


def two_arm_effects(
    events1: ArrayLike, total1: ArrayLike, events2: ArrayLike, total2: ArrayLike, measure: str
) -> tuple[Floats, Floats]:
    """Return contrast and variance of each study, arm 1 against arm 2.

    Parameters
    ----------
    events1, total1, events2, total2 : array_like of int, shape (k,)
        Events and totals of the arms.
    measure : {"OR", "RR", "RD"}
        Log odds ratio, log risk ratio, risk difference. 1/2 is added to all four cells of a
        study with an empty one.

    Returns
    -------
    yi, vi : ndarray, shape (k,)
        Contrasts and their sampling variances.

    Raises
    ------
    EstimationError
        If counts or the measure are not valid, or the arms differ in length.

    Examples
    --------
    >>> yi, vi = two_arm_effects([4], [123], [11], [139], "OR")
    >>> yi.round(3), vi.round(3)
    (array([-0.939]), array([0.357]))
    """
    a, b, c, d = _cells(events1, total1, events2, total2)
    return _effects(a, b, c, d, choice(measure, "measure", ("OR", "RR", "RD")), add=0.5)


def mantel_haenszel(
    events1: ArrayLike, total1: ArrayLike, events2: ArrayLike, total2: ArrayLike,
    measure: str = "OR", level: float = 0.95,
) -> TwoArmPool:  # fmt: skip
    """Pool two-arm studies by Mantel and Haenszel's weights, with no correction of empty cells.

    Parameters
    ----------
    events1, total1, events2, total2 : array_like of int, shape (k,)
        Events and totals of the arms.
    measure : {"OR", "RR", "RD"}
        Odds ratio and risk ratio are returned on the log scale.
    level : float
        Confidence level.

    Raises
    ------
    EstimationError
        If no study has an event in one of the arms, so that the ratio does not exist.

    References
    ----------
    Mantel N, Haenszel W (1959). JNCI 22(4):719-748.

    Examples
    --------
    >>> found = mantel_haenszel([4, 6], [123, 306], [11, 29], [139, 303])
    >>> f"{found.estimate:.3f} {found.se:.3f}"
    '-1.422 0.360'
    """
    a, b, c, d = _cells(events1, total1, events2, total2)
    estimate, variance = KERNELS[choice(measure, "measure", KERNELS)](a, b, c, d)
    if not np.isfinite(estimate) or not variance > 0:
        raise EstimationError(
            f"the pooled {measure} does not exist: an arm has no event in any study",
            where="events1, events2",
            hint="Use measure='RD'.",
        )
    # Heterogeneity is about corrected effects, of studies with both events and non-events.
    use = (a + c > 0) & (b + d > 0)
    effects = _effects(a[use], b[use], c[use], d[use], measure, add=0.5)
    return _result(estimate, variance, effects, level)


def peto(
    events1: ArrayLike,
    total1: ArrayLike,
    events2: ArrayLike,
    total2: ArrayLike,
    level: float = 0.95,
) -> TwoArmPool:
    """Pool log odds ratios by Peto's observed minus expected; made for rare events.

    Parameters
    ----------
    events1, total1, events2, total2 : array_like of int, shape (k,)
        Events and totals of the arms.
    level : float
        Confidence level.

    Raises
    ------
    EstimationError
        If no study has both events and non-events.

    References
    ----------
    Yusuf S et al. (1985). Progress in Cardiovascular Diseases 27(5):335-371.

    Examples
    --------
    >>> found = peto([4, 6], [123, 306], [11, 29], [139, 303])
    >>> f"{found.estimate:.3f} {found.se:.3f}"
    '-1.240 0.291'
    """
    a, b, c, d = _cells(events1, total1, events2, total2)
    n = a + b + c + d
    expected = (a + b) * (a + c) / n
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = (a + b) * (c + d) * (a + c) * (b + d) / (n**2 * (n - 1))
        each = (a - expected) / spread
    total = float(np.nansum(spread))
    if not total > 0:
        raise EstimationError("no study has both events and non-events", where="events1, events2")
    use = spread > 0
    return _result(
        float(np.sum((a - expected)[use])) / total, 1 / total, (each[use], 1 / spread[use]), level
    )


def exact_test(events1: int, total1: int, events2: int, total2: int) -> float:
    """Return Fisher's exact two-sided p value of one study.

    Parameters
    ----------
    events1, total1, events2, total2 : int
        Events and totals of the arms.

    References
    ----------
    Fisher RA (1935). The logic of inductive inference. JRSS 98(1):39-82.

    Examples
    --------
    >>> round(exact_test(4, 12, 11, 13), 4)
    0.0154
    """
    a, b, c, d = (int(cell[0]) for cell in _cells([events1], [total1], [events2], [total2]))
    return fisher_p((a, a + b, c, c + d))


def _cells(
    events1: ArrayLike, total1: ArrayLike, events2: ArrayLike, total2: ArrayLike
) -> tuple[Floats, Floats, Floats, Floats]:
    a, n1 = counts(events1, total1)
    c, n2 = counts(events2, total2)
    if a.size != c.size:
        raise EstimationError(
            f"arm 1 has {a.size} studies and arm 2 has {c.size}", where="events1, events2"
        )
    return a, n1 - a, c, n2 - c


def _effects(
    a: Floats, b: Floats, c: Floats, d: Floats, measure: str, *, add: float
) -> tuple[Floats, Floats]:
    empty = (a == 0) | (b == 0) | (c == 0) | (d == 0)
    a, b, c, d = (np.where(empty, cell + add, cell) for cell in (a, b, c, d))
    n1, n2 = a + b, c + d
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "OR":
            return np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d
        if measure == "RR":
            return np.log(a * n2 / (c * n1)), 1 / a - 1 / n1 + 1 / c - 1 / n2
        return a / n1 - c / n2, a * b / n1**3 + c * d / n2**3


def _result(
    estimate: float, variance: float, effects: tuple[Floats, Floats], level: float
) -> TwoArmPool:
    se = float(np.sqrt(variance))
    half = normal_quantile(fraction(level, "level")) * se
    yi, vi = effects
    use = np.isfinite(yi) & np.isfinite(vi) & (vi > 0)
    q, df = float(np.sum((yi[use] - estimate) ** 2 / vi[use])), max(0, int(use.sum()) - 1)
    return TwoArmPool(
        estimate=estimate,
        se=se,
        ci=Interval(lower=estimate - half, upper=estimate + half),
        statistic=estimate / se,
        p=t_pvalue(estimate / se, np.inf),
        q=q,
        q_df=df,
        q_p=chi_square_pvalue(q, df) if df else 1.0,
    )
