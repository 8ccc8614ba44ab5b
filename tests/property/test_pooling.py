"""What holds for any data: an answer, its symmetries, its invariances."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import poolprop as pp

MODELS = ("glmm", "two-step", "common", "beta-binomial")
METHODS = [
    "glmm|logit|ML|small-lr", "beta-binomial|logit|ML|profile-ck", "common|PLO|EE|wald",
    *(f"two-step|{measure}|REML|hksj-adhoc" for measure in ("PLO", "PR", "PAS", "PFT")),
]  # fmt: skip
quick = settings(
    derandomize=True,
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
study = st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
# Few studies are the hard case; long tables come up now and then.
tables = st.one_of(
    st.lists(study, min_size=1, max_size=8), st.lists(study, min_size=9, max_size=60)
)
few = st.lists(study, min_size=2, max_size=8)


def fit(table, model, **keywords):
    events, total = zip(*table, strict=True)
    keywords.setdefault("prediction", "none")
    return pp.pool(events, total, model=model, **keywords)


@pytest.mark.parametrize("model", MODELS)
@quick
@given(table=tables)
def test_any_table_has_an_answer_in_the_unit_interval(model, table):
    found = fit(table, model)
    assert 0 <= found.ci.lower <= found.proportion <= found.ci.upper <= 1
    assert found.tau2 >= 0
    assert np.isfinite(found.estimate) or found.notes


@settings(quick, max_examples=5)
@given(table=st.lists(study, min_size=61, max_size=200))
def test_two_hundred_studies_have_an_answer(table):
    found = fit(table, "glmm")
    assert 0 <= found.ci.lower <= found.proportion <= found.ci.upper <= 1


@quick
@given(table=few, seed=st.integers(0, 1000))
def test_the_order_of_studies_does_not_matter_and_counting_non_events_mirrors(table, seed):
    shuffled = [table[i] for i in np.random.default_rng(seed).permutation(len(table))]
    asked = {"as it is": table, "shuffled": shuffled, "mirrored": [(n - x, n) for x, n in table]}
    rows = [(name, x, n) for name, pairs in asked.items() for x, n in pairs]
    frame = pd.DataFrame(rows, columns=["dataset_id", "events", "total"])
    for _, one in pp.pool_many(frame, methods=METHODS).groupby("method"):
        found, other, mirrored = (one.iloc[i] for i in range(3))
        assert other.ci_upper == pytest.approx(found.ci_upper, abs=1e-6)
        assert other.ci_lower == pytest.approx(found.ci_lower, abs=1e-6)
        assert mirrored.proportion == pytest.approx(1 - found.proportion, abs=1e-6)
        assert mirrored.ci_lower == pytest.approx(1 - found.ci_upper, abs=1e-5)
        assert mirrored.tau2 == pytest.approx(found.tau2, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("model", ["glmm", "beta-binomial"])
@quick
@given(table=few)
def test_seeing_every_study_twice_doubles_the_log_likelihood(model, table):
    """Twice the data has the same maximum, and twice its log-likelihood."""
    once, twice = fit(table, model, ci="wald"), fit(table * 2, model, ci="wald")
    assert twice.proportion == pytest.approx(once.proportion, abs=1e-6)
    assert twice.loglik == pytest.approx(2 * once.loglik, abs=1e-7)


@quick
@given(table=few)
def test_the_small_sample_cut_never_narrows_the_profile_interval(table):
    wide, narrow = fit(table, "glmm", ci="profile-ck"), fit(table, "glmm", ci="profile")
    assert wide.ci.lower <= narrow.ci.lower + 1e-9
    assert wide.ci.upper >= narrow.ci.upper - 1e-9


@settings(quick, max_examples=15)
@given(table=st.lists(study, min_size=1, max_size=6), n=st.integers(1, 40))
def test_posterior_predictions_are_probabilities(table, n):
    posterior = pp.bayes(*zip(*table, strict=True))
    chances = posterior.predict(n)
    assert chances.min() >= 0
    assert chances.sum() == pytest.approx(1)
    inner, outer = posterior.interval(0.5), posterior.interval(0.95)
    assert 0 <= outer.lower <= inner.lower <= inner.upper <= outer.upper <= 1
