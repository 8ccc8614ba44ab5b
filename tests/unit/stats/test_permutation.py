"""Permutation tests against enumeration by hand."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

import poolprop as pp
from poolprop.stats.numeric.permutation import permutation_test

X, N, LEVELS = [2, 9, 4, 11, 18], [20, 22, 25, 24, 19], list("aabbb")


def test_the_exact_p_value_is_the_share_of_all_orders():
    """All 120 orders of the labels, likelihood ratios by the public function."""
    found = pp.subgroups(X, N, LEVELS, permutation=True)
    observed = found.q_between
    every = [pp.subgroups(X, N, list(o), ci="wald", prediction="none").q_between
             for o in set(permutations(LEVELS))]  # fmt: skip
    assert len(every) == found.permutation.count == 10
    assert found.permutation.exact
    assert found.permutation.p == pytest.approx(sum(q >= observed - 1e-8 for q in every) / 10)
    assert found.permutation.smallest == pytest.approx(0.1)


def test_many_studies_are_sampled_with_the_observed_assignment_among_them():
    signs = np.repeat([1, -1], 10)

    def differences(orders):
        return np.abs(signs[orders] @ np.arange(20))

    found = permutation_test(differences, signs.tolist(), 100, most=200, seed=5)
    assert (found.count, found.exact) == (200, False)
    assert found.p == 1 / 200
    assert found == permutation_test(differences, signs.tolist(), 100, most=200, seed=5)


def test_equal_rows_are_exchanged_once():
    seen = []

    def statistics(orders):
        seen.extend("".join("aabbbc"[i] for i in order) for order in orders)
        assert np.array_equal(np.sort(orders), np.tile(np.arange(6), (len(orders), 1)))
        return np.zeros(len(orders))

    assert permutation_test(statistics, "aabbbc", 0.0).count == 60
    assert len(seen) == len(set(seen)) == 60


def test_two_levels_of_two_studies_cannot_reach_a_small_p():
    found = pp.subgroups([1, 2, 19, 18], [20] * 4, list("aabb"), permutation=True)
    assert found.q_between_p < 0.001
    assert found.permutation.p == found.permutation.smallest == pytest.approx(1 / 3)


def test_permutation_is_for_the_glmm():
    with pytest.raises(pp.EstimationError, match="permutation is True"):
        pp.subgroups(X, N, LEVELS, permutation=True, model="two-step")
