"""The Bayesian stage: records that agree with the engine, and data that leave little to say."""

from __future__ import annotations

import numpy as np
import pytest
import small_review
from scipy.integrate import trapezoid

import poolprop as pp
from poolprop.plan.parse import parse
from poolprop.synthesis.bayesian import ONE_STUDY, bayesian, mu_prior, tau_prior
from poolprop.tables.results import bayes_table

SETS = {
    "four": [(12, 21), (91, 110), (11, 12), (12, 13)],
    "one": [(5, 9)],
    "all events": [(10, 10), (12, 12), (20, 20)],
    "no events": [(0, 3), (0, 300)],
}


def rows(pairs):
    return [{"set": "primary", "events": str(x), "total": str(n)} for x, n in pairs]


@pytest.fixture(scope="module", params=list(SETS))
def case(request):
    settings = parse(small_review.CONFIG)
    return settings, SETS[request.param], bayesian(settings, "remission", rows(SETS[request.param]))


def test_each_estimand_with_studies_has_a_record(case):
    _, pairs, record = case
    (view,) = record["estimands"]
    assert view["id"] == "bayes/remission/primary"
    assert view["reference"] == "pool/remission/primary"
    assert view["k"] == len(pairs)
    assert view["notes"] == ([ONE_STUDY] if len(pairs) == 1 else [])


def test_the_record_is_what_the_engine_says(case):
    settings, pairs, record = case
    (view,) = record["estimands"]
    posterior = pp.bayes(*zip(*pairs, strict=True))
    assert view["median"] == posterior.median
    assert view["headline"]["threshold"] == settings.thresholds.headline
    for above in view["above"]:
        assert above["median_study"] == posterior.prob_above(above["threshold"])
        assert above["new_study"] == posterior.prob_new_above(above["threshold"])
    assert view["ci"]["lower"] < view["median"] < view["ci"]["upper"]


def test_probabilities_fall_as_thresholds_rise(case):
    (view,) = case[2]["estimands"]
    for name in ("median_study", "new_study"):
        chances = [above[name] for above in view["above"]]
        assert chances == sorted(chances, reverse=True)


def test_the_next_patients_add_up(case):
    settings, _, record = case
    (view,) = record["estimands"]
    assert [n["patients"] for n in view["next_patients"]] == [*settings.bayes.next_patients]
    for future in view["next_patients"]:
        chances = np.array(future["probabilities"])
        assert chances.size == future["patients"] + 1
        assert chances.sum() == pytest.approx(1)
        within = chances[future["lower"] : future["upper"] + 1].sum()
        assert within >= settings.level
        assert future["mean"] == pytest.approx(chances @ np.arange(chances.size))
    assert sum(view["next_study"]["weights"]) == pytest.approx(1)


def test_densities_integrate_to_what_the_axis_holds(case):
    (view,) = case[2]["estimands"]
    tau = view["density"]["tau"]
    assert 0.9 < trapezoid(tau["posterior"], tau["at"]) < 1.001
    assert all(np.isfinite(values).all() for curve in view["density"].values() for values in
               curve.values())  # fmt: skip


def test_priors_are_varied_one_at_a_time(case):
    settings, _, record = case
    (view,) = record["estimands"]
    plan = settings.bayes
    assert len(view["sensitivity"]) == len(plan.other_tau_priors) + len(plan.other_mu_priors)
    for other in view["sensitivity"]:
        changed = {name for name in ("tau_prior", "mu_prior") if other[name] != view[name]}
        assert changed == {f"{other['varied']}_prior"}


def test_the_table_has_a_row_for_each_pair_of_priors(case):
    columns, table = bayes_table([case[2]])
    assert len(table) == 1 + len(case[2]["estimands"][0]["sensitivity"])
    assert {"above_0.5", "new_study_above_0.5", "tau_median", "ci_lower"} <= set(columns)


@pytest.mark.parametrize(
    ("plan", "prior"),
    [
        ({}, pp.HalfNormal(1.5)),
        ({"family": "half-cauchy", "scale": 0.5}, pp.HalfCauchy(0.5)),
        ({"family": "half-t", "scale": 2, "df": 4}, pp.HalfT(2.0, 4.0)),
    ],
)
def test_the_plan_names_priors_of_tau(plan, prior):
    settings = parse({**small_review.CONFIG, "bayes": {"tau_prior": plan}})
    assert tau_prior(settings.bayes.tau_prior) == prior


@pytest.mark.parametrize(
    ("plan", "prior"),
    [
        ({}, pp.BetaPrior(1.0, 1.0)),
        ({"a": 0.5, "b": 2}, pp.BetaPrior(0.5, 2.0)),
        ({"family": "normal", "mean": 1, "sd": 2}, pp.NormalPrior(1.0, 2.0)),
    ],
)
def test_the_plan_names_priors_of_the_proportion(plan, prior):
    settings = parse({**small_review.CONFIG, "bayes": {"mu_prior": plan}})
    assert mu_prior(settings.bayes.mu_prior) == prior


def test_the_headline_threshold_must_be_among_the_thresholds():
    with pytest.raises(pp.PoolpropError, match=r"headline 0\.4 is not among"):
        parse({**small_review.CONFIG, "thresholds": {"values": [0.5], "headline": 0.4}})
