"""Cochran's Q, and I2 and H2 from the between-study variance or from Q.

References
----------
Higgins JPT, Thompson SG (2002). Quantifying heterogeneity in a meta-analysis.
Statistics in Medicine 21(11):1539-1558.
"""

from __future__ import annotations

from dataclasses import dataclass

from poolprop.stats._types import Floats
from poolprop.stats.likelihoods.normal import Normal, studies
from poolprop.stats.numeric.distributions import chi_square_pvalue

FROM_TAU2 = "from the estimate of tau2"
FROM_Q = "from Cochran's Q"
# The GLMM has no sampling variances of its own: those of logits, 1/2 added at 0 and at all.
OF_LOGITS = "tau2 over itself plus the typical sampling variance of the logits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heterogeneity:
    """Q with its test, I2 (0 to 1) and H2 as ``i2_definition`` says; ``None`` without df."""

    q: float | None
    q_df: int
    q_p: float | None
    i2: float | None
    h2: float | None
    i2_definition: str = FROM_TAU2


def typical_variance(vi: Floats, design: Floats | None = None) -> float:
    """Return Higgins and Thompson's typical sampling variance: ``(k - p) / tr(P)``.

    Of a mean, or of a design (k, p).
    """
    data = studies(vi, vi, design)  # P does not depend on the effects
    return float(data.df[0] / data.trace[0])


def heterogeneity(data: Normal, tau2: float, *, common: bool = False) -> Heterogeneity:
    """Return (residual) Q of the common-effect model, and I2 and H2, of the first data set.

    Parameters
    ----------
    data : Means or Designs
        Effect sizes and sampling variances.
    tau2 : float
        Between-study variance.
    common : bool
        Define I2 and H2 from Q, as for models without ``tau2``.
    """
    df = int(data.df[0])
    if df < 1:
        return Heterogeneity(q=None, q_df=0, q_p=None, i2=None, h2=None)
    q = float(data.common.q[0])
    typical = df / float(data.trace[0])
    return Heterogeneity(
        q=q,
        q_df=df,
        q_p=chi_square_pvalue(q, df),
        i2=(max(0.0, 1 - df / q) if q > 0 else 0.0) if common else tau2 / (tau2 + typical),
        h2=q / df if common else 1 + tau2 / typical,
        i2_definition=FROM_Q if common else FROM_TAU2,
    )
