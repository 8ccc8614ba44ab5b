"""Intervals of one proportion by every method that a source may have used."""

from __future__ import annotations

from poolprop.evidence.audit.names import INTERVALS

Limits = tuple[float, float]

# Names of the field -> names in statsmodels.
STATSMODELS = {
    "normal": "normal",
    "Wilson": "wilson",
    "Agresti-Coull": "agresti_coull",
    "Clopper-Pearson": "beta",
    "Jeffreys": "jeffreys",
}


def intervals(events: int, total: int, level: float = 0.95) -> dict[str, Limits]:
    """Return the two-sided interval by each method of :data:`names.INTERVALS`.

    Parameters
    ----------
    events, total : int
        The proportion.
    level : float
        The level.

    References
    ----------
    Newcombe RG (1998). Two-sided confidence intervals for the single proportion. Statistics
    in Medicine 17:857-872. (All but the two of Brown, Cai and DasGupta 2001.)
    """
    return {name: _limits(name, events, total, level) for name in INTERVALS}


def _limits(name: str, events: int, total: int, level: float) -> Limits:
    if name in STATSMODELS:
        return _by_statsmodels(STATSMODELS[name], events, total, level)
    if name == "Wilson with continuity correction":
        return _wilson_continuity(events, total, level)
    if name == "Wilson with end correction":
        return _wilson_end(events, total, level)
    return _mid_p(events, total, level)


def _by_statsmodels(code: str, events: int, total: int, level: float) -> Limits:
    from statsmodels.stats.proportion import proportion_confint

    lower, upper = proportion_confint(events, total, alpha=1 - level, method=code)
    return float(lower), float(upper)


def _wilson_continuity(events: int, total: int, level: float) -> Limits:
    from scipy.stats import binomtest

    found = binomtest(events, total).proportion_ci(confidence_level=level, method="wilsoncc")
    return float(found.low), float(found.high)


def _wilson_end(events: int, total: int, level: float) -> Limits:
    """Return the Wilson interval with Brown's correction near 0 and 1.

    Its limit on the near side is half a chi-square quantile over n, with 2x degrees of freedom.

    References
    ----------
    Brown LD, Cai TT, DasGupta A (2001). Interval estimation for a binomial proportion.
    Statistical Science 16(2):101-133, section 4.1.1 (modified Wilson interval).
    """
    from scipy.special import chdtri

    lower, upper = _by_statsmodels("wilson", events, total, level)
    near = 2 if total <= 50 else 3
    if 0 < events <= near:
        lower = 0.5 * float(chdtri(2 * events, level)) / total
    if 0 < total - events <= near:
        upper = 1 - 0.5 * float(chdtri(2 * (total - events), level)) / total
    return lower, upper


def _mid_p(events: int, total: int, level: float) -> Limits:
    """Return the interval whose tails hold half of what was observed.

    References
    ----------
    Berry G, Armitage P (1995). Mid-P confidence intervals: a brief review. The Statistician
    44(4):417-423.
    """
    from scipy.optimize import brentq
    from scipy.stats import binom

    tail = (1 - level) / 2

    def below(rate: float) -> float:
        half = 0.5 * float(binom.pmf(events, total, rate))
        return float(binom.cdf(events - 1, total, rate)) + half

    lower = 0.0 if events == 0 else float(brentq(lambda p: 1 - below(p) - tail, 0, 1))
    upper = 1.0 if events == total else float(brentq(lambda p: below(p) - tail, 0, 1))
    return lower, upper
