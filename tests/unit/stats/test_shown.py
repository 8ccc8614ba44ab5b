"""Every public result can be stored, tabulated and read."""

from __future__ import annotations

import inspect
import json
from dataclasses import is_dataclass

import pytest

import poolprop as pp
from poolprop.stats.analyses.effect_means import NormalPosterior

X, N = [2, 5, 9, 14, 11], [20, 22, 25, 24, 19]
YI, VI = pp.effect_sizes(X, N)
MANY = list(range(3, 15)), list(range(20, 140, 10))
MADE = {
    "PoolResult": lambda: pp.pool(X, N),
    "SubgroupResult": lambda: pp.subgroups(X, N, list("aabbb")),
    "MetaRegression": lambda: pp.meta_regression(X, N, {"dose": [1, 2, 3, 4, 5]}),
    "Influence": lambda: pp.influence(X, N, "two-step"),
    "GlmmInfluence": lambda: pp.influence(X, N),
    "StudyInfluence": lambda: pp.influence(X, N, "two-step", study=list("aabcc")),
    "Gosh": lambda: pp.gosh(X, N),
    "SmallStudyEffects": lambda: pp.small_study_effects(*MANY),
    "TrimAndFill": lambda: pp.trim_and_fill(YI, VI),
    "HenmiCopas": lambda: pp.henmi_copas(YI, VI),
    "Robust": lambda: pp.cluster_robust(YI, VI, 0.1, list("aabbc")),
    "ThreeLevel": lambda: pp.three_level(X, N, list("aabbc")),
    "TwoArmPool": lambda: pp.mantel_haenszel([4, 3], [20, 30], [9, 8], [21, 29]),
    "SurvivalPool": lambda: pp.pool_survival(*pp.cloglog_rates([0.6, 0.5], at_risk=[20, 30])),
    "HeterogeneityIntervals": lambda: pp.heterogeneity_intervals(X, N),
    "Omission": lambda: pp.leave_one_out(X, N, prediction="none")[0],
    "Posterior": lambda: pp.bayes(X, N),
    "NormalPosterior": lambda: pp.bayes_normal(YI, VI),
    "LawFit": lambda: pp.random_effects_laws(X, N, ("t",)).fits[0],
    "RandomEffectsLaws": lambda: pp.random_effects_laws(X, N),
    "MapPrior": lambda: pp.map_prior(pp.bayes(X, N)),
    "NextTrial": lambda: pp.next_trial(pp.bayes(X, N), 20, 0.5),
    "MissingOutcomes": lambda: pp.missing_outcomes(X, N, [1, 0, 2, 0, 1], (0.5,), sd=0),
    "NestedOutcomes": lambda: pp.nested_outcomes([[9, 5, 2], [30, 20, 12], [8, 8, 3]]),
}
BY_STUDY = {
    "Influence": 5,
    "GlmmInfluence": 5,
    "StudyInfluence": 3,
    "Gosh": 2**5 - 6,
    "MetaRegression": 2,
    "RandomEffectsLaws": 4,
    "MissingOutcomes": 3,
    "NestedOutcomes": 2,
}
# What is asked for, not what is found.
PARTS = {"BetaPrior", "HalfCauchy", "HalfNormal", "HalfT", "Interval", "NormalPrior"}


def test_every_public_result_is_in_the_list():
    public = {name for name in pp.__all__ if is_dataclass(getattr(pp, name))}
    public = {name for name in public if inspect.isclass(getattr(pp, name))}
    assert public - PARTS == set(MADE) & public
    assert NormalPosterior.__name__ in MADE


@pytest.mark.parametrize("name", MADE)
def test_a_result_is_plain_values_a_frame_lines_a_table_and_one_line(name):
    result = MADE[name]()
    assert type(result).__name__ == name
    json.dumps(result.to_dict(), allow_nan=False)
    rows = {"SubgroupResult": 2, **BY_STUDY}.get(name, 1)
    assert len(result.to_frame()) == rows
    assert result.summary()
    assert repr(result).startswith(f"<{name} ")
    assert "\n" not in repr(result)
    assert len(repr(result)) < 220
    html = result._repr_html_()
    assert html.startswith("<table><caption>")
    assert html.count("<th ") == html.count("</th>") > 0
    assert "scope=" in html


def test_missing_numbers_are_missing_and_flags_are_words():
    few = pp.small_study_effects(X, N)
    assert few.to_dict()["egger"] is None
    assert "tested: no" in few.summary()
    assert few.to_frame()["reason"][0].startswith("Funnel asymmetry is not tested")


def test_subsets_are_told_apart_by_digits():
    assert set(pp.gosh(X[:3], N[:3]).to_frame()["members"]) == {"110", "101", "011", "111"}
