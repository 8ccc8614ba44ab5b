"""Nested outcomes: no draw has more patients inside than outside, and the truth is found again."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.special import expit

import poolprop as pp

NUMBERS = np.array([[21, 12, 5], [110, 91, 75], [12, 11, 9], [13, 12, 12]], dtype=float)


@cache
def fitted(effects):
    """Return the fit of these numbers, once for all tests."""
    return pp.nested_outcomes(NUMBERS, ("remission", "MRD-negative"), effects=effects)


@pytest.mark.parametrize("effects", ["separate", "shared"])
def test_no_study_drawn_has_more_patients_inside_than_outside(effects):
    found = fitted(effects)
    drawn = found.draw(30, 20_000, 7)
    assert np.all(np.diff(np.column_stack([np.full(len(drawn), 30), drawn]), axis=1) <= 0)
    predicted = found.predict(30)
    assert np.allclose(predicted.sum(axis=1), 1, atol=1e-9)
    assert np.allclose(predicted @ np.arange(31), drawn.mean(axis=0), atol=0.25)
    for s in range(2):
        shown = np.bincount(drawn[:, s].astype(int), minlength=31) / len(drawn)
        assert np.abs(np.cumsum(shown) - np.cumsum(predicted[s])).max() < 0.02
    wide, narrow = found.stages
    assert narrow.whole < wide.whole
    assert np.array_equal(drawn, found.draw(30, 20_000, 7))


def test_separate_effects_are_a_pool_of_each_stage():
    found = fitted("separate")
    fits = [pp.pool(NUMBERS[:, s + 1], NUMBERS[:, s]) for s in range(2)]
    for stage, fit in zip(found.stages, fits, strict=True):
        assert (stage.proportion, stage.ci, stage.tau) == (fit.proportion, fit.ci, fit.tau)
    assert found.loglik == pytest.approx(sum(fit.loglik for fit in fits), abs=1e-12)
    assert found.stages[0].whole == pytest.approx(pp.bayes(*NUMBERS[:, [1, 0]].T).median, abs=2e-4)


def test_a_product_of_posteriors_is_that_of_draws():
    found = fitted("separate").stages[1]
    rng = np.random.default_rng(3)
    draws = np.ones(100_000)
    for s in range(2):
        posterior = pp.bayes(NUMBERS[:, s + 1], NUMBERS[:, s])
        place = rng.choice(posterior.mass.size, draws.size, p=posterior.mass.ravel())
        mu = posterior.mu + rng.uniform(-0.5, 0.5, (1, 1)) * 0
        gap = np.repeat(posterior.step, posterior.mu.shape[1])[place]
        draws *= expit(mu.ravel()[place] + gap * rng.uniform(-0.5, 0.5, draws.size))
    assert found.whole == pytest.approx(np.median(draws), abs=0.005)
    assert found.whole_ci.lower == pytest.approx(np.quantile(draws, 0.025), abs=0.01)
    assert found.whole_ci.upper == pytest.approx(np.quantile(draws, 0.975), abs=0.005)


def test_a_stage_that_is_not_reported_leaves_the_stages_before_it():
    table = NUMBERS.copy()
    table[3, 2] = np.nan
    found = pp.nested_outcomes(table)
    assert [stage.k for stage in found.stages] == [4, 3]
    assert found.stages[0].proportion == fitted("separate").stages[0].proportion
    shared = pp.nested_outcomes(table, effects="shared")
    assert [stage.events for stage in shared.stages] == [126, 89]


@pytest.mark.slow
def test_both_kinds_of_effects_are_recovered():
    rng = np.random.default_rng(11)
    k, beta = 60, np.array([1.0, -0.3])
    for effects, tau in (("shared", 0.8), ("separate", 0.5)):
        u = rng.standard_normal((k, 1 if effects == "shared" else 2)) * tau
        p = expit(beta + u)
        n = rng.integers(30, 120, k)
        x = rng.binomial(n, p[:, 0])
        y = rng.binomial(x, p[:, 1])
        found = pp.nested_outcomes(np.column_stack([n, x, y]), effects=effects)
        other = pp.nested_outcomes(
            np.column_stack([n, x, y]), effects={"shared": "separate"}.get(effects, "shared")
        )
        for stage, truth in zip(found.stages, expit(beta), strict=True):
            assert stage.ci.lower < truth < stage.ci.upper
            assert stage.tau == pytest.approx(tau, abs=0.15)
        assert found.loglik > other.loglik


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ([[10, 12], [9, 3]], "numbers are 10, 12"),
        ([[10, 5.5], [9, 3]], r"numbers are 10, 5\.5"),
        ([[10, 5], [9, np.nan]], "fewer than 2 studies report stage 1"),
        ([10, 5], "numbers have the shape"),
    ],
)
def test_what_is_not_nested_is_refused(numbers, words):
    with pytest.raises(pp.EstimationError, match=words):
        pp.nested_outcomes(numbers)
