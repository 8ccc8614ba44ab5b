"""Shares of variance: by hand, against statsmodels in every order, and in limiting cases."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

import poolprop as pp
from poolprop.stats.analyses.variance_shares import variance_shares

BALANCED = [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]


def test_a_balanced_table_by_hand():
    """Rows differ by 6, columns by 0, 1 and 5: sums of squares 54, 28 and, together, all."""
    y = [0, 1, 5, 6, 7, 11]
    total = 54 + 28
    assert variance_shares(BALANCED, y) == pytest.approx([54 / total, 28 / total])


def test_what_is_left_is_interaction():
    y = [0, 0, 0, 0, 0, 6]
    # Mean 1; rows differ by 2, so 6; columns have means 0, 0, 3, so 12; the total is 30.
    assert variance_shares(BALANCED, y) == pytest.approx([6 / 30, 12 / 30])


def test_unbalanced_results_are_averaged_over_every_order():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({
        "a": rng.integers(0, 2, 40), "b": rng.integers(0, 3, 40), "c": rng.integers(0, 2, 40),
    })  # fmt: skip
    frame["y"] = frame.a + 0.7 * frame.b * frame.a + rng.normal(size=40)
    by_order = []
    for order in permutations("abc"):
        fit = ols("y ~ " + " + ".join(f"C({name})" for name in order), frame).fit()
        table = anova_lm(fit, typ=1)["sum_sq"]
        by_order.append([table[f"C({name})"] / table.sum() for name in "abc"])
    assert variance_shares(frame[["a", "b", "c"]], frame.y) == pytest.approx(
        np.mean(by_order, axis=0)
    )


def test_choices_that_imply_each_other_share_what_they_explain():
    levels = [[0, 0], [0, 0], [1, 1], [1, 1]]
    assert variance_shares(levels, [0.0, 0.0, 1.0, 1.0]) == pytest.approx([0.5, 0.5])


def test_equal_results_have_nothing_to_explain():
    assert variance_shares(BALANCED, [0.3] * 6).tolist() == [0, 0]
    assert variance_shares([[0], [0]], [1.0, 2.0]).tolist() == [0]


def test_several_results_at_once():
    y = np.array([[0, 1, 5, 6, 7, 11], [0, 0, 0, 0, 0, 6]], dtype=float).T
    both = variance_shares(BALANCED, y)
    assert both[:, 0] == pytest.approx(variance_shares(BALANCED, y[:, 0]))
    assert both[:, 1] == pytest.approx(variance_shares(BALANCED, y[:, 1]))


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1), st.floats(0, 1)), min_size=2,
                max_size=30))  # fmt: skip
@settings(deadline=None, max_examples=60)
def test_shares_lie_between_0_and_1_and_never_exceed_1_together(rows):
    shares = variance_shares([row[:2] for row in rows], [row[2] for row in rows])
    assert np.all(shares >= 0)
    assert shares.sum() <= 1 + 1e-6


@pytest.mark.parametrize("levels", [[0, 1], [[0], [1], [2]], []])
def test_shapes_must_fit(levels):
    with pytest.raises(pp.EstimationError, match="one row of levels for each result"):
        variance_shares(levels, [1.0, 2.0])
