"""Machine code gives what NumPy gives; without numba nobody notices but by the time it takes."""

import ast
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import poolprop as pp
from poolprop.stats.batch import machine as door
from poolprop.stats.batch.generate import generate
from poolprop.stats.batch.glmm import fit_glmm_many
from poolprop.stats.batch.machine import machine, machine_code
from poolprop.stats.batch.profile import profile_limits_many
from poolprop.stats.batch.simulation import simulate
from poolprop.stats.distributions import profile_cut
from poolprop.stats.links import LINKS

NUMBERS = ["proportion", "ci_lower", "ci_upper", "estimate", "se", "tau2", "loglik"]
METHODS = [
    *(
        f"two-step|{measure}|{tau2}|{ci}"
        for measure, tau2, ci in [
            ("PLO", "DL", "wald"), ("PLN", "PM", "hksj"), ("PFT", "REML", "hksj-adhoc"),
            ("PAS", "ML", "t"), ("PLO", "REML", "kr"), ("PR", "SJ", "wald"),
            ("PLO", "REML", "wald"),
        ]
    ),
    *(f"glmm|{link}|ML|wald" for link in LINKS),
    "glmm|logit|ML|profile-ck",
    "beta-binomial|logit|ML|wald",
    "beta-binomial|logit|ML|profile-ck",
]  # fmt: skip
EDGES = {
    "none": ([0, 0, 0], [13, 12, 5]),
    "all": ([13, 12, 5, 40], [13, 12, 5, 40]),
    "bimodal": ([3, 2, 0, 1, 8], [8, 25, 26, 36, 103]),
    "one": ([3], [9]),
    "two": ([3, 5], [9, 9]),
    "runaway": ([0, 12, 0], [13, 12, 5]),
    "same": ([5, 5, 5], [10, 10, 10]),
    "huge": ([70_000, 3], [200_000, 9]),
}
needs_numba = pytest.mark.skipif(not door.available(), reason="numba is not installed")


def frame():
    rows = [(name, x, n) for name, counts in EDGES.items() for x, n in zip(*counts, strict=True)]
    edges = pd.DataFrame(rows, columns=["dataset_id", "events", "total"])
    return pd.concat([edges, generate(0, 300)], ignore_index=True)


@needs_numba
@pytest.mark.parametrize("method", METHODS)
def test_answers_are_those_of_numpy(method):
    plain = pp.pool_many(frame(), methods=[method], compiled=False)
    fast = pp.pool_many(frame(), methods=[method], compiled=True)
    np.testing.assert_allclose(fast[NUMBERS], plain[NUMBERS], rtol=1e-9, atol=1e-9)
    same = ["dataset_id", "method", "k", "converged", "notes"]
    pd.testing.assert_frame_equal(fast[same], plain[same])


@pytest.mark.parametrize("compiled", [False, pytest.param(True, marks=needs_numba)])
@pytest.mark.parametrize("tau2", ["DL", "PM", "SJ", "ML", "REML"])
def test_every_subset_is_pooled_as_a_single_call_pools_it(tau2, compiled):
    x = [12, 0, 11, 12, 25, 43, 10, 5, 30, 17, 8, 64]
    n = [21, 110, 12, 13, 42, 58, 12, 6, 61, 20, 19, 88]
    found = pp.gosh(x, n, tau2=tau2, compiled=compiled)
    assert len(found.members) == 2**12 - 13
    for row in np.random.default_rng(3).integers(0, len(found.members), 40):
        inside = found.members[row]
        one = pp.pool(
            np.array(x)[inside], np.array(n)[inside], model="two-step", tau2=tau2, ci="wald"
        )
        assert found.estimate[row] == pytest.approx(one.estimate, rel=1e-9, abs=1e-9)
        assert found.tau2[row] == pytest.approx(one.tau2, rel=1e-9, abs=1e-9)
        if tau2 == "DL":  # I2 of subsets is from Q
            assert found.i2[row] == pytest.approx(one.i2, rel=1e-9, abs=1e-9)


@needs_numba
@pytest.mark.parametrize("tau2", ["DL", "ML", "REML"])
@pytest.mark.parametrize(
    ("x", "n"),
    [
        # Several maxima in many subsets; no difference in many; fewer subsets than lanes.
        ([2000, 4, 4140, 10, 683, 9, 40, 3], [4000, 8, 4700, 11, 1333, 12, 40, 30]),
        ([5, 5, 5, 5, 10, 10, 2], [10, 10, 10, 10, 20, 20, 4]),
        ([50_000, 30_100, 9, 3], [70_000, 42_000, 10, 9]),
        ([12, 0, 11], [21, 110, 12]),
    ],
)
def test_all_subsets_are_those_of_numpy(x, n, tau2):
    plain, fast = (pp.gosh(x, n, tau2=tau2, compiled=on) for on in (False, True))
    np.testing.assert_array_equal(fast.members, plain.members)
    for name in ("estimate", "proportion", "tau2", "i2"):
        wanted = getattr(plain, name)
        np.testing.assert_allclose(getattr(fast, name), wanted, rtol=1e-9, atol=1e-9)


