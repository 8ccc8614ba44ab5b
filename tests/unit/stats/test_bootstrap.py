"""Intervals that are calibrated by simulation."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

import poolprop as pp
from poolprop.errors import EstimationError
from poolprop.stats.answers.pool_two_step import bootstrap_prediction
from poolprop.stats.fits.bootstrap import Draws
from poolprop.stats.fits.glmm import fit_glmm_many
from poolprop.stats.fits.profile import profile_at
from poolprop.stats.likelihoods.links import LINKS
from poolprop.stats.likelihoods.tabulated import LikelihoodGrid

EVENTS, TOTAL = (12, 91, 11, 12), (21, 110, 12, 13)
THREE = (5, 9, 3), (10, 12, 11)


def bootstrap_lr(events, total, **keywords):
    keywords = {"replicates": 100, "prediction": "none"} | keywords
    return pp.pool(events, total, ci="bootstrap-lr", **keywords)


kept = cache(bootstrap_lr)


def test_the_same_seed_gives_the_same_interval_and_the_method_records_it():
    first, again = kept(*THREE, seed=7), bootstrap_lr(*THREE, seed=7)
    assert first.ci == again.ci
    assert first.method.endswith("under each null value (100 replicates, seed 7)")
    assert kept(*THREE).ci != first.ci


def test_four_studies_get_an_interval_near_the_small_sample_cut():
    found = kept(EVENTS, TOTAL, replicates=2000)
    near = pp.pool(EVENTS, TOTAL, prediction="none")
    assert found.ci.lower == pytest.approx(near.ci.lower, abs=0.03)
    assert found.ci.upper == pytest.approx(near.ci.upper, abs=0.01)


@pytest.mark.parametrize(
    ("events", "total", "choices"),
    [
        (EVENTS, TOTAL, {"replicates": 2000}),
        (*THREE, {}),
        ((4, 8, 2, 6, 5), (10, 20, 5, 15, 12), {}),
        ((3, 5), (10, 9), {}),
    ],
)
def test_it_is_never_shorter_than_the_chi_square_profile_interval(events, total, choices):
    found = kept(events, total, **choices)
    plain = pp.pool(events, total, ci="profile", prediction="none")
    assert found.ci.lower <= plain.ci.lower
    assert found.ci.upper >= plain.ci.upper


def test_neither_the_order_of_studies_nor_what_is_counted_matters():
    (events, total), found = THREE, kept(*THREE)
    turned = bootstrap_lr(events[::-1], total[::-1])
    mirrored = bootstrap_lr(np.subtract(total, events), total)
    assert turned.ci_estimate.lower == pytest.approx(found.ci_estimate.lower, abs=1e-6)
    assert mirrored.ci_estimate.upper == pytest.approx(-found.ci_estimate.lower, abs=0.02)
    assert mirrored.ci_estimate.lower == pytest.approx(-found.ci_estimate.upper, abs=0.02)


@pytest.mark.parametrize("events", [[0, 0, 0, 0, 0], [10, 20, 30, 8, 9]])
def test_data_at_the_boundary_get_a_one_sided_interval(events):
    found = bootstrap_lr(events, [10, 20, 30, 8, 9])
    assert found.proportion in (0.0, 1.0)
    assert (found.ci.lower == 0) == (found.proportion == 0)
    assert (found.ci.upper == 1) == (found.proportion == 1)
    assert 0.02 < found.ci.width < 0.1


def test_other_links_and_too_few_replicates_are_refused():
    with pytest.raises(EstimationError, match="link is 'probit'"):
        bootstrap_lr(EVENTS, TOTAL, link="probit")
    with pytest.raises(EstimationError, match="replicates is 10"):
        bootstrap_lr(EVENTS, TOTAL, replicates=10)


@pytest.mark.parametrize(("mu", "tau"), [(0.2, 1.2), (1.5, 0.0)])
def test_likelihood_ratios_of_the_grid_agree_with_newtons_method(mu, tau):
    n = np.array([12.0, 13.0, 21.0, 110.0])
    events = Draws(n, 1, 30).events(mu, tau)
    found = LikelihoodGrid(n, 1.0, 1.2, 5.0).likelihood_ratios(events, n, mu)
    totals = np.broadcast_to(n, events.shape)
    fits = fit_glmm_many(events, totals, LINKS["logit"])
    null, _ = profile_at(events, totals, fits, mu, LINKS["logit"], 5.0)
    assert found == pytest.approx(2 * (fits.loglik - null), abs=0.07)


def test_a_bootstrapped_prediction_interval_is_reproducible_and_wider_than_the_interval():
    found = pp.pool(EVENTS, TOTAL, model="two-step", ci="hksj", prediction="bootstrap", seed=3)
    again = pp.pool(EVENTS, TOTAL, model="two-step", ci="hksj", prediction="bootstrap", seed=3)
    assert found.prediction == again.prediction
    assert found.prediction.lower < found.ci.lower
    assert found.prediction.upper > found.ci.upper
    assert found.prediction_method == "confidence distribution of tau2, 2000 replicates, seed 3"


def test_a_bootstrapped_prediction_interval_needs_three_studies():
    found = pp.pool(EVENTS[:2], TOTAL[:2], model="two-step", prediction="bootstrap")
    assert found.prediction is None
    assert any("at least three studies" in note for note in found.notes)


def test_many_precise_studies_predict_as_the_normal_distribution_does():
    random = np.random.default_rng(2)
    yi, vi = random.normal(0, 0.7, 200), np.full(200, 0.001)
    found = bootstrap_prediction(yi, vi, 0.95, 1, 5000)
    assert found.width == pytest.approx(2 * 1.96 * yi.std(), rel=0.06)


def test_a_known_tau2_leaves_nothing_to_draw():
    with pytest.raises(EstimationError, match="leaves nothing to draw"):
        pp.pool([3, 5, 7], [9, 9, 9], "two-step", tau2_value=0.5, prediction="bootstrap")
