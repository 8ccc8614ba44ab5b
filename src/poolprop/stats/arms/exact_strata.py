"""Two arms within strata of one study: exact inference on odds ratios given the margins.

Given its margins, a stratum's table has one free cell, whose probabilities are hypergeometric
coefficients times a power of the odds ratio. Sums over strata (for a common odds ratio) and one
stratum's cell given that sum (for the ratio of two odds ratios) are of the same form, an
exponential family with one parameter, which is all that is needed here.

References
----------
Gart JJ (1970). Point and interval estimation of the common odds ratio in the combination of 2 x 2
tables with fixed marginals. Biometrika 57(3):471-475.
Zelen M (1971). The analysis of several 2 x 2 contingency tables. Biometrika 58(1):129-137.
Clopper CJ, Pearson ES (1934). Biometrika 26(4):404-413 (limits from two one-sided tests).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats
from poolprop.stats.answers.results import Interval
from poolprop.stats.inputs import fraction
from poolprop.stats.numeric.roots import bracketed_root

Table = tuple[int, int, int, int]
# Beyond this a log odds ratio is looked for no further; and probabilities closer than this are
# equal, as in R's fisher.test.
FARTHEST = 50.0
TIE = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactOddsRatio:
    """An odds ratio, or a ratio of two, by conditional maximum likelihood.

    ``estimate`` is 0 or infinite at an end of the support, ``ci`` exact, None where the margins
    allow one outcome only; ``p`` is the exact two-sided p value of the value 1: the chance of
    outcomes no likelier than the observed one.
    """

    estimate: float
    ci: Interval | None
    p: float


@dataclass(frozen=True, slots=True)
class _Family:
    """An integer with probabilities proportional to ``exp(log_weight + theta * value)``."""

    low: int
    log_weight: Floats

    @property
    def values(self) -> Floats:
        return self.low + np.arange(self.log_weight.size, dtype=np.float64)

    def chances(self, theta: float) -> Floats:
        exponent = self.log_weight + theta * self.values
        out: Floats = np.exp(exponent - logsumexp(exponent))
        return out


def common_odds_ratio(tables: Sequence[Table], level: float = 0.95) -> ExactOddsRatio:
    """Return the odds ratio that strata have in common; of one table, its own.

    Parameters
    ----------
    tables : sequence of (x1, n1, x2, n2)
        Events and totals of arm 1 and arm 2 in each stratum.
    level : float
        Nominal coverage.

    Returns
    -------
    ExactOddsRatio
        Conditional on all margins.

    Raises
    ------
    EstimationError
        If there is no table, or a count is negative or above its total.

    Examples
    --------
    >>> found = common_odds_ratio([(5, 6, 3, 9), (5, 6, 11, 12)])
    >>> round(found.estimate, 2), round(found.p, 2)
    (3.24, 0.39)
    """
    if not tables:
        raise EstimationError("no table is given", where="tables")
    family = _cell(tables[0])
    for table in tables[1:]:
        family = _sum(family, _cell(table))
    return _infer(family, sum(table[0] for table in tables), level)


def ratio_of_odds_ratios(first: Table, second: Table, level: float = 0.95) -> ExactOddsRatio:
    """Return by what factor the odds ratio of one stratum exceeds that of another.

    Parameters
    ----------
    first, second, level
        Two strata, and the coverage, as for :func:`common_odds_ratio`.

    Returns
    -------
    ExactOddsRatio
        Conditional on all margins and on arm 1's events; its ``p`` is Zelen's exact test that the
        strata have one odds ratio in common.

    Examples
    --------
    >>> found = ratio_of_odds_ratios((5, 6, 3, 9), (5, 6, 11, 12))
    >>> round(found.estimate, 1), round(found.p, 2)
    (15.2, 0.23)
    """
    one, other = _cell(first), _cell(second)
    total = first[0] + second[0]
    values = [v for v in one.values if 0 <= total - v - other.low < other.log_weight.size]
    weight = [
        one.log_weight[int(v) - one.low] + other.log_weight[int(total - v) - other.low]
        for v in values
    ]
    return _infer(_Family(int(values[0]), np.array(weight)), first[0], level)


def fisher_p(table: Table) -> float:
    """Return Fisher's exact two-sided p value of one table."""
    return _no_likelier(_cell(table), table[0])


def _cell(table: Table) -> _Family:
    """Return the distribution of arm 1's events given the margins of a table."""
    x1, n1, x2, n2 = table
    if not (0 <= x1 <= n1 and 0 <= x2 <= n2):
        raise EstimationError(f"events and totals are {table}", where="tables")
    events = x1 + x2
    low, high = max(0, events - n2), min(n1, events)
    weight = [
        math.log(math.comb(n1, x)) + math.log(math.comb(n2, events - x))
        for x in range(low, high + 1)
    ]
    return _Family(low, np.array(weight))


def _sum(one: _Family, other: _Family) -> _Family:
    """Return the distribution of the sum of two independent ones with the same parameter."""
    top_one, top_other = one.log_weight.max(), other.log_weight.max()
    both = np.convolve(np.exp(one.log_weight - top_one), np.exp(other.log_weight - top_other))
    return _Family(one.low + other.low, np.log(both) + top_one + top_other)


def _infer(family: _Family, observed: int, level: float) -> ExactOddsRatio:
    values, tail = family.values, (1 - fraction(level, "level")) / 2
    if values.size == 1:
        return ExactOddsRatio(estimate=math.nan, ci=None, p=1.0)
    at_low, at_high = observed == values[0], observed == values[-1]

    def root(kept: Floats, wanted: float) -> float:
        def gap(theta: float) -> float:
            return float(family.chances(theta) @ kept) - wanted

        return math.exp(bracketed_root(gap, -FARTHEST, FARTHEST, xtol=1e-12))

    lower = 0.0 if at_low else root((values >= observed).astype(float), tail)
    upper = math.inf if at_high else root((values <= observed).astype(float), tail)
    inside = not (at_low or at_high)
    return ExactOddsRatio(
        estimate=root(values, float(observed)) if inside else (0.0 if at_low else math.inf),
        ci=Interval(lower=lower, upper=upper),
        p=_no_likelier(family, observed),
    )


def _no_likelier(family: _Family, observed: int) -> float:
    """Return the chance, at an odds ratio of 1, of outcomes no likelier than that observed."""
    chances = family.chances(0.0)
    unlikely = chances <= chances[observed - family.low] * (1 + TIE)
    return float(min(1.0, chances[unlikely].sum()))
