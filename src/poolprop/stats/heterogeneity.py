"""Cochran's Q, and I2 and H2 from the between-study variance.

References
----------
Higgins JPT, Thompson SG (2002). Quantifying heterogeneity in a meta-analysis.
Statistics in Medicine 21(11):1539-1558.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from poolprop.stats.inputs import Floats
from poolprop.stats.wls import intercept, weighted_fit

FROM_TAU2 = "share of tau2 in tau2 plus the typical sampling variance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heterogeneity:
    """Q with its test; I2 (0 to 1) and H2 as defined from ``tau2``; ``None`` for one study."""

    q: float | None
    q_df: int
    q_p: float | None
    i2: float | None
    h2: float | None


def typical_variance(vi: Floats) -> float:
    """Return Higgins and Thompson's typical sampling variance of ``k >= 2`` studies."""
    wi = 1 / vi
    return float((vi.size - 1) * np.sum(wi) / (np.sum(wi) ** 2 - np.sum(wi**2)))


def heterogeneity(yi: Floats, vi: Floats, tau2: float) -> Heterogeneity:
    """Return Q of the common-effect model, and I2 and H2 for a given ``tau2``."""
    df = yi.size - 1
    if df == 0:
        return Heterogeneity(q=None, q_df=0, q_p=None, i2=None, h2=None)
    q = float(weighted_fit(yi, vi, intercept(yi.size)).rss)
    typical = typical_variance(vi)
    return Heterogeneity(
        q=q,
        q_df=df,
        q_p=float(chdtrc(df, q)),
        i2=tau2 / (tau2 + typical),
        h2=(tau2 + typical) / typical,
    )
