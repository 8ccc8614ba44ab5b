"""Cochran's Q, and I2 and H2 from the between-study variance or from Q.

References
----------
Higgins JPT, Thompson SG (2002). Quantifying heterogeneity in a meta-analysis.
Statistics in Medicine 21(11):1539-1558.
"""

from __future__ import annotations

from dataclasses import dataclass

from poolprop.stats._types import Floats
from poolprop.stats.numeric.distributions import chi_square_pvalue
from poolprop.stats.numeric.wls import Wls, trace_p, weighted_fit

FROM_TAU2 = "from the estimate of tau2"
FROM_Q = "from Cochran's Q"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heterogeneity:
    """Q with its test, I2 (0 to 1) and H2 as ``i2_definition`` says; ``None`` without df."""

    q: float | None
    q_df: int
    q_p: float | None
    i2: float | None
    h2: float | None
    i2_definition: str = FROM_TAU2


def typical_variance(vi: Floats, design: Floats) -> float:
    """Return Higgins and Thompson's typical sampling variance: ``(k - p) / tr(P)``."""
    k, p = design.shape
    fit = weighted_fit(vi, vi, design)  # P does not depend on the effects
    return float((k - p) / trace_p(fit, design))


def heterogeneity(yi: Floats, vi: Floats, design: Floats, tau2: float) -> Heterogeneity:
    """Return (residual) Q of the common-effect model, and I2 and H2 for a given ``tau2``.

    Parameters
    ----------
    yi, vi : ndarray, shape (k,)
        Effect sizes and sampling variances.
    design : ndarray, shape (k, p)
        One column of ones for a pooled mean.
    tau2 : float
        Between-study variance.
    """
    df = design.shape[0] - design.shape[1]
    common = weighted_fit(yi, vi, design)
    return spread_of(common, df, float(trace_p(common, design)), tau2)


def spread_of(common: Wls, df: int, trace: float, tau2: float) -> Heterogeneity:
    """Return :func:`heterogeneity` of a common-effect fit, with ``tr(P)``, made already."""
    if df < 1:
        return Heterogeneity(q=None, q_df=0, q_p=None, i2=None, h2=None)
    q, typical = float(common.rss), df / trace
    return Heterogeneity(
        q=q,
        q_df=df,
        q_p=chi_square_pvalue(q, df),
        i2=tau2 / (tau2 + typical),
        h2=1 + tau2 / typical,
    )


def from_q(q: float, df: int) -> Heterogeneity:
    """Return I2 and H2 as defined from Q, for models without ``tau2``."""
    return Heterogeneity(
        q=q,
        q_df=df,
        q_p=chi_square_pvalue(q, df),
        i2=max(0.0, 1 - df / q) if q > 0 else 0.0,
        h2=q / df,
        i2_definition=FROM_Q,
    )