@needs_numba
def test_samples_of_subsets_beyond_one_table_are_those_of_numpy():
    rng = np.random.default_rng(5)
    n = rng.integers(10, 90, 27)
    x = rng.binomial(n, rng.uniform(0.1, 0.7, 27))
    plain, fast = (pp.gosh(x, n, tau2="REML", most=300, compiled=on) for on in (False, True))
    np.testing.assert_allclose(fast.tau2, plain.tau2, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(fast.estimate, plain.estimate, rtol=1e-9)


@needs_numba
def test_profile_limits_are_those_of_numpy():
    sets = generate(0, 200).groupby("dataset_id").filter(lambda rows: len(rows) >= 4)
    parts = [rows.iloc[:4] for _, rows in sets.groupby("dataset_id")]
    x, n = (np.array([rows[c].to_numpy(float) for rows in parts]) for c in ("events", "total"))
    found = []
    for on in (False, True):
        with machine_code(on):
            fit = fit_glmm_many(x, n, LINKS["logit"])
            cut = profile_cut(0.95, 4, small_sample=True)
            found.append(profile_limits_many(x, n, fit, cut, LINKS["logit"]))
    np.testing.assert_allclose(found[1], found[0], rtol=1e-9, atol=1e-9)


@needs_numba
@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("exp", -700, 700), ("expm1", -40, 40), ("log", 1e-300, 1e300), ("log1p", -0.999, 1e9)],
)
def test_elementary_functions_are_exact_to_three_units_in_the_last_place(name, low, high):
    from numba import njit

    function = getattr(pytest.importorskip("poolprop.stats.compiled.elementary"), name)

    @njit
    def each(x, out):
        for i in range(x.size):
            out[i] = function(x[i])

    rng = np.random.default_rng(7)
    near = np.concatenate([rng.normal(size=5000) * 10.0 ** rng.uniform(-18, 0, 5000), [0.0]])
    near = 1 + near if name == "log" else near
    wide = np.exp(rng.uniform(np.log(low), np.log(high), 5000)) if name == "log" else (
        rng.uniform(low, high, 5000)
    )  # fmt: skip
    x = np.concatenate([near, wide])
    x = x[(x > low) & (x < high)]
    out = np.empty_like(x)
    each(x, out)
    np.testing.assert_array_max_ulp(out, getattr(np, name)(x), maxulp=3)


def test_machine_code_is_used_only_where_it_was_asked_for():
    assert machine("moments") is None
    with machine_code(False):
        assert machine("moments") is None
    if door.available():
        with machine_code(True):
            assert machine("moments") is not None
        assert machine("moments") is None


def test_without_numba_numpy_answers_and_asking_for_more_is_refused(monkeypatch):
    monkeypatch.setattr(door, "find_spec", lambda name: None)
    monkeypatch.setattr("poolprop.stats.batch.pool_many.WORTH", 1)
    few = generate(0, 5)
    assert pp.pool_many(few, methods=["two-step|PLO|REML|wald"]).proportion.notna().all()
    with pytest.raises(pp.EstimationError, match=r"numba is not installed.*poolprop\[fast\]"):
        pp.pool_many(few, compiled=True)


def test_large_tables_take_the_machine_code_that_is_there(monkeypatch):
    asked = []
    monkeypatch.setattr("poolprop.stats.batch.pool_many.WORTH", 20)
    monkeypatch.setattr(door, "available", lambda: True)
    monkeypatch.setattr(
        "poolprop.stats.batch.pool_many.machine_code",
        lambda wanted: asked.append(wanted) or machine_code(False),
    )
    pp.pool_many(generate(0, 2), methods=["two-step|PLO|DL|wald"])
    pp.pool_many(generate(0, 20), methods=["two-step|PLO|DL|wald"])
    assert asked == [False, True]


def test_the_workflow_never_leaves_the_engine_to_what_is_installed(repo):
    """Its results are to be the same bytes everywhere."""
    root, asked = repo / "src" / "poolprop", []
    for path in [root / "atlas.py", *root.glob("synthesis/*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("pool_many", "gosh"):
                asked.append({word.arg: ast.unparse(word.value) for word in node.keywords})
    assert len(asked) >= 3
    assert all(keywords.get("compiled") == "False" for keywords in asked)


def test_neither_importing_nor_simulating_loads_numba():
    code = (
        "import sys, poolprop, numpy as np\n"
        "from poolprop.stats.batch.simulation import simulate\n"
        "simulate(np.array([20.0, 30.0, 15.0]), -1.0, [0.5], level=0.95, replicates=20, seed=1,"
        " bootstrap=0)\n"
        "poolprop.pool([1, 2], [9, 9])\n"
        "assert 'numba' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert simulate.__module__ == "poolprop.stats.batch.simulation"
