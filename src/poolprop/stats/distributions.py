"""Quantiles and tail probabilities that the engine needs, without importing ``scipy.stats``."""

from __future__ import annotations

import math

from scipy.special import chdtrc, chdtri, fdtrc, ndtr, ndtri, stdtr, stdtrit


def normal_quantile(level: float) -> float:
    """Return the two-sided normal quantile: 1.96 for ``level`` 0.95."""
    return float(ndtri(0.5 + level / 2))


def t_quantile(level: float, df: float) -> float:
    """Return Student's two-sided quantile; the normal's for infinite ``df``."""
    return normal_quantile(level) if math.isinf(df) else float(stdtrit(df, 0.5 + level / 2))


def t_pvalue(statistic: float, df: float) -> float:
    """Return the two-sided p value; normal for infinite ``df``."""
    size = -abs(statistic)
    return 2 * float(ndtr(size) if math.isinf(df) else stdtr(df, size))


def chi_square_quantile(level: float, df: float = 1.0) -> float:
    """Return the quantile below which ``level`` of the chi-square distribution lies."""
    return float(chdtri(df, 1 - level))


def chi_square_pvalue(statistic: float, df: float) -> float:
    """Return the upper tail of the chi-square distribution."""
    return float(chdtrc(df, statistic))


def f_pvalue(statistic: float, df1: float, df2: float) -> float:
    """Return the upper tail of the F distribution."""
    return float(fdtrc(df1, df2, statistic))


def profile_cut(level: float, k: int, *, small_sample: bool) -> float:
    """Return by how much twice the log-likelihood may fall inside a profile interval.

    The large-sample value is the chi-square quantile with one degree of freedom. The
    small-sample value is ``c_k = k log(1 + t^2 / (k - 1))``, ``t`` Student's quantile with
    ``k - 1``: for a normal mean with unknown variance the likelihood-ratio statistic is that
    function of Student's t, so the cut is exact there. A single study has no ``c_k`` and takes
    the chi-square quantile.
    """
    chi = chi_square_quantile(level)
    if not small_sample or k < 2:
        return chi
    t = t_quantile(level, k - 1)
    return max(chi, k * math.log1p(t * t / (k - 1)))
