"""Probabilities lie between 0 and 1, fall with the threshold, and small ones keep their digits."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import log_ndtr

import poolprop as pp
from poolprop.stats.answers.predictive import next_study
from poolprop.stats.numeric.rules import tail

COUNTS = st.tuples(st.integers(0, 400), st.integers(1, 200_000)).map(
    lambda pair: (min(pair), max(pair) or 1)
)
THRESHOLDS = [1e-9, 1e-6, 1e-4, 0.003, 0.05, 0.3, 0.5, 0.8, 0.97, 0.9999, 1 - 1e-7]


@settings(deadline=None, max_examples=30)
@given(st.lists(COUNTS, min_size=1, max_size=6))
def test_probabilities_above_thresholds_fall_from_1_to_0_and_never_beyond(counts):
    posterior = pp.bayes(*(list(column) for column in zip(*counts, strict=True)))
    for above in (posterior.prob_above, posterior.prob_new_above):
        found = [above(threshold) for threshold in THRESHOLDS]
        assert all(0 <= p <= 1 for p in found)
        assert all(a >= b - 1e-9 for a, b in pairwise(found))
        assert found[-1] < 1e-3 or found[0] > 0
    chances = next_study(posterior).events(20)
    assert np.all((chances >= 0) & (chances <= 1))


def test_a_probability_of_a_thousandth_of_a_millionth_is_not_rounding_noise():
    rare = pp.bayes([12, 7, 40, 3, 22], [98211, 130400, 201233, 51000, 88000])
    found = [rare.prob_above(p) for p in (0.3, 0.5, 0.8, 0.9, 0.99)]
    assert all(a > b > 0 for a, b in pairwise(found))
    falls = np.diff(np.log(found)) / np.diff(np.log(np.array([0.3, 0.5, 0.8, 0.9, 0.99])))
    assert np.all(falls < -2)  # smoothly, as the tail of a density does


@pytest.mark.parametrize("side", [1, -1])
def test_a_tail_agrees_with_the_normal_distribution_however_small(side):
    step = 0.6
    points = np.arange(-12, 13) * step
    mass = np.exp(-(points**2) / 2)
    mass /= mass.sum()
    at = np.array([-1.0, 0.0, 0.7, 2.0, 5.0, 7.0])
    found = tail(side * at, points, step, mass, side)
    assert np.log(found) == pytest.approx(log_ndtr(-at), abs=5e-3)
    (beyond,) = tail(np.array([side * 9.0]), points, step, mass, side)
    assert np.exp(log_ndtr(-9.0)) < beyond < found[-1]
