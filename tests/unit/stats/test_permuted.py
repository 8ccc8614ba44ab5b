"""Permuted meta-regressions: all orders at once, as one fit for each order gives them."""

import math
from itertools import permutations

import numpy as np
import pytest

import poolprop as pp
from poolprop.stats.analyses.regression import fit_regression
from poolprop.stats.fits.permuted import permuted_omnibus
from poolprop.stats.numeric.permutation import all_orders, permutation_test

X = [12, 91, 11, 12, 25, 43]
N = [21, 110, 12, 13, 42, 58]
DOSE = [1, 2.5, 3, 4.2, 0.7, 6]
# metafor 3.8-1: permutest(rma(measure = "PLO", mods = ~ dose, method, test), exact = TRUE)$QMp,
# REML and ML with threshold 1e-10, PM with tol 1e-12.
METAFOR = {
    ("REML", "wald"): 0.390277777778, ("REML", "hksj"): 0.379166666667,
    ("DL", "wald"): 0.381944444444, ("DL", "hksj"): 0.359722222222,
    ("PM", "wald"): 0.319444444444, ("PM", "hksj"): 0.319444444444,
    ("ML", "wald"): 0.445833333333, ("ML", "hksj"): 0.445833333333,
}  # fmt: skip


@pytest.mark.parametrize(("tau2", "ci"), METAFOR)
def test_exact_p_values_are_those_of_metafor(tau2, ci):
    found = pp.meta_regression(X, N, DOSE, tau2=tau2, ci=ci, permutation=True)
    assert found.permutation_p == pytest.approx(METAFOR[tau2, ci], abs=1e-11)


def bimodal(rng):
    """Effects whose restricted likelihood has several maxima in some orders."""
    return np.array([0.0, 0.1, 2.0, 2.1, 0.05, 1.0, 5.0]), np.array(
        [0.001, 0.5, 0.002, 0.9, 0.003, 0.4, 2.0]
    )


@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize("tau2", ["DL", "HE", "SJ", "PM", "ML", "REML", "EE"])
@pytest.mark.parametrize("ci", ["wald", "t", "hksj", "hksj-adhoc"])
def test_statistics_are_those_of_single_fits(tau2, ci, columns):
    rng = np.random.default_rng(4)
    y, v = bimodal(rng)
    design = np.column_stack([np.ones(7), rng.normal(size=(7, columns))])
    many = 60 if (tau2, ci) in {("REML", "wald"), ("ML", "wald")} else 12
    orders = np.array([rng.permutation(7) for _ in range(many)])
    found = permuted_omnibus(y, v, design, orders, tau2, ci)
    wanted = [fit_regression(y, v, design[order], tau2, ci, 0.95).qm for order in orders]
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("k", [1, 2, 5, 9])
def test_all_orders_come_once_and_in_order(k):
    found = np.concatenate(list(all_orders(k)))
    assert len(found) == math.factorial(k)
    some = np.linspace(0, len(found) - 1, 50).astype(int)
    wanted = list(permutations(range(k)))
    assert [tuple(found[i]) for i in some] == [wanted[i] for i in some]


def test_a_sample_holds_the_observed_order_and_ties_count():
    seen = []

    def statistic(orders):
        seen.append(orders)
        return np.where((orders == np.arange(8)).all(axis=1), 1.0 - 1e-12, 0.0)

    assert permutation_test(statistic, range(8), 1.0, most=50, seed=3).p == 1 / 50
    assert len(seen[0]) == 50


def test_how_many_orders_can_be_asked_for():
    x, n = [*X, 10, 5], [*N, 12, 6]
    dose = [*DOSE, 2.0, 5.1]
    exact = pp.meta_regression(x, n, dose, permutation=True, permutations=40_320).permutation_p
    assert exact * 40_320 == pytest.approx(round(exact * 40_320))
    sampled = pp.meta_regression(x, n, dose, permutation=True).permutation_p
    assert sampled == pytest.approx(exact, abs=0.03)
