"""What pool() returns and refuses."""

from __future__ import annotations

import copy
import json
import math
import pickle
import subprocess
import sys

import numpy as np
import pytest

import poolprop as pp
from poolprop.stats.answers import pool_glmm

EVENTS, TOTAL = [12, 91, 11, 12], [21, 110, 12, 13]


def test_the_default_is_the_one_step_model_with_the_small_sample_interval():
    fit = pp.pool(EVENTS, TOTAL)
    assert fit.method == (
        "binomial-normal GLMM, logit link, ML, likelihood-ratio interval for few studies"
    )
    assert fit.proportion == pytest.approx(0.8128454, abs=1e-7)
    assert (fit.ci.lower, fit.ci.upper) == pytest.approx((0.5043105, 0.9711823), abs=1e-6)
    assert fit.prediction_method.startswith("Bayesian, half-normal(1.5) prior on tau")


def test_to_dict_is_plain_json_with_the_documented_keys():
    record = json.loads(json.dumps(pp.pool(EVENTS, TOTAL).to_dict()))
    assert set(record) == {
        "k", "events", "total", "model", "measure", "link", "tau2_method", "ci_method", "level",
        "estimate", "se", "proportion", "ci", "ci_estimate", "prediction", "prediction_method",
        "tau2_ci", "i2_ci", "tau2_ci_method", "tau2", "tau",
        "i2", "i2_definition", "h2", "q", "q_df", "q_p", "loglik", "converged",
        "notes", "method", "ci_lower", "ci_upper", "prediction_lower", "prediction_upper",
        "estimate_lower", "estimate_upper", "estimate_scale",
    }  # fmt: skip
    assert set(record["ci"]) == {"lower", "upper"}


@pytest.mark.parametrize("model", ["glmm", "two-step", "common", "beta-binomial", "bayes"])
def test_one_study_is_returned_as_itself(model):
    fit = pp.pool([3], [9], model=model)
    assert fit.model == "single-study"
    assert fit.proportion == pytest.approx(1 / 3)
    lower, upper = pp.study_intervals([3], [9], method="clopper-pearson")
    assert (fit.ci.lower, fit.ci.upper) == (lower[0], upper[0])


def test_two_studies_are_flagged():
    assert pp.pool([3, 4], [9, 9]).notes[0].startswith("Two studies")


@pytest.mark.parametrize("model", ["glmm", "beta-binomial"])
def test_all_events_give_a_boundary_estimate_and_a_one_sided_interval(model):
    fit = pp.pool([12, 8, 20, 15, 9], [12, 8, 20, 15, 9], model=model)
    assert (fit.proportion, fit.ci.upper) == (1.0, 1.0)
    assert 0 < fit.ci.lower < 1
    assert "one-sided" in " ".join(fit.notes)
    assert fit.to_dict()["estimate"] is None


def test_few_all_event_studies_say_that_tau_was_bounded():
    fit = pp.pool([10, 10, 10], [10, 10, 10], ci="profile-ck")
    assert 0 < fit.ci.lower < 1
    assert any("tau <= 5" in note for note in fit.notes)


def test_a_likelihood_that_rises_without_end_is_flagged():
    fit = pp.pool([0, 13, 0], [12, 13, 5])
    assert not fit.converged
    assert math.isfinite(fit.estimate)
    assert any("without end" in note for note in fit.notes)


def test_a_likelihood_with_two_maxima_is_climbed_to_the_higher():
    """There is a maximum at tau = 0 and a higher one inside."""
    fit = pp.pool([3, 2, 0, 1, 8], [8, 25, 26, 36, 103], ci="wald", prediction="none")
    assert fit.tau2 == pytest.approx(0.71, abs=0.01)
    assert fit.tau2_p < 0.5


def test_weights_are_shares():
    for model in ("glmm", "two-step", "common", "beta-binomial", "bayes"):
        weights = pp.pool(EVENTS, TOTAL, model=model).weights
        assert sum(weights) == pytest.approx(1)
        assert max(weights) == weights[1]


def test_the_marginal_proportion_is_nearer_to_one_half_than_the_median_one():
    fit = pp.pool(EVENTS, TOTAL)
    assert 0.5 < fit.marginal_mean < fit.proportion


@pytest.mark.parametrize("link", ["probit", "cloglog"])
def test_other_links_pool_nearby(link):
    fit = pp.pool(EVENTS, TOTAL, link=link)
    assert fit.proportion == pytest.approx(0.81, abs=0.02)
    assert fit.link == link


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"model": "magic"}, "model: model is 'magic'. Choose one of glmm"),
        ({"measure": "PAS"}, "measure: measure is 'PAS'. The glmm model works on the logit"),
        ({"level": 95}, "level: level is 95. It must lie between 0 and 1"),
        ({"ci": "hksj"}, "ci: ci is 'hksj'. Choose one of wald, t, profile"),
        ({"tau2": "DL"}, "tau2: tau2 is 'DL'. The glmm model is fitted by ML; other"),
        ({"model": "two-step", "link": "probit"}, "link: link is 'probit'"),
        ({"model": "two-step", "ci": "kr", "tau2": "DL"}, "Kenward-Roger needs tau2='REML'"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_by_name_and_value(keywords, message):
    with pytest.raises(pp.EstimationError) as caught:
        pp.pool(EVENTS, TOTAL, **keywords)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("events", "total", "message"),
    [
        ([3, 5], [4, 4], "study 2: events is 5 and total is 4"),
        ([3, 0], [4, 0], "study 2: events is 0 and total is 0"),
        ([1.5], [4], "study 1: events is 1.5"),
        ([], [], "no study is given"),
        ([1, 2], [4], "events has 2 values but total has 1"),
        ([1, float("nan")], [4, 4], "study 2: events is nan"),
    ],
)
def test_counts_that_cannot_be_are_refused_with_study_and_values(events, total, message):
    with pytest.raises(pp.EstimationError) as caught:
        pp.pool(events, total)
    assert message in str(caught.value)


