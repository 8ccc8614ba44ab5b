"""Quantiles and tail probabilities that the engine needs, without importing ``scipy.stats``."""

from __future__ import annotations

import math

from scipy.special import chdtrc, chdtri, fdtrc, gammaln, ndtr, ndtri, stdtr, stdtrit


def normal_quantile(level: float) -> float:
    """Return the two-sided normal quantile: 1.96 for ``level`` 0.95."""
    return float(ndtri(0.5 + level / 2))


def t_quantile(level: float, df: float) -> float:
    """Return Student's two-sided quantile; the normal's for infinite ``df``.

    It is infinite where no float is large enough, below about 0.004 degrees of freedom, of which
    none are the limit.
    """
    if df == 0:
        return math.inf
    if math.isinf(df):
        return normal_quantile(level)
    found, tail = float(stdtrit(df, 0.5 + level / 2)), (1 - level) / 2
    if float(stdtr(df, -found)) < 1.001 * tail:
        return found
    # SciPy's root-finder stops near 1e152. So far out the tail is a power: C t^-df.
    constant = gammaln((df + 1) / 2) - gammaln(df / 2) - 0.5 * math.log(math.pi)
    log_t = (constant + (df / 2 - 1) * math.log(df) - math.log(tail)) / df
    return math.exp(log_t) if log_t < 709 else math.inf


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


def profile_cut(level: float, k: int, *, small_sample: bool, parameters: int = 1) -> float:
    """Return by how much twice the log-likelihood may fall inside a profile interval.

    The large-sample value is the chi-square quantile with one degree of freedom. The
    small-sample value is ``c_k = k log(1 + t^2 / (k - 1))``, ``t`` Student's quantile with
    ``k - 1``: for a normal mean with unknown variance the likelihood-ratio statistic is that
    function of Student's t, so the cut is exact there. With ``p`` means or coefficients fitted
    (``parameters``) its degrees of freedom are ``k - p``. Without any left, as of a single study,
    there is no ``c_k`` and the chi-square quantile is taken.
    """
    chi, df = chi_square_quantile(level), k - parameters
    if not small_sample or df < 1:
        return chi
    t = t_quantile(level, df)
    return max(chi, k * math.log1p(t * t / df))
