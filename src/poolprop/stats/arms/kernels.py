"""Mantel and Haenszel's pooled contrasts of 2x2 tables with their variances.

Cells are events and non-events of arm 1 (``a``, ``b``) and of arm 2 (``c``, ``d``), shape (k,).

References
----------
Mantel N, Haenszel W (1959). JNCI 22(4):719-748.
Robins J, Breslow N, Greenland S (1986). Biometrics 42(2):311-323 (variance of the odds ratio).
Greenland S, Robins JM (1985). Biometrics 41(1):55-68 (of risk ratio and difference).
Sato T, Greenland S, Robins JM (1989). Biometrics 45(4):1323-1324 (of the risk difference).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from poolprop.stats._types import Floats


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