def test_leave_one_out_repeats_the_model_that_was_asked_for():
    found = pp.leave_one_out(EVENTS, TOTAL, ci="wald", prediction="none")
    assert [omission.result.k for omission in found] == [3, 3, 3, 3]
    without = pp.pool(EVENTS[1:], TOTAL[1:], ci="wald", prediction="none")
    assert found[0].result == without


def test_cumulative_pooling_follows_the_order_and_ends_with_all():
    found = pp.cumulative(EVENTS, TOTAL, order=[4, 3, 2, 1], ci="wald", prediction="none")
    assert [fit.total for fit in found] == [13, 25, 135, 156]
    assert found[-1].proportion == pytest.approx(pp.pool(EVENTS, TOTAL).proportion)


def test_subgroups_pool_each_level_and_test_between_them():
    found = pp.subgroups(EVENTS, TOTAL, ["rr", "rr", "nd", "nd"])
    assert found.levels["rr"].events == 103
    assert found.q_between_df == 1
    assert 0 < found.q_between_p < 1
    assert "likelihood-ratio" in found.test_method


def test_a_level_of_one_study_is_shown_as_that_study():
    found = pp.subgroups(EVENTS, TOTAL, ["a", "a", "a", "b"])
    assert found.levels["b"].model == "single-study"


def test_one_level_is_not_tested():
    found = pp.subgroups(EVENTS, TOTAL, ["a"] * 4)
    assert found.q_between_p is None
    assert found.test_method == "One level: there is nothing to test."


def test_a_common_tau2_is_shared_by_the_levels():
    found = pp.subgroups(EVENTS, TOTAL, list("aabb"), common_tau2=True, model="two-step")
    assert len({level.tau2 for level in found.levels.values()}) == 1


@pytest.mark.slow
@pytest.mark.parametrize("method", ["jeffreys", "agresti_coull", "wilson", "beta", "normal"])
def test_study_intervals_are_those_of_statsmodels(method):
    from statsmodels.stats.proportion import proportion_confint

    ours = {"beta": "clopper-pearson", "agresti_coull": "agresti-coull"}.get(method, method)
    lower, upper = pp.study_intervals([12, 3], [21, 40], method=ours)
    theirs = proportion_confint(np.array([12, 3]), np.array([21, 40]), method=method)
    assert lower == pytest.approx(theirs[0])
    assert upper == pytest.approx(theirs[1])


def test_the_mid_p_interval_lies_within_the_exact_one():
    inner = pp.study_intervals([0, 3, 9], [9, 9, 9], method="mid-p")
    outer = pp.study_intervals([0, 3, 9], [9, 9, 9], method="clopper-pearson")
    assert all(outer[0] <= inner[0])
    assert all(inner[1] <= outer[1])


def test_importing_loads_nothing_heavy_and_pooling_no_table_and_no_distribution_package():
    """Nor does a result as text or HTML."""
    code = (
        "import sys, poolprop; names = lambda *of: [one for one in of if one in sys.modules]\n"
        "print(names('numpy', 'scipy', 'pandas', 'statsmodels'))\n"
        "for model in ('glmm', 'two-step'):\n"
        "    fit = poolprop.pool([3, 4], [9, 9], model=model)\n"
        "    repr(fit), fit.summary(), fit._repr_html_()\n"
        "print(names('scipy.stats', 'pandas', 'statsmodels'))"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE)
    assert said.stdout.split() == [b"[]", b"[]"]


def test_what_only_its_reader_wants_is_worked_out_once_and_when_asked(monkeypatch):
    asked = []
    real = pool_glmm.bayes
    monkeypatch.setattr(pool_glmm, "bayes", lambda *args: asked.append(1) or real(*args))
    fit = pp.pool(EVENTS, TOTAL)
    assert not asked
    assert fit.prediction == fit.prediction
    assert fit.to_dict()["tau2_ci"]
    assert len(asked) == 1


@pytest.mark.parametrize(
    "keywords",
    [
        {},
        {"model": "bayes"},
        {"model": "beta-binomial"},
        {"model": "two-step"},
        {"model": "common"},
    ],
)
def test_a_result_can_be_pickled_copied_and_compared(keywords):
    fit = pp.pool(EVENTS, TOTAL, **keywords)
    again = pickle.loads(pickle.dumps(fit))
    assert fit == again == copy.deepcopy(fit) == pp.pool(EVENTS, TOTAL, **keywords)
    assert again.to_dict() == fit.to_dict()
    assert fit != pp.pool(EVENTS[:3], TOTAL[:3], **keywords)
