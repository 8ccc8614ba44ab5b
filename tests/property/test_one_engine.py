"""What a data set is answered does not depend on the other data sets, nor on how it is written."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import poolprop as pp
from poolprop.stats.answers.options import resolve
from poolprop.stats.answers.pool import pool_sets
from poolprop.stats.fits.tau2 import ESTIMATORS
from poolprop.stats.sets import Sets

METHODS = {
    "glmm|logit|ML|small-lr": {},
    "glmm|logit|ML|profile-ck": {"ci": "profile-ck"},
    "glmm|logit|ML|t": {"ci": "t"},
    "glmm|probit|ML|wald": {"link": "probit", "ci": "wald"},
    "glmm|cloglog|ML|profile": {"link": "cloglog", "ci": "profile"},
    "beta-binomial|logit|ML|profile-ck": {"model": "beta-binomial"},
    "beta-binomial|logit|ML|wald": {"model": "beta-binomial", "ci": "wald"},
    "bayes|logit|half-normal(1.5)|credible": {"model": "bayes"},
    "common|PLO|EE|wald": {"model": "common", "measure": "PLO"},
    "common|PFT|EE|wald": {"model": "common", "measure": "PFT"},
    "two-step|PFT|REML|wald": {"model": "two-step", "measure": "PFT", "ci": "wald"},
    "two-step|PAS|REML|kr": {"model": "two-step", "measure": "PAS", "ci": "kr"},
    "two-step|PR|DL|t": {"model": "two-step", "measure": "PR", "tau2": "DL", "ci": "t"},
    "two-step|PLN|PM|hksj": {"model": "two-step", "measure": "PLN", "tau2": "PM", "ci": "hksj"},
} | {
    f"two-step|PLO|{tau2}|hksj-adhoc": {"model": "two-step", "tau2": tau2} for tau2 in ESTIMATORS
}  # fmt: skip
COLUMNS = ["proportion", "ci_lower", "ci_upper", "estimate", "se", "tau2", "loglik"]
EDGES = [
    ([0, 0, 0], [13, 12, 5]),
    ([0, 0], [6, 5]),
    ([13, 12, 5, 40], [13, 12, 5, 40]),
    ([3, 2, 0, 1, 8], [8, 25, 26, 36, 103]),  # two maxima
    ([3], [9]),
    ([0], [9]),
    ([3, 5], [9, 9]),
    ([0, 12, 0], [13, 12, 5]),  # rising without end
    ([5, 5, 5], [10, 10, 10]),
    ([15, 70, 60, 600_000_000], [50, 80, 120, 10**9]),
]


def drawn(count, seed):
    """Draw data sets of 2 to 12 studies of 3 to ten million patients, some without events."""
    rng = np.random.default_rng(seed)
    for i in range(count):
        k = int(rng.choice([2, 3, 4, 7, 12]))
        n = np.exp(rng.uniform(1, [5, 7, 12, 16][i % 4], k)).astype(int)
        eta = rng.normal(0, 1.5) + rng.uniform(0, 1.5) * rng.normal(size=k)
        x = rng.binomial(n, 1 / (1 + np.exp(-eta)))
        yield (0 * x if i % 13 == 0 else x), n


def table(sets):
    rows = [(i, a, b) for i, (x, n) in sets for a, b in zip(x, n, strict=True)]
    return pd.DataFrame(rows, columns=["dataset_id", "events", "total"])


@pytest.mark.parametrize("method", METHODS)
def test_pool_is_pool_many_to_the_last_bit(method):
    sets = list(enumerate([*EDGES, *drawn(14, 5)]))
    many = pp.pool_many(table(sets), methods=[method])
    for i, (x, n) in sets:
        one = pp.pool(x, n, prediction="none", **METHODS[method])
        found = many.iloc[i]
        got = (one.proportion, *(one.ci.lower, one.ci.upper), one.estimate, one.se, one.tau2)
        got = [np.nan if value is None else value for value in (*got, one.loglik)]
        np.testing.assert_array_equal(got, found[COLUMNS].astype(float))
        assert (found.k, found.converged) == (one.k, one.converged)
        assert " ".join(one.notes) == found.notes


@pytest.mark.parametrize("method", METHODS)
def test_company_and_order_of_the_sets_change_no_bit(method):
    sets = list(enumerate(drawn(16, 8)))
    whole = pp.pool_many(table(sets), methods=[method]).set_index("dataset_id")
    some = [sets[i] for i in np.random.default_rng(1).permutation(len(sets))[:7]]
    part = pp.pool_many(table(some), methods=[method]).set_index("dataset_id")
    pd.testing.assert_frame_equal(part[COLUMNS], whole.loc[part.index, COLUMNS], check_exact=True)


BY_STUDY = [
    {},
    {"prediction": "bayes", "ci": "wald"},
    {"model": "beta-binomial"},
    {"model": "bayes"},
    {"model": "two-step", "measure": "PFT"},
    {"model": "two-step", "prediction": "bootstrap", "ci": "kr"},
]


@pytest.mark.parametrize("method", METHODS)
def test_the_order_of_the_studies_changes_no_bit(method):
    sets = list(enumerate(drawn(14, 21)))
    rng = np.random.default_rng(3)
    turned = [(i, (x[o], n[o])) for i, (x, n) in sets for o in [rng.permutation(len(n))]]
    whole, again = (pp.pool_many(table(each), methods=[method]) for each in (sets, turned))
    pd.testing.assert_frame_equal(again, whole, check_exact=True)


@pytest.mark.parametrize("keywords", BY_STUDY)
def test_the_order_of_the_studies_is_only_seen_in_what_each_study_has(keywords):
    for x, n in drawn(3, 22):
        turned = np.random.default_rng(int(n.sum())).permutation(len(n))
        one, again = (pp.pool(x[o], n[o], **keywords) for o in (slice(None), turned))
        assert np.array(one.weights)[turned].tolist() == list(again.weights)
        if one.study_effects is not None:
            for name in ("effect", "se", "proportion"):
                mine, other = (getattr(fit.study_effects, name) for fit in (one, again))
                assert np.array(mine)[turned].tolist() == list(other)
        first, second = (fit.to_dict() | {"weights": None} for fit in (one, again))
        assert first == second


# Others know events from non-events.
MIRRORED = [method for method in METHODS if not {"cloglog", "PLN"} & set(method.split("|"))]


@pytest.mark.parametrize("method", MIRRORED)
def test_mirrored_events_change_nothing_that_counts(method):
    for x, n in drawn(6, 21):
        keywords = METHODS[method] | {"prediction": "none"}
        one, mirror = pp.pool(x, n, **keywords), pp.pool(n - x, n, **keywords)
        assert 1 - mirror.ci.upper == pytest.approx(one.ci.lower, rel=1e-6, abs=1e-8)
        assert 1 - mirror.proportion == pytest.approx(one.proportion, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize(
    "method", ["glmm|logit|ML|profile-ck", "beta-binomial|logit|ML|profile-ck"]
)
def test_intervals_of_higher_levels_hold_those_of_lower_ones(method):
    for x, n in drawn(5, 33):
        cis = [
            pp.pool(x, n, prediction="none", level=level, **METHODS[method]).ci
            for level in (0.5, 0.8, 0.95, 0.99)
        ]
        for inner, outer in pairwise(cis):
            assert outer.lower <= inner.lower <= inner.upper <= outer.upper


def test_results_of_many_sets_are_those_of_single_calls_in_any_company():
    sets = [(x, n) for x, n in drawn(7, 3) if n.max() < 2000] + [(np.array([3]), np.array([9]))]
    for model in ("glmm", "beta-binomial", "two-step", "bayes"):
        together = pool_sets(Sets.joined(sets), resolve(model=model))
        for (x, n), found in zip(sets, together, strict=True):
            one = pp.pool(x, n, model=model)
            assert one.to_dict() == found.to_dict()
            assert (one.weights, one.marginal_mean) == (found.weights, found.marginal_mean)
