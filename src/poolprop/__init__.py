"""Meta-analysis of proportions with exact likelihoods and honest intervals.

>>> import poolprop as pp
>>> fit = pp.pool([12, 91, 11, 12], [21, 110, 12, 13])
>>> round(fit.proportion, 3)
0.813

Names are imported when first used, so that ``import poolprop`` itself is quick.
"""

from __future__ import annotations

from importlib import import_module

from poolprop._version import __version__

# Types of what is imported later stand in __init__.pyi (tests/public_stub.py writes it).
_HOMES = {
    "EstimationError": "errors",
    "PoolpropError": "errors",
    "pool": "stats.answers.pool",
    "pool_effects": "stats.answers.pool",
    "estimate_effects": "stats.estimates",
    "pool_many": "stats.answers.pool_many",
    "subgroups": "stats.analyses.subgroups",
    "leave_one_out": "stats.analyses.leave_one_out",
    "leave_one_out_many": "stats.analyses.leave_one_out",
    "cumulative": "stats.analyses.leave_one_out",
    "bayes": "stats.answers.bayes",
    "meta_regression": "stats.analyses.meta_regression",
    "MetaRegression": "stats.analyses.meta_regression",
    "influence": "stats.analyses.influence",
    "Influence": "stats.analyses.influence",
    "GlmmInfluence": "stats.analyses.influence_glmm",
    "StudyInfluence": "stats.analyses.influence",
    "heterogeneity_intervals": "stats.answers.spread",
    "HeterogeneityIntervals": "stats.answers.spread",
    "gosh": "stats.analyses.gosh",
    "Gosh": "stats.analyses.gosh",
    "small_study_effects": "stats.analyses.small_study",
    "SmallStudyEffects": "stats.analyses.small_study",
    "effect_sizes": "stats.measures",
    "back_transform": "stats.measures",
    "study_intervals": "stats.fits.one_proportion",
    "HalfNormal": "stats.priors",
    "HalfT": "stats.priors",
    "HalfCauchy": "stats.priors",
    "BetaPrior": "stats.likelihoods.location_priors",
    "NormalPrior": "stats.likelihoods.location_priors",
    "Interval": "stats.answers.results",
    "PoolResult": "stats.answers.results",
    "SubgroupResult": "stats.analyses.subgroups",
    "Omission": "stats.analyses.leave_one_out",
    "Posterior": "stats.answers.posterior",
    "map_prior": "stats.analyses.map_prior",
    "MapPrior": "stats.analyses.map_prior",
    "next_trial": "stats.analyses.map_prior",
    "NextTrial": "stats.analyses.map_prior",
    "missing_outcomes": "stats.analyses.missing_outcomes",
    "MissingOutcomes": "stats.analyses.missing_outcomes",
    "nested_outcomes": "stats.analyses.nested_outcomes",
    "NestedOutcomes": "stats.analyses.nested_outcomes",
    "random_effects_laws": "stats.analyses.laws",
    "RandomEffectsLaws": "stats.analyses.laws",
    "LawFit": "stats.analyses.laws",
    "three_level": "stats.analyses.three_level",
    "ThreeLevel": "stats.analyses.three_level",
    "Robust": "stats.analyses.effect_means",
    "cluster_robust": "stats.analyses.effect_means",
    "TrimAndFill": "stats.analyses.publication_bias",
    "trim_and_fill": "stats.analyses.publication_bias",
    "HenmiCopas": "stats.analyses.publication_bias",
    "henmi_copas": "stats.analyses.publication_bias",
    "shrunken_effects": "stats.fits.empirical_bayes",
    "TwoArmPool": "stats.arms.two_arm",
    "exact_risk_difference": "stats.arms.exact_two_arm",
    "exact_risk_ratio": "stats.arms.exact_two_arm",
    "common_odds_ratio": "stats.arms.exact_strata",
    "ratio_of_odds_ratios": "stats.arms.exact_strata",
    "exact_test": "stats.arms.two_arm",
    "mantel_haenszel": "stats.arms.two_arm",
    "peto": "stats.arms.two_arm",
    "two_arm_effects": "stats.arms.two_arm",
    "NormalPosterior": "stats.analyses.effect_means",
    "bayes_normal": "stats.analyses.effect_means",
    "SurvivalPool": "stats.analyses.survival",
    "cloglog_rates": "stats.analyses.survival",
    "pool_survival": "stats.analyses.survival",
}
# Functions of studies: they also take tables, names of columns, labels and formulas.
_BY_STUDY = (
    "pool", "pool_effects", "estimate_effects", "subgroups", "leave_one_out", "cumulative", "bayes",
    "meta_regression", "influence", "heterogeneity_intervals", "gosh", "small_study_effects",
    "effect_sizes", "study_intervals", "missing_outcomes", "random_effects_laws", "three_level",
    "cluster_robust", "trim_and_fill", "henmi_copas", "shrunken_effects", "mantel_haenszel", "peto",
    "two_arm_effects", "bayes_normal", "cloglog_rates", "pool_survival",
)  # fmt: skip
__all__ = [
    "MapPrior",
    "map_prior",
    "NextTrial",
    "next_trial",
    "MissingOutcomes",
    "missing_outcomes",
    "NestedOutcomes",
    "nested_outcomes",
    "LawFit",
    "RandomEffectsLaws",
    "random_effects_laws",
    "BetaPrior",
    "NormalPrior",
    "Robust",
    "cluster_robust",
    "TrimAndFill",
    "trim_and_fill",
    "HenmiCopas",
    "henmi_copas",
    "shrunken_effects",
    "TwoArmPool",
    "exact_risk_difference",
    "exact_risk_ratio",
    "common_odds_ratio",
    "ratio_of_odds_ratios",
    "exact_test",
    "mantel_haenszel",
    "peto",
    "two_arm_effects",
    "NormalPosterior",
    "bayes_normal",
    "SurvivalPool",
    "cloglog_rates",
    "pool_survival",
    "HeterogeneityIntervals",
    "heterogeneity_intervals",
    "ThreeLevel",
    "three_level",
    "SmallStudyEffects",
    "small_study_effects",
    "Gosh",
    "gosh",
    "GlmmInfluence",
    "Influence",
    "influence",
    "MetaRegression",
    "meta_regression",
    "EstimationError",
    "HalfCauchy",
    "HalfNormal",
    "HalfT",
    "Interval",
    "Omission",
    "PoolResult",
    "PoolpropError",
    "Posterior",
    "StudyInfluence",
    "SubgroupResult",
    "__version__",
    "back_transform",
    "bayes",
    "cumulative",
    "effect_sizes",
    "estimate_effects",
    "leave_one_out",
    "leave_one_out_many",
    "pool",
    "pool_effects",
    "pool_many",
    "study_intervals",
    "subgroups",
]


def __getattr__(name: str) -> object:
    if name == "plots":
        return import_module("poolprop.plots")
    if name not in _HOMES:
        raise AttributeError(f"module 'poolprop' has no attribute {name!r}")
    found = getattr(import_module(f"poolprop.{_HOMES[name]}"), name)
    if name in _BY_STUDY:
        found = import_module("poolprop.library.entrance").entrance(found)
    globals()[name] = found  # the next use finds it without coming here
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
