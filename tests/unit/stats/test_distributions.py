"""Quantiles of Student's t where libraries give up."""

from __future__ import annotations

import math

import pytest
from scipy.special import stdtrit

from poolprop.stats.numeric.distributions import t_quantile


@pytest.mark.parametrize("df", [0.3, 1, 30])
def test_ordinary_quantiles_are_scipys(df):
    assert t_quantile(0.95, df) == stdtrit(df, 0.975)


@pytest.mark.parametrize(
    ("df", "quantile"), [(0.005, 5.69303523256678e258), (0.007, 3.04923426545560e184)]
)
def test_beyond_scipys_reach_quantiles_are_those_of_r(df, quantile):
    """R 4.2.2, ``qt(0.975, df)``."""
    assert t_quantile(0.95, df) == pytest.approx(quantile, rel=1e-9)


def test_a_quantile_beyond_every_float_is_infinite():
    assert math.isinf(t_quantile(0.95, 0.001))
