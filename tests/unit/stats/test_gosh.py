"""GOSH: each subset has the answer of a call about it alone."""

import numpy as np
import pytest

import poolprop as pp

X = [12, 0, 11, 12, 25, 43, 10, 5, 30, 17, 8, 64]
N = [21, 110, 12, 13, 42, 58, 12, 6, 61, 20, 19, 88]


@pytest.mark.parametrize("tau2", ["DL", "PM", "SJ", "ML", "REML"])
def test_every_subset_is_pooled_as_a_single_call_pools_it(tau2):
    found = pp.gosh(X, N, tau2=tau2)
    assert len(found.members) == 2**12 - 13
    for row in np.random.default_rng(3).integers(0, len(found.members), 40):
        inside = found.members[row]
        one = pp.pool(
            np.array(X)[inside], np.array(N)[inside], model="two-step", tau2=tau2, ci="wald"
        )
        assert found.estimate[row] == pytest.approx(one.estimate, rel=1e-9, abs=1e-9)
        assert found.tau2[row] == pytest.approx(one.tau2, rel=1e-9, abs=1e-9)
        if tau2 == "DL":  # I2 of subsets is from Q
            assert found.i2[row] == pytest.approx(one.i2, rel=1e-9, abs=1e-9)
