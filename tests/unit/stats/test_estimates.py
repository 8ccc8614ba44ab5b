"""Proportions that come without counts: how their variance is found, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import poolprop as pp

NAN = float("nan")


@pytest.mark.parametrize("measure", ["PR", "PLN", "PLO", "PAS"])
def test_an_effective_size_gives_what_a_count_of_that_size_gives(measure):
    """A simple random sample of 250 with 55 events is its own effective sample."""
    counted = pp.effect_sizes([55], [250], measure)
    estimated = pp.estimate_effects([0.22], n_effective=[250], measure=measure)
    assert np.ravel(estimated) == pytest.approx(np.ravel(counted), rel=1e-12)


@pytest.mark.parametrize("model", ["two-step", "common"])
def test_counts_given_as_effects_pool_as_counts_do(model):
    events, total = [12, 9, 31, 44], [40, 52, 61, 90]
    by_counts = pp.pool(events, total, model=model, measure="PLN")
    by_effects = pp.pool_effects(*pp.effect_sizes(events, total, "PLN"), "PLN", model=model)
    for name in ("estimate", "se", "ci", "prediction", "tau2", "i2", "q", "weights", "method"):
        assert getattr(by_effects, name) == getattr(by_counts, name)
    assert (by_effects.events, by_effects.total) == (None, None)
    assert "4 studies, without counts" in by_effects.summary()
    assert by_effects.to_dict()["events"] is None


@settings(derandomize=True, deadline=None)
@given(
    p=st.floats(0.001, 0.999),
    half=st.floats(0.01, 2.0),
    level=st.sampled_from([0.9, 0.95, 0.99]),
    measure=st.sampled_from(["PR", "PLN", "PLO", "PAS"]),
)
def test_an_interval_gives_back_the_standard_error_it_was_made_of(p, half, level, measure):
    from poolprop.stats.numeric.distributions import normal_quantile

    middle = np.log(p / (1 - p))
    limits = middle + half * normal_quantile(level) * np.array([-1, 1])
    lower, upper = 1 / (1 + np.exp(-limits))
    yi, vi = pp.estimate_effects(
        [p], ci_lower=[lower], ci_upper=[upper], symmetric="PLO", ci_level=level, measure=measure
    )
    slope = {"PR": p * (1 - p), "PLN": 1 - p, "PLO": 1.0, "PAS": np.sqrt(p * (1 - p)) / 2}[measure]
    assert np.sqrt(vi[0]) == pytest.approx(half * slope, rel=1e-6)
    assert pp.back_transform(yi, measure) == pytest.approx([p], rel=1e-9)


def test_studies_may_differ_in_what_they_give():
    yi, vi = pp.estimate_effects(
        [0.1, 0.2, 0.3],
        se=[0.02, NAN, NAN],
        n_effective=[NAN, 400, NAN],
        ci_lower=[NAN, NAN, 0.2],
        ci_upper=[NAN, NAN, 0.4],
        symmetric=["", "", "PR"],
        measure="PR",
    )
    assert yi.tolist() == [0.1, 0.2, 0.3]
    assert np.sqrt(vi) == pytest.approx([0.02, 0.02, 0.1 / 1.959963985], rel=1e-9)


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"estimate": [12.5], "se": [2]}, "study 1: estimate is 12.5. A proportion strictly"),
        ({"estimate": [0.0], "se": [0.1]}, "0 and 1 need their counts"),
        ({"estimate": [0.1]}, "study 1: it has no variance. Give one of: se; ci_lower"),
        ({"estimate": [0.1], "se": [0.1], "n_effective": [50]}, "it has se and n_effective"),
        ({"estimate": [0.1], "se": [0.0]}, "its standard error would be 0"),
        ({"estimate": [0.1], "n_effective": [-5]}, "its standard error would be nan"),
        ({"estimate": [0.1], "ci_lower": [0.05]}, "it has one confidence limit"),
        ({"estimate": [0.1, 0.2], "se": [0.1]}, "se has 1 values for 2 estimates"),
        (
            {"estimate": [0.1], "ci_lower": [0.065], "ci_upper": [0.15]},
            "is not named. Say how it was made: symmetric='PLO' is nearest",
        ),
        (
            {"estimate": [0.03], "ci_lower": [0.01], "ci_upper": [0.09], "symmetric": "PR"},
            "is not symmetric about 0.03 on the scale PR. It is most nearly so on P",
        ),
        (
            {"estimate": [0.2], "ci_lower": [0.25], "ci_upper": [0.3], "symmetric": "PR"},
            "study 1: the interval 0.25 to 0.3 does not hold 0.2",
        ),
    ],
)
def test_what_says_nothing_of_the_variance_is_refused_by_study(keywords, message):
    with pytest.raises(pp.EstimationError) as caught:
        pp.estimate_effects(keywords.pop("estimate"), **keywords)
    assert message in str(caught.value)


@pytest.mark.parametrize("model", ["glmm", "beta-binomial", "bayes"])
def test_exact_models_say_in_one_line_why_they_cannot_take_estimates(model):
    with pytest.raises(pp.EstimationError) as caught:
        pp.pool_effects([-1.0, -2.0], [0.1, 0.1], model=model)
    assert str(caught.value) == (
        f"model: The {model} model needs the events and the total of each study, and has only "
        "estimates. Use model='two-step'."
    )


def test_an_effect_that_no_proportion_has_is_refused():
    with pytest.raises(pp.EstimationError, match="yi is 12, which no proportion has"):
        pp.pool_effects([0.1, 12.0], [0.1, 0.1], "PR")
    with pytest.raises(pp.EstimationError, match="It needs counts"):
        pp.pool_effects([0.1, 0.2], [0.1, 0.1], prediction="bayes")


def test_one_estimate_is_itself():
    fit = pp.pool_effects(*pp.estimate_effects([0.2], se=[0.03], measure="PR"), "PR")
    assert (fit.proportion, fit.model, fit.k) == (0.2, "single-study", 1)
    assert fit.ci.upper == pytest.approx(0.2 + 1.959963985 * 0.03)
