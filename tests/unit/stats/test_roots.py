"""Roots against SciPy's, and what importing the engine leaves out."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import betainc

from poolprop.stats.numeric.roots import bracketed_root, quantiles

CASES = {
    "cubic": (lambda x: x**3 - 2 * x - 5, 2, 3),
    "flat at the root": (lambda x: (x - 0.1) ** 5, -1, 1.7),
    "steep": (lambda x: math.tanh(1e4 * (x - 0.3)), 0, 1),
    "far below": (lambda x: math.exp(-x) - 1e-9, 0, 100),
    "infinite at an end": (lambda x: math.inf if x > 5 else x - 1.234567, 0, 9),
    "falling": (lambda x: 2 - x * x, 0, 5),
    "a step": (lambda x: -1.0 if x < 0.37 else 1.0, 0, 1),
    "a root at an end": (lambda x: x * (x - 7), 0, 3),
}


@pytest.mark.parametrize("name", CASES)
def test_roots_are_those_of_brents_method(name):
    calls = []
    function, low, high = CASES[name]

    def counted(x):
        calls.append(x)
        return function(x)

    found = bracketed_root(counted, low, high)
    expected = brentq(function, low, high, xtol=1e-300, rtol=1e-15, maxiter=5000)
    rel = 1e-3 if name == "flat at the root" else 1e-13
    assert found == pytest.approx(expected, rel=rel, abs=1e-15)
    assert len(calls) < 150
    assert all(low <= x <= high for x in calls)


@settings(deadline=None)
@given(st.floats(1, 40), st.floats(1, 40), st.floats(1e-4, 1 - 1e-4))
def test_quantiles_of_beta_distributions(a, b, level):
    """Also where they are sought near those of the normal with their mean and deviation."""
    mean = a / (a + b)
    about = (mean, math.sqrt(mean * (1 - mean) / (a + b + 1)))
    for near in (None, about):
        found = quantiles(lambda p: betainc(a, b, p), [level], 0.0, 1.0, xtol=1e-14, about=near)
        assert betainc(a, b, found[0]) == pytest.approx(level, abs=1e-9)


def test_the_same_sign_at_both_ends_is_refused():
    with pytest.raises(ValueError, match="no change of sign"):
        bracketed_root(lambda x: x * x + 1, -1, 1)
    with pytest.raises(ValueError, match="no change of sign"):
        bracketed_root(lambda x: math.nan, -1, 1)


def test_the_default_model_needs_neither_optimisers_nor_distributions():
    code = "import sys, poolprop as pp; pp.pool([3, 5, 2], [10, 9, 8]); print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"scipy.optimize", "scipy.stats", "pandas"} & set(run.stdout.split())
